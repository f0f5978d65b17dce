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
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.training.distributions import BinnedValues, LayerRow
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.plotting.primitives import draw_line, line_pieces, polygon
from nnlab.ui.widgets.painting import fill_rounded

RIDGES = 10
SMOOTHING = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9  # of neighbouring bins: a layer of sixteen weights has few numbers in each
FLAT = 0.004  # of a peak: a bend below a tenth of a pixel is none
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
        self._times = np.empty(0)
        self._ridges: dict[tuple[int, float], _Ridge] = {}  # those of the last picture, by which spread and exponent
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
        self._times = np.array([row.iteration for row in self._rows], dtype=np.float64)
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
        return float(self._ys_of(np.array([iteration]))[0])

    def _ys_of(self, iterations: np.ndarray) -> np.ndarray:
        first, last = self._rows[0].iteration, self._rows[-1].iteration
        top, bottom = self._span
        return np.full(len(iterations), bottom) if last <= first else top + (iterations - first) / (last - first) * (bottom - top)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._rows:
            painter.setFont(self._theme.font("caption"))
            columns, chosen = self.columns, self._chosen()
            self._ridges = self._ridges_of(columns, chosen)
            gap = self._theme.metrics.px(12)
            width = (self.width() - self._left - gap) / max(1, len(columns))
            for k, column in enumerate(columns):
                room = QRectF(self._left + k * width, 0, width - gap, self.height())
                painter.setPen(self._theme.tokens.text)
                head = QRectF(room.left(), 0, room.width(), self._theme.metrics.px(18))
                painter.drawText(head, Qt.AlignmentFlag.AlignCenter, column.title)
                if column.is_ridges:
                    self._paint_ridges(painter, column, room, chosen)
                else:
                    self._paint_ratio(painter, column, room)
            self._paint_iterations(painter)
        painter.end()

    def _chosen(self) -> list[LayerRow]:
        """Rows evenly over the iterations, the newest always among them; the same ones while the run grows, until it is twice as long."""
        if len(self._rows) <= RIDGES:
            return list(self._rows)
        passed = self._times - self._times[0]
        stretch = 2.0 ** math.ceil(math.log2(max(float(passed[-1]), 1.0) / RIDGES))
        places = np.unique(passed // stretch, return_index=True)[1].tolist()
        if passed[-1] - passed[places[-1]] < stretch / 2:
            places.pop()  # would be hidden by the newest
        return [self._rows[place] for place in [*places, len(self._rows) - 1]]

    def _ridges_of(self, columns: Sequence[RidgeColumn], chosen: Sequence[LayerRow]) -> dict[tuple[int, float], _Ridge]:
        """The ridges of a picture, those of the last one taken from it: a spread never changes."""
        spreads = [(getattr(row, c.field), c.exponent) for c in columns if c.is_ridges for row in chosen]
        return {
            (id(spread), exponent): self._ridges.get((id(spread), exponent)) or _Ridge(spread, exponent)
            for spread, exponent in spreads
            if spread is not None
        }

    def _paint_ridges(self, painter: QPainter, column: RidgeColumn, room: QRectF, chosen: Sequence[LayerRow]) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        spreads = [(row, getattr(row, column.field)) for row in chosen if getattr(row, column.field) is not None]
        if not spreads:
            return
        low, high = min(s.low for _, s in spreads), max(s.high for _, s in spreads)
        if column.kind == "sign":
            low, high = min(low, 0.0), max(high, 0.0)
        fill = mix(tokens.panel, tokens.text2, 0.13)
        height, scale = px(26), room.width() / (high - low)
        bases = self._ys_of(np.array([row.iteration for row, _ in spreads], dtype=np.float64)).tolist()
        stroke = self._theme.metrics.stroke
        older, newest = QPen(tokens.text2, stroke), QPen(tokens.text, 2 * stroke)
        for pen in (older, newest):
            pen.setCosmetic(True)  # a ridge is kept in its own units, and only the painter knows where it stands
        painter.setBrush(fill)
        before = painter.worldTransform()
        for (row, spread), base in zip(spreads, bases, strict=True):
            is_newest = row is self._rows[-1]
            ridge = self._ridges[id(spread), column.exponent]
            there = QTransform(scale, 0, 0, -height, room.left() - low * scale, base) * before
            painter.setWorldTransform(there)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawPolygon(ridge.shape)
            if is_newest and column.kind == "sign":
                for color, left, right in ((tokens.neg, low, 0.0), (tokens.pos, 0.0, high)):
                    painter.save()
                    painter.setClipRect(QRectF(left, -1.0, max(0.0, right - left), 3.0))
                    painter.setBrush(color)
                    painter.drawPolygon(ridge.shape)
                    painter.restore()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(newest if is_newest else older)
            ridge.draw_line(painter)
        painter.setWorldTransform(before)
        ends = (low, high) if column.kind == "sign" else (10.0**low, 10.0**high)
        self._paint_ends(painter, room, numbers.number(ends[0], 2), numbers.number(ends[1], 2))

    def _paint_ends(self, painter: QPainter, room: QRectF, low: str, high: str) -> None:
        painter.setPen(self._theme.tokens.text2)
        place = QRectF(room.left(), self.height() - self._theme.metrics.px(17), room.width(), self._theme.metrics.px(17))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, low)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high)

    def _paint_ratio(self, painter: QPainter, column: RidgeColumn, room: QRectF) -> None:
        tokens = self._theme.tokens
        times = self._times
        values = np.array([getattr(row, column.field) for row in self._rows], dtype=np.float64)
        is_known = np.isfinite(values) & ((values > 0) | (column.kind == "share"))
        if not is_known.any():
            return
        values, ys = values[is_known], self._ys_of(times[is_known])
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
            strip = mix(tokens.panel, tokens.text2, 0.16)  # opaque: a see-through one takes three times as long
            usual = QRectF(left, top, right - left, bottom - top).intersected(QRectF(room.left(), top, room.width(), bottom - top))
            painter.fillRect(usual, strip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.text, 1.8 * self._theme.metrics.stroke))
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

    def at(self, place: QPointF) -> tuple[RidgeColumn, LayerRow, bool] | None:
        """Which column and which of its rows, and whether in the right half of the column; beside the columns none."""
        columns, gap = self.columns, self._theme.metrics.px(12)
        width = (self.width() - self._left - gap) / max(1, len(columns))
        across = (place.x() - self._left) / width
        if not self._rows or not 0 <= across < len(columns):
            return None
        column = columns[int(across)]
        rows = self._chosen() if column.is_ridges else list(self._rows)
        at = self._crosshair.iteration
        if at is not None and not column.is_ridges:
            row = min(rows, key=lambda each: abs(each.iteration - at))
        else:
            row = min(rows, key=lambda each: abs(self.y_of(each.iteration) - place.y()))
        return column, row, across - int(across) >= 0.5

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


class _Ridge:
    """A ridge in its own units, from 0 to 0 over the centres of its bins with its peak at 1; what is drawn again is only moved."""

    def __init__(self, spread: BinnedValues, exponent: float) -> None:
        self._spread = spread  # kept, so that nothing else has its address
        xs, ys = _outline(spread, exponent)
        self.shape = polygon(xs, ys)
        corners = np.flatnonzero(np.concatenate([[True], np.abs(np.diff(ys, 2)) > FLAT, [True]]))  # a straight stretch is one piece
        self._pieces = line_pieces(xs[corners], ys[corners])
        self._arguments = self._pieces.drawargs()

    def draw_line(self, painter: QPainter) -> None:
        painter.drawLines(*self._arguments)


def _outline(spread: BinnedValues, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """The ridge over the centres of its bins, from 0 to 0, its peak at 1."""
    width = (spread.high - spread.low) / len(spread.counts)
    centres = spread.low + (np.arange(len(spread.counts)) + 0.5) * width
    smoothed = np.convolve(spread.counts, SMOOTHING, mode="same")
    heights = (smoothed / max(1e-12, float(smoothed.max()))) ** exponent
    return np.concatenate([[spread.low], centres, [spread.high]]), np.concatenate([[0.0], heights, [0.0]])
