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


def iris_answer(raw: np.ndarray) -> tuple[tuple[str, ...], int, float]:
    data = prepare(DataSettings("iris"))
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.input(features=4), units=3))
    session = nnlab.Session(b.build(), seed=2)
    evaluator = Evaluator(session.graph)
    evaluator.state.set_parameters(session.parameters)
    found = answer(evaluator, data, raw)
    return found.outside, found.nearest, found.distance


def test_the_ends_of_a_range_lie_within_it() -> None:
    data = prepare(DataSettings("iris"))
    low, high = data.raw_x.min(axis=0), data.raw_x.max(axis=0)
    assert iris_answer(low)[0] == iris_answer(high)[0] == ()
    below, above = low.copy(), high.copy()
    below[1] -= 0.01
    above[[0, 3]] += 0.01
    assert iris_answer(below)[0] == (data.raw_features[1],)
    assert iris_answer(above)[0] == (data.raw_features[0], data.raw_features[3])
    _, nearest, distance = iris_answer(low)
    apart = np.sqrt(((data.x - (low - data.mean) / data.scale) ** 2).sum(axis=1))  # as the network sees them
    assert nearest == apart.argmin() and distance == pytest.approx(apart.min())


def test_a_number_is_answered_by_a_number() -> None:
    data = prepare(DataSettings("plane"))
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    session = nnlab.Session(b.build(), seed=2)
    evaluator = Evaluator(session.graph)
    evaluator.state.set_parameters(session.parameters)
    found = answer(evaluator, data, data.raw_x[3])
    assert found.shares is None
    w, bias = session.parameters["dense_1.weight"], session.parameters["dense_1.bias"]
    assert found.numbers.tolist() == pytest.approx((w @ data.x[3] + bias).tolist(), rel=1e-5)
    assert sorted(found.layers) == ["dense_1", "input_1"]


def test_a_dot_is_a_disc_of_the_pen() -> None:
    """Within 2.3 of the middle of 32 × 32 points lie those at ±0.5 and ±1.5, both ways: four in each of the middle pixels."""
    drawing = DrawnImage(8, 8)
    drawing.stroke((0.5, 0.5), (0.5, 0.5))
    expected = np.zeros((8, 8))
    expected[3:5, 3:5] = 0.25
    np.testing.assert_array_equal(drawing.image(), expected)
    drawing.stroke((0.5, 0.5), (0.5, 0.5), is_drawn=False)
    assert not drawing.image().any()


def test_a_stroke_has_round_ends_also_on_a_wide_image() -> None:
    """16 × 32 points, the pen by the longer side: around y = 8 the rows 6 to 9, and from 8 to 24 across the points 6 to 25."""
    drawing = DrawnImage(4, 8)
    drawing.stroke((0.25, 0.5), (0.75, 0.5))
    row = [0, 0.25, 0.5, 0.5, 0.5, 0.5, 0.25, 0]
    np.testing.assert_array_equal(drawing.image(), [[0] * 8, row, row, [0] * 8])


def test_points_are_taken_from_the_middle_of_a_pixel_outwards() -> None:
    drawing = DrawnImage(1, 3)
    drawing.take(np.array([[0.25, 7.0, -1.0]]))
    np.testing.assert_array_equal(drawing.points[:, :4], np.pad(np.ones((2, 2), dtype=bool), 1))
    assert drawing.image().tolist() == [[0.25, 1.0, 0.0]]


def test_a_stroke_shorter_than_a_point_is_a_stroke() -> None:
    """From 16 to 16.5 of 32 points: the pen reaches 2.3 beyond both ends, and a dot to both sides of its one place."""
    short, dot = DrawnImage(8, 8), DrawnImage(8, 8)
    short.stroke((0.5, 0.5), (0.5 + 0.5 / 32, 0.5))
    dot.stroke((0.5, 0.5), (0.5, 0.5))
    assert np.flatnonzero(short.points[16]).tolist() == [14, 15, 16, 17, 18] and np.flatnonzero(dot.points[16]).tolist() == [14, 15, 16, 17]


@pytest.mark.parametrize(("beside", "last"), [(0.25, 18), (0.15, 17)])
def test_the_pen_reaches_2_3_of_32_points(beside: float, last: int) -> None:
    """From 16.25 to the point at 18.5 it is 2.25, from 16.15 it is 2.35."""
    drawing = DrawnImage(8, 8)
    drawing.stroke(((16 + beside) / 32, 16.5 / 32), ((16 + beside) / 32, 16.5 / 32))
    assert np.flatnonzero(drawing.points[16])[-1] == last
