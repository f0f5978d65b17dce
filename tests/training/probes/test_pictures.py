"""Pictures of what every neuron answers, wide layers' too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from known_networks import linear, table

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.domain import grid
from nnlab.training.probe import probes
from nnlab.training.probes.pictures import SIDE, WIDEST, Pictures


def pictures(network: Evaluator, data: object) -> dict[str, np.ndarray]:
    result = probes["pictures"](network, data)  # type: ignore[arg-type]
    assert isinstance(result, Pictures)
    return dict(result.by_node)


def drawn(units: int) -> Evaluator:
    """A 2-units-1 network with weights that are drawn."""
    b = GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=units)), units=1))
    found = Evaluator(b.build())
    end = found.program.parameters_end
    found.load(np.random.default_rng(0).normal(size=end).astype(np.float32))
    return found


@pytest.mark.parametrize("units", [8, 257, WIDEST])
def test_every_unit_has_its_answer_over_the_plane(units: int) -> None:
    data, network = prepare(DataSettings("spiral")), drawn(units)
    found = pictures(network, data)
    assert found["tanh_1"].shape == (units, SIDE, SIDE)
    expected = network.activations(data.transform(grid(data, SIDE)), ["tanh_1.y"])["tanh_1.y"]
    np.testing.assert_array_equal(found["tanh_1"][units - 3].ravel(), expected[:, units - 3])


def test_layers_beyond_the_widest_have_no_pictures() -> None:
    found = pictures(drawn(WIDEST + 1), prepare(DataSettings("spiral")))
    assert set(found) == {"input_1", "dense_2"}


def test_a_pixel_is_the_answer_at_its_centre() -> None:
    """Over 24 × 24 cells one wide: y = x₁ + 2 x₂ and −x₁."""
    data = replace(table([[0.0, 0.0]], [0]), domain=((0.0, float(SIDE)), (-12.0, SIDE - 12.0)))
    found = pictures(linear([[1.0, 2.0], [-1.0, 0.0]]), data)
    centres = np.arange(24.0) + 0.5
    np.testing.assert_array_equal(found["dense_1"][0], centres[None, :] + 2 * (centres - 12)[:, None])
    np.testing.assert_array_equal(found["dense_1"][1], np.broadcast_to(-centres, (24, 24)))
    np.testing.assert_array_equal(found["input_1"][1], np.broadcast_to((centres - 12)[:, None], (24, 24)))


def test_along_one_feature_a_picture_is_a_row_of_points_from_end_to_end() -> None:
    found = pictures(linear([[3.0], [-1.0]]), replace(table([[0.0]], [0]), domain=((0.0, 47.0),)))
    np.testing.assert_allclose(found["dense_1"][0], [3.0 * np.arange(48)], rtol=1e-6)
    np.testing.assert_allclose(found["dense_1"][1], [-np.arange(48.0)], rtol=1e-6)


def test_the_loss_has_no_picture() -> None:
    assert set(pictures(linear([[1.0, 2.0]]), table([[0.0, 0.0], [1.0, 1.0]], [0, 0]))) == {"input_1", "dense_1"}
