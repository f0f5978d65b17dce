"""Losses by hand: predictions one drags, the squares of their errors as squares, and -log p as lengths.

Of three samples the targets stand still and the predictions can be moved, by mouse or arrow keys. Left and Right choose one, Up and Down
move it (for a probability: Left and Right move it along its axis while it is chosen with Up and Down).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnlab.studies.loss_by_hand import squared_error, surprise
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import draw_focus

TARGETS = (3.0, 5.0, 2.0)
PREDICTIONS = (4.0, 2.0, 3.0)
SHARES = (0.95, 0.41, 0.037)
LOWEST, HIGHEST = 0.0, 7.0
STEP = 0.5  # to which a dragged prediction snaps
LEAST_P, GREATEST_P = 0.005, 0.995
REACH = 14.0
FILL = 110  # alpha of a square


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

    def value_at(self, point: QPointF) -> float:
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
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self.set_value(self.chosen, self.value_at(event.position()))
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._near(event.position()) is not None else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging = False

    def choose(self, direction: int) -> None:
        self.chosen = (self.chosen + direction) % len(self.values)
        self.update()


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
    def _unit(self) -> float:
        """Pixels of one unit, as large as the height and the squares beside each other allow."""
        px = self._theme.metrics.px
        low, high = self._range
        by_height = (self.height() - px(20)) / max(high - low, 1.0)
        widths = sum(abs(error) for error in self.errors)
        by_width = (self.width() - px(24) - len(TARGETS) * px(26)) / max(widths, 1.0)
        return max(2.0, min(by_height, by_width))

    def _y(self, value: float) -> float:
        return self.height() - self._theme.metrics.px(10) - (value - self._range[0]) * self._unit

    def _x(self, place: int) -> float:
        px = self._theme.metrics.px
        return px(34) + sum(abs(error) * self._unit + px(26) for error in self.errors[:place])

    def handle(self, place: int) -> QPointF:
        return QPointF(self._x(place), self._y(self.values[place]))

    def value_at(self, point: QPointF) -> float:
        return self._range[0] + (self.height() - self._theme.metrics.px(10) - point.y()) / self._unit

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
            painter.drawLine(QPointF(px(20), y), QPointF(self.width(), y))
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(0, y - metrics.height() / 2, px(14), metrics.height()), Qt.AlignmentFlag.AlignRight, str(line))
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
        side = abs(error) * self._unit
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
        painter.setFont(self._theme.font("title" if side > self._theme.metrics.px(60) else "caption_strong"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{square:g}")
        if side > self._theme.metrics.px(60):
            painter.setFont(self._theme.font("caption"))
            painter.setPen(tokens.text2)
            words = f"({numbers.short(error)})²"
            painter.drawText(box.translated(0, self._theme.metrics.px(20)), Qt.AlignmentFlag.AlignCenter, words)
        painter.setFont(self._theme.font("caption"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.choose(1 if event.key() == Qt.Key.Key_Right else -1)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.set_value(self.chosen, self.values[self.chosen] + (STEP if event.key() == Qt.Key.Key_Up else -STEP))
        else:
            super().keyPressEvent(event)

    def written(self) -> str:
        """(1 + 9 + 1) / 3 = 11/3, fractions kept."""
        squares = [Fraction(error).limit_denominator(1000) ** 2 for error in self.errors]
        total = sum(squares, Fraction(0))
        mean = total / len(squares)
        return f"({' + '.join(_plain(square) for square in squares)}) / {len(squares)} = {_plain(mean)}"


class LengthsPlot(HandPlot):
    """Probabilities given to the true class on a logarithmic axis, so that the length of each bar is its loss."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Cross-entropy by hand", SHARES, parent)

    @property
    def results(self) -> tuple[np.ndarray, float]:
        """(-log p, mean), as the engine computes them."""
        return surprise(np.array(self.values))

    def description(self) -> str:
        each, mean = self.results
        pairs = (f"p {numbers.short(p, 3)}, −log p {numbers.number(v, 3)}" for p, v in zip(self.values, each, strict=True))
        return f"{'; '.join(pairs)}; mean {numbers.number(mean)}"

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(300), self._theme.metrics.px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(200), self._theme.metrics.px(96))

    def limited(self, value: float) -> float:
        return min(max(value, LEAST_P), GREATEST_P)

    def _x(self, p: float) -> float:
        px = self._theme.metrics.px
        return px(10) + (self.width() - px(76)) * np.log(p) / np.log(LEAST_P)

    def handle(self, place: int) -> QPointF:
        px = self._theme.metrics.px
        room = (self.height() - px(26)) / len(self.values)
        return QPointF(self._x(self.values[place]), px(26) + (place + 0.5) * room)

    def value_at(self, point: QPointF) -> float:
        px = self._theme.metrics.px
        return float(np.exp((point.x() - px(10)) / max(1.0, self.width() - px(76)) * np.log(LEAST_P)))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        for p in (1.0, 0.5, 0.1, 0.01):
            x = self._x(p)
            painter.setPen(QPen(tokens.grid, 1))
            painter.drawLine(QPointF(x, px(22)), QPointF(x, self.height()))
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(max(0.0, x - px(20)), 0, px(40), px(18)), Qt.AlignmentFlag.AlignHCenter, f"{p:g}")
        each, _ = self.results
        for place, (p, loss) in enumerate(zip(self.values, each, strict=True)):
            at = self.handle(place)
            bar = QRectF(self._x(1.0), at.y() - px(4), at.x() - self._x(1.0), px(8))
            painter.fillRect(bar, tokens.stroke)
            self.paint_handle(painter, place)
            painter.setPen(tokens.text2)
            words = f"p {numbers.short(p, 3)}"
            room = metrics.horizontalAdvance(words)
            left = at.x() + px(12)
            if left + room > self.width() - px(56):
                left = at.x() - px(12) - room
            painter.drawText(QPointF(left, at.y() + metrics.ascent() / 2 - 1), words)
            painter.setPen(tokens.text)
            right = QRectF(self.width() - px(60), at.y() - metrics.height() / 2, px(58), metrics.height())
            painter.drawText(right, Qt.AlignmentFlag.AlignRight, numbers.fixed(float(loss), 3))
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.metrics.radius_field, tokens)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.choose(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.set_value(self.chosen, self.values[self.chosen] * (0.9 if event.key() == Qt.Key.Key_Right else 1 / 0.9))
        else:
            super().keyPressEvent(event)

    def written(self) -> str:
        """(0.05 + 0.89 + 3.30) / 3."""
        return f"({' + '.join(numbers.fixed(float(v), 2) for v in self.results[0])}) / {len(self.values)}"


def _plain(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{value.numerator}/{value.denominator}" if value.denominator <= 12 else f"{float(value):.4g}"
