"""What is shown as smoothed is a mean over a stated window, and lies within it: for every iteration and every size of blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kept_kernels import keep

from nnlab.core.kernel.context import CONTEXT_WORDS, ITERATION
from nnlab.core.kernel.recording import record
from nnlab.core.kernel.structures import Network, UpdateArrays
from nnlab.engine.history import Curves, History
from nnlab.engine.second_parts import NO_PARTS
from nnlab.engine.smoothing import SHARE, trailing_means, window_blocks

keep(record)
LOSSES = st.lists(st.floats(-1e300, 1e300, allow_subnormal=False), min_size=1, max_size=300)
FALLING = [10.0 ** (-k / 27) for k in range(600)]  # as a plane is learned: a decade in 27 iterations


def recorded(losses: list[float], rows: int) -> History:
    """The history of a made-up run, in so few rows that they merge again and again."""
    history = History((), rows)
    context, nothing = np.zeros(CONTEXT_WORDS, np.int64), np.zeros(0, np.int64)
    network = Network(nothing, nothing.reshape(0, 3), nothing, np.zeros(0, np.float32), context, nothing, NO_PARTS.words())
    no_spans = np.zeros((0, 2), np.int64)
    update = UpdateArrays(no_spans, np.zeros(0), no_spans, np.zeros((0, 2)), np.zeros(0, np.float32))
    for loss in losses:
        context[ITERATION] += 1
        record(network, update, history.arrays, loss)
    return history


def within(curves: Curves, losses: list[float]) -> None:
    for value, window, end in zip(curves.smoothed, curves.windows, curves.iterations, strict=True):
        part = losses[max(0, end - window) : end]
        assert len(part) == window and min(part) <= value <= max(part)
        assert value == pytest.approx(math.fsum(part) / window, rel=1e-9, abs=1e-12 * max(map(abs, part)))


@given(losses=LOSSES, rows=st.sampled_from([4, 8, 32, 512]))
@example(losses=FALLING, rows=64)
@example(losses=[0.1] * 300, rows=4)
@settings(max_examples=60, deadline=None)
def test_it_lies_between_the_smallest_and_the_largest_loss_of_its_window(losses: list[float], rows: int) -> None:
    history = recorded(losses, rows)
    curves = history.curves()
    within(curves, losses)
    for iteration in range(1, len(losses) + 1):
        then = history.losses_at(iteration)
        cut = curves.until(iteration)
        np.testing.assert_equal(then, cut.losses)  # NaN where nothing was evaluated
        if len(cut.mean):
            assert (then.smoothed, then.window) == (curves.smoothed[len(cut.mean) - 1], curves.windows[len(cut.mean) - 1])


def test_behind_losses_that_fall_fast_it_stays_near_them() -> None:
    """A running mean of 0.98 would be 1e-5 where the losses are 1e-22."""
    curves = recorded(FALLING, 4096).curves()
    assert curves.smoothed[-1] < 10 * FALLING[-1]


def test_its_window_is_a_twentieth_of_the_run() -> None:
    assert SHARE == 20
    assert window_blocks(np.array([1, 39, 40, 59, 60, 4095])).tolist() == [1, 1, 2, 2, 3, 204]
    long = recorded([1.0] * 1000, 64).curves()
    assert long.windows[-1] == len(long.mean) // 20 * long.block_size and 25 <= long.windows[-1] <= 50


@given(means=st.lists(st.integers(0, 1000), min_size=1, max_size=70), window=st.integers(1, 70))
def test_any_window_is_the_mean_of_its_blocks(means: list[int], window: int) -> None:
    window = min(window, len(means))
    (value,) = trailing_means(np.array(means, dtype=np.float64), np.array([window]))
    assert value == pytest.approx(sum(means[-window:]) / window)
