"""Edges that carry a whole tensor, and the line from the data's target to the loss."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.canvas.edges.routing import path_of
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.canvas.painting.text import LEAST_CAPTION, LEAST_TEXT, LEFT, write

TENSOR, TARGET, DRAFT, REFUSED = "tensor", "target", "draft", "refused"
LABEL_HEIGHT = 16.0
PORTS = 22.0  # pixels of a line that its two ports cover, and some room between them and the label
Z_DRAFT = 3.0


class TensorEdge:
    """A line along a path with a label: the shape above its middle, or "target y" near its start. Painted by a `TensorLayer`."""

    def __init__(self, look: str = TENSOR) -> None:
        self.look = look
        self.label, self.label_start = "", 0.0  # and from where a label near the start is written
        self.selected = self.hovered = self.dimmed = self.hidden = False
        self.way: np.ndarray | None = None  # its points (see `routing.routes`); None along any other path
        self._bounds: QRectF | None = QRectF()
        self._path: QPainterPath | None = QPainterPath()
        self._middle: QPointF | None = None

    @property
    def bounds(self) -> QRectF:
        if self._bounds is None:
            assert self.way is not None
            (left, top), (right, bottom) = self.way.min(axis=0).tolist(), self.way.max(axis=0).tolist()
            self._bounds = QRectF(left, top, right - left, bottom - top)
        return self._bounds

    @property
    def is_curve(self) -> bool:
        """Whether the path is the plain cubic between its ends."""
        return self.way is not None and len(self.way) == 2

    @property
    def path(self) -> QPainterPath:
        """The line. Made when it is first asked for: of thousands of lines most are drawn from their ends, or out of sight."""
        if self._path is None:
            assert self.way is not None
            self._path = path_of(self.way)
        return self._path

    @property
    def middle(self) -> QPointF:
        if self._middle is None:
            way = self.way if self.way is not None and len(self.way) == 2 else None
            self._middle = QPointF(*way.mean(axis=0).tolist()) if way is not None else self.path.pointAtPercent(0.5)
        return self._middle

    def set_way(self, way: np.ndarray, label: str) -> None:
        """Along the points of a way."""
        self.way, self.label, self._path, self._middle, self._bounds = way, label, None, None, None

    def set_path(self, path: QPainterPath, label: str) -> None:
        """Along any path."""
        self.way, self._path, self.label, self._middle, self._bounds = None, path, label, None, path.boundingRect()
        self.label_start = self._bounds.left()

    def set_state(self, selected: bool, hovered: bool, dimmed: bool) -> bool:
        changed = (selected, hovered, dimmed) != (self.selected, self.hovered, self.dimmed)
        self.selected, self.hovered, self.dimmed = selected, hovered, dimmed
        return changed

    @property
    def is_usual(self) -> bool:
        """Whether it is one of the many that all look alike."""
        return self.look == TENSOR and not self.selected and not self.hovered

    def is_near(self, point: QPointF, reach: float) -> bool:
        """Whether a point of the canvas lies within `reach` of the line."""
        if not self.bounds.adjusted(-reach, -reach, reach, reach).contains(point):
            return False
        stroker = QPainterPathStroker()
        stroker.setWidth(2 * reach)
        return stroker.createStroke(self.path).contains(point)

    def pen(self, kit: PaintKit, pixel: float) -> QPen:
        tokens = kit.tokens
        if self.look == REFUSED:
            pen = QPen(tokens.error, 2.5 * pixel)
            pen.setDashPattern([2.8, 2.0])
            return pen
        if self.look == DRAFT:
            return QPen(tokens.accent, 2.0 * pixel)
        colour, width = (tokens.stroke, 1.5) if self.look == TARGET else (tokens.text2, 2.0)
        if self.selected:
            colour, width = tokens.accent, 2.5
        elif self.hovered:
            colour = tokens.text
        return QPen(colour, width * kit.stroke * pixel)

    def paint_line(self, painter: QPainter, kit: PaintKit, pixel: float) -> None:
        painter.setOpacity(0.4 if self.dimmed else 1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self.pen(kit, pixel))
        painter.drawPath(self.path)

    def paint_label(self, painter: QPainter, kit: PaintKit, pixel: float) -> None:
        """The label of a line with a look of its own, near its start."""
        zoom = painter.worldTransform().m11()
        if self.label and zoom * pixel >= LEAST_TEXT:
            pixel = max(pixel, LEAST_CAPTION / kit.scale / zoom)
            width, height = (kit.text_width(self.label, "caption") + 8.0) * pixel, LABEL_HEIGHT * kit.scale * pixel
            room = QRectF(self.label_start, self.bounds.bottom() - height - 2.0, width, height)
            write(painter, kit, self.label, "caption", kit.tokens.text2, room, LEFT, pixel)


class DraftLine(QGraphicsItem):
    """The line of a connection that is being drawn, above everything."""

    def __init__(self, kit: PaintKit, pixel: float) -> None:
        super().__init__()
        self._kit, self._pixel = kit, pixel
        self._edge = TensorEdge(DRAFT)
        self.setZValue(Z_DRAFT)

    def show_path(self, path: QPainterPath, refused: bool) -> None:
        self.prepareGeometryChange()
        self._edge.look = REFUSED if refused else DRAFT
        self._edge.set_path(path, "")
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._edge.bounds.adjusted(-8, -8, 8, 8)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._edge.paint_line(painter, self._kit, self._pixel)
