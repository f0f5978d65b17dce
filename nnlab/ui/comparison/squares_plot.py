"""Squared errors by hand: predictions one drags up and down, and the squares of their errors as squares."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnlab.studies.loss_by_hand import squared_error
from nnlab.ui.comparison.hand_plot import HandPlot
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.widgets.painting import draw_focus

TARGETS = (3.0, 5.0, 2.0)
PREDICTIONS = (4.0, 2.0, 3.0)
LOWEST, HIGHEST = 0.0, 7.0
STEP = 0.5  # to which a dragged prediction snaps
FILL = 110  # alpha of a square
EDGE, GAP = 34, 26  # pixels before the first square, and between two


class SquaresPlot(HandPlot):
    """Targets and predictions on one axis, and beside each the square of its error."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Squared errors by hand", PREDICTIONS, parent)

    @property
    def errors(self) -> list[float]:
        return [value - target for value, target in zip(self.values, TARGETS, strict=True)]

    @property
    def results(self) -> tuple[np.ndarray, float]:
        """(squares, mean), as the engine computes them."""
        return squared_error(np.array(self.values), np.array(TARGETS))

    def description(self) -> str:
        pairs = (f"target {t:g}, prediction {v:g}, error {e:g}" for t, v, e in zip(TARGETS, self.values, self.errors, strict=True))
        return f"{'; '.join(pairs)}; MSE {numbers.number(self.results[1])}"

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(300), self._theme.metrics.px(170))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(200), self._theme.metrics.px(120))

    def limited(self, value: float) -> float:
        return min(max(round(value / STEP) * STEP, LOWEST), HIGHEST)

    @property
    def _range(self) -> tuple[float, float]:
        everything = [*TARGETS, *self.values]
        return min(everything), max(everything)

    @property
    def scale(self) -> float:
        """Pixels of one unit, as large as the height and the squares beside each other allow."""
        px = self._theme.metrics.px
        low, high = self._range
        by_height = (self.height() - px(20)) / max(high - low, 1.0)
        widths = sum(abs(error) for error in self.errors)
        by_width = (self.width() - px(EDGE) - len(TARGETS) * px(GAP)) / max(widths, 1.0)
        return max(2.0, min(by_height, by_width))

    def _y(self, value: float) -> float:
        low, high = self._range
        below = (self.height() - (high - low) * self.scale) / 2  # as much room below as above
        return self.height() - below - (value - low) * self.scale

    def _x(self, place: int) -> float:
        px = self._theme.metrics.px
        taken = sum(abs(error) * self.scale for error in self.errors)
        gap = max(px(GAP), (self.width() - px(EDGE) - taken) / len(TARGETS))
        return px(EDGE) + sum(abs(error) * self.scale + gap for error in self.errors[:place])

    def handle(self, place: int) -> QPointF:
        return QPointF(self._x(place), self._y(self.values[place]))

    def value_at(self, point: QPointF, grip: tuple[QPointF, float, float]) -> float:
        """By how far the mouse has gone since: the axis adapts itself meanwhile, and would run away from under it."""
        begin, value, scale = grip
        return value + (begin.y() - point.y()) / scale

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        low, high = self._range
        for line in range(int(np.ceil(low)), int(high) + 1):
            y = self._y(line)
            painter.setPen(QPen(tokens.grid, 1))
            painter.drawLine(QPointF(px(18), y), QPointF(self.width(), y))
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(0, y - metrics.height() / 2, px(12), metrics.height()), Qt.AlignmentFlag.AlignLeft, str(line))
        for place, (target, value, error) in enumerate(zip(TARGETS, self.values, self.errors, strict=True)):
            self._paint_square(painter, place, target, value, error)
        for place, target in enumerate(TARGETS):
            x = self._x(place)
            painter.setPen(QPen(tokens.text, px(3)))
            painter.drawLine(QPointF(x - px(8), self._y(target)), QPointF(x + px(8), self._y(target)))
            self.paint_handle(painter, place)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.metrics.radius_field, tokens)
        painter.end()

    def _paint_square(self, painter: QPainter, place: int, target: float, value: float, error: float) -> None:
        tokens = self._theme.tokens
        side = abs(error) * self.scale
        if not side:
            return
        box = QRectF(self._x(place), min(self._y(target), self._y(value)), side, side)
        color = QColor(tokens.pos if error > 0 else tokens.neg)
        fill = QColor(color)
        fill.setAlpha(FILL)
        painter.setPen(QPen(color, 1.0))
        painter.setBrush(fill)
        painter.drawRect(box)
        square = self.results[0][place]
        painter.setPen(tokens.text)
        px = self._theme.metrics.px
        is_large = side > px(60)
        painter.setFont(self._theme.font("number" if side > px(90) else "title" if is_large else "caption_strong"))
        painter.drawText(box.translated(0, -px(6) * is_large), Qt.AlignmentFlag.AlignCenter, f"{square:g}")
        if is_large:
            below = painter.fontMetrics().height() / 2 + px(4)
            painter.setFont(self._theme.font("caption"))
            painter.drawText(box.translated(0, below), Qt.AlignmentFlag.AlignCenter, f"({numbers.short(error)})²")
        painter.setFont(self._theme.font("caption"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.choose(1 if event.key() == Qt.Key.Key_Right else -1)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.set_value(self.chosen, self.values[self.chosen] + (STEP if event.key() == Qt.Key.Key_Up else -STEP))
        else:
            super().keyPressEvent(event)

    def table(self) -> ExportTable | None:
        return ExportTable(("target", "prediction", "error", "squared error"), (TARGETS, self.values, self.errors, self.results[0]))

    def written(self) -> str:
        """(1 + 9 + 1) / 3 = 11/3, fractions kept."""
        squares = [Fraction(error).limit_denominator(1000) ** 2 for error in self.errors]
        total = sum(squares, Fraction(0))
        mean = total / len(squares)
        return f"({' + '.join(_plain(square) for square in squares)}) / {len(squares)} = {_plain(mean)}"


def _plain(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{value.numerator}/{value.denominator}" if value.denominator <= 12 else f"{float(value):.4g}"
