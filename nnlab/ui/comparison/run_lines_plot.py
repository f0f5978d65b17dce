"""Lines of several runs on one axis of iterations, epochs or seconds: dashes tell them apart, names and values stand at their ends.

A dotted threshold, which can be dragged, asks when each run first came to it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.ui.comparison.run_axis import ITERATIONS, RunAxis
from nnlab.ui.comparison.run_keys import FAR, RunKey, paint_line, paint_mark
from nnlab.ui.comparison.shown_run import ShownRun
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.iteration_plot import IterationPlot
from nnlab.ui.panels.plotting.label_places import push_apart
from nnlab.ui.panels.plotting.plot import Margins
from nnlab.ui.panels.plotting.ticks import Tick, linear_ticks

WIDEST_NAME = 0.4  # of the plot's width, for the names at the ends
REACH = 5  # pixels from the threshold within which it can be taken hold of
KEY_STEP = 0.01
BEYOND = 1e12  # values of a run that diverges; an axis that reached there would show nothing of the others


@dataclass(frozen=True, eq=False)
class RunLine:
    """One run's values after some iterations, and where these lie on the axis. `value` stands at its end."""

    name: str
    key: RunKey
    iterations: np.ndarray
    values: np.ndarray
    positions: np.ndarray

    @property
    def value(self) -> float:
        return float(self.values[-1]) if len(self.values) else math.nan

    def first_at(self, threshold: float) -> int | None:
        """The first iteration at which the value was at least the threshold."""
        row = self._first(threshold)
        return None if row is None else int(self.iterations[row])

    def first_position(self, threshold: float) -> float | None:
        """Where that iteration lies on the axis; None also where that is not known."""
        row = self._first(threshold)
        return None if row is None or not math.isfinite(self.positions[row]) else float(self.positions[row])

    def _first(self, threshold: float) -> int | None:
        reached = np.flatnonzero(self.values >= threshold)
        return int(reached[0]) if len(reached) else None


class RunLinesPlot(IterationPlot):
    """`as_percent`: values from 0 to 1 are written as percent. `has_threshold`: whether there is one."""

    ground = "canvas"
    threshold_moved = Signal(float)

    def __init__(
        self, theme: Theme, name: str, crosshair: Crosshair, as_percent: bool, has_threshold: bool = False, parent: QWidget | None = None
    ) -> None:
        self._lines: tuple[RunLine, ...] = ()
        self.as_percent, self._names_ends = as_percent, has_threshold
        self.threshold: float | None = 0.9 if has_threshold else None
        self._axis = RunAxis()
        self._is_dragging = False
        self._margins: Margins | None = None
        super().__init__(theme, name, crosshair, parent)
        self.view.setMouseEnabled(x=False, y=False)
        self.shows_mark_words = False
        self.has_x_axis = has_threshold
        self.setMouseTracking(True)

    @property
    def lines(self) -> tuple[RunLine, ...]:
        return self._lines

    def show_lines(self, lines: Sequence[RunLine], axis: RunAxis, ends: tuple[float, float]) -> None:
        """Lines from the project's own on, between two positions of an axis."""
        self._axis, self.axis_title = axis, axis.title
        self._lines = tuple(lines)
        low, high = ends
        self.set_range((low, max(high, low + (1.0 if axis.kind == ITERATIONS else 1e-3))), self._y_range())
        if self.margins() != self._margins:
            self._margins = self.margins()
            self._place()
        self.setAccessibleDescription("; ".join(f"{line.name} {self.written(line.value)}" for line in lines))

    def _y_range(self) -> tuple[float, float]:
        values = np.concatenate([line.values for line in self._lines]) if self._lines else np.empty(0)
        values = values[np.isfinite(values) & (np.abs(values) < BEYOND)]
        if self.as_percent:
            return 0.0, 1.0
        if not len(values):
            return 0.0, 1.0
        low, high = float(values.min()), float(values.max())
        if self.threshold is not None:  # R², which ends at 1 and may begin anywhere below 0
            return min(0.0, max(low, -0.25)), 1.0
        return min(0.0, low), high * 1.05 if high > 0 else 1.0

    def written(self, value: float) -> str:
        if math.isnan(value):
            return numbers.NOTHING
        return numbers.percent(value) if self.as_percent else numbers.number(value, 3)

    @property
    def written_threshold(self) -> str:
        value = self.threshold or 0.0
        return f"{100 * value:.0f} %" if self.as_percent else f"{value:.2f}"

    def margins(self) -> Margins:
        px, metrics = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption_strong"))
        ticks = max((QFontMetricsF(self._theme.font("caption")).horizontalAdvance(tick.text) for tick in self._ticks(150.0)), default=0.0)
        left = max(px(36), ticks + px(10))
        names = max((metrics.horizontalAdvance(line.name) for line in self._lines), default=0.0) if self._names_ends else 0.0
        if not self._names_ends:  # what the axis counts stands under the plot above
            return Margins(left, px(6), px(8), px(10))
        ends = min(names, max(px(110), WIDEST_NAME * self.width())) + px(10) + metrics.horizontalAdvance("100.0 %")
        words = QFontMetricsF(self._theme.font("caption")).horizontalAdvance(f"{self.written_threshold} at {self._axis.widest}")
        return Margins(left, px(8), px(14) + max(ends, words), px(26))

    def position_of(self, iteration: float) -> float:
        return self._axis.position(iteration)

    def iteration_at(self, position: float) -> float:
        return self._axis.iteration(position)

    def written_position(self, iteration: int) -> str:
        return self._axis.written(self._axis.position(iteration))

    def x_ticks(self) -> list[Tick]:
        px, metrics = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption"))
        widest = metrics.horizontalAdvance(self._axis.written(max(1.0, self.x_range[1])))
        return self._axis.ticks(*self.x_range, self.picture.width(), max(px(72), widest + px(24)))

    def y_ticks(self) -> list[Tick]:
        return self._ticks(self.picture.height())

    def _ticks(self, height: float) -> list[Tick]:
        ticks = linear_ticks(*self.y_range, height, max(self._theme.metrics.px(28), height / 5))
        return [Tick(tick.position, f"{100 * tick.position:.0f}") for tick in ticks] if self.as_percent else ticks

    # Painting

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        if self.threshold is not None:
            pen = QPen(self._theme.tokens.text2, 1)
            pen.setDashPattern([2.0, 3.0])
            painter.setPen(pen)
            y = round(float(self.y_pixels(self.threshold)))
            painter.drawLine(QPointF(self.picture.left(), y), QPointF(self.picture.right(), y))

    def paint_above(self, painter: QPainter) -> None:
        tokens, picture = self._theme.tokens, self.picture
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(picture.adjusted(-4, -4, 4, 4))
        for line in reversed(self._lines):
            xs, ys = np.asarray(self.x_pixels(line.positions)), np.asarray(self.y_pixels(line.values))
            paint_line(painter, xs, ys, line.key, tokens.text, self.stroke)
            if len(xs) and math.isfinite(ys[-1]) and abs(ys[-1]) < FAR:
                paint_mark(painter, QPointF(xs[-1], ys[-1]), line.key, self._theme.metrics.px(4), tokens.text, tokens.canvas)
        painter.restore()
        self._paint_crossings(painter)
        if self._names_ends:
            self._paint_ends(painter)
        super().paint_above(painter)

    def _paint_crossings(self, painter: QPainter) -> None:
        """A ring where a run first reached the threshold, with the iteration, for the first of them."""
        threshold = self.threshold
        if threshold is None:
            return
        tokens = self._theme.tokens
        for line in self._lines:
            at = line.first_position(threshold)
            if at is None or not self.x_range[0] <= at <= self.x_range[1]:
                continue
            centre = QPointF(float(self.x_pixels(at)), float(self.y_pixels(threshold)))
            painter.setPen(QPen(tokens.text, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, 5.0, 5.0)
        crossings = [line.first_position(threshold) for line in self._lines]
        first = min((at for at in crossings if at is not None), default=None)
        if first is not None and self.x_range[0] <= first <= self.x_range[1]:
            pen = QPen(tokens.text2, 1)
            pen.setDashPattern([2.0, 3.0])
            painter.setPen(pen)
            x = round(float(self.x_pixels(first)))
            painter.drawLine(QPointF(x, float(self.y_pixels(threshold)) + 5), QPointF(x, self.picture.bottom()))

    def _paint_ends(self, painter: QPainter) -> None:
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self.picture
        caption, strong = self._theme.font("caption"), self._theme.font("caption_strong")
        height = QFontMetricsF(strong).height()
        has_words = self.threshold is not None and (2 * height + 2) * len(self._lines) <= picture.height() + height / 2
        rows = 2 * height if has_words else height
        wanted = [float(self.y_pixels(line.value)) if math.isfinite(line.value) else picture.bottom() for line in self._lines]
        places = push_apart(wanted, rows + 2, picture.top() + height / 2, picture.bottom() - rows + height / 2)
        left, right = picture.right() + px(12), self.width()
        metrics = QFontMetricsF(strong)
        for line, y in zip(self._lines, places, strict=True):
            value = self.written(line.value)
            room = right - left - metrics.horizontalAdvance(value) - px(8)
            painter.setFont(strong)
            painter.setPen(tokens.text)
            name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, y - height / 2, room, height), Qt.AlignmentFlag.AlignLeft, name)
            painter.drawText(QRectF(left, y - height / 2, right - left, height), Qt.AlignmentFlag.AlignRight, value)
            if not has_words:
                continue
            at = line.first_position(self.threshold or 0.0)
            words = f"{self.written_threshold} {'not yet' if at is None else f'at {self._axis.written_after(at)}'}"
            painter.setFont(caption)
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(left, y + height / 2, right - left, height), Qt.AlignmentFlag.AlignLeft, words)

    def paint_readings(self, painter: QPainter, iteration: int, x: float) -> None:
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self.picture
        shown = []
        for line in self._lines:
            at = int(np.searchsorted(line.positions, self._axis.position(iteration), side="right")) - 1
            if at >= 0 and math.isfinite(line.values[at]):
                shown.append((float(self.y_pixels(float(line.values[at]))), self.written(float(line.values[at])), line.key))
        font = self._theme.font("caption")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = metrics.height() / 2
        places = push_apart([y for y, _, _ in shown], metrics.height(), picture.top() + half, picture.bottom() - half)
        for (y, text, key), place in zip(shown, places, strict=True):
            paint_mark(painter, QPointF(x, y), key, px(4), tokens.text, tokens.canvas)
            width = metrics.horizontalAdvance(text)
            side = x + px(10) if x + px(14) + width <= picture.right() else x - px(10) - width
            box = QRectF(side - px(3), place - half, width + px(6), metrics.height())
            painter.fillRect(box, tokens.canvas)
            painter.setPen(tokens.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def table(self) -> ExportTable | None:
        """Every value of every run, with its iteration and its place on the axis."""
        if not self._lines:
            return None
        names = [line.name for line in self._lines for _ in line.values]
        columns = [np.concatenate([getattr(line, part) for line in self._lines]) for part in ("iterations", "positions", "values")]
        axis = "" if self._axis.kind == ITERATIONS else self._axis.title
        if not axis:
            return ExportTable(("run", "iteration", "value"), (names, columns[0].astype(np.int64), columns[2]))
        return ExportTable(("run", "iteration", axis, "value"), (names, columns[0].astype(np.int64), *columns[1:]))

    # Events

    def _is_on_threshold(self, place: QPointF) -> bool:
        if self.threshold is None:
            return False
        return abs(place.y() - float(self.y_pixels(self.threshold))) <= REACH and self.picture.contains(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._is_on_threshold(event.position()):
            self._is_dragging = True
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self._move_threshold(self.y_at(event.position().y()))
            return
        self.setCursor(Qt.CursorShape.SizeVerCursor if self._is_on_threshold(event.position()) else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self._is_dragging = False
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.threshold is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move_threshold(self.threshold + (KEY_STEP if event.key() == Qt.Key.Key_Up else -KEY_STEP))
            return
        super().keyPressEvent(event)

    def _move_threshold(self, value: float) -> None:
        self.threshold = round(min(max(value, 0.0), 1.0), 2)
        self.repaint_around()
        self.threshold_moved.emit(self.threshold)


def run_line(run: ShownRun, axis: RunAxis, iterations: np.ndarray, values: np.ndarray) -> RunLine:
    """A run's values after some iterations, where these lie on the axis for this run."""
    return RunLine(run.name, run.key, iterations, values, axis.positions(run.view.progress, iterations))


def ends_of(runs: Sequence[ShownRun], axis: RunAxis, first: int, last: int) -> tuple[float, float]:
    """From the first iteration of the project's own run as far as any run has come."""
    lasts = [last, *(run.view.frame.iteration for run in runs[1:])]
    ends = [axis.positions(run.view.progress, np.array([first, at])) for run, at in zip(runs, lasts, strict=True)]
    low, high = np.nanmin(np.append(ends, 0.0 if axis.kind != ITERATIONS else first)), np.nanmax(np.append(ends, 0.0))
    return float(low), float(high)
