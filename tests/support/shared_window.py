"""One real window for the tests of a module: opening one takes longer than making it as new.

    @pytest.fixture(scope="module")
    def shared(qapp, tmp_path_factory):
        with shared_window(tmp_path_factory.mktemp("shared")) as shared:
            yield shared

    @pytest.fixture
    def window(shared, qtbot):
        return shared.as_new(qtbot)

A test may do to it what it likes, and close it: the next one gets another. What is about opening a window opens its own (`real_windows`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_windows import shut
from shiboken6 import isValid

from nnlab.app import SIZE, open_window
from nnlab.ui.files.store import Store
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import first_workspace


class SharedWindow:
    """The window, once there is one; what it remembers lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._window: MainWindow | None = None

    def as_new(self, qtbot: QtBot, example: str = "spiral", size: QSize = SIZE) -> MainWindow:
        """The window as if it had been opened on an example just now: it rests at iteration 0, and its first frame is there."""
        window = self._window
        if window is None or not isValid(window) or window.session.is_closed:
            store = Store(self._folder)
            store.set("speed", "inf")
            window = self._window = open_window(example, store=store, size=size)
            qtbot.waitExposed(window)
        else:
            _renew(window, qtbot, example, size)
        window.files.clear_recent()
        opened = window
        qtbot.waitUntil(lambda: opened.session.frame is not None and opened.session.iteration == 0 and not opened.session.is_playing)
        return opened

    def close(self) -> None:
        if self._window is not None:
            shut(self._window)


def _renew(window: MainWindow, qtbot: QtBot, example: str, size: QSize) -> None:
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
    window.commands.close_palette()
    window.shortcuts.close_box()
    qtbot.waitUntil(lambda: window.autosave._writing is None)
    window.files.give_up()
    _forget(window)
    window.resize(size)
    window.show_workspace(first_workspace().name)
    assert window.files.open_source(example, ask=False)
    while window.message_bar.current is not None:
        window.message_bar.close_message()
    if window.area.workspace is not first_workspace():
        window.show_workspace(first_workspace().name)
    window.activateWindow()  # another one may have been opened and closed
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()


def _forget(window: MainWindow) -> None:
    """What tests have left in the window's memory: layouts, speed, theme, scale, and how far lessons are."""
    if window.learning is not None and window.learning.is_open:
        window.learning.leave()
    window.area.remember_last()
    window.area._remembered.clear()
    window._store._settings.clear()
    window.transport.set_speed(math.inf)
    if window.isMinimized() or window.isMaximized() or window.isFullScreen():
        window.showNormal()
    theme = window._theme
    theme.reduced_motion = False
    theme.set_scale(1.0)
    theme.set_projected(False)
    if not theme.is_dark:
        theme.set_mode("dark")


@contextmanager
def shared_window(folder: Path) -> Iterator[SharedWindow]:
    """What the fixture of a module yields; the window is closed at the end."""
    shared = SharedWindow(folder)
    try:
        yield shared
    finally:
        shared.close()
