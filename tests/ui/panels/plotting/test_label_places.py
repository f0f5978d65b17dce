from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.ui.panels.plotting.label_places import push_apart


def test_labels_with_room_stay_where_they_are() -> None:
    assert push_apart([10, 50, 90], 18, 0, 200) == [10, 50, 90]


def test_two_that_collide_share_the_shift() -> None:
    assert push_apart([50, 54], 18, 0, 200) == [43, 61]
    assert push_apart([54, 50], 18, 0, 200) == [61, 43]


def test_they_are_kept_within_the_picture() -> None:
    assert push_apart([0, 2], 18, 10, 200) == [10, 28]
    assert push_apart([199, 200], 18, 10, 200) == [182, 200]


def test_too_many_fill_the_room_evenly() -> None:
    assert push_apart([5, 5, 5], 18, 0, 20) == pytest.approx([0, 10, 20])
    assert push_apart([], 18, 0, 20) == []


@given(st.lists(st.floats(-100, 400), min_size=1, max_size=8))
def test_always_apart_ordered_and_inside(wanted: list[float]) -> None:
    places = push_apart(wanted, 18, 0, 300)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    sorted_places = [places[i] for i in order]
    assert all(b - a >= 18 - 1e-9 for a, b in itertools.pairwise(sorted_places))
    assert all(-1e-9 <= place <= 300 + 1e-9 for place in places)
