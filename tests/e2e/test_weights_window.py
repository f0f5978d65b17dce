"""Changing weights in the real window while it trains: table, undo by keyboard, freezing and drawing again by their keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from nnlab.ui.panels.weights import WeightsPanel
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window

BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def weights(window: MainWindow, name: str = "dense_2.weight") -> np.ndarray:
    return window.session.parameters([name])[name]


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> WeightsPanel:
    """The table of dense_2, opened by its key."""
    window.canvas.setFocus()
    window.selection.set(["dense_2"])
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window.canvas, Qt.Key.Key_W, BOTH)
    found = window.panels["weights"]
    assert isinstance(found, WeightsPanel)
    qtbot.waitUntil(lambda: found.is_shown and found.table() is not None)
    return found


@pytest.mark.parametrize("workspace", ["build", "train", "step"])
def test_the_table_has_a_place_in_every_workspace(window: MainWindow, qtbot: QtBot, workspace: str) -> None:
    window.show_workspace(workspace)
    window.selection.set(["dense_2"])
    window.actions_by_id["node.edit_weights"].trigger()
    found = window.panels["weights"]
    qtbot.waitUntil(lambda: found.is_shown and found.height() > 120)
    assert window.canvas.height() >= 160


def test_a_weight_is_typed_while_it_trains_and_taken_back(window: MainWindow, panel: WeightsPanel, qtbot: QtBot) -> None:
    window.session.play()
    qtbot.waitUntil(lambda: window.session.is_playing and window.session.iteration > 20)
    panel.matrix.setCurrentIndex(panel.matrix.model_.index(2, 1))
    qtbot.keyClicks(panel.matrix, "5")
    line = next(line for line in panel.matrix.findChildren(QLineEdit) if line.isVisible())
    before = weights(window)[2, 1]
    with qtbot.waitSignal(panel.matrix.entered):
        qtbot.keyClicks(line, "0")
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert abs(weights(window)[2, 1] - 50) < 5 < 50 - before  # it goes on learning from there
    window.session.pause()
    qtbot.waitUntil(lambda: not window.session.is_playing)
    others = weights(window)
    panel.matrix.setFocus()
    qtbot.keyClick(panel.matrix, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    after = weights(window)
    assert after[2, 1] < 5
    others[2, 1] = after[2, 1]
    assert after.tobytes() == others.tobytes()
    qtbot.waitUntil(lambda: panel.matrix.model_.values[2, 1] == after[2, 1])
    assert window.actions_by_id["edit.redo"].text() == "&Redo w₃₂ of dense_2"


def test_freezing_and_drawing_anew_have_keys(window: MainWindow, panel: WeightsPanel, qtbot: QtBot) -> None:
    before = weights(window)
    qtbot.keyClick(panel.matrix, Qt.Key.Key_R, BOTH)
    assert (weights(window) != before).all()
    qtbot.keyClick(panel.matrix, Qt.Key.Key_F, BOTH)
    assert window.document.graph["dense_2"].frozen
    qtbot.waitUntil(lambda: panel.accessibleName() == "Weights of dense_2, frozen")
    drawn = weights(window)
    window.session.run_iterations(5)
    qtbot.waitUntil(lambda: window.session.iteration == 5 and not window.session.is_playing)
    assert weights(window).tobytes() == drawn.tobytes()
    for _ in range(2):
        qtbot.keyClick(panel.matrix, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert weights(window).tobytes() == before.tobytes()
    window.selection.set(["binary_cross_entropy_1"])
    qtbot.keyClick(panel.matrix, Qt.Key.Key_R, BOTH)
    assert window.message_bar.isVisible()


def test_what_was_set_by_hand_is_saved(
    window: MainWindow, panel: WeightsPanel, opened: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    panel._entered([(0, 0)], "1.5")
    assert window.document.is_edited
    path = tmp_path / "byhand.nnlab"
    assert window.files._write(path)
    assert not window.document.is_edited
    other = opened(str(path))
    qtbot.waitUntil(lambda: other.session.frame is not None)
    assert weights(other)[0, 0] == 1.5
