"""A heat map over iterations: one row per tensor, grouped by node, with names at the left and values at the right."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from nnlab.engine.history import Curves
from nnlab.graph.graph import Graph
from nnlab.graph.letters import letter_of
from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import decade_range, magnitude_pixels, to_image
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.plotting.items import PictureItem
from nnlab.ui.panels.plotting.iteration_plot import IterationPlot
from nnlab.ui.panels.plotting.plot import Margins
from nnlab.ui.panels.plotting.thinning import block_at, sample_columns, thin_norms
from nnlab.ui.panels.plotting.ticks import Tick

GROUP_GAP, ROW_GAP = 4.0, 1.0  # pixels between nodes, and between the tensors of one


@dataclass(frozen=True)
class HeatMapRow:
    """One parameter: the node it belongs to, its symbol, and whether it is the first of its node."""

    name: str
    node: str
    symbol: str
    is_first: bool


def rows_of(names: tuple[str, ...], graph: Graph) -> tuple[HeatMapRow, ...]:
    """Parameter names ("dense_1.weight") as rows, in the same order, each with the letter that the graph's operators declare."""
    rows: list[HeatMapRow] = []
    for name in names:
        node = name.partition(".")[0]
        rows.append(HeatMapRow(name, node, letter_of(graph, name), not rows or rows[-1].node != node))
    return tuple(rows)


class HeatMapPlot(IterationPlot):
    """Shows the gradient norms of `Curves`; `decades` is the range of the colours, as exponents of ten."""

    def __init__(self, theme: Theme, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        self._curves: Curves | None = None
        self._rows: tuple[HeatMapRow, ...] = ()
        self.decades = (-1, 0)
        super().__init__(theme, "Gradient norms over iterations", crosshair, parent)
        self.shows_mark_words = False
        self.is_over_picture = True
        self.view.setMouseEnabled(x=True, y=False)
        self.map = PictureItem()
        self.view.addItem(self.map, ignoreBounds=True)
        self.range_changed.connect(self._draw)
        self.all_wanted.connect(self._show_everything)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        metrics = QFontMetricsF(self._theme.font("caption"))
        names = max((metrics.horizontalAdvance(row.node) for row in self._rows), default=0.0)
        symbols = max((metrics.horizontalAdvance(row.symbol) for row in self._rows), default=0.0)
        left = min(px(16) + names + px(6) + symbols + px(8), 0.4 * self.width())
        return Margins(left, px(10), px(12) + metrics.horizontalAdvance("0.0000") + px(20), px(28))

    @property
    def rows(self) -> tuple[HeatMapRow, ...]:
        return self._rows

    @property
    def curves(self) -> Curves | None:
        return self._curves

    def show_curves(self, curves: Curves, last: int, rows: tuple[HeatMapRow, ...]) -> None:
        """`rows` say what stands beside each of the curves' parameters (`rows_of`)."""
        renamed = self._curves is None or rows != self._rows
        self._curves = curves
        if renamed:
            self._rows = rows
            self._place()
        if self.is_following:
            self.set_range((curves.origin, max(last, curves.origin + 1)), (0.0, max(1, len(self._rows))))
        self._draw()
        self.repaint_around()

    def _show_everything(self) -> None:
        if self._curves is not None:
            self.show_curves(self._curves, self._last, self._rows)

    def row_edges(self) -> np.ndarray:
        """Pixel edges between rows, from the top of the picture: row i lies between entries i and i + 1."""
        return np.round(np.linspace(0, int(self.picture.height()), len(self._rows) + 1)).astype(np.int64)

    def _draw(self) -> None:
        curves = self._curves
        width, height = int(self.picture.width()), int(self.picture.height())
        if curves is None or width < 2 or height < 2 or not self._rows:
            self.map.show_image(None, QRectF())
            return
        x0, x1 = self.x_range
        thinned = thin_norms(curves, x0, x1, width)
        if not len(thinned.iterations):
            self.map.show_image(None, QRectF())
            return
        self.decades = decade_range(10.0**thinned.logarithms)
        at = x0 + (np.arange(width) + 0.5) / width * (x1 - x0)
        inside = (at >= thinned.first) & (at <= thinned.last)
        at = at[inside]
        if not len(at):
            self.map.show_image(None, QRectF())
            return
        columns = thinned.logarithms[sample_columns(thinned.iterations, at)].T
        # Where no gradient flowed (a frozen layer, units that are off) or none was measured yet, the row is as dark as it can be.
        pixels = magnitude_pixels(np.where(np.isnan(columns), self.decades[0], columns), *self.decades, self._theme.is_dark)
        pixel = (x1 - x0) / width
        self.map.show_image(to_image(self._rows_with_gaps(pixels)), QRectF(at[0] - pixel / 2, 0.0, len(at) * pixel, float(len(self._rows))))

    def _rows_with_gaps(self, pixels: np.ndarray) -> np.ndarray:
        """One row of pixels per parameter as a picture of the whole height, gaps in the panel's colour."""
        edges = self.row_edges()
        tall = np.repeat(pixels, np.diff(edges), axis=0)
        for i, row in enumerate(self._rows[1:], start=1):
            gap = int(GROUP_GAP if row.is_first else ROW_GAP)
            if edges[i] - edges[i - 1] > 2 * gap:
                tall[edges[i] - gap // 2 : edges[i] - gap // 2 + gap] = self._theme.tokens.panel.rgb()
        return tall

    # Painting

    def y_ticks(self) -> list[Tick]:
        return []

    def values(self) -> np.ndarray:
        """The norm of every row at the crosshair's iteration, or else where the run stands."""
        curves = self._curves
        if curves is None or not len(curves.norms):
            return np.full(len(self._rows), np.nan)
        iteration = self.now if self.shown_crosshair is None else self.shown_crosshair
        block = block_at(curves, iteration) if iteration is not None else None
        return curves.norms[-1 if block is None else block]

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        if not self._rows:
            return
        picture, px = self.picture, self._theme.metrics.px
        metrics = QFontMetricsF(self._theme.font("caption"))
        edges = self.row_edges() + round(picture.top())
        values = self.values()
        symbols = max(metrics.horizontalAdvance(row.symbol) for row in self._rows)
        symbol_left = picture.left() - px(8) - symbols
        painter.setFont(self._theme.font("caption"))
        bottom = -math.inf  # of the last text, so that no text covers another
        for row, value, top, end in zip(self._rows, values, edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            place = QRectF(0, (top + end) / 2 - metrics.height() / 2, 0, metrics.height())
            room = place.top() >= bottom - 2
            if not room and not (row.is_first and place.top() >= bottom - metrics.height() / 2):
                continue
            bottom = place.bottom()
            self._paint_row(painter, metrics, row, float(value), place, symbol_left)

    def _paint_row(
        self, painter: QPainter, metrics: QFontMetricsF, row: HeatMapRow, value: float, place: QRectF, symbol_left: float
    ) -> None:
        tokens, px, middle = self._theme.tokens, self._theme.metrics.px, Qt.AlignmentFlag.AlignVCenter
        if row.is_first:
            painter.setPen(tokens.text)
            room = symbol_left - px(16) - px(6) + 1
            place.setLeft(px(16))
            place.setWidth(room + 1)  # of a text that is wider than its place Qt cuts the underscore, too
            painter.drawText(place, middle, metrics.elidedText(row.node, Qt.TextElideMode.ElideRight, room))
        painter.setPen(tokens.text2)
        place.setLeft(symbol_left - 1)
        place.setRight(self.picture.left() - px(8))
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, row.symbol)
        painter.setPen(tokens.text)
        place.setRight(self.width() - px(16))
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, numbers.NOTHING if math.isnan(value) else numbers.number(value, 3))
