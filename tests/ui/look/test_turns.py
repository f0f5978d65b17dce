"""Work in several turns of the event loop: the first step at once, the others one by one, and never on top of a turn that was long."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from nnlab.ui.look import turns
from nnlab.ui.look.turns import LONG, LoopTurns


class Clock:
    now = 100.0

    def perf_counter(self) -> float:
        return self.now


def test_every_step_has_a_turn_of_its_own(qtbot: QtBot) -> None:
    done: list[int] = []
    steps = LoopTurns()
    steps.run([lambda k=k: done.append(k) for k in range(3)])  # type: ignore[misc]
    assert done == [0]
    qtbot.waitUntil(lambda: done == [0, 1, 2])
    assert not steps._timer.isActive()


def test_a_turn_that_was_long_is_let_pass_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that changes while a project is opened would make one turn of both."""
    clock, done = Clock(), []  # type: ignore[var-annotated]
    monkeypatch.setattr(turns, "time", clock)
    steps = LoopTurns()
    steps.run([lambda k=k: done.append(k) for k in range(4)])  # type: ignore[misc]
    steps._on_turn()  # nothing else took long
    assert done == [0, 1]
    clock.now += 2 * LONG
    steps._on_turn()
    assert done == [0, 1]
    clock.now += 2 * LONG
    steps._on_turn()  # waiting for ever would be worse
    assert done == [0, 1, 2]
    clock.now += 2 * LONG
    steps.finish()
    assert done == [0, 1, 2, 3]
