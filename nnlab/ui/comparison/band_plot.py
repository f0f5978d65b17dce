"""A measure of every run over several seeds: each seed a dot, from the least to the greatest a band, the median a tick.

Where the bands of two runs overlap, another seed might turn them round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.comparison.run_keys import RunKey, paint_mark
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.ticks import linear_ticks

ROW, TICKS = 22, 18  # pixels of a row, and below them for the axis
NAME, VALUE, RANGE_FROM = 118, 62, 480  # pixels of names and of medians; of the width from which the range is written, too
BAND = 56  # alpha of a band


@dataclass(frozen=True)
class SeedRow:
    """One run: its measure by seed, NaN for one that did not come to its end. `wins`: whether its band lies beyond all others."""

    name: str
    key: RunKey
    values: tuple[float, ...]
    wins: bool = False

    @property
    def known(self) -> list[float]:
        return sorted(value for value in self.values if math.isfinite(value))

    @property
    def median(self) -> float:
        known, middle = self.known, len(self.known) // 2
        if not known:
            return math.nan
        return known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2


class BandPlot(QWidget):
    """Rows from the project's own run on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[SeedRow, ...] = ()
        self._as_percent = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Every run over several seeds")
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    @property
    def rows(self) -> tuple[SeedRow, ...]:
        return self._rows

    def show_rows(self, rows: Sequence[SeedRow], as_percent: bool) -> None:
        self._rows, self._as_percent = tuple(rows), as_percent
        self.setAccessibleDescription("; ".join(f"{row.name}: {self._range(row)}{', the winner' * row.wins}" for row in rows))
        self.setToolTip("\n".join(f"{row.name}: {', '.join(self._written(v) for v in row.values)}" for row in rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        px = self._theme.metrics.px
        return QSize(px(240), px(ROW) * len(self._rows) + px(TICKS))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(160), self.sizeHint().height())

    def _written(self, value: float) -> str:
        if math.isnan(value):
            return numbers.NOTHING
        return numbers.percent(value) if self._as_percent else numbers.number(value, 3)

    def _range(self, row: SeedRow) -> str:
        if not row.known:
            return "no seed has come to its end"
        return f"median {self._written(row.median)}, from {self._written(row.known[0])} to {self._written(row.known[-1])}"

    def _ends(self) -> tuple[float, float]:
        values = [value for row in self._rows for value in row.known]
        low, high = min(values, default=0.0), max(values, default=1.0)
        pad = max(0.08 * (high - low), 0.005 if self._as_percent else 1e-6 * max(1.0, abs(high)))
        return low - pad, high + pad

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px, tokens = QPainter(self), self._theme.metrics.px, self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_range = self.width() >= px(RANGE_FROM)
        left, right = px(NAME), self.width() - px(VALUE) - (px(96) if has_range else 0)
        low, high = self._ends()

        def x_of(value: float) -> float:
            return left + (value - low) / (high - low) * max(1, right - left)

        painter.setFont(self._theme.font("caption"))
        bottom = px(ROW) * len(self._rows)
        for tick in linear_ticks(low, high, right - left, px(56)):
            x = x_of(tick.position)
            painter.setPen(QPen(tokens.line, 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
            painter.setPen(tokens.text2)
            text = f"{100 * tick.position:.4g}" if self._as_percent else tick.text
            painter.drawText(QRectF(x - px(30), bottom, px(60), px(TICKS)), Qt.AlignmentFlag.AlignCenter, text)
        for place, row in enumerate(self._rows):
            self._paint_row(painter, row, QRectF(0, place * px(ROW), self.width(), px(ROW)), right, [x_of(value) for value in row.known])
            if row.known:
                self._paint_median(painter, x_of(row.median), place * px(ROW))
        painter.end()

    def _paint_row(self, painter: QPainter, row: SeedRow, box: QRectF, right: float, places: list[float]) -> None:
        px, tokens, middle = self._theme.metrics.px, self._theme.tokens, box.center().y()
        paint_mark(painter, QPointF(px(6), middle), row.key, px(4), tokens.text, tokens.canvas)
        painter.setFont(self._theme.font("caption_strong" if row.wins else "caption"))
        painter.setPen(tokens.text)
        metrics = QFontMetricsF(painter.font())
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, px(NAME) - px(24))
        painter.drawText(QRectF(px(16), box.top(), px(NAME), box.height()), Qt.AlignmentFlag.AlignVCenter, name)
        if places:
            band = QColor(tokens.text2)
            band.setAlpha(BAND)
            painter.fillRect(QRectF(places[0] - 1, middle - px(6), places[-1] - places[0] + 2, px(12)), band)
            for x in places:
                paint_mark(painter, QPointF(x, middle), row.key, px(3), tokens.text2, tokens.canvas)
        painter.setPen(tokens.text)
        value = QRectF(right, box.top(), px(VALUE) - px(2), box.height())
        painter.drawText(value, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._written(row.median))
        if self.width() >= px(RANGE_FROM) and row.known:
            ends = [f"{100 * end:.1f}" if self._as_percent else numbers.number(end, 3) for end in (row.known[0], row.known[-1])]
            painter.setFont(self._theme.font("caption"))
            painter.setPen(tokens.text2)
            beside = QRectF(self.width() - px(94), box.top(), px(94), box.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{ends[0]} – {ends[1]}")

    def _paint_median(self, painter: QPainter, x: float, top: float) -> None:
        px = self._theme.metrics.px
        painter.setPen(QPen(self._theme.tokens.text, 2))
        painter.drawLine(QPointF(x, top + px(3)), QPointF(x, top + px(ROW) - px(3)))

    def table(self) -> ExportTable | None:
        """A row for every seed, a column for every run."""
        if not self._rows:
            return None
        seeds = max(len(row.values) for row in self._rows)
        columns = [[*row.values, *[math.nan] * (seeds - len(row.values))] for row in self._rows]
        return ExportTable(("seed", *(row.name for row in self._rows)), (list(range(1, seeds + 1)), *columns))
