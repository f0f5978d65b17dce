"""The real window, driven by real mouse and keyboard events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnlab.app import open_window
from nnlab.ui.main_window import MainWindow
from nnlab.ui.store import Store


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows with a memory of their own, and closes them without asking."""
    windows: list[MainWindow] = []

    def open_one(source=None, **options) -> MainWindow:  # type: ignore[no-untyped-def]
        window = open_window(source, store=Store(tmp_path / "store"), **options)
        windows.append(window)
        qtbot.waitExposed(window)
        return window

    yield open_one
    for window in windows:
        window.document.mark_saved()
        window.close()
        window.deleteLater()


@pytest.fixture
def window(opened: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    """The spiral example, loaded and shown."""
    window = opened("spiral")
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=10_000)
    return window
