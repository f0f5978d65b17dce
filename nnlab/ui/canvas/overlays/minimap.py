"""The minimap: the whole graph in a corner, with a frame around what is seen. Press or drag in it to look elsewhere.

It comes by itself when a part of the graph is out of sight and it would not itself hide much of what is seen, and can be asked for
always or never.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.canvas.scene.viewport import Viewport
from nnlab.ui.look.theme import Theme, follow, mix

WIDTH, HEIGHT, INSET = 168, 104, 8
LEAST = 3.0  # pixels of the smallest card
MOST = 1 / 16  # of the picture that it may cover without being asked for
AUTOMATIC, ALWAYS, NEVER = "automatic", "always", "never"


class Minimap(QWidget):
    """Follows a view and its scene; `mode` says when it is there."""

    def __init__(self, theme: Theme, scene: GraphScene, view: Viewport, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._scene, self._view = theme, scene, view
        self._mode = AUTOMATIC
        self._held: tuple[float, QPointF] | None = None  # the mapping while one drags
        self.setAccessibleName("Minimap")
        self.setToolTip("The whole network; click or drag to move the view")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        for signal in (view.scrolled, view.zoomed, scene.rearranged):
            signal.connect(self.refresh)
        scene.selection.changed.connect(self.update)
        follow(theme, self)
        self.hide()

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self._mode = mode
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Comes or goes, and shows what is so now."""
        everything = self._scene.content_rect()
        hidden = not self._view.shown_rect.adjusted(-1, -1, 1, 1).contains(everything) and not everything.isNull()
        seen = self._view.viewport().size()
        fits = self.width() * self.height() <= MOST * seen.width() * seen.height()
        self.setVisible(self._mode == ALWAYS or (self._mode == AUTOMATIC and hidden and fits))
        self.update()

    def apply_metrics(self) -> None:
        self.resize(self.sizeHint())
        self.refresh()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        metrics = self._theme.metrics
        return QSize(metrics.px(WIDTH), metrics.px(HEIGHT))

    def _mapping(self) -> tuple[float, QPointF]:
        """Pixels for a unit of the canvas, and the point of the canvas in the middle of the map; while one drags, they stay."""
        if self._held is not None:
            return self._held
        whole = self._scene.content_rect().united(self._view.shown_rect)
        room = self.rect().adjusted(INSET, INSET, -INSET, -INSET)
        return min(room.width() / max(whole.width(), 1.0), room.height() / max(whole.height(), 1.0)), whole.center()

    def _to_map(self, rect: QRectF, mapping: tuple[float, QPointF]) -> QRectF:
        scale, middle = mapping
        corner = (rect.topLeft() - middle) * scale + QRectF(self.rect()).center()
        return QRectF(corner, rect.size() * scale)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        tokens, mapping = self._theme.tokens, self._mapping()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.panel)
        painter.drawRoundedRect(self.rect(), 6, 6)
        for frame in self._scene.frames.values():
            painter.setBrush(mix(tokens.panel, tokens.text2, 0.14))
            painter.drawRoundedRect(self._to_map(frame.rect, mapping), 3, 3)
        for item in self._scene.items_by_card.values():
            state = item.state
            colour = tokens.accent if state.selected else tokens.error if state.severity == "error" else tokens.stroke
            place = self._to_map(item.outline, mapping)
            grow = max(0.0, LEAST - min(place.width(), place.height())) / 2
            painter.setBrush(colour)
            painter.drawRoundedRect(place.adjusted(-grow, -grow, grow, grow), 2, 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tokens.text, 1.5))
        seen = self._to_map(self._view.shown_rect, mapping)
        painter.drawRoundedRect(seen.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1)), 2, 2)
        painter.end()

    def _look_at(self, place: QPointF) -> None:
        scale, middle = self._mapping()
        point, content = middle + (place - QRectF(self.rect()).center()) / scale, self._scene.content_rect()
        x, y = min(max(point.x(), content.left()), content.right()), min(max(point.y(), content.top()), content.bottom())
        self._view.look_at(QPointF(x, y))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._mapping()
            self._look_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._held = None
        self.update()
