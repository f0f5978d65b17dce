"""A fine cut is what the network answers at every point of it, kinks between points of the grid included."""

from __future__ import annotations

import numpy as np

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.ui.approximation.fine_cut import cut_at
from nnlab.ui.approximation.surface_cut import POINTS


def test_a_kink_is_where_the_network_has_it() -> None:
    data = prepare(DataSettings("plane", {"samples": 50}))
    b = GraphBuilder()
    b.mse(b.dense(b.relu(b.dense(b.input(features=2), units=1)), units=1))
    evaluator = Evaluator(b.build(), "float64")
    scale = data.transform(np.array([[0.0, 0.0], [1.0, 1.0]]))  # what the network reads of raw features
    slope = scale[1] - scale[0]
    kink = 0.123
    values = {  # 3 · max(0, x − kink) + 1 of the raw x
        "dense_1.weight": np.array([[1 / slope[0], 0.0]]), "dense_1.bias": np.array([-scale[0, 0] / slope[0] - kink]),
        "dense_2.weight": np.array([[3.0]]), "dense_2.bias": np.array([1.0]),
    }  # fmt: skip
    for parameter in evaluator.program.parameters:
        parameter.place.view(evaluator.state.arena, 1)[...] = values[parameter.name]
    along = cut_at(evaluator, data, (-1.0, 0.5), (1.0, 0.5))
    assert len(along.x) == POINTS
    np.testing.assert_allclose(along.fit, 3 * np.maximum(0.0, along.x - kink) + 1, atol=1e-12)
