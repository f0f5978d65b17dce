"""A product as an area: as wide as one factor, as high as the other, in the colour of its sign."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.numbers import number, short
from nnlab.ui.look.theme import Theme, follow

LEAST = 1e-6  # the axes reach this far at least


class ProductPlot(QWidget):
    """Axes through 0: x to the right, w up; the rectangle between 0 and the point (x, w)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[float, float, float] | None = None
        self._names = ("x", "w")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        follow(theme, self)

    def show_product(self, x: float, w: float, product: float, names: tuple[str, str]) -> None:
        self._shown, self._names = (x, w, product), names
        self.setAccessibleName(f"{names[0]} {short(x)} times {names[1]} {short(w)} is {number(product)}")
        self.update()

    def apply_metrics(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(320), self._theme.metrics.px(320))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(180), self._theme.metrics.px(180))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        x, w, product = self._shown
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        reach = max(LEAST, abs(x), abs(w)) * 1.15
        unit = (min(self.width(), self.height()) / 2 - px(28)) / reach
        centre = QPointF(self.width() / 2, self.height() / 2)
        corner = QPointF(centre.x() + x * unit, centre.y() - w * unit)
        painter.setPen(QPen(tokens.stroke, 1))
        painter.drawLine(QPointF(centre.x() - reach * unit, centre.y()), QPointF(centre.x() + reach * unit, centre.y()))
        painter.drawLine(QPointF(centre.x(), centre.y() - reach * unit), QPointF(centre.x(), centre.y() + reach * unit))
        color = tokens.pos if product > 0 else tokens.neg
        area = QRectF(centre, corner).normalized()
        painter.setOpacity(0.35)
        painter.fillRect(area, color)
        painter.setOpacity(1.0)
        painter.setPen(QPen(color, 2))
        painter.drawRect(area)
        painter.setFont(self._theme.font("counter"))
        painter.setPen(tokens.text2)
        painter.drawText(QPointF(centre.x() + reach * unit + px(6), centre.y() + px(5)), self._names[0])
        painter.drawText(QPointF(centre.x() - px(6), centre.y() - reach * unit - px(8)), self._names[1])
        painter.setPen(tokens.text)
        flags = Qt.AlignmentFlag.AlignHCenter
        below = px(4) if w >= 0 else -px(24)
        painter.drawText(QRectF(area.center().x() - px(40), centre.y() + below, px(80), px(20)), flags, short(x))
        beside = -px(84) if x >= 0 else px(6)
        side = Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if x >= 0 else Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRectF(centre.x() + beside, area.center().y() - px(10), px(78), px(20)), side, short(w))
        painter.setFont(self._theme.font("number"))
        painter.drawText(area.adjusted(-px(60), -px(12), px(60), px(12)), Qt.AlignmentFlag.AlignCenter, number(product, 3))
        painter.end()
