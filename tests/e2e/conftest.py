"""The real window, driven by real mouse and keyboard events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_windows import real_windows
from shared_window import SharedWindow, shared_window

from nnlab.ui.window.main_window import MainWindow


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows with a memory of their own, and closes them without asking."""
    with real_windows(qtbot, tmp_path / "store") as open_one:
        yield open_one


@pytest.fixture(scope="module")
def shared(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedWindow]:
    """One window for tests of a module that are about no opening or closing."""
    with shared_window(tmp_path_factory.mktemp("shared")) as one:
        yield one


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    """The spiral example, loaded and shown."""
    return shared.as_new(qtbot)


@pytest.fixture
def fresh(shared: SharedWindow, qtbot: QtBot) -> Callable[..., MainWindow]:
    """The window of the module, as new on any example."""
    return lambda example, **options: shared.as_new(qtbot, example, **options)
