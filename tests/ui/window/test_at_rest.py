"""A window at rest rests: nothing is laid out or painted again where nothing has changed."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from nnlab.app import open_window
from nnlab.lessons.library import shipped
from nnlab.ui.files.store import Store
from nnlab.ui.panels.welcome import WelcomePanel
from nnlab.ui.window.dock_area import LOW_BELOW, TIGHT_BELOW
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import workspaces

BUSY = (QEvent.Type.LayoutRequest, QEvent.Type.UpdateRequest, QEvent.Type.Paint, QEvent.Type.Resize)


class Listener(QObject):
    """Counts events that make work, by their type and the one widget that gets them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[str, QWidget]] = Counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in BUSY and isinstance(watched, QWidget):
            self.found[event.type().name, watched] += 1
        return False


@pytest.fixture(scope="module")
def window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    opened = open_window("spiral", store=Store(tmp_path_factory.mktemp("store")))
    yield opened
    opened.files.give_up()
    opened.close()


def test_looks_for_garbage_leave_out_what_the_window_was_made_of(window: MainWindow) -> None:
    """A full look at it all takes a tenth of a second, whatever runs."""
    gc.collect()
    assert gc.get_freeze_count() > 100_000
    assert len(gc.get_objects()) < 50_000


@pytest.mark.parametrize("workspace", list(workspaces()))
def test_nothing_happens_in_a_workspace_at_rest(window: MainWindow, qapp: QApplication, qtbot: QtBot, workspace: str) -> None:
    window.show_workspace(workspace)
    qtbot.wait(300)  # what a workspace brings along comes first
    if workspace == "learn":
        welcome = window.panels["welcome"]
        assert isinstance(welcome, WelcomePanel) and welcome.page is not None
        qtbot.waitUntil(lambda: welcome.page.is_still)  # its pictures come to life once
    listener = Listener()
    qapp.installEventFilter(listener)
    qtbot.wait(300)
    qapp.removeEventFilter(listener)
    assert max(listener.found.values(), default=0) <= 10, listener.found.most_common(5)


@pytest.mark.parametrize(("below", "scale", "width"), [(TIGHT_BELOW, 1.5, 1024), (LOW_BELOW, 1.25, 1280)])
def test_a_lesson_comes_to_rest_at_any_height(
    window: MainWindow, qapp: QApplication, qtbot: QtBot, below: int, scale: float, width: int
) -> None:
    """Where a bar below the panels takes the height at which they are laid out in another way, which needs no bar, and so on for ever."""
    theme, learning, size = window._theme, window.learning, window.size()
    assert learning is not None and learning.open(next(each for each in shipped() if each.id == "xor"), anew=True)
    listener = Listener()
    try:
        theme.set_scale(scale)
        window.resize(width, 800)
        qtbot.wait(300)
        outer = window.area.parentWidget().parentWidget()  # whose viewport holds it
        assert isinstance(outer, QScrollArea)
        around, bar = window.height() - outer.height(), outer.horizontalScrollBar().sizeHint().height()
        for room in range(round(below * scale) - 3, round(below * scale) + bar + 3, 3):
            window.resize(width, room + around)
            qtbot.wait(100)
            listener.found.clear()
            qapp.installEventFilter(listener)
            qtbot.wait(60)
            qapp.removeEventFilter(listener)
            assert listener.found["Resize", window.area] == 0, f"with {room} pixels it is laid out for ever"
    finally:
        theme.set_scale(1.0)
        learning.leave()
        window.resize(size)
