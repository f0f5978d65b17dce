"""The network in words: layers with adapters open by a click or by ← and →, others do not; far ones give way where there is no room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.layer_path import LayerPath

NODES = ("dense_1", "relu_1", "dense_2", "relu_2", "dense_3")


def test_layers_with_adapters_are_opened(theme: Theme, qtbot: QtBot) -> None:
    path = LayerPath(theme)
    qtbot.addWidget(path)
    path.resize(600, 34)
    path.show_path(NODES, ("dense_1", "dense_3"), "dense_1")
    told: list[str] = []
    path.chosen.connect(told.append)
    for node in ("dense_3", "relu_1"):
        QTest.mouseClick(path, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, path.places()[node].center().toPoint())
    QTest.keyClick(path, Qt.Key.Key_Left)  # already at the first
    QTest.keyClick(path, Qt.Key.Key_Right)
    assert told == ["dense_3", "dense_3"] and path.accessibleDescription() == "dense_1"
    assert list(path.places()) == list(NODES)
    path.resize(200, 34)
    assert list(path.places()) == ["dense_1", "dense_3"]
