"""What a training step costs, operator by operator: seconds that the machine really took, and bytes that really lie in its arena.

A copy of the run does whole steps through the same compiled functions, first in one go (what a step takes, batches and bookkeeping
included), then an instruction at a time (how that divides). A call from Python costs as much as a small network's operator, so what a call
takes by itself is taken off each. Whatever else the computer does only ever makes a step slower: the fastest piece of whole steps counts,
and of operators the median over the rounds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE, Program
from nnlab.jobs.context import TaskContext
from nnlab.training.complete_run import prepare_run
from nnlab.training.project import Project

ROUNDS = 48  # steps that are timed an instruction at a time
WHOLE_SECONDS = 0.25  # that steps are done in one go for ...
PIECE_SECONDS = 0.002  # ... in pieces so short that some of them are not interrupted
MEASURED = f"Measured by this computer's clock on a copy of the run: the median of {ROUNDS} steps."
PHASES = (FORWARD, LOSS, BACKWARD, UPDATE)


@dataclass(frozen=True)
class NodeCost:
    """Of one node; `node` is empty for what belongs to none (the learning rate's schedule)."""

    node: str
    seconds: tuple[float, ...]  # in a step, by forward, loss, backward, update
    share: float  # of all operators' seconds
    parameters: int
    parameter_bytes: int  # with their gradients and the optimiser's moments
    value_bytes: int  # of everything else in the arena: activations, their gradients, what is kept for the backward pass

    @property
    def total(self) -> float:
        """Seconds in a step."""
        return sum(self.seconds)


@dataclass(frozen=True)
class StepCost:
    """`seconds`: a whole step of `rows` samples; `operators`: the part of it that the nodes took."""

    rows: int
    seconds: float
    nodes: tuple[NodeCost, ...]
    arena_bytes: int

    @property
    def operators(self) -> float:
        return sum(node.total for node in self.nodes)

    @property
    def samples_per_second(self) -> float:
        return self.rows / self.seconds

    @property
    def parameters(self) -> int:
        return sum(node.parameters for node in self.nodes)


def step_cost(project: Project, data: Data, context: TaskContext | None = None, rounds: int = ROUNDS) -> StepCost:
    """Measures a run of the project from its start. Raises NNLabError for what cannot be trained."""
    context = context or TaskContext()
    run = prepare_run(project.graph, data, project.training, start=project.initial)
    rows = min(project.training.batch_size, len(data.x))
    run.train(2)  # pages are touched and functions loaded before anything counts
    piece = 1
    whole: list[float] = []
    begun = time.perf_counter()
    while not whole or time.perf_counter() - begun < WHOLE_SECONDS:
        context.report(0, rounds, "whole steps")
        before = time.perf_counter()
        done = run.train(piece)
        took = time.perf_counter() - before
        whole.append(took / done)
        if took < PIECE_SECONDS:
            piece, whole = piece * 2, []  # too short to be timed
    times = np.empty((rounds, len(run.program.instructions)))
    for k in range(rounds):
        context.report(k, rounds, "operator by operator")
        times[k] = run.step.timed_operations()
    nodes = _nodes(run.program, np.median(times, axis=0), rows)
    return StepCost(rows, min(whole), nodes, run.program.arena_size * run.program.dtype.itemsize)


def counted(project: Project, data: Data) -> Mapping[str, NodeCost]:
    """What is counted and not measured: parameters and bytes by node, of a program that is made anew; no seconds."""
    run = prepare_run(project.graph, data, project.training, start=project.initial)
    found = _nodes(run.program, np.zeros(len(run.program.instructions)), min(project.training.batch_size, len(data.x)))
    return {node.node: node for node in found}


def _nodes(program: Program, seconds: np.ndarray, rows: int) -> tuple[NodeCost, ...]:
    own: dict[str, list[float]] = {node.id: [0.0] * len(PHASES) for node in program.graph}
    for instruction, took in zip(program.instructions, seconds, strict=True):
        own.setdefault(instruction.node_id, [0.0] * len(PHASES))[PHASES.index(instruction.phase)] += float(took)
    total = float(seconds.sum()) or 1.0
    kept, values = _bytes(program, rows)
    counts: dict[str, int] = {}
    for info in program.parameters:
        counts[info.node_id] = counts.get(info.node_id, 0) + info.place.row
    return tuple(
        NodeCost(node, tuple(parts), sum(parts) / total, counts.get(node, 0), kept.get(node, 0), values.get(node, 0))
        for node, parts in own.items()
    )


def _bytes(program: Program, rows: int) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """By node: bytes of parameters with gradients and moments, and of everything else, in a batch of so many rows."""
    gradients = {f"{info.node_id}.d_{info.name.split('.', 1)[1]}" for info in program.parameters}
    learned = {*program.stored, *program.moments, *gradients}
    kept: dict[str, int] = {}
    values: dict[str, int] = {}
    for name, place in {**program.places, **program.moments}.items():
        node = name.split(".", 1)[0]
        found = kept if name in learned else values
        found[node] = found.get(node, 0) + place.span(rows)[1] * program.dtype.itemsize
    return kept, values
