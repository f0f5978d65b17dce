"""Keyframes are evenly spaced, within their memory, and hold what was learned to the bit."""

import numpy as np
import pytest

from nnlab.core.kernel.context import CONTEXT_WORDS, ITERATION
from nnlab.core.kernel.keyframing import keep_keyframe
from nnlab.core.kernel.structures import Network
from nnlab.engine.keyframes import Keyframes
from nnlab.engine.second_parts import NO_PARTS

WIDTH = 3
ROW = WIDTH * 4


def run(keyframes, iterations, start=0):
    """Steps a made-up run whose numbers are functions of the iteration."""
    arena, context, nothing = np.zeros(10, np.float32), np.zeros(CONTEXT_WORDS, np.int64), np.zeros(0, np.int64)
    network = Network(nothing, nothing.reshape(0, 3), nothing, arena, context, nothing, NO_PARTS.words())
    for iteration in range(start, iterations + 1):
        arena[:] = iteration + np.arange(10) / 16
        context[ITERATION] = iteration
        keep_keyframe(network, keyframes.arrays)


@pytest.mark.parametrize(("steps", "spacing"), [(0, 1), (6, 1), (7, 1), (8, 2), (14, 2), (16, 4), (100, 16), (1000, 128), (1024, 256)])
def test_between_half_and_all_of_the_rows_are_in_use_and_evenly_spaced(steps, spacing):
    keyframes = Keyframes(WIDTH, np.dtype("float32"), 8 * ROW)
    run(keyframes, steps)
    assert keyframes.spacing == spacing
    assert list(keyframes.iterations) == list(range(0, steps + 1, spacing))
    assert np.array_equal(keyframes.learned[: len(keyframes)], keyframes.iterations[:, None] + np.arange(WIDTH, dtype=np.float32) / 16)


def test_the_number_of_rows_is_the_power_of_two_that_fits_the_budget():
    assert len(Keyframes(WIDTH, np.dtype("float32"), 15 * ROW).learned) == 8
    assert len(Keyframes(WIDTH, np.dtype("float64"), 15 * ROW).learned) == 4
    assert len(Keyframes(WIDTH, np.dtype("float32"), 10**9).learned) == 1024


def test_where_not_two_fit_none_is_kept():
    keyframes = Keyframes(WIDTH, np.dtype("float32"), 2 * ROW - 1)
    run(keyframes, 20)
    assert len(keyframes) == 0 and keyframes.before(20) is None and keyframes.nbytes == 0


def test_spacing_counts_from_the_origin():
    keyframes = Keyframes(WIDTH, np.dtype("float32"), 4 * ROW, origin=3)
    run(keyframes, 11, start=5)
    assert list(keyframes.iterations) == [5, 7, 9, 11]  # 2, 4, 6 and 8 after the origin
    assert keyframes.spacing == 2


def test_the_last_one_at_or_before_an_iteration_is_found():
    keyframes = Keyframes(WIDTH, np.dtype("float32"), 4 * ROW)
    run(keyframes, 12)
    assert list(keyframes.iterations) == [0, 4, 8, 12]
    assert [keyframes.before(i) for i in (0, 3, 4, 11, 12, 99)] == [0, 0, 1, 2, 3, 3]


def test_another_way_from_an_iteration_forgets_what_came_after():
    keyframes = Keyframes(WIDTH, np.dtype("float32"), 4 * ROW)
    run(keyframes, 12)
    keyframes.forget_after(9)
    assert list(keyframes.iterations) == [0, 4, 8]
    run(keyframes, 16, start=10)
    assert list(keyframes.iterations) == [0, 8, 16]


def test_a_part_that_is_over_takes_just_its_memory_and_can_be_thinned():
    keyframes = Keyframes(WIDTH, np.dtype("float32"), 16 * ROW)
    run(keyframes, 4)
    kept = keyframes.settle()
    assert kept.learned.shape == (5, WIDTH) and list(kept.iterations) == [0, 1, 2, 3, 4]
    assert kept.nbytes == 5 * (ROW + 8 * CONTEXT_WORDS)
    kept.thin()
    assert list(kept.iterations) == [0, 2, 4] and kept.spacing == 2
    assert np.array_equal(kept.learned[:, 0], [0, 2, 4])
    run(keyframes, 6, start=5)
    assert list(kept.iterations) == [0, 2, 4]  # its own memory


def test_there_are_a_power_of_two_rows_from_two_to_a_thousand_and_twenty_four():
    """Each of 10 numbers of float32: 40 bytes."""
    rows = [len(Keyframes(10, np.dtype("float32"), budget).learned) for budget in (0, 79, 80, 159, 160, 40 * 1023, 40 * 1024, 10**9)]
    assert rows == [0, 0, 2, 2, 4, 512, 1024, 1024]
    opened = Keyframes(10, np.dtype("float32"), 80)
    assert (opened.spacing, len(opened), opened.nbytes, opened.arrays.learned is opened.learned) == (1, 0, 0, True)
