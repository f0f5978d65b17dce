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
    assert push_apart([5, 5], 18, 0, 10) == [0, 10]
    assert push_apart([], 18, 0, 20) == []


@given(st.lists(st.floats(-100, 400), min_size=1, max_size=8))
def test_always_apart_ordered_and_inside(wanted: list[float]) -> None:
    places = push_apart(wanted, 18, 0, 300)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    sorted_places = [places[i] for i in order]
    assert all(b - a >= 18 - 1e-9 for a, b in itertools.pairwise(sorted_places))
    assert all(-1e-9 <= place <= 300 + 1e-9 for place in places)


def test_a_cluster_lies_around_the_mean_of_what_it_wants() -> None:
    """Three at 50, 54, 54 want their first at 50, 36, 18: on average at 34⅔. What is far from them stays."""
    assert push_apart([50, 54, 54], 18, 0, 200) == pytest.approx([34 + 2 / 3, 52 + 2 / 3, 70 + 2 / 3])
    assert push_apart([120, 50, 10, 54], 18, 0, 200) == [120, 43, 10, 61]
    assert push_apart([5, 60, 61, 62], 18, 0, 200) == [5, 43, 61, 79]


def test_one_label_is_kept_inside_and_room_that_just_suffices_is_used() -> None:
    assert push_apart([300], 18, 0, 200) == [200]
    assert push_apart([-5], 18, 0, 200) == [0]
    assert push_apart([7, 8, 9], 10, 0, 20) == [0, 10, 20]


def test_without_room_all_lie_in_one_place() -> None:
    assert push_apart([1, 2], 18, 10, 5) == [5, 5]
    assert push_apart([3], 18, 10, 5) == [5]
    assert push_apart([1, 2, 3], 18, 4, 4) == [4, 4, 4]
