"""Cross-entropy by hand: probabilities one drags along a logarithmic axis, on which the length of a bar is its loss."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnlab.studies.loss_by_hand import surprise
from nnlab.ui.comparison.hand_plot import HandPlot
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.widgets.painting import draw_focus

SHARES = (0.95, 0.41, 0.037)
LEAST_P, GREATEST_P = 0.0067, 0.995  # a bar is at most 5 long
VALUES = 52  # pixels at the right, for the losses


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
        return px(10) + (self.width() - px(10 + VALUES)) * float(np.log(p) / np.log(LEAST_P))

    def handle(self, place: int) -> QPointF:
        px = self._theme.metrics.px
        room = (self.height() - px(26)) / len(self.values)
        return QPointF(self._x(self.values[place]), px(26) + (place + 0.5) * room)

    def value_at(self, point: QPointF, grip: tuple[QPointF, float, float]) -> float:
        px = self._theme.metrics.px
        return float(np.exp((point.x() - px(10)) / max(1.0, self.width() - px(10 + VALUES)) * np.log(LEAST_P)))

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
            width = metrics.horizontalAdvance(f"{p:g}")
            painter.drawText(QPointF(max(0.0, x - width / 2), metrics.ascent()), f"{p:g}")
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
            if left + room > self.width() - px(VALUES):
                left = at.x() - px(12) - room
            painter.drawText(QPointF(left, at.y() + metrics.ascent() / 2 - 1), words)
            painter.setPen(tokens.text)
            right = QRectF(self.width() - px(60), at.y() - px(10), px(60), px(20))
            painter.setFont(self._theme.font("name"))
            painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, numbers.fixed(float(loss), 3))
            painter.setFont(self._theme.font("caption"))
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

    def table(self) -> ExportTable | None:
        return ExportTable(("p", "−log p"), (self.values, self.results[0]))

    def written(self) -> str:
        """(0.05 + 0.89 + 3.30) / 3."""
        return f"({' + '.join(numbers.fixed(float(v), 2) for v in self.results[0])}) / {len(self.values)}"
