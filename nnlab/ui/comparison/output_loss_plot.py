"""The losses of all runs over one axis, the probability given to the true class or the error, with every sample as a mark on its curve.

A run's samples stand on its own curve in full, and faint on those of the others: what they would be charged, or pulled by, there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.training.probes.output_losses import OutputLosses
from nnlab.ui.comparison.run_keys import FAR, RunKey, paint_line, paint_mark, paint_marks
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.label_places import push_apart
from nnlab.ui.panels.plotting.plot import Margins, Plot
from nnlab.ui.panels.plotting.primitives import Stamps, polygon
from nnlab.ui.panels.plotting.ticks import Tick, linear_ticks
from nnlab.ui.widgets.painting import fill_rounded

MOST_LOSS = 5.0  # the axis of the loss of classes ends here; what lies above is counted in words
FIRST_P = 0.05  # where the crosshair starts
KEY_STEP = 0.01
BEYOND = 1e12
ROW = 4 * FAR  # wider than any pixel's number, so that column and row make one number


@dataclass(frozen=True, eq=False)
class RunLosses:
    """What is known of one run's losses."""

    name: str
    key: RunKey
    found: OutputLosses

    @property
    def can_be_shown(self) -> bool:
        """Whether its numbers can be drawn: not those of a run that diverged."""
        return all(bool((np.abs(part) < BEYOND).all()) for part in (self.found.x, self.found.curve_x, self.found.curve_losses))


class OutputLossPlot(Plot):
    """One of two plots that share the axis below: `of_gradient` shows |dL/dz|, else the loss. `read_at(x or None)`: the crosshair."""

    read_at = Signal(object)

    def __init__(self, theme: Theme, of_gradient: bool, parent: QWidget | None = None) -> None:
        self._runs: tuple[RunLosses, ...] = ()
        self._distinct: list[RunLosses] = []  # one run of each loss
        self._of_gradient = of_gradient
        self._stamps = Stamps()
        self._at: float | None = FIRST_P
        super().__init__(theme, "Gradient at the output over the probability" if of_gradient else "Loss over the probability", parent)
        self.view.setMouseEnabled(x=False, y=False)
        self.setMouseTracking(True)

    @property
    def runs(self) -> tuple[RunLosses, ...]:
        return self._runs

    @property
    def at(self) -> float | None:
        """Where the curves are read."""
        return self._at

    def set_at(self, x: float | None) -> None:
        self._at = x
        self.repaint_around()

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(32), px(20), px(20), px(42) if self._of_gradient else px(24))

    def show_runs(self, runs: Sequence[RunLosses]) -> None:
        if [(run.name, run.key, run.found) for run in runs] == [(run.name, run.key, run.found) for run in self._runs]:
            return  # probes come at a pace of their own: nothing new since the last time
        self._runs = tuple(runs)
        self._distinct = self._one_of_each_loss()
        self._place()
        found = [run.found for run in runs]
        if self._at == FIRST_P and not self.of_probability:
            self._at = None  # of an error nothing is special there
        if found:
            low, high = (0.0, 1.0) if self.of_probability else (min(f.curve_x[0] for f in found), max(f.curve_x[-1] for f in found))
            tops = [float(np.nanmax(self.curve(f))) for f in found]
            top = max(tops)
            if self.of_probability and not self._of_gradient:
                top = min(top, MOST_LOSS)
            self.set_range((float(low), float(high)), (0.0, top * 1.02 if top > 0 else 1.0))
        self.setAccessibleDescription("; ".join(f"{name}: {text}" for name, text in self.readings()))

    @property
    def of_probability(self) -> bool:
        return all(run.found.of_probability for run in self._runs)

    def curve(self, found: OutputLosses) -> np.ndarray:
        return found.curve_gradients if self._of_gradient else found.curve_losses

    def values(self, found: OutputLosses) -> np.ndarray:
        return found.gradients if self._of_gradient else found.losses

    def readings(self) -> list[tuple[str, str]]:
        """(run, value where the curves are read)."""
        if self._at is None:
            return []
        return [(run.name, numbers.number(self._read(run.found), 3)) for run in self._runs]

    def _read(self, found: OutputLosses) -> float:
        return float(np.interp(self._at or 0.0, found.curve_x, self.curve(found)))

    def beyond(self, run: RunLosses) -> int:
        """How many samples lie above the axis."""
        return int((self.values(run.found) > self.y_range[1]).sum())

    # Painting

    def x_ticks(self) -> list[Tick]:
        if self.of_probability:
            ticks = [Tick(x, f"{x:g}") for x in (0.0, 0.25, 0.5, 0.75, 1.0)]
        else:
            ticks = linear_ticks(*self.x_range, self.picture.width(), self._theme.metrics.px(56))
        pill = self._pill() if self._of_gradient else None
        if pill is None:
            return ticks
        clear = pill.width() / 2 + self._theme.metrics.px(14)
        return [tick for tick in ticks if abs(float(self.x_pixels(tick.position)) - pill.center().x()) > clear]

    def y_ticks(self) -> list[Tick]:
        return linear_ticks(*self.y_range, self.picture.height(), self._theme.metrics.px(48))

    def _pill(self) -> QRectF | None:
        if self._at is None:
            return None
        px, metrics = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption"))
        width = metrics.horizontalAdvance(self._where()) + px(12)
        left = min(max(float(self.x_pixels(self._at)) - width / 2, 1.0), self.width() - width - 1.0)
        return QRectF(left, self.picture.bottom() + px(4), width, metrics.height() + px(4))

    def _where(self) -> str:
        return numbers.number(self._at or 0.0, 2)

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        if not self._of_gradient:
            return
        tokens, px = self._theme.tokens, self._theme.metrics.px
        pill = self._pill()
        if pill is not None:
            fill_rounded(painter, pill, self._theme.metrics.radius_cell, tokens.text)
            painter.setPen(tokens.panel)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._where())
        painter.setPen(tokens.text2)
        words = "p, the probability given to the true class" if self.of_probability else "error: prediction − target"
        below = QRectF(self.picture.left(), self.picture.bottom() + px(22), self.picture.width(), px(18))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, words)

    def paint_above(self, painter: QPainter) -> None:
        tokens, picture = self._theme.tokens, self.picture
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(picture.adjusted(-5, -5, 5, 5))
        for run in self._distinct if len(self._distinct) > 1 else ():
            self._paint_faint(painter, run)
        for run in reversed(self._distinct):
            self._paint_curve(painter, run)
        for run in reversed(self._runs):
            self._paint_samples(painter, run)
        painter.restore()
        if self._at is not None and picture.width() > 1:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            x = round(float(self.x_pixels(self._at)))
            painter.setPen(QPen(tokens.text, 1))
            painter.drawLine(QPointF(x, picture.top()), QPointF(x, picture.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_readings(painter, x)
        self._paint_names(painter)
        super().paint_above(painter)

    def _one_of_each_loss(self) -> list[RunLosses]:
        """One run of each loss: where losses are the same, so are their curves."""
        kept: list[RunLosses] = []
        for run in self._runs:
            x, y = run.found.curve_x, self.curve(run.found)
            if not any(np.allclose(np.interp(x, k.found.curve_x, self.curve(k.found)), y, rtol=1e-3, atol=1e-4) for k in kept):
                kept.append(run)
        return kept

    def _paint_curve(self, painter: QPainter, run: RunLosses) -> None:
        xs, ys = np.asarray(self.x_pixels(run.found.curve_x)), np.asarray(self.y_pixels(self.curve(run.found)))
        paint_line(painter, xs, ys, run.key, self._theme.tokens.text)

    def _paint_samples(self, painter: QPainter, run: RunLosses) -> None:
        tokens, radius = self._theme.tokens, self._theme.metrics.px(3)
        xs, ys = self._places(run.found.x, self.values(run.found))
        paint_marks(painter, self._stamps, xs, ys, run.key, radius, tokens.text, tokens.panel)

    def _paint_faint(self, painter: QPainter, run: RunLosses) -> None:
        """The other runs' samples on this run's curve."""
        tokens, radius = self._theme.tokens, self._theme.metrics.px(3) * 0.9
        for other in self._runs:
            if other is run:
                continue
            on_curve = np.interp(other.found.x, run.found.curve_x, self.curve(run.found), left=np.nan, right=np.nan)
            painter.setPen(QPen(tokens.stroke, 2 * radius, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(polygon(*self._places(other.found.x, on_curve)))

    def _places(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where samples stand, in pixels; those that would cover each other exactly are drawn once."""
        xs, ys = np.rint(self.x_pixels(x)), np.rint(self.y_pixels(y))
        near = (np.abs(xs) < FAR) & (np.abs(ys) < FAR)
        spots = np.unique(xs[near] * ROW + ys[near])  # one number for both, which is faster than unique rows
        rows = np.rint(spots / ROW)
        return rows, spots - rows * ROW

    def _paint_readings(self, painter: QPainter, x: float) -> None:
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self.picture
        font = self._theme.font("caption_strong")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        found = [(self._read(run.found), run.key) for run in self._distinct]
        shown = [(float(self.y_pixels(value)), value, key) for value, key in found if value <= self.y_range[1]]
        half = metrics.height() / 2
        places = push_apart([y for y, _, _ in shown], metrics.height(), picture.top() + half, picture.bottom() - half)
        for (y, value, key), place in zip(shown, places, strict=True):
            paint_mark(painter, QPointF(x, y), key, px(4), tokens.text, tokens.panel)
            text = numbers.number(value, 3)
            width = metrics.horizontalAdvance(text)
            left = x + px(9) if x + px(12) + width < picture.right() else x - px(9) - width
            box = QRectF(left - px(2), place - half, width + px(4), metrics.height())
            ground = tokens.panel
            painter.fillRect(box, ground)
            painter.setPen(tokens.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_names(self, painter: QPainter) -> None:
        """Title at the top left; names beside the curves where they are furthest apart; samples beyond the axis in words."""
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self.picture
        painter.setFont(self._theme.font("name"))
        painter.setPen(tokens.text)
        title = "gradient at the output" if self._of_gradient else "loss"
        metrics = QFontMetricsF(self._theme.font("name"))
        painter.drawText(QPointF(px(4), picture.top() - px(7)), title)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        words = "|∂L/∂z|" if self._of_gradient else self._beyond_words()
        painter.drawText(QPointF(px(4) + metrics.horizontalAdvance(title) + px(10), picture.top() - px(7)), words)
        painter.setFont(self._theme.font("caption"))
        small = QFontMetricsF(self._theme.font("caption"))
        painter.setPen(tokens.text)
        x = 0.42 if self.of_probability else self.x_range[0] + 0.72 * (self.x_range[1] - self.x_range[0])
        named = self._distinct
        if len(named) < 2:
            return
        wanted = [float(self.y_pixels(float(np.interp(x, run.found.curve_x, self.curve(run.found))))) for run in named]
        order = push_apart(wanted, small.height(), picture.top() + small.height(), picture.bottom() - small.height())
        for run, y in zip(named, order, strict=True):
            painter.drawText(QPointF(float(self.x_pixels(x)) + px(14), y - px(6)), run.name)

    def _beyond_words(self) -> str:
        parts = [f"{numbers.count(self.beyond(run))} of {run.name}" for run in self._runs if self.beyond(run)]
        return f"above: {', '.join(parts)}" if parts else ""

    # Events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self.picture.left() <= event.position().x() <= self.picture.right():
            self.read_at.emit(self.x_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            low, high = self.x_range
            step = KEY_STEP * (high - low) * (1 if event.key() == Qt.Key.Key_Right else -1)
            at = self._at if self._at is not None else low
            self.read_at.emit(min(max(at + step, low), high))
            return
        super().keyPressEvent(event)


