"""What goes through the strands of an adapted layer: gradients on their way back, or one sample's numbers on their way forward."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import sign_image
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.layer_flow import LayerActivations, LayerGradients
from nnlab.ui.lora.matrices_picture import MatricesPicture
from nnlab.ui.lora.matrix_places import MatrixPlaces
from nnlab.ui.lora.scale_bound import scale_bound
from nnlab.ui.widgets.painting import fill_rounded

NEXT_CARD = 84  # pixels across the next card, before the interface scale
STRIP = 7  # pixels across a row or column of numbers, before the interface scale


class FlowPainter:
    """Paints over the strands, with the sizes and colours of the theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def paint(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture) -> None:
        if picture.gradients is not None:
            self._paint_gradients(painter, places, picture, picture.gradients)
        elif picture.activations is not None:
            self._paint_activations(painter, places, picture.activations)

    # Gradients

    def _paint_gradients(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture, flow: LayerGradients) -> None:
        """Arrowheads against the strands; what the frozen path carries stands at its end."""
        px, tokens = self._theme.metrics.px, self._theme.tokens
        base, a, b, plus = places.base, places.a, places.b, places.plus
        learns = flow.a is not None and not picture.is_merged
        frozen_y = base.top() + px(12) if places.is_beside else base.center().y()
        if flow.x is not None:
            self._arrow(painter, QPointF(base.left() - px(5), base.center().y()), tokens.text2)
            self._arrow(painter, QPointF(base.right() + px(5), frozen_y), tokens.text2)
        self._arrow(painter, QPointF(plus.x() + px(14), plus.y()), tokens.text2)
        if learns:
            self._arrow(painter, QPointF(a.left() - px(5), a.center().y()), tokens.accent)
            self._arrow(painter, QPointF(b.right() + px(5), b.center().y() if not places.is_beside else b.bottom() - px(12)), tokens.accent)
        words = "no ∂L/∂x needed" if flow.x is None else f"‖∂L/∂x‖ {numbers.number(flow.x, 3)}"
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        width = QFontMetricsF(painter.font()).horizontalAdvance(words)
        left = max(float(px(8)), places.source.center().x() - width / 2)
        painter.drawText(QPointF(left, places.source.top() - px(10)), words)

    def _arrow(self, painter: QPainter, tip: QPointF, color: QColor) -> None:
        """Points to the left: against the way forward."""
        px = self._theme.metrics.px
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([tip - QPointF(px(6), 0), tip + QPointF(px(4), -px(5)), tip + QPointF(px(4), px(5))]))

    # Activations

    def _paint_activations(self, painter: QPainter, places: MatrixPlaces, flow: LayerActivations) -> None:
        """Each number on the line it goes along: x under the columns of W₀, z₀ and z beside rows, h where the r lines turn."""
        px, base, applied = self._theme.metrics.px, places.base, places.applied
        side = px(STRIP)
        self._strip(painter, QRectF(base.left(), base.bottom() + px(3), base.width(), side), flow.x[None, :], scale_bound(flow.x))
        self._letter(painter, QPointF(base.left() - px(12), base.bottom() + px(11)), "x")
        bound = scale_bound(flow.z if flow.base is None else np.concatenate([flow.z, flow.base]))
        if flow.base is not None:
            self._strip(painter, QRectF(base.right() + px(3), base.top(), side, base.height()), flow.base[:, None], bound)
            self._letter(painter, QPointF(base.right() + px(2), base.bottom() + px(14)), "z₀")
        self._strip(painter, QRectF(applied.right() + px(3), applied.top(), side, applied.height()), flow.z[:, None], bound)
        self._letter(painter, QPointF(applied.right() + px(3), applied.bottom() + px(14)), "z")
        if flow.h is not None:
            self._paint_rank(painter, places, flow.h)

    def _strip(self, painter: QPainter, place: QRectF, values: np.ndarray, bound: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, sign_image(values, bound, self._theme.is_dark))
        edge = QColor(self._theme.tokens.stroke)
        edge.setAlphaF(0.7)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_rank(self, painter: QPainter, places: MatrixPlaces, h: np.ndarray) -> None:
        side = max(2.0, min(places.step - 1.0, self._theme.metrics.px(10)))
        colors = sign_image(h[None, :], scale_bound(h), self._theme.is_dark)
        painter.setPen(QPen(self._theme.tokens.canvas, 1))
        for k in range(len(h)):
            x, y = places.b.left() + (k + 0.5) * places.step, places.a.top() + (k + 0.5) * places.step
            painter.setBrush(QColor(colors.pixelColor(k, 0)))
            painter.drawRect(QRectF(x - side / 2, y - side / 2, side, side))
        last = QPointF(places.b.left() + len(h) * places.step + self._theme.metrics.px(6), places.a.bottom())
        self._letter(painter, last, "h = A x")

    def _letter(self, painter: QPainter, at: QPointF, text: str) -> None:
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.tokens.text2)
        painter.drawText(at, text)

    # What comes after the layer

    def _following_line(self, following: tuple[str, ...]) -> float:
        """How long the line to the next card is: what lies between is written over it."""
        words = following[0] if len(following) > 1 else ""
        return float(max(self._theme.metrics.px(24), QFontMetricsF(self._theme.font("caption")).horizontalAdvance(words) + 8))

    def room_for(self, following: tuple[str, ...]) -> float:
        """Pixels at the right of W that the next card takes."""
        px = self._theme.metrics.px
        return px(14) + self._following_line(following) + px(NEXT_CARD) + px(8) if following else 0.0

    def paint_following(self, painter: QPainter, places: MatrixPlaces, following: tuple[str, ...], right: float) -> None:
        """The next card, and on the line to it what lies between; nothing where there is no room for both."""
        px, tokens = self._theme.metrics.px, self._theme.tokens
        if not following or places.applied.right() + self.room_for(following) > right:
            return
        start, y, line = places.applied.right() + px(14), places.applied.center().y(), self._following_line(following)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(QPen(tokens.text2, 2))
        painter.drawLine(QPointF(start, y), QPointF(start + line, y))
        if len(following) > 1:
            painter.drawText(QRectF(start, y - px(22), line, px(18)), Qt.AlignmentFlag.AlignCenter, following[0])
        card = QRectF(start + line, y - px(20), px(NEXT_CARD), px(40))
        fill_rounded(painter, card, self._theme.metrics.radius_button, tokens.card)
        painter.setFont(self._theme.font("name"))
        painter.setPen(tokens.text)
        words = QFontMetricsF(painter.font()).elidedText(following[-1], Qt.TextElideMode.ElideRight, card.width() - 8)
        painter.drawText(card, Qt.AlignmentFlag.AlignCenter, words)
