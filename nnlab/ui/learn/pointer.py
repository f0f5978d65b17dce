"""The drawn pointer of "show me": where the hand would be."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPoint, QPointF, QPropertyAnimation, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnlab.ui.look.theme import Theme

SIDE, WALK = 26, 300  # pixels; milliseconds to the control
_ARROW = ((0, 0), (0, 17), (4.2, 13), (7, 19.5), (9.8, 18.2), (7.2, 12), (13, 12))


class DrawnPointer(QWidget):
    """Lies over the window and catches nothing."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.resize(SIDE, SIDE)
        self._walk = QPropertyAnimation(self, b"pos", self)
        self._walk.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self.hide()

    def point_at(self, widget: QWidget) -> None:
        """Goes to the middle of a widget."""
        goal = widget.mapTo(self._window, widget.rect().center()) if self._window.isAncestorOf(widget) else QPoint()
        if self.isHidden():
            self.move(self._window.rect().center())
        self.show()
        self.raise_()
        self._walk.stop()
        self._walk.setDuration(self._theme.duration(WALK))
        self._walk.setEndValue(goal)
        self._walk.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(1.5, 1.5)
        painter.setPen(QPen(self._theme.tokens.canvas, 1.5))
        painter.setBrush(self._theme.tokens.accent)
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in _ARROW]))
        painter.end()
