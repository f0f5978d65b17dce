"""An input of one's own: the answer is the engine's, and a drawing is counted as the digits of scikit-learn are."""

from __future__ import annotations

import numpy as np
import pytest

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.own_input import OVERSAMPLING, DrawnImage, answer


def test_the_answer_is_the_networks_and_the_nearest_sample_is_found() -> None:
    data = prepare(DataSettings("iris"))
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.tanh(b.dense(b.input(features=4), units=5)), units=3))
    session = nnlab.Session(b.build(), seed=2)
    evaluator = Evaluator(session.graph)
    evaluator.state.set_parameters(session.parameters)
    raw = data.raw_x[7] + [0.0, 0.0, 0.0, 100.0]
    found = answer(evaluator, data, raw)
    logits = session.predict(data.transform(raw[None]))[0].astype(np.float64)
    np.testing.assert_allclose(found.shares, np.exp(logits) / np.exp(logits).sum(), rtol=1e-6)
    np.testing.assert_array_equal(found.layers["tanh_1"], session.activations(data.transform(raw[None]), ["tanh_1.y"])["tanh_1.y"][0])
    assert found.outside == (data.raw_features[3],)
    same = answer(evaluator, data, data.raw_x[7])
    assert same.distance == 0.0 and np.array_equal(data.raw_x[same.nearest], data.raw_x[7]) and same.outside == ()
    with pytest.raises(NNLabError, match="finite"):
        answer(evaluator, data, np.array([1.0, np.nan, 0.0, 0.0]))


def test_a_pixel_is_the_share_of_its_points_under_the_pen() -> None:
    drawing = DrawnImage(8, 8)
    drawing.stroke((0.5, 0.1), (0.5, 0.9))
    image = drawing.image()
    assert np.array_equal(image, image[:, ::-1]), "a stroke down the middle is symmetric"
    # The pen is 4.6 points of 32 wide: the points 14 … 17 of every row lie within 2.3 of the middle, at 16.
    assert image[4].tolist() == [0, 0, 0, 0.5, 0.5, 0, 0, 0]
    drawing.stroke((0.0, 0.5), (1.0, 0.5), is_drawn=False)
    assert drawing.image()[4].sum() < 1.0 and drawing.image()[1].sum() == 1.0
    drawing.clear()
    assert not drawing.image().any()


def test_a_sample_is_taken_over_exactly_as_the_digits_are_counted() -> None:
    image = np.arange(64).reshape(8, 8) % 17 / OVERSAMPLING**2
    drawing = DrawnImage(8, 8)
    drawing.take(image)
    np.testing.assert_array_equal(drawing.image(), image)
