"""The blocks of the scrubber."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nnlab.ui.stepper.scrubber import blocks_of


@pytest.mark.parametrize("count", [1, 6, 29, 400])
def test_blocks_fill_the_width_in_order(count: int) -> None:
    phases = [min(3, 4 * k // count) for k in range(count)]
    blocks = blocks_of(phases, 16, 1000, 2, 10)
    assert [b.pc for b in blocks] == list(range(count))
    assert blocks[0].left == 16
    assert blocks[-1].left + blocks[-1].width == pytest.approx(1016)
    assert all(b.left >= a.left + a.width for a, b in pairwise(blocks))
    assert all(b.width > 1 for b in blocks)


def test_phases_are_set_apart() -> None:
    blocks = blocks_of([0, 0, 1], 0, 300, 2, 10)
    gaps = [b.left - a.left - a.width for a, b in pairwise(blocks)]
    assert gaps == pytest.approx([2, 10])


def test_nothing_to_show() -> None:
    assert blocks_of([], 0, 100, 2, 10) == []
