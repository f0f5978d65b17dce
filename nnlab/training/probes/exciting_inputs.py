"""Exciting inputs: the training images that every unit answers to most strongly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.probe import Probe, register

SAMPLES = 2000  # training samples that are looked at
BEST = 6  # for every unit
WIDEST = 512  # units


@dataclass(frozen=True, eq=False)
class UnitInputs:
    """samples (units, BEST), the strongest first, and the answers to them, (units, BEST)."""

    samples: np.ndarray
    answers: np.ndarray


@dataclass(frozen=True, eq=False)
class ExcitingInputs:
    """By node, for every layer of at most WIDEST units behind the input."""

    by_node: Mapping[str, UnitInputs]


def exciting_inputs(evaluator: Evaluator, data: Data) -> ExcitingInputs:
    program = evaluator.program
    names = {
        node.id: f"{node.id}.y" for node in program.graph.topological()
        if not node.kind.is_loss and f"{node.id}.y" in evaluator.before_loss_tensors and f"{node.id}.y" != program.input_name
    }  # fmt: skip
    flat = {i: n for i, n in names.items() if len(program.places[n].shape) == 1 and program.places[n].row <= WIDEST}
    found = evaluator.activations(data.x[:SAMPLES], flat.values())
    by_node = {}
    for node, name in flat.items():
        values = found[name]
        samples = np.argsort(-values, axis=0, kind="stable")[:BEST].T
        by_node[node] = UnitInputs(samples, np.take_along_axis(values.T, samples, axis=1))
    return ExcitingInputs(by_node)


register(Probe("exciting_inputs", exciting_inputs, applies=lambda data: data.image_shape is not None))
