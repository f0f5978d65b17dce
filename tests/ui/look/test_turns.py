"""Work in several turns of the event loop: the first step at once, the others one by one, and never on top of a turn that was long."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from nnlab.ui.look import turns
from nnlab.ui.look.turns import LONG, SHORT, LoopTurns, in_short_steps


class Clock:
    now = 100.0

    def perf_counter(self) -> float:
        return self.now


def _stepwise(do: Callable[[int], object], count: int) -> Iterator[None]:
    for k in range(count):
        do(k)
        yield


def test_every_step_has_a_turn_of_its_own(qtbot: QtBot) -> None:
    done: list[int] = []
    steps = LoopTurns()
    steps.run(_stepwise(done.append, 3))
    assert done == [0]
    qtbot.waitUntil(lambda: done == [0, 1, 2])
    qtbot.waitUntil(lambda: not steps._timer.isActive())
    assert not steps.drop()


def test_a_run_takes_the_place_of_one_that_is_not_through(qtbot: QtBot) -> None:
    done: list[int] = []
    steps = LoopTurns()
    steps.run(_stepwise(done.append, 3))
    assert steps.drop()
    steps.run(_stepwise(lambda k: done.append(10 + k), 2))
    steps.run(_stepwise(lambda k: done.append(20 + k), 2))
    assert done == [0, 10, 11, 20]


def test_a_step_that_fails_ends_its_run_and_no_other(qtbot: QtBot) -> None:
    steps, done = LoopTurns(), []  # type: ignore[var-annotated]
    with pytest.raises(ZeroDivisionError):
        steps.run(_stepwise(lambda k: 1 // k, 3))
    assert not steps._timer.isActive()
    steps.run(_stepwise(done.append, 1))
    assert done == [0]


def test_a_step_may_begin_another_run(qtbot: QtBot) -> None:
    steps, done = LoopTurns(), []

    def do(k: int) -> None:
        done.append(k)
        if k == 1:
            steps.finish()  # of itself: what is left has its turns
            assert steps.drop()
            steps.run(_stepwise(lambda k: done.append(10 + k), 2))

    steps.run(_stepwise(do, 3))
    qtbot.waitUntil(lambda: done == [0, 1, 10, 11])
    qtbot.waitUntil(lambda: not steps._timer.isActive())


def test_many_items_are_parted_by_the_time_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, done = Clock(), []
    monkeypatch.setattr(turns, "time", clock)

    def take(item: int) -> None:
        done.append(item)
        clock.now += SHORT * 0.4

    steps = in_short_steps(take, range(7))
    next(steps)
    assert done == [0, 1, 2]
    next(steps)
    assert done == [0, 1, 2, 3, 4, 5]
    assert list(steps) == []
    assert done == list(range(7))


def test_an_item_that_fails_or_is_gone_keeps_no_other_from_its_turn(qtbot: QtBot) -> None:
    widgets, done = [QWidget() for _ in range(4)], []
    delete(widgets[2])

    def take(widget: QWidget) -> None:
        if widget is widgets[0]:
            raise ValueError("a widget that fails")
        done.append(widgets.index(widget))

    with qtbot.captureExceptions() as told:
        list(in_short_steps(take, widgets))
    assert [str(error) for _, error, _ in told] == ["a widget that fails"]
    assert done == [1, 3]


def test_a_turn_that_was_long_is_let_pass_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that changes while a project is opened would make one turn of both."""
    clock, done = Clock(), []  # type: ignore[var-annotated]
    monkeypatch.setattr(turns, "time", clock)
    steps = LoopTurns()
    steps.run(_stepwise(done.append, 4))
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
