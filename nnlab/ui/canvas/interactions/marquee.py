"""Dragging a rectangle over empty canvas: what it touches is selected; with Shift, in addition."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.canvas.edges.tensor_edge import TensorEdge
from nnlab.ui.canvas.interactions.gesture import Gesture, GestureContext, Pointer
from nnlab.ui.canvas.painting.paint_kit import PaintKit


class _Rectangle(QGraphicsItem):
    def __init__(self, kit: PaintKit, pixel: float) -> None:
        super().__init__()
        self._kit, self._pixel, self._rect = kit, pixel, QRectF()
        self.setZValue(5.0)

    def set_rect(self, rect: QRectF) -> None:
        self.prepareGeometryChange()
        self._rect = rect

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        fill = QColor(self._kit.tokens.text2)
        fill.setAlpha(28)
        painter.setBrush(fill)
        painter.setPen(QPen(self._kit.tokens.text2, self._pixel))
        painter.drawRect(self._rect)


class MarqueeGesture(Gesture):
    def __init__(self, around: GestureContext, pointer: Pointer) -> None:
        super().__init__(around, pointer)
        self._nodes, self._edges, self._comments = around.selection.nodes, around.selection.edges, around.selection.comments
        self._adds = bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier)
        if not self._adds:
            around.selection.set()
        self._item = _Rectangle(around.scene.kit, around.scene.detail.text_scale)
        around.scene.addItem(self._item)

    def move(self, pointer: Pointer) -> None:
        rect = QRectF(self.start.scene, pointer.scene).normalized()
        self._item.set_rect(rect)
        scene = self.around.scene
        cards = [i for name, item in scene.items_by_card.items() if rect.intersects(item.outline) for i in scene.picked(name)]
        lines = [(edge, item) for edge, item in scene.edges.items.items() if isinstance(item, TensorEdge)]
        edges = [edge for edge, item in lines if rect.contains(item.bounds)]
        comments = [name for name, item in scene.comments.items() if rect.intersects(item.outline)]
        if self._adds:
            cards, edges, comments = [*self._nodes, *cards], [*self._edges, *edges], [*self._comments, *comments]
        self.around.selection.set(cards, edges, comments)

    def end(self, pointer: Pointer) -> None:
        self.around.scene.removeItem(self._item)

    def cancel(self) -> None:
        self.around.scene.removeItem(self._item)
        self.around.selection.set(self._nodes, self._edges, self._comments)
        self.around.selection.keep_within(self.around.scene.document.graph)
