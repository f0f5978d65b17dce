"""Real windows for tests, with a memory of their own, closed without asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from nnlab.app import open_window
from nnlab.ui.files.store import Store
from nnlab.ui.window.main_window import MainWindow


@contextmanager
def real_windows(qtbot: QtBot, folder: Path) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows on a source, with `open_window`'s options; what they remember lies in `folder`.

    They train at full speed, unless `folder` remembers another.
    """
    windows: list[MainWindow] = []

    def open_one(source: object = None, **options: object) -> MainWindow:
        store = Store(folder)
        store.set("speed", store.text("speed", "inf"))
        window = open_window(source, store=store, **options)  # type: ignore[arg-type]
        windows.append(window)
        qtbot.waitExposed(window)
        return window

    try:
        yield open_one
    finally:
        for window in windows:
            shut(window)


def shut(window: MainWindow) -> None:
    """Closes a window without asking whether to save, unless the test has closed it."""
    if isValid(window):
        window.files.give_up()
        window.close()
