"""Edges that carry a whole tensor, and the line from the data's target to the loss."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.canvas.card_painting import CENTRED, LEFT, write
from nnlab.ui.canvas.paint_kit import PaintKit
from nnlab.ui.canvas.routing import label_point

Z_TENSOR = -1.0
TENSOR, TARGET, DRAFT, REFUSED = "tensor", "target", "draft", "refused"


class TensorEdge(QGraphicsItem):
    """A line along a path with a label: the shape above its middle, or "target y" near its start."""

    def __init__(self, kit: PaintKit, look: str = TENSOR) -> None:
        super().__init__()
        self.kit, self.look = kit, look
        self.label = ""
        self.selected = self.hovered = self.dimmed = False
        self.pixel = 1.0
        self.path = QPainterPath()
        self._bounds = QRectF()
        self.setZValue(Z_TENSOR if look in (TENSOR, TARGET) else 3.0)

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._bounds

    def set_path(self, path: QPainterPath, label: str, pixel: float) -> None:
        if path == self.path and (label, pixel) == (self.label, self.pixel):
            return
        self.prepareGeometryChange()
        self.path, self.label, self.pixel = path, label, pixel
        room = 24.0 * pixel
        self._bounds = path.boundingRect().adjusted(-room * 3, -room, room * 3, room)
        self.update()

    def set_kit(self, kit: PaintKit) -> None:
        self.kit = kit
        self.update()

    def set_look(self, look: str) -> None:
        if look != self.look:
            self.look = look
            self.update()

    def set_state(self, selected: bool, hovered: bool, dimmed: bool) -> None:
        if (selected, hovered, dimmed) != (self.selected, self.hovered, self.dimmed):
            self.selected, self.hovered, self.dimmed = selected, hovered, dimmed
            self.update()

    def is_near(self, point: QPointF, reach: float) -> bool:
        """Whether a point of the canvas lies within `reach` of the line."""
        stroker = QPainterPathStroker()
        stroker.setWidth(2 * reach)
        return self._bounds.contains(point) and stroker.createStroke(self.path).contains(point)

    def _pen(self) -> QPen:
        tokens = self.kit.tokens
        if self.look == REFUSED:
            pen = QPen(tokens.error, 2.5 * self.pixel)
            pen.setDashPattern([2.8, 2.0])
            return pen
        if self.look == DRAFT:
            return QPen(tokens.accent, 2.0 * self.pixel)
        colour, width = (tokens.stroke, 1.5) if self.look == TARGET else (tokens.text2, 2.0)
        if self.selected:
            colour, width = tokens.accent, 2.5
        elif self.hovered:
            colour = tokens.text
        return QPen(colour, width * self.pixel)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.4 if self.dimmed else 1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._pen())
        painter.drawPath(self.path)
        if self.label:
            self._paint_label(painter, self.kit.tokens.text2)

    def _paint_label(self, painter: QPainter, colour: QColor) -> None:
        at = label_point(self.path)
        if at is None or (self.look == TENSOR and self.path.length() < self.kit.text_width(self.label, "caption") * self.pixel):
            return
        width, height = (self.kit.text_width(self.label, "caption") + 8.0) * self.pixel, 16.0 * self.kit.scale * self.pixel
        if self.look == TARGET:
            box = self.path.boundingRect()
            room = QRectF(box.left() + 16.0, box.bottom() - height - 2.0, width, height)
            write(painter, self.kit, self.label, "caption", colour, room, LEFT, self.pixel)
            return
        room = QRectF(at.x() - width / 2, at.y() - height - 3.0 * self.pixel, width, height)
        write(painter, self.kit, self.label, "caption", colour, room, CENTRED, self.pixel)
