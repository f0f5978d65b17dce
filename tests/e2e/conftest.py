"""The real window, driven by real mouse and keyboard events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.ui.window.main_window import MainWindow


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows with a memory of their own, and closes them without asking."""
    with real_windows(qtbot, tmp_path / "store") as open_one:
        yield open_one


@pytest.fixture
def window(opened: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    """The spiral example, loaded and shown."""
    window = opened("spiral")
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=10_000)
    return window
