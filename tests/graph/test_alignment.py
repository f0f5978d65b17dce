"""Aligning and distributing move cards along one axis only, and keep their order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.graph.alignment import ALIGNMENTS, LEAST, align, distribute

PLACES = {"a": (0.0, 10.0), "b": (400.0, 0.0), "c": (100.0, 40.0)}


@pytest.mark.parametrize(
    ("how", "expected"),
    [("left", 0.0), ("centre", 200.0), ("right", 400.0), ("top", 0.0), ("middle", 20.0), ("bottom", 40.0)],
)
def test_cards_stand_in_one_line(how: str, expected: float) -> None:
    axis = 0 if how in ("left", "centre", "right") else 1
    result = align(PLACES, how)
    assert {p[axis] for p in result.values()} == {expected}
    assert all(result[name][1 - axis] == PLACES[name][1 - axis] for name in PLACES)


def test_unknown_alignments_are_named() -> None:
    with pytest.raises(ValueError, match="choose one of left, centre"):
        align(PLACES, "diagonal")
    assert all(align({}, how) == {} for how in ALIGNMENTS)


def test_distances_are_equal() -> None:
    assert distribute(PLACES, 0) == {"a": (0.0, 10.0), "c": (200.0, 40.0), "b": (400.0, 0.0)}
    assert distribute({"a": (5.0, 5.0)}, 1) == {"a": (5.0, 5.0)}
    assert distribute({"a": (0.0, 5.0), "b": (7.0, 405.0), "c": (9.0, 6.0)}, 1) == {"a": (0.0, 5.0), "c": (9.0, 205.0), "b": (7.0, 405.0)}


def test_where_there_is_too_little_room_the_middle_stays() -> None:
    """Three cards need 2 · 152 across and 2 · 104 down."""
    assert distribute({"a": (0.0, 0.0), "b": (100.0, 0.0), "c": (20.0, 0.0)}, 0) == {
        "a": (-102.0, 0.0),
        "c": (50.0, 0.0),
        "b": (202.0, 0.0),
    }
    assert distribute({"a": (0.0, 0.0), "b": (0.0, 8.0)}, 1) == {"a": (0.0, -48.0), "b": (0.0, 56.0)}
    exactly = {"a": (0.0, 0.0), "b": (152.0, 0.0), "c": (304.0, 0.0)}
    assert distribute(exactly, 0) == exactly
    same = {"low": (5.0, 9.0), "high": (5.0, 1.0)}
    assert distribute(same, 0) == {"high": (-71.0, 1.0), "low": (81.0, 9.0)}, "at one place the other axis decides the order"


places = st.dictionaries(st.text(min_size=1, max_size=3), st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=2, max_size=8)


@given(places, st.sampled_from((0, 1)))
def test_distributing_keeps_order_room_and_the_other_axis(positions: dict[str, tuple[float, float]], axis: int) -> None:
    result = distribute(positions, axis)
    before = sorted(positions, key=lambda n: (positions[n][axis], positions[n][1 - axis]))
    values = [result[name][axis] for name in before]
    steps = [b - a for a, b in pairwise(values)]
    assert min(steps) >= LEAST[axis] - 1e-6 and max(steps) - min(steps) < 1e-6
    assert all(result[n][1 - axis] == positions[n][1 - axis] for n in positions)
