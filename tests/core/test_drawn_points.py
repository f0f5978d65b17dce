from __future__ import annotations

import pytest

from nnlab.core.drawn_points import EXTENT, MOST_POINTS, DrawnPoints


def test_points_are_read_as_they_are_written() -> None:
    points = DrawnPoints.read("-2 1 0; 1.5, 2, 1;\n0 0.25")
    assert points.points == ((-2.0, 1.0, 0), (1.5, 2.0, 1), (0.0, 0.25, 0))
    assert DrawnPoints.read(points.text) == points
    assert points.with_added([(1 / 3, 2, 1)]).points[-1] == (0.3333, 2.0, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 2 3 4", "points such as"), ("a b 0", "points such as"), ("1 1 0.5", "points such as"),
        (f"0 0 0; {EXTENT + 1} 0 0", "point 2 lies at 9, 0, outside the plane from -8 to 8"), ("0 nan 0", "point 1 lies"),
        ("0 0 9", "the class of point 1 is 9"), (";".join(["0 0 0"] * (MOST_POINTS + 1)), "from 1 to 5,000 points, not 5,001"),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_in_words(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        DrawnPoints.read(text)


def test_an_eraser_reaches_an_ellipse_and_leaves_the_last_point() -> None:
    points = DrawnPoints.read("0 0 0; 1 0 0; 0 1 1")
    assert points.without(0, 0, 1.5, 0.5).points == ((0.0, 1.0, 1),)
    assert points.without(4, 4, 1, 1) is points
    with pytest.raises(ValueError, match="the last point stays"):
        points.without(0, 0, 5, 5)
