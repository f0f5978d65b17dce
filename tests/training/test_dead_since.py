"""Dead units: since which iteration, and how many parameters get no gradient."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.graph.builder import GraphBuilder
from nnlab.training.complete_run import prepare_run
from nnlab.training.diagnosis import Diagnosis, diagnoses
from nnlab.training.observation import Observation
from nnlab.training.settings import TrainingSettings
from nnlab.training.weight_path import WeightPath

AT = np.array([0, 10, 20, 30, 40])


def found(alive: tuple[int, ...]) -> Diagnosis:
    """A layer of 8 units, 6 of them dead by their biases at all but some of five moments; the run stands at the last."""
    b = GraphBuilder()
    hidden = b.relu(b.dense(b.input(features=2), units=8))
    b.binary_cross_entropy(b.dense(hidden, units=1))
    data, settings = prepare(DataSettings("circle")), TrainingSettings("sgd", {}, 0.1, 32)
    run = prepare_run(b.build(), data, settings)
    place, weights = run.program.places["dense_1.bias"], np.tile(run.state.arena[: run.program.parameters_end], (len(AT), 1))
    for row, iteration in enumerate(AT.tolist()):
        if iteration not in alive:
            weights[row, place.offset : place.offset + 6] = -100.0
    run.state.arena[: run.program.parameters_end] = weights[-1]
    path = WeightPath(AT, weights, len(AT) - 1)
    seen = Observation(
        run.program.graph, settings, data.x, data.y, run.state.stored(), run.history.curves(), data, path=lambda: path
    )  # fmt: skip
    (one,) = diagnoses["dead_units"].find(seen)
    return one


@pytest.mark.parametrize(
    ("alive", "words"),
    [
        ((0, 10, 20), " since iteration 30,"), ((0, 20), " since iteration 30,"), ((0, 10, 20, 30), " since iteration 40,"),
        ((), " from the beginning,"),
    ],
)  # fmt: skip
def test_it_is_said_since_when(alive: tuple[int, ...], words: str) -> None:
    assert words in found(alive).evidence


def test_the_parameters_of_dead_units_are_counted() -> None:
    assert "so 18 of 33 parameters get no gradient" in found((0,)).evidence  # six of eight units with two weights and a bias; 24 + 9
