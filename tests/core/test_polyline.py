"""A curve drawn by hand is a function and a value: text and back, strokes that run back, points that say nothing left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.core.polyline import LARGEST, MOST_POINTS, Polyline, as_function

NUMBERS = st.floats(-1000, 1000, allow_nan=False).map(lambda value: float(f"{value:.5g}"))
CURVES = st.dictionaries(NUMBERS, NUMBERS, min_size=2, max_size=30).map(lambda points: Polyline(tuple(sorted(points.items()))))
STROKES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=40)


@given(CURVES)
def test_text_and_back(curve: Polyline) -> None:
    assert Polyline.read(curve.text) == curve


def test_values_are_straight_lines_and_nothing_is_known_beyond() -> None:
    curve = Polyline.read("0 1; 2 5; 3 5")
    assert curve.domain == (0.0, 3.0)
    np.testing.assert_array_equal(curve.values(np.array([-0.1, 0.0, 0.5, 2.0, 2.5, 3.0, 3.1])), [np.nan, 1, 2, 5, 5, 5, np.nan])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "points such as 0 1; 2 3.5"),
        ("1 2", "from 2 to 2,000 points, not 1"),
        ("0 1; 0 2", "x must rise from point to point, but 0 comes after 0"),
        ("0 1; 1 2; 0.5 3", "0.5 comes after 1"),
        ("0 1; 1 nan", "numbers from -1,000,000 to 1,000,000"),
        (f"0 1; {10 * LARGEST} 2", "numbers from"),
        ("0 1; 1 2 3", "x and y each"),
        ("__import__('os'); 1", "points such as"),
    ],
)
def test_what_is_no_curve_is_said(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Polyline.read(text)


def test_a_stroke_replaces_what_it_passes_and_leaves_the_rest() -> None:
    curve = Polyline.read("-3 0; 3 0").with_stroke([-1, 0, 1], [2, 2.5, 2])
    np.testing.assert_allclose(curve.values(np.array([-3, -2, -1.1, -1, 0, 1, 1.1, 3])), [0, 0, 0, 2, 2.5, 2, 0, 0])


def test_a_stroke_that_runs_back_counts_as_drawn_last() -> None:
    x, y = as_function(np.array([0.0, 1.0, 2.0, 0.5]), np.array([0.0, 1.0, 2.0, 9.0]))
    assert (x.tolist(), y.tolist()) == ([0.0, 0.5, 2.0], [0.0, 9.0, 2.0])


def test_a_stroke_beyond_the_ends_makes_the_curve_longer() -> None:
    curve = Polyline.read("0 0; 1 0").with_stroke([2, 3], [1, 1])
    assert curve.domain == (0.0, 3.0)
    assert curve.values(np.array([0.5, 2.5])).tolist() == [0.0, 1.0]


def test_straight_up_keeps_the_last_place_and_a_point_alone_changes_it() -> None:
    curve = Polyline.read("0 0; 10 0").with_stroke([5, 5, 5], [1, 2, 3])
    assert curve.values(np.array([5.0]))[0] == 3.0
    assert Polyline.read("0 0; 10 0").with_stroke([], []) == Polyline.read("0 0; 10 0")


@given(CURVES, STROKES)
def test_whatever_the_stroke_the_result_is_a_curve_through_its_end(curve: Polyline, stroke: list[tuple[float, float]]) -> None:
    x, y = (np.array(values) for values in zip(*stroke, strict=True))
    drawn = curve.with_stroke(x, y)
    assert 2 <= len(drawn.points) <= MOST_POINTS
    assert (np.diff(drawn.x) > 0).all()
    np.testing.assert_allclose(drawn.values(x[-1:]), y[-1:], rtol=1e-5, atol=1e-3)


@given(CURVES, st.floats(0, 10))
def test_a_simplified_curve_stays_within_the_tolerance(curve: Polyline, tolerance: float) -> None:
    simple = curve.simplified(tolerance)
    assert set(simple.points) <= set(curve.points) and simple.domain == curve.domain
    assert np.abs(simple.values(curve.x) - curve.y).max() <= tolerance + 1e-9 * np.abs(curve.y).max()


def test_very_long_strokes_are_thinned() -> None:
    x = np.linspace(0, 1, 50_000)
    curve = Polyline.read("0 0; 1 1").with_stroke(x, np.sin(x))
    assert len(curve.points) <= MOST_POINTS
    np.testing.assert_allclose(curve.values(x), np.sin(x), atol=1e-3)
