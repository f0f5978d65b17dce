"""The matrices of an adapted layer on one scale, between the path that is frozen and the path that learns.

With gradients in place of A and B, or one sample's numbers on the lines, where the picture has them.

The frozen path runs through W₀, the learning one through A, r numbers, B and the scale; both meet in ⊕. What lies on no line, s B A and W,
is never formed in the run. A cell is chosen with the mouse or the arrow keys: it is shown in every map, and its equation below W.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.cell_equation import CellEquation, cell_equation
from nnlab.ui.lora.flow_painter import FlowPainter
from nnlab.ui.lora.layer_flow import GRADIENTS
from nnlab.ui.lora.layer_maps import LayerMaps, block_of
from nnlab.ui.lora.matrices_picture import MatricesPicture
from nnlab.ui.lora.matrix_places import MatrixPlaces, cell_at, matrix_places
from nnlab.ui.lora.matrix_words import MatrixWords
from nnlab.ui.lora.scale_bound import scale_bound
from nnlab.ui.widgets.painting import fill_rounded

_MOVES: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
}  # fmt: skip
WITHOUT_GRADIENT = 0.4  # what is left of a matrix that has none, beside those that have


class MatricesView(LayerMaps):
    """`cell_changed` when another cell is looked at."""

    cell_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Matrices of the layer", parent)
        self.shown: MatricesPicture | None = None
        self.cell: tuple[int, int] | None = None
        self._is_pinned = False
        self.bound = 1.0
        self.gradient_bound = 1.0  # of ∂L/∂A and ∂L/∂B, where they are shown
        self._bound_of: object = None
        self._images: dict[str, tuple[tuple[object, ...], QImage]] = {}
        self._words = MatrixWords(theme)
        self._flow = FlowPainter(theme)
        self.setMouseTracking(True)

    def show_picture(self, picture: MatricesPicture | None) -> None:
        self.shown = picture
        if picture is not None:
            units, inputs = picture.layer.base.shape
            if self.cell is not None and (self.cell[0] >= units or self.cell[1] >= inputs):
                self.cell, self._is_pinned = None, False
            key = (picture.layer.layer, picture.proof.now if picture.proof is not None else None)
            if key != self._bound_of:  # of W₀, which is frozen: the colours mean the same for as long as it stays
                self._bound_of, self.bound = key, scale_bound(picture.layer.base)
            self.gradient_bound = scale_bound(np.concatenate([picture.left.ravel(), picture.right.ravel()]))
        self._describe()
        self.update()

    # The chosen cell

    def equation(self) -> CellEquation | None:
        """Of the chosen cell; None without one."""
        return cell_equation(self.shown, *self.cell) if self.shown is not None and self.cell is not None else None

    def choose(self, cell: tuple[int, int] | None) -> None:
        if cell != self.cell:
            self.cell = cell
            self._describe()
            self.update()
            self.cell_changed.emit()

    def _describe(self) -> None:
        picture = self.shown
        if picture is None:
            self.setAccessibleDescription("")
            return
        units, inputs = picture.layer.base.shape
        words = f"{picture.layer.layer}, {units} × {inputs}, {picture.adapter.name}, rank {len(picture.adapter.a)}"
        words += f", {picture.mode}" if picture.mode != "weights" else ""
        found = self.equation()
        if found is not None and self.cell is not None:
            words += f"; row {self.cell[0] + 1}, column {self.cell[1] + 1}: {found.words}"
        self.setAccessibleDescription(words)

    def places(self) -> MatrixPlaces | None:
        if self.shown is None:
            return None
        px = self._theme.metrics.px
        units, inputs = self.shown.layer.base.shape
        room = QRectF(self.rect()).adjusted(px(20), px(4), -px(20), -px(22))
        found = matrix_places(units, inputs, len(self.shown.adapter.a), room, px)
        over = found.applied.right() + self._flow.room_for(self.shown.following) - self.width()
        return found.moved(-over) if 0 < over <= found.source.left() - px(8) else found  # room for the next card, where there is some

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        places = self.places()
        if places is None or self.shown is None or self._is_pinned:
            return
        self.choose(cell_at(event.position(), places, *self.shown.layer.base.shape))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        places = self.places()
        if event.button() != Qt.MouseButton.LeftButton or places is None or self.shown is None:
            super().mousePressEvent(event)
            return
        found = cell_at(event.position(), places, *self.shown.layer.base.shape)
        self._is_pinned = found is not None and not (self._is_pinned and found == self.cell)
        self.choose(found)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._is_pinned:
            self.choose(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES and self.shown is not None:
            units, inputs = self.shown.layer.base.shape
            by, step = _MOVES[event.key()], 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            row, column = self.cell if self.cell is not None else (-by[0] * step, -by[1] * step)
            self._is_pinned = True
            self.choose((min(max(row + by[0] * step, 0), units - 1), min(max(column + by[1] * step, 0), inputs - 1)))
        elif event.key() == Qt.Key.Key_Escape and self.cell is not None:
            self._is_pinned = False
            self.choose(None)
        else:
            event.ignore()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.fillRect(event.rect(), tokens.canvas)
        places, picture = self.places(), self.shown
        if places is not None and picture is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_strands(painter, places, picture)
            self._paint_maps(painter, places, picture)
            self._flow.paint(painter, places, picture)
            self._flow.paint_following(painter, places, picture.following, self.width())
            self._words.paint(painter, places, picture, self.rect(), self.gradient_bound if picture.mode == GRADIENTS else self.bound)
            if self.cell is not None:
                self._paint_cell(painter, places, picture, self.cell)
                self._words.paint_equation(painter, places, self.rect(), self.cell, self.equation())
        self.paint_focus(painter)
        painter.end()

    def _paint_maps(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture) -> None:
        values = {
            "base": picture.layer.base, "update": picture.adapter.update, "A": picture.right, "B": picture.left,
            "applied": picture.layer.applied,
        }  # fmt: skip
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        edge = QColor(self._theme.tokens.stroke)
        edge.setAlphaF(0.7)
        for name, place in places.maps.items():
            of_gradient = picture.mode == GRADIENTS and name in ("A", "B")
            painter.setOpacity(WITHOUT_GRADIENT if picture.mode == GRADIENTS and not of_gradient else 1.0)
            painter.drawImage(place, self._image(name, values[name], place, self.gradient_bound if of_gradient else self.bound))
            painter.setOpacity(1.0)
            painter.setPen(QPen(edge, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _image(self, name: str, values: np.ndarray, place: QRectF, bound: float) -> QImage:
        block = block_of(values, place)
        key = (values, bound, self._theme.is_dark, block)
        known = self._images.get(name)
        if known is not None and known[0][0] is values and known[0][1:] == key[1:]:
            return known[1]
        image = self.map_image(values, block, bound)
        self._images[name] = (key, image)
        return image

    def _paint_strands(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        plus, port = places.plus, QPointF(places.source.right(), places.source.center().y())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tokens.text2, 2))
        self._curve(painter, port, QPointF(places.base.left(), places.base.center().y()))
        if places.is_beside:  # over s B A, which lies on no line
            top, rise, low = places.base.top() - px(29), places.update.left() - px(9), places.base.top() + px(12)
            path = QPainterPath(QPointF(places.base.right(), low))
            path.lineTo(rise - px(10), low)
            path.quadTo(rise, low, rise, low - px(10))  # up behind the words over W₀
            path.lineTo(rise, top + px(10))
            path.quadTo(rise, top, rise + px(10), top)
            path.lineTo(plus.x() - px(24), top)
            path.cubicTo(QPointF(plus.x(), top), QPointF(plus.x(), top), plus - QPointF(0, px(10)))
            painter.drawPath(path)
        else:
            start = QPointF(places.base.right(), places.base.center().y())
            path = QPainterPath(start)
            path.lineTo(plus.x() - px(30), start.y())
            path.cubicTo(QPointF(plus.x(), start.y()), QPointF(plus.x(), start.y()), plus - QPointF(0, px(10)))
            painter.drawPath(path)
        painter.drawLine(plus + QPointF(px(10), 0), QPointF(places.applied.left(), plus.y()))
        if picture.adapter.stretch is not None:
            self._paint_lengths(painter, places, picture)
        if not picture.is_merged:
            self._paint_learning(painter, places, picture, port)
        painter.setPen(QPen(tokens.text, 1.5))
        painter.setBrush(tokens.canvas)
        painter.drawEllipse(plus, px(10), px(10))
        painter.drawLine(plus - QPointF(px(5), 0), plus + QPointF(px(5), 0))
        painter.drawLine(plus - QPointF(0, px(5)), plus + QPointF(0, px(5)))

    def _paint_learning(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture, port: QPointF) -> None:
        """Through A, one line for each of the r numbers, through B, the scale, into ⊕."""
        tokens, px, plus = self._theme.tokens, self._theme.metrics.px, places.plus
        color = tokens.accent if picture.takes_part else tokens.stroke
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 3))
        end = QPointF(places.a.left(), places.a.center().y())
        self._curve(painter, port, QPointF(places.base.left(), end.y()) if places.is_beside else end)
        if places.is_beside:  # below W₀
            painter.drawLine(QPointF(places.base.left(), end.y()), end)
        painter.setPen(QPen(color, 1.5 if places.step >= 4 else 1.0))
        for k in range(len(picture.adapter.a)):
            y, x = places.a.top() + (k + 0.5) * places.step, places.b.left() + (k + 0.5) * places.step
            painter.drawPolyline([QPointF(places.a.right(), y), QPointF(x, y), QPointF(x, places.b.bottom())])
        painter.setPen(QPen(color, 3))
        start = QPointF(places.b.right(), places.b.center().y() if not places.is_beside else places.b.bottom() - px(12))
        path = QPainterPath(start)
        path.lineTo(plus.x() - px(34), start.y())
        path.cubicTo(QPointF(plus.x(), start.y()), QPointF(plus.x(), start.y()), plus + QPointF(0, px(10)))
        painter.drawPath(path)
        pill = QRectF(0, 0, px(18) + px(8) * len(f"{picture.adapter.scale:.3g}"), px(24))
        pill.moveCenter(QPointF((places.b.right() + plus.x() - px(20)) / 2, start.y()))
        fill_rounded(painter, pill, px(8), tokens.canvas)
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(pill, px(8), px(8))
        painter.setPen(tokens.text)
        painter.setFont(self._theme.font("body"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, f"× {picture.adapter.scale:.3g}".replace("-", "−"))

    def _paint_lengths(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture) -> None:
        """DoRA's m behind ⊕: it learns, too, and what it does lies on the way of both."""
        tokens, px = self._theme.tokens, self._theme.metrics.px
        pill = QRectF(0, 0, px(20), px(20))
        pill.moveCenter(QPointF((places.plus.x() + px(10) + places.applied.left()) / 2, places.plus.y()))
        fill_rounded(painter, pill, px(6), tokens.canvas)
        painter.setPen(QPen(tokens.accent if picture.takes_part and not picture.is_merged else tokens.stroke, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(pill, px(6), px(6))
        painter.setPen(tokens.text)
        painter.setFont(self._theme.font("body"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, "m")

    def _curve(self, painter: QPainter, start: QPointF, end: QPointF) -> None:
        path, middle = QPainterPath(start), (start.x() + end.x()) / 2
        path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
        painter.drawPath(path)

    def _paint_cell(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture, cell: tuple[int, int]) -> None:
        """The cell in W₀, s B A and W; the column of A and the row of B that make it."""
        row, column = cell
        tokens, px, (units, inputs) = self._theme.tokens, self._theme.metrics.px, picture.layer.base.shape
        marks = []
        for place in (places.base, places.update, places.applied):
            width, height = place.width() / inputs, place.height() / units
            mark = QRectF(place.left() + column * width, place.top() + row * height, width, height)
            grow = max(0.0, (px(9) - mark.width()) / 2), max(0.0, (px(9) - mark.height()) / 2)
            marks.append(mark.adjusted(-grow[0], -grow[1], grow[0], grow[1]))
        inside = marks[1]
        marks.append(QRectF(inside.left(), places.a.top(), inside.width(), places.a.height()))
        marks.append(QRectF(places.b.left(), inside.top(), places.b.width(), inside.height()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((tokens.canvas, 4.0), (tokens.text, 1.5)):
            painter.setPen(QPen(color, width))
            for mark in marks:
                painter.drawRect(mark)
        painter.setPen(QPen(tokens.text, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(inside.center().x(), inside.bottom()), QPointF(inside.center().x(), places.a.top()))
        painter.drawLine(QPointF(inside.right(), inside.center().y()), QPointF(places.b.left(), inside.center().y()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self.shown is not None and self.shown.proof is not None:
            proof = self.shown.proof
            self.setToolTip(f"SHA-256 of W₀ ({proof.nbytes:,} bytes)\nat the freeze  {proof.frozen or 'not known'}\nnow  {proof.now}")
        return super().event(event)
