"""The curve of a learning-rate test: loss over rates that grow from step to step, on a logarithmic axis (Smith 2015).

Losses of single batches are thin, their smoothed mean is bold. Dotted stand the rate the project has and the one where the loss is lowest;
the suggestion is the one thing in the accent's colour. The pointer, or the arrow keys, read the curve.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPen

from nnlab.training.learning_rate_finder import RateCurve
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.plot import Margins, Plot, line_pen, make_line
from nnlab.ui.panels.plotting.ticks import Tick, logarithmic_ticks
from nnlab.ui.widgets.painting import fill_rounded

RAW_ALPHA = 96  # of 255: losses of single batches
ROOM = 0.12  # of the height between the lowest and the first loss, left free below and above
ABOVE = 0.8  # of the same height, shown above the first loss: how steeply the loss grows there says enough
FAR = 10.0  # heights of the picture beyond which a loss is drawn no further: Qt cannot draw any number


class RatePlot(Plot):
    """A plot of one `RateCurve`, or of none."""

    def __init__(self, theme: Theme) -> None:
        self._curve: RateCurve | None = None
        self._now = 0.0
        self.read: int | None = None  # the step at which the curve is read
        super().__init__(theme, "Loss over learning rates")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.raw, self.smoothed = make_line(theme.tokens.text2, 1.0), make_line(theme.tokens.text, 2.0)
        for line in (self.raw, self.smoothed):
            self.view.addItem(line, ignoreBounds=True)
        self.all_wanted.connect(self._show_everything)
        self.pointed.connect(self._point)
        theme.changed.connect(self._color_lines)
        self._color_lines()

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(56), px(26), px(16), px(26))

    @property
    def curve(self) -> RateCurve | None:
        return self._curve

    def show_curve(self, curve: RateCurve | None, now: float) -> None:
        """`now`: the rate that the project has."""
        is_other, self._curve, self._now = curve is not self._curve, curve, now
        if is_other:
            self.is_following, self.read = True, None
            self._show_everything()
        self.setAccessibleDescription(curve.words if curve is not None else "")
        self.repaint_around()

    def table(self) -> ExportTable | None:
        """A row for every rate tested."""
        curve = self._curve
        if curve is None:
            return None
        return ExportTable(("learning rate", "loss of the batch", "smoothed"), (curve.rates, curve.losses, curve.smoothed))

    def _show_everything(self) -> None:
        curve = self._curve
        if curve is None:
            self.raw.setData([], [])
            self.smoothed.setData([], [])
            return
        x, first, least = np.log10(curve.rates), float(curve.smoothed[0]), float(curve.smoothed.min())
        height = max(first - least, 0.05 * abs(first), 1e-12)
        low, high = least - ROOM * height, first + ABOVE * height
        self.set_range((float(x[0]), float(x[-1])), (low, high))
        far = FAR * (high - low)
        self.raw.setData(x, np.clip(curve.losses, low - far, high + far))
        self.smoothed.setData(x, np.clip(curve.smoothed, low - far, high + far))

    def _color_lines(self) -> None:
        tokens = self._theme.tokens
        faded = QColor(tokens.text2)
        faded.setAlpha(RAW_ALPHA)
        self.raw.setPen(line_pen(faded, 1.0))
        self.smoothed.setPen(line_pen(tokens.text, 2.0))

    # Reading

    def _point(self, place: QPointF | None) -> None:
        curve = self._curve
        if curve is None or place is None or not self.picture.contains(place):
            self._read(None)
        else:
            self._read(int(np.argmin(np.abs(np.log10(curve.rates) - self.x_at(place.x())))))

    def _read(self, step: int | None) -> None:
        if step != self.read:
            self.read = step
            curve = self._curve
            if curve is not None and step is not None:
                self.setAccessibleDescription(f"Rate {curve.rates[step]:.3g}: smoothed loss {numbers.number(float(curve.smoothed[step]))}")
            self.repaint_around()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in moves and self._curve is not None and not event.modifiers():
            start = self.read if self.read is not None else int(np.argmin(self._curve.smoothed))
            self._read(min(len(self._curve.rates) - 1, max(0, start + moves[Qt.Key(event.key())])))
        else:
            super().keyPressEvent(event)

    # Painting

    def x_ticks(self) -> list[Tick]:
        if self._curve is None:
            return []
        ticks, px = logarithmic_ticks(*self.x_range, self.picture.width(), self._theme.metrics.px(56)), self._theme.metrics.px
        if self._curve.suggestion is None:
            return ticks
        pill = float(self.x_pixels(np.log10(self._curve.suggestion)))
        return [tick for tick in ticks if abs(float(self.x_pixels(tick.position)) - pill) > px(46)]

    def y_ticks(self) -> list[Tick]:
        return super().y_ticks() if self._curve is not None else []

    def paint_above(self, painter: QPainter) -> None:
        curve, tokens = self._curve, self._theme.tokens
        if curve is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._theme.font("caption"))
            near = abs(np.log10(max(self._now, 1e-300) / curve.lowest)) < 1e-9
            left_is_now = self._now < curve.lowest
            self._paint_rate(painter, self._now, f"now {self._now:.3g}" + (", lowest" if near else ""), left_is_now)
            if not near:
                self._paint_rate(painter, curve.lowest, f"lowest {curve.lowest:.2g}", not left_is_now)
            if curve.suggestion is not None:
                self._paint_suggestion(painter, curve, curve.suggestion)
            if self.read is not None:
                rate, loss = float(curve.rates[self.read]), float(curve.smoothed[self.read])
                place = QPointF(float(self.x_pixels(np.log10(rate))), float(self.y_pixels(loss)))
                painter.setPen(QPen(tokens.text2, 1))
                painter.drawLine(QPointF(place.x(), self.picture.top()), QPointF(place.x(), self.picture.bottom()))
                self._paint_words(painter, f"{rate:.2g}: {numbers.number(loss)}", place.x(), self.picture.top() + self._theme.metrics.px(4))
        super().paint_above(painter)

    def _paint_rate(self, painter: QPainter, rate: float, words: str, is_left: bool) -> None:
        """A dotted line at a rate, and above the picture what it is, at its left or right."""
        x, tokens, px = float(self.x_pixels(np.log10(max(rate, 1e-300)))), self._theme.tokens, self._theme.metrics.px
        if not self.picture.left() <= x <= self.picture.right():
            return
        painter.setPen(QPen(tokens.text2, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, px(6)), QPointF(x, self.picture.bottom()))
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(words)
        left = x - px(6) - width if is_left else x + px(6)
        left = min(max(left, 2.0), self.width() - width - 2.0)
        painter.setPen(tokens.text2)
        painter.drawText(QRectF(left, px(4), width + 2, metrics.height()), Qt.AlignmentFlag.AlignLeft, words)

    def _paint_suggestion(self, painter: QPainter, curve: RateCurve, rate: float) -> None:
        """A point on the smoothed curve, its foot, and a filled pill with the rate on the axis."""
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self.picture
        x = float(self.x_pixels(np.log10(rate)))
        if not picture.left() <= x <= picture.right():
            return
        loss = float(np.interp(np.log10(rate), np.log10(curve.rates), curve.smoothed))
        y = min(max(float(self.y_pixels(loss)), picture.top()), picture.bottom())
        painter.setPen(QPen(tokens.accent, 2))
        painter.drawLine(QPointF(x, y), QPointF(x, picture.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.accent)
        painter.drawEllipse(QPointF(x, y), px(5), px(5))
        self._paint_words(painter, f"{rate:.2g}", x, picture.bottom() + px(3), "accent", "on_accent")

    def _paint_words(self, painter: QPainter, words: str, x: float, top: float, ground: str = "raised", ink: str = "text") -> None:
        """A filled pill with words, its middle at `x`, within the widget."""
        px, metrics = self._theme.metrics.px, QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(words) + px(12)
        pill = QRectF(min(max(x - width / 2, 2.0), self.width() - width - 2.0), top, width, metrics.height() + px(4))
        fill_rounded(painter, pill, px(4), getattr(self._theme.tokens, ground))
        painter.setPen(getattr(self._theme.tokens, ink))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
