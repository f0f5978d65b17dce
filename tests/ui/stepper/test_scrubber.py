"""The blocks of the scrubber."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt

from nnlab.engine.breakpoint import Breakpoint
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


def test_the_right_button_sets_a_breakpoint_at_a_moment_and_stepping_runs_to_it(steps) -> None:
    scrubber, world = steps.panel.scrubber, steps.world
    steps.to(1)
    block = scrubber.blocks()[8]
    at = QPoint(round(block.left + block.width / 2), 40)
    world.qtbot.mouseClick(scrubber, Qt.MouseButton.RightButton, pos=at)
    instruction = steps.panel.model.instructions[8]
    assert world.document.project.debugging.breakpoints == (Breakpoint(instruction.node_id, "backward"),)
    assert scrubber.stops == {8: True}
    steps.panel.to_breakpoint()
    world.qtbot.waitUntil(lambda: steps.panel.model.done == 9)
    assert steps.panel.place() == Breakpoint(instruction.node_id, "backward")
    world.qtbot.mouseClick(scrubber, Qt.MouseButton.RightButton, pos=at)
    assert scrubber.stops == {}


def test_the_last_moment_is_named_also_when_its_program_is_gone(steps) -> None:
    """A lesson that begins anew takes the network away while its last operation, an update, is still what ran last."""
    model = steps.panel.model
    update = model.instructions[-1]
    assert update.parameter is not None and update.node_id in model.name(update)
    model._program = None
    assert model.name(update)
