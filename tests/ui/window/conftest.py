"""What the tests of the whole window share: one window, as new for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow, shared_window

from nnlab.ui.window.main_window import MainWindow


@pytest.fixture(scope="module")
def shared(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedWindow]:
    with shared_window(tmp_path_factory.mktemp("shared")) as one:
        yield one


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    """On the spiral, with a memory that no window of another fixture shares."""
    return shared.as_new(qtbot)
