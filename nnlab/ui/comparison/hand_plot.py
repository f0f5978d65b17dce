"""Losses by hand: three values that one can drag, or choose and move by arrow keys along and across the axis they stand on."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.ui.look.theme import Theme, follow

REACH = 14.0  # pixels from a handle within which it can be taken hold of


class HandPlot(QWidget):
    """Base of the two: three values one of which is chosen. `moved` after every change."""

    moved = Signal()

    def __init__(self, theme: Theme, name: str, values: tuple[float, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._opening = values
        self.values = list(values)
        self.chosen = 0
        self._is_dragging = False
        self._grip = QPointF(), 0.0, 1.0  # where a drag began, the value there, and what `scale` was
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def reset(self) -> None:
        """Back to the values it opened with."""
        self.values = list(self._opening)
        self.chosen = 0
        self.tell()

    def set_value(self, place: int, value: float) -> None:
        self.values[place] = self.limited(value)
        self.tell()

    def tell(self) -> None:
        """Says what the values come to, which the engine computes."""
        self.setAccessibleDescription(self.description())
        self.update()
        self.moved.emit()

    def limited(self, value: float) -> float:
        raise NotImplementedError

    def description(self) -> str:
        raise NotImplementedError

    def handle(self, place: int) -> QPointF:
        """Where the handle of a value stands, in pixels."""
        raise NotImplementedError

    @property
    def scale(self) -> float:
        """Pixels of one unit now, where that changes with the values."""
        return 1.0

    def value_at(self, point: QPointF, grip: tuple[QPointF, float, float]) -> float:
        """The value that a handle dragged to a pixel stands for; `grip`: where the drag began, the value and the scale there."""
        raise NotImplementedError

    def paint_handle(self, painter: QPainter, place: int) -> None:
        tokens, radius = self._theme.tokens, self._theme.metrics.px(6)
        painter.setPen(QPen(tokens.accent, 2.0))
        painter.setBrush(tokens.panel)
        painter.drawEllipse(self.handle(place), radius, radius)
        if place == self.chosen and self.hasFocus():
            painter.setPen(QPen(tokens.accent, 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self.handle(place), radius + 3, radius + 3)

    def _near(self, point: QPointF) -> int | None:
        distances = [(self.handle(k) - point) for k in range(len(self.values))]
        nearest = min(range(len(distances)), key=lambda k: distances[k].manhattanLength())
        return nearest if distances[nearest].manhattanLength() <= 2 * REACH else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position())
        if event.button() == Qt.MouseButton.LeftButton and near is not None:
            self.chosen, self._is_dragging = near, True
            self._grip = event.position(), self.values[near], self.scale
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self.set_value(self.chosen, self.value_at(event.position(), self._grip))
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._near(event.position()) is not None else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging = False

    def choose(self, direction: int) -> None:
        self.chosen = (self.chosen + direction) % len(self.values)
        self.update()
