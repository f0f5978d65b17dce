"""Probes: pictures of what every neuron answers, wide layers' too."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.probes import PICTURE, WIDEST, grid, pictures


def evaluator(units: int) -> Evaluator:
    """A 2-units-1 network with weights that are drawn."""
    b = GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=units)), units=1))
    found = Evaluator(b.build())
    end = found.program.parameters_end
    found.load(np.random.default_rng(0).normal(size=end).astype(np.float32))
    return found


@pytest.mark.parametrize("units", [8, 257, WIDEST])
def test_every_unit_has_its_answer_over_the_plane(units: int) -> None:
    data, network = prepare(DataSettings("spiral")), evaluator(units)
    found = pictures(network, data)
    assert found["tanh_1"].shape == (units, PICTURE, PICTURE)
    expected = network.activations(data.transform(grid(data, PICTURE)), ["tanh_1.y"])["tanh_1.y"]
    np.testing.assert_array_equal(found["tanh_1"][units - 3].ravel(), expected[:, units - 3])


def test_layers_beyond_the_widest_have_no_pictures() -> None:
    assert "tanh_1" not in pictures(evaluator(WIDEST + 1), prepare(DataSettings("spiral")))
