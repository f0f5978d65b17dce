"""What the window says while one works moves nothing of what one works with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.window.main_window import MainWindow


def places(window: MainWindow) -> dict[str, QRect]:
    """Where the parts one works with stand in the window."""
    parts: dict[str, QWidget] = {"canvas": window.canvas, "view": window.canvas.view, "transport": window.transport.bar}
    parts |= {name: dock for name, dock in window.area.docks.items() if dock.isVisible()}
    return {name: QRect(part.mapTo(window, QPoint()), part.size()) for name, part in parts.items()}


SAYINGS: dict[str, Callable[[MainWindow], object]] = {
    "refused": lambda window: window.canvas.commands.add("convolution"),
    "noted": lambda window: window.canvas.noted.emit("Two nodes were left out."),
    "error": lambda window: window.message_bar.show_error("Training stopped. " * 12),
    "training": lambda window: window.session.failed.emit("The loss is not a number.", "details"),
    "saved": lambda window: window.files.told.emit("The project was saved elsewhere."),
}


@pytest.mark.parametrize("workspace", ["build", "train", "step"])
@pytest.mark.parametrize("saying", list(SAYINGS))
def test_a_message_moves_nothing(window: MainWindow, qtbot: QtBot, workspace: str, saying: str) -> None:
    window.show_workspace(workspace)
    qtbot.wait(50)
    before = places(window)
    SAYINGS[saying](window)
    qtbot.wait(50)
    bar = window.message_bar
    assert bar.isVisible() and places(window) == before
    canvas = QRect(window.canvas.mapTo(window, QPoint()), window.canvas.size())
    assert canvas.contains(QRect(bar.mapTo(window, QPoint()), bar.size()))
    bar.close_message()
    qtbot.wait(20)
    assert places(window) == before
