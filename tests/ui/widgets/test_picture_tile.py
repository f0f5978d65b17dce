"""A tile is taken by key and click, and leaves the arrows to those who lay it out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.picture_tile import PictureTile


class Outer(QWidget):
    """Counts the keys that the tile leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[int] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.left.append(event.key())


def test_keys_and_clicks(theme: Theme, qtbot: QtBot) -> None:
    outer = Outer()
    qtbot.addWidget(outer)
    tile = PictureTile(theme, (124, 84), "Steps", "A staircase", outer)
    taken: list[bool] = []
    tile.clicked.connect(lambda: taken.append(True))
    tile.resize(tile.sizeHint())
    assert (tile.width(), tile.height(), tile.accessibleName(), tile.accessibleDescription()) == (124, 84, "Steps", "A staircase")
    QTest.keyClick(tile, Qt.Key.Key_Return)
    QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert len(taken) == 2 and not tile.isChecked(), "the document says which one is chosen"
    QTest.keyClick(tile, Qt.Key.Key_Right)
    assert outer.left == [Qt.Key.Key_Right] and len(taken) == 2
