"""What is garbage goes when a session closes, whatever was frozen while it was open."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_windows import shut

from nnlab.app import open_window
from nnlab.ui.files.store import Store
from nnlab.ui.run.garbage import DisplayCollector, display_collector


class Circle:
    """Only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


def left_behind() -> weakref.ref[Circle]:
    return weakref.ref(Circle())


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[DisplayCollector]:
    """One that nobody else uses, and whose timer does not run."""
    made = DisplayCollector(qapp)
    made._timer.stop()
    yield made
    made.deleteLater()


def is_tracked(thing: object) -> bool:
    """Whether a full collection would look at it."""
    return any(other is thing for other in gc.get_objects())


def test_what_a_closed_session_left_is_collected_at_once(collector: DisplayCollector) -> None:
    collector.session_opened()
    circle = left_behind()
    collector.session_closed()
    collector.session_destroyed()
    collector.collect()
    assert circle() is None


def test_libraries_are_frozen_once_and_never_with_an_open_session(collector: DisplayCollector) -> None:
    before = Circle()
    collector.session_opened()
    collector.freeze_libraries()
    assert is_tracked(before)
    collector.session_closed()
    collector.freeze_libraries()
    assert not is_tracked(before)
    between = Circle()
    collector.freeze_libraries()
    assert is_tracked(between)


@pytest.mark.parametrize("others", [0, 1])
def test_what_was_frozen_with_a_session_is_collected_when_it_closes(collector: DisplayCollector, others: int) -> None:
    for _ in range(1 + others):
        collector.session_opened()
    circle, kept = left_behind(), Circle()
    collector.freeze_everything()
    collector.session_closed()
    collector.session_destroyed()
    collector.collect()
    assert circle() is None
    assert not is_tracked(kept)  # it stays, and is left out again


@pytest.mark.window
def test_windows_that_close_while_others_are_open_leave_nothing(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """As a person opens one project after another: a new window opens before the last one closes."""
    store, closed = Store(tmp_path / "store"), []
    older = open_window("xor", store=store)
    collector = display_collector()
    assert collector is not None
    for i in range(4):
        newer = open_window("xor", store=store)
        if i == 1:
            collector.freeze_everything()  # as when libraries have been loaded
        closed.append(weakref.ref(older.document))
        shut(older)
        older = newer
        qtbot.waitUntil(lambda: all(document() is None for document in closed), timeout=20_000)
    shut(older)
