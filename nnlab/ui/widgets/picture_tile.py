"""A tile with a picture and a title, one of several of which one is chosen. A subclass says what it looks like, this how it is used."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from nnlab.ui.look.theme import Theme


class PictureTile(QAbstractButton):
    """Enter and a click take it; the arrow keys are left to whoever lays the tiles out. `size` is in pixels before the interface scale."""

    def __init__(self, theme: Theme, size: tuple[int, int], title: str, description: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._size = theme, size
        self.setCheckable(True)
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(description)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    def nextCheckState(self) -> None:
        pass  # the document says which one is chosen

    def sizeHint(self) -> QSize:
        px = self._theme.metrics.px
        return QSize(px(self._size[0]), px(self._size[1]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()
