"""Slow motion shows every operation, forwards over the end of an iteration and backwards, and leaves the bits that stepping leaves."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from nnlab.ui.stepper.slow_motion import BACKWARDS, FORWARDS, STILL


def test_it_runs_both_ways_shows_every_operation_and_stops_where_nothing_can_be_taken_back(steps: Any, qtbot: QtBot) -> None:
    motion, model, session = steps.panel.motion, steps.panel.model, steps.world.session
    motion._next.setInterval(1)
    seen: list[int] = []
    steps.to(1)
    session.stepped.connect(lambda stepped: seen.append(stepped.pc))
    operations = len(model.instructions)
    motion.toggle(FORWARDS)
    qtbot.waitUntil(lambda: len(seen) > operations)
    motion.toggle(FORWARDS)
    assert motion.direction == STILL
    assert seen[: operations - 1] == list(range(2, operations + 1)) or seen[: operations - 2] == list(range(2, operations))
    motion.toggle(BACKWARDS)
    qtbot.waitUntil(lambda: motion.direction == STILL)
    assert not model.can_go_back
    motion.toggle(FORWARDS)
    session.play()
    qtbot.waitUntil(lambda: motion.direction == STILL)
    session.pause()
