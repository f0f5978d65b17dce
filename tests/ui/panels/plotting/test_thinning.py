from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.engine.history import Curves
from nnlab.ui.panels.plotting.thinning import (
    block_at,
    group_starts,
    positive_logarithm,
    sample_columns,
    thin_loss,
    thin_norms,
    visible_blocks,
)


def curves(minimum: np.ndarray, maximum: np.ndarray, *, origin: int = 0, block_size: int = 1, norms: np.ndarray | None = None) -> Curves:
    count = len(minimum)
    middle = (minimum + maximum) / 2
    norms = np.ones((count, 1), dtype=np.float32) if norms is None else norms
    names = tuple(f"dense_{k}.weight" for k in range(norms.shape[1]))
    return Curves(origin, block_size, minimum, maximum, middle, norms, names, *(np.empty(0) for _ in range(5)), 0.0)


@given(st.integers(1, 4096), st.integers(1, 1500), st.integers(0, 2**32 - 1))
def test_true_extremes_survive_thinning(count: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    low = random.normal(size=count)
    thinned = thin_loss(curves(low, low + 1.0), 0, count, columns)
    assert thinned.minimum.min() == low.min()
    assert thinned.maximum.max() == (low + 1.0).max()
    assert len(thinned.iterations) <= columns + 1
    assert thinned.iterations[-1] == count
    assert np.all(np.diff(thinned.iterations) > 0)


def test_groups_stay_the_same_blocks_while_the_curve_grows() -> None:
    before, after = group_starts(0, 1000, 300), group_starts(0, 1100, 300)
    assert before.tolist() == after[: len(before)].tolist()


def test_groups_of_a_part_are_aligned_to_those_of_the_whole() -> None:
    assert set(group_starts(7, 1000, 250)[1:]) <= set(range(0, 1000, 4))


def test_only_the_visible_part_is_thinned_so_zooming_in_shows_every_block() -> None:
    low = np.arange(4000.0)
    thinned = thin_loss(curves(low, low), 1000, 1050, 300)
    assert thinned.iterations[0] <= 1001 and thinned.iterations[-1] >= 1050
    assert np.array_equal(thinned.minimum, thinned.iterations - 1)  # each block by itself


def test_blocks_of_many_iterations_and_an_origin_keep_their_iterations() -> None:
    thinned = thin_loss(curves(np.zeros(10), np.ones(10), origin=500, block_size=8), 0, 10_000, 100)
    assert thinned.iterations.tolist() == [508 + 8 * k for k in range(10)]
    assert block_at(curves(np.zeros(10), np.ones(10), origin=500, block_size=8), 508) == 0
    assert block_at(curves(np.zeros(10), np.ones(10), origin=500, block_size=8), 509) == 1
    assert block_at(curves(np.zeros(10), np.ones(10), origin=500, block_size=8), 10**9) == 9


@pytest.mark.parametrize(
    ("first", "last", "blocks"),
    [(500, 580, (0, 10)), (516, 532, (1, 5)), (515, 533, (0, 6)), (524, 524, (2, 4)), (0, 1, (0, 0)), (900, 999, (10, 10)),
     (580, 600, (9, 10))],
)  # fmt: skip
def test_visible_are_the_blocks_of_the_range_and_one_to_each_side(first: float, last: float, blocks: tuple[int, int]) -> None:
    """Block k covers the iterations 501 + 8 k … 508 + 8 k."""
    assert visible_blocks(curves(np.zeros(10), np.ones(10), origin=500, block_size=8), first, last) == blocks


@pytest.mark.parametrize(
    ("first", "stop", "most", "starts"),
    [(0, 10, 10, list(range(10))), (0, 10, 9, [0, 2, 4, 6, 8]), (0, 10, 5, [0, 2, 4, 6, 8]), (0, 10, 4, [0, 3, 6, 9]),
     (5, 10, 2, [5, 6, 9]),
     (6, 12, 2, [6, 9]), (0, 3, 0, [0])],
)  # fmt: skip
def test_where_groups_start(first: int, stop: int, most: int, starts: list[int]) -> None:
    assert group_starts(first, stop, most).tolist() == starts


def test_norms_know_the_iterations_of_their_groups() -> None:
    thinned = thin_norms(curves(np.zeros(10), np.ones(10), origin=500, block_size=8), 530, 560, 3)
    assert (thinned.first, thinned.last, thinned.iterations.tolist()) == (516, 572, [524.0, 548.0, 572.0])
    assert thinned.logarithms.tolist() == [[0.0]] * 3
    nothing = thin_norms(curves(np.zeros(3), np.ones(3), origin=500, norms=np.empty((3, 0))), 500, 503, 3)
    assert (nothing.first, nothing.last, nothing.logarithms.shape) == (500, 500, (0, 0))


def test_a_crosshair_finds_the_group_that_ends_there_or_next() -> None:
    assert sample_columns(np.array([10.0, 20.0, 30.0]), np.array([1.0, 10.0, 10.5, 30.0, 99.0])).tolist() == [0, 0, 1, 2, 2]
    assert block_at(curves(np.zeros(3), np.ones(3), origin=500, block_size=8), 3) == 0


def test_a_value_that_is_not_a_number_does_not_hide_its_neighbours() -> None:
    low = np.array([1.0, np.nan, 3.0, 4.0])
    thinned = thin_loss(curves(low, low), 0, 4, 2)
    assert thinned.minimum.tolist() == [1.0, 3.0]


def test_nothing_gives_nothing() -> None:
    empty = curves(np.empty(0), np.empty(0))
    assert not len(thin_loss(empty, 0, 1, 300).iterations)
    assert not len(thin_norms(empty, 0, 1, 300).iterations)
    assert block_at(empty, 5) is None


def test_norms_are_averaged_as_logarithms_and_zeros_left_out() -> None:
    norms = np.array([[1.0, 0.0], [100.0, 0.0], [0.0, 1.0], [10.0, np.inf]], dtype=np.float32)
    thinned = thin_norms(curves(np.zeros(4), np.zeros(4), norms=norms), 0, 4, 2)
    assert np.allclose(thinned.logarithms[:, 0], [1.0, 1.0])
    assert np.isnan(thinned.logarithms[0, 1]) and thinned.logarithms[1, 1] == 0.0


def test_logarithms_exist_for_positive_finite_values_alone() -> None:
    found = positive_logarithm(np.array([100.0, 0.0, -1.0, np.nan, np.inf]))
    assert found[0] == 2.0 and np.isnan(found[1:]).all()
