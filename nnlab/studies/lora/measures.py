"""What an adapter costs, counted from the real arrays: numbers that learn, bytes of the optimiser, bytes of a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.errors import GraphError, NNLabError
from nnlab.core.preparation import Data
from nnlab.core.tensor_file import write_tensors
from nnlab.engine.compile import Update, compile
from nnlab.engine.phase_times import FEWEST, PhaseTimes
from nnlab.engine.program import Program
from nnlab.graph import edits
from nnlab.graph.adapters import adaptable, adapted, attach, detach, freeze_base, learn, switch, unmerge
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer
from nnlab.training.adapter_folder import saved_bytes
from nnlab.training.base_weights import with_known_base
from nnlab.training.complete_run import prepare_run
from nnlab.training.peft import ParametersByName, to_stored
from nnlab.training.project import Project


@dataclass(frozen=True)
class Cost:
    """What one way of training costs: numbers that learn, bytes the optimiser keeps for them, bytes of a file with what was learned.

    `rank` is None for all parameters (full fine-tuning); `problem` says in one sentence why a rank cannot be.
    """

    rank: int | None
    parameters: int
    optimizer_bytes: int
    file_bytes: int
    problem: str = ""


@dataclass(frozen=True)
class LayerCost:
    """Numbers that learn in one layer with an adapter, r (inputs + units) and with DoRA one per unit, beside those of its weight."""

    layer: str
    rank: int
    learning: int
    full: int

    @property
    def break_even(self) -> int:
        """The lowest rank at which A and B have as many numbers as the weight or more; above the shorter side it cannot be reached."""
        return -(-self.full * self.rank // self.learning) if self.learning else 0


def trained_numbers(program: Program) -> int:
    """How many numbers learn."""
    return sum(info.place.row for info in program.trained)


def optimizer_bytes(program: Program) -> int:
    """What the optimiser keeps from step to step, without a schedule's own numbers."""
    own = [place for info in program.parameters for place in info.moments.values()]
    return sum(place.row for place in own) * program.dtype.itemsize


def file_bytes(values: ParametersByName) -> int:
    """Bytes of a safetensors file with these tensors."""
    return len(write_tensors({name: np.ascontiguousarray(array) for name, array in values.items()})) if values else 0


def full_cost(graph: Graph, update: Update, real: str = "float32") -> Cost:
    """All parameters learn: the graph without adapters and without anything frozen."""
    program = compile(bare(graph), 1, real, update)
    blank = {info.name: np.zeros(info.place.shape, real) for info in program.stored.values()}
    return Cost(None, trained_numbers(program), optimizer_bytes(program), file_bytes(blank))


def adapter_cost(graph: Graph, name: str, update: Update, real: str = "float32") -> Cost:
    """An attached adapter alone; `rank` is its highest."""
    layers = adapted(graph)[name]
    program = compile(_with_this_alone(graph, name), 1, real, update)
    blank = {info.name: np.zeros(info.place.shape, real) for info in program.parameters}
    rank = max(adapter.rank for layer in layers if (adapter := graph[layer].adapter(name)) is not None)
    known = with_known_base(graph, blank)  # a hash in the file has its length, whatever it is of
    return Cost(rank, trained_numbers(program), optimizer_bytes(program), saved_bytes(to_stored(known, blank, name)))


def costs_by_rank(
    graph: Graph, layers: Iterable[str] | None, ranks: Iterable[int], update: Update, real: str = "float32", dora: bool = False
) -> tuple[Cost, ...]:
    """The cost of an adapter on these layers (all dense ones: None) for each rank, then of full fine-tuning.

    Each is counted from a program that is really compiled. A layer that has no room for a rank has an adapter of its own side's rank; a
    rank that none of them has room for has a sentence instead.
    """
    plain = bare(graph)
    chosen = adaptable(plain) if layers is None else tuple(layers)
    shapes = infer(plain)
    sides = {layer: min(shapes[layer, "weight"]) for layer in chosen}
    found = []
    for rank in ranks:
        if rank > max(sides.values(), default=0):
            found.append(Cost(rank, 0, 0, 0, f"No room: a weight here has at most rank {max(sides.values(), default=0)}."))
            continue
        own = {layer: min(rank, side) for layer, side in sides.items()}
        try:
            cost = adapter_cost(attach(plain, chosen, rank=rank, ranks=own, name="counted", dora=dora), "counted", update, real)
            found.append(replace(cost, rank=rank))
        except NNLabError as error:
            found.append(Cost(rank, 0, 0, 0, str(error)))
    return (*found, full_cost(graph, update, real))


def break_even(graph: Graph, name: str, layers: Collection[str]) -> int:
    """The lowest rank on these layers at which the adapter has as many numbers as their weights or more; 0 where no rank has.

    As in `costs_by_rank`, a layer that has no room for a rank counts with its own side's.
    """
    own = [cost for cost in layer_costs(graph, name) if cost.layer in layers]
    full, shapes = sum(cost.full for cost in own), infer(graph)
    sides = {cost.layer: min(shapes[cost.layer, "weight"]) for cost in own}
    return next(
        (
            rank for rank in range(1, max(sides.values(), default=0) + 1)
            if sum(min(rank, sides[cost.layer]) * cost.learning / cost.rank for cost in own) >= full
        ), 0,
    )  # fmt: skip


def step_seconds(project: Project, data: Data, rounds: int = 24) -> tuple[float, float]:
    """Seconds of a training step of the project as it is, and of the same network with all parameters learning.

    By the engine's phase times, step by step in turn, so that what else the machine does falls on both. Raises NNLabError for what cannot
    be trained.
    """
    graphs = (project.graph, bare(project.graph))
    runs = [prepare_run(graph, data, project.training, start=project.initial) for graph in graphs]
    times = [PhaseTimes(), PhaseTimes()]
    for run in runs:
        run.train(2)  # pages are touched and functions loaded before anything counts
    for _ in range(max(rounds, FEWEST)):
        for run, kept in zip(runs, times, strict=True):
            kept.add(run.step.timed())
    own, full = times[0].seconds, times[1].seconds
    assert own is not None and full is not None
    return own, full


def layer_costs(graph: Graph, name: str) -> tuple[LayerCost, ...]:
    """Layer by layer, from the shapes of the arrays themselves. Raises GraphError for a layer whose input has no shape yet."""
    shapes = infer(graph)
    found = []
    for layer in adapted(graph)[name]:
        adapter = graph[layer].adapter(name)
        assert adapter is not None
        if shapes.get(layer, "weight") is None:
            raise GraphError(f"{layer} has no size yet, because no shape is known of what leads into it; connect its input.", layer)
        learning = sum(int(np.prod(shapes[layer, part])) for part in adapter.learning)
        found.append(LayerCost(layer, adapter.rank, learning, int(np.prod(shapes[layer, "weight"]))))
    return tuple(found)


def bare(graph: Graph) -> Graph:
    """The graph as if nothing had been attached or frozen."""
    for name in adapted(graph):
        graph = detach(graph, name)
    return edits.set_frozen(graph, [node.id for node in graph if node.parameters], False)


def _with_this_alone(graph: Graph, name: str) -> Graph:
    return freeze_base(learn(switch(unmerge(graph, name), name), name))
