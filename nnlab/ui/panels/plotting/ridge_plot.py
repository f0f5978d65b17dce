"""Ridges over the time of a run: distributions one below the other as iterations pass, and ratios as lines beside them.

Iterations run down, and all columns share them, with one crosshair. Every ridge is scaled to its own peak: its shape counts, not how many
numbers it is of; the newest one is filled in the colours of signs. Activations are drawn with the exponent 0.6, or the pile at the limits
of a saturated layer would hide the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.training.distributions import BinnedValues, LayerRow
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.plotting.primitives import draw_line, polygon
from nnlab.ui.widgets.painting import fill_rounded

RIDGES = 10
SMOOTHING = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9  # of neighbouring bins: a layer of sixteen weights has few numbers in each
USUAL = (5e-4, 2e-3)  # update / weight: a rule of thumb


@dataclass(frozen=True)
class RidgeColumn:
    """`field` of the rows; `kind`: ridges of a "sign"ed quantity or a "log"arithm, or a line of a "share" or of a "ratio" (log)."""

    field: str
    title: str
    kind: str
    exponent: float = 1.0

    @property
    def is_ridges(self) -> bool:
        return self.kind in ("sign", "log")


COLUMNS = (
    RidgeColumn("weights", "weights", "sign"),
    RidgeColumn("activations", "activations", "sign", 0.6),
    RidgeColumn("gradients", "|∂L/∂w|", "log"),
    RidgeColumn("saturated", "saturated", "share"),
    RidgeColumn("dead", "dead units", "share"),
    RidgeColumn("update", "update / w", "ratio"),
    RidgeColumn("signal", "signal / noise", "ratio"),
)


class RidgePlot(QWidget):
    """Shows the rows of one layer. Columns without a value in any row are left out; in little room the last ones give way."""

    def __init__(self, theme: Theme, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._crosshair = theme, crosshair
        self._rows: Sequence[LayerRow] = ()
        self.setMouseTracking(True)
        self.setAccessibleName("Distributions over the iterations")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        crosshair.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(200), self._theme.metrics.px(110))

    @property
    def shown(self) -> Sequence[LayerRow]:
        return self._rows

    def show_rows(self, rows: Sequence[LayerRow]) -> None:
        self._rows = tuple(rows)
        self.update()

    @property
    def columns(self) -> list[RidgeColumn]:
        """Those that are drawn."""
        last = self._rows[-1] if self._rows else None
        known = [c for c in COLUMNS if last is not None and any(_has(getattr(row, c.field)) for row in (last, self._rows[0]))]
        return known[: max(3, int((self.width() - self._left) // self._theme.metrics.px(86)))]

    @property
    def _left(self) -> float:
        return self._theme.metrics.px(56)

    @property
    def _span(self) -> tuple[float, float]:
        """Top and bottom of the iterations, in pixels."""
        px = self._theme.metrics.px
        return px(20) + min(px(26), 0.16 * self.height()), self.height() - px(20)

    def y_of(self, iteration: float) -> float:
        first, last = self._rows[0].iteration, self._rows[-1].iteration
        top, bottom = self._span
        return bottom if last <= first else top + (iteration - first) / (last - first) * (bottom - top)

    def row_at(self, iteration: int) -> LayerRow:
        """The row nearest to an iteration."""
        return min(self._rows, key=lambda row: abs(row.iteration - iteration))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._rows:
            painter.setFont(self._theme.font("caption"))
            columns = self.columns
            gap = self._theme.metrics.px(12)
            width = (self.width() - self._left - gap) / max(1, len(columns))
            for k, column in enumerate(columns):
                room = QRectF(self._left + k * width, 0, width - gap, self.height())
                painter.setPen(self._theme.tokens.text)
                head = QRectF(room.left(), 0, room.width(), self._theme.metrics.px(18))
                painter.drawText(head, Qt.AlignmentFlag.AlignCenter, column.title)
                if column.is_ridges:
                    self._paint_ridges(painter, column, room)
                else:
                    self._paint_ratio(painter, column, room)
            self._paint_iterations(painter)
        painter.end()

    def _chosen(self) -> list[LayerRow]:
        """Rows evenly over the iterations, the newest always among them."""
        if len(self._rows) <= RIDGES:
            return list(self._rows)
        times = np.array([row.iteration for row in self._rows])
        wanted = np.linspace(times[0], times[-1], RIDGES)
        places = np.unique(np.abs(times[:, None] - wanted[None, :]).argmin(axis=0))
        return [self._rows[place] for place in places.tolist()]

    def _paint_ridges(self, painter: QPainter, column: RidgeColumn, room: QRectF) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        spreads = [(row, getattr(row, column.field)) for row in self._chosen() if getattr(row, column.field) is not None]
        if not spreads:
            return
        low, high = min(s.low for _, s in spreads), max(s.high for _, s in spreads)
        if column.kind == "sign":
            low, high = min(low, 0.0), max(high, 0.0)
        fill = mix(tokens.panel, tokens.text2, 0.13)
        height = px(26)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, spread in spreads:
            is_newest = row is self._rows[-1]
            xs, ys = _outline(spread, column.exponent)
            xs = room.left() + (xs - low) / (high - low) * room.width()
            base = self.y_of(row.iteration)
            ys = base - ys * height
            shape = polygon(xs, ys)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawPolygon(shape)
            if is_newest and column.kind == "sign":
                zero = room.left() + (0 - low) / (high - low) * room.width()
                for color, left, right in ((tokens.neg, room.left(), zero), (tokens.pos, zero, room.right())):
                    painter.save()
                    painter.setClipRect(QRectF(left, 0, max(0.0, right - left), self.height()))
                    painter.setBrush(color)
                    painter.drawPolygon(shape)
                    painter.restore()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(tokens.text if is_newest else tokens.text2, 2 if is_newest else 1))
            draw_line(painter, xs, ys)
        ends = (low, high) if column.kind == "sign" else (10.0**low, 10.0**high)
        self._paint_ends(painter, room, numbers.number(ends[0], 2), numbers.number(ends[1], 2))

    def _paint_ends(self, painter: QPainter, room: QRectF, low: str, high: str) -> None:
        painter.setPen(self._theme.tokens.text2)
        place = QRectF(room.left(), self.height() - self._theme.metrics.px(17), room.width(), self._theme.metrics.px(17))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, low)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high)

    def _paint_ratio(self, painter: QPainter, column: RidgeColumn, room: QRectF) -> None:
        tokens = self._theme.tokens
        times = np.array([row.iteration for row in self._rows], dtype=np.float64)
        values = np.array([getattr(row, column.field) for row in self._rows], dtype=np.float64)
        is_known = np.isfinite(values) & ((values > 0) | (column.kind == "share"))
        if not is_known.any():
            return
        values, ys = values[is_known], np.array([self.y_of(time) for time in times[is_known]])
        top, bottom = self._span
        if column.kind == "share":
            low, high = 0.0, min(1.0, max(0.1, float(values.max()) * 1.15))
            ends = "0", numbers.percent(high)
        else:
            values = np.log10(values)
            low, high = math.floor(values.min() - 0.15), math.ceil(values.max() + 0.15)
            ends = numbers.number(10.0**low, 1), numbers.number(10.0**high, 1)
        if column.field == "update":
            left, right = (room.left() + (math.log10(u) - low) / (high - low) * room.width() for u in USUAL)
            strip = QColor(tokens.text2)
            strip.setAlpha(40)
            usual = QRectF(left, top, right - left, bottom - top).intersected(QRectF(room.left(), top, room.width(), bottom - top))
            painter.fillRect(usual, strip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.text, 1.8))
        xs = room.left() + (values - low) / (high - low) * room.width()
        draw_line(painter, xs, ys)
        painter.setBrush(tokens.text)
        painter.setPen(Qt.PenStyle.NoPen)
        at = self._crosshair.iteration
        place = len(ys) - 1 if at is None else int(np.argmin(np.abs(times[is_known] - at)))
        painter.drawEllipse(QPointF(float(xs[place]), float(ys[place])), 3, 3)
        value = float(values[place]) if column.kind == "share" else 10.0 ** float(values[place])
        words = numbers.percent(value) if column.kind == "share" else numbers.number(value, 3)
        metrics = QFontMetricsF(painter.font())
        wide = metrics.horizontalAdvance(words)
        left = float(xs[place]) + 6 if float(xs[place]) + 8 + wide < room.right() else float(xs[place]) - 6 - wide
        painter.setPen(tokens.text)
        painter.drawText(QPointF(max(room.left(), left), float(ys[place]) - 4), words)
        self._paint_ends(painter, room, *ends)

    def _paint_iterations(self, painter: QPainter) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        first, last = self._rows[0].iteration, self._rows[-1].iteration
        at = self._crosshair.iteration
        is_inside = at is not None and first <= at <= last
        painter.setPen(tokens.text2)
        for time in {first, last} if last > first else {last}:
            if is_inside and abs(self.y_of(time) - self.y_of(at or 0)) < px(18):
                continue
            place = QRectF(0, self.y_of(time) - px(9), self._left - px(8), px(18))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, numbers.count(time))
        if is_inside and at is not None:
            y = round(self.y_of(at))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(tokens.text, 1))
            painter.drawLine(QPointF(self._left, y), QPointF(self.width() - px(12), y))
            pill = QRectF(px(4), y - px(9), self._left - px(8), px(18))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            fill_rounded(painter, pill, self._theme.metrics.radius_cell, tokens.text)
            painter.setPen(tokens.canvas)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, numbers.count(at))

    # Mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if len(self._rows) < 2:
            return
        top, bottom = self._span
        first, last = self._rows[0].iteration, self._rows[-1].iteration
        share = (event.position().y() - top) / max(1.0, bottom - top)
        self._crosshair.set(round(first + share * (last - first)) if -0.05 <= share <= 1.05 else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._crosshair.set(None)


def _has(value: object) -> bool:
    return isinstance(value, BinnedValues) or (isinstance(value, float) and math.isfinite(value))


def _outline(spread: BinnedValues, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """The ridge over the centres of its bins, from 0 to 0, its peak at 1."""
    width = (spread.high - spread.low) / len(spread.counts)
    centres = spread.low + (np.arange(len(spread.counts)) + 0.5) * width
    smoothed = np.convolve(spread.counts, SMOOTHING, mode="same")
    heights = (smoothed / max(1e-12, float(smoothed.max()))) ** exponent
    return np.concatenate([[spread.low], centres, [spread.high]]), np.concatenate([[0.0], heights, [0.0]])
