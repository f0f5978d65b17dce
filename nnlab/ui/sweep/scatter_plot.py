"""A scatter of any two columns of a sweep: every trial a point. A click chooses the nearest trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.items import Points, PointsItem, RingsItem
from nnlab.ui.panels.plotting.plot import Margins, Plot
from nnlab.ui.panels.plotting.ticks import Tick
from nnlab.ui.sweep.columns import SweepColumns, SweepScale, title_of
from nnlab.ui.widgets.label import Label

_NEAR = 14.0  # pixels within which a click means a point


class ScatterPlot(Plot):
    """`chosen(index)`: a result; `opened(result)` by a double click on one."""

    chosen = Signal(int)
    opened = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._columns = SweepColumns()
        self._names = ("", "")
        self._scales = (SweepScale(0.0, 1.0), SweepScale(0.0, 1.0))
        self._x, self._y = np.empty(0), np.empty(0)
        self._mask: np.ndarray | None = None
        self._best: Sequence[int] = ()
        self._chosen = -1
        super().__init__(theme, "Scatter of two columns", parent)
        self.points, self.best, self.ring = PointsItem(), RingsItem(), RingsItem()
        for item in (self.points, self.best, self.ring):
            self.view.addItem(item, ignoreBounds=True)
        self.all_wanted.connect(self._show_everything)
        theme.changed.connect(self._draw)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(76), px(10), px(16), px(42))

    def show_columns(self, columns: SweepColumns, x: str, y: str) -> None:
        """Two columns against each other; the range follows the data until the person has moved it."""
        is_other = columns is not self._columns or (x, y) != self._names
        self._columns, self._names = columns, (x, y)
        if is_other:
            self.is_following, self._chosen = True, self._chosen if columns is self._columns else -1
        self._scales = (columns.scale(x), columns.scale(y))
        self._x, self._y = (scale.places(columns.numbers(name)) for scale, name in zip(self._scales, (x, y), strict=True))
        self.setAccessibleDescription(f"{title_of(y)} against {title_of(x)}, {len(columns):,} trials")
        if self.is_following:
            self._show_everything()
        self._draw()

    def show_only(self, mask: np.ndarray | None) -> None:
        self._mask = mask
        self._draw()

    def mark_best(self, indices: Sequence[int]) -> None:
        self._best = indices
        self._draw()

    def choose(self, index: int) -> None:
        self._chosen = index
        self._draw()

    def _draw(self) -> None:
        tokens = self._theme.tokens
        known = np.isfinite(self._x) & np.isfinite(self._y)
        inside = known.copy()
        if self._mask is not None:
            inside[: len(self._mask)] &= self._mask[: len(inside)]
        outside = known & ~inside
        groups = [Points(self._x[outside], self._y[outside], tokens.stroke), Points(self._x[inside], self._y[inside], tokens.text2)]
        self.points.show_points([group for group in groups if len(group.x)], 3.2, tokens.panel)
        best = np.array([k for k in self._best if k < len(known) and known[k]], dtype=np.int64)
        self.best.show_rings(self._x[best], self._y[best], 5.0, tokens.accent, tokens.panel)
        chosen = np.array([self._chosen] if 0 <= self._chosen < len(known) and known[self._chosen] else [], dtype=np.int64)
        self.ring.show_rings(self._x[chosen], self._y[chosen], 7.5, tokens.text, tokens.panel)

    def _show_everything(self) -> None:
        ranges = []
        for scale in self._scales:
            pad = 0.0 if scale.words else 0.05 * (scale.high - scale.low)
            ranges.append((scale.low - pad, scale.high + pad))
        self.set_range(*ranges)

    # Axes

    def _ticks(self, axis: int, visible: tuple[float, float], length: float, spacing: float) -> list[Tick]:
        scale = self._scales[axis]
        shown = scale if scale.words or (scale.marks and self.is_following) else SweepScale(*visible, scale.logarithmic)
        return [tick for tick in shown.ticks(length, spacing) if visible[0] <= tick.position <= visible[1]]

    def x_ticks(self) -> list[Tick]:
        return self._ticks(0, self.x_range, self.picture.width(), self._theme.metrics.px(72))

    def y_ticks(self) -> list[Tick]:
        return self._ticks(1, self.y_range, self.picture.height(), self._theme.metrics.px(26))

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        px, tokens, picture = self._theme.metrics.px, self._theme.tokens, self.picture
        painter.setPen(tokens.text3)
        measure = QFontMetricsF(painter.font())
        below = picture.translated(0, picture.height() + px(21))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, title_of(self._names[0]))
        words = measure.elidedText(title_of(self._names[1]), Qt.TextElideMode.ElideRight, picture.height())
        painter.save()
        painter.translate(QPointF(px(2), picture.center().y()))
        painter.rotate(-90)
        painter.drawText(QPointF(-measure.horizontalAdvance(words) / 2, measure.ascent()), words)
        painter.restore()

    # Mouse

    def nearest(self, position: QPointF) -> int:
        """The result at a point, -1 where none is near."""
        if not len(self._x):
            return -1
        distances = np.hypot(self.x_pixels(self._x) - position.x(), self.y_pixels(self._y) - position.y())
        distances[~np.isfinite(distances)] = np.inf
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= _NEAR else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        nearest = self.nearest(event.position())
        if event.button() == Qt.MouseButton.LeftButton and nearest >= 0:
            self.chosen.emit(nearest)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        nearest = self.nearest(event.position())
        if nearest >= 0:
            self.opened.emit(self._columns.results[nearest])
            event.accept()
        else:
            super().mouseDoubleClickEvent(event)


class ScatterPage(QWidget):
    """The plot under the choice of its two columns."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = SweepColumns()
        self.plot = ScatterPlot(theme)
        self.across, self.up = QComboBox(), QComboBox()
        self.across.setAccessibleName("Column along x")
        self.up.setAccessibleName("Column along y")
        self._row = QHBoxLayout()
        for words, box in (("x", self.across), ("y", self.up)):
            self._row.addWidget(Label(theme, words, "caption", "text2"))
            self._row.addWidget(box, 1)
            box.activated.connect(self._show)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row)
        column.addWidget(self.plot, 1)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._row.setContentsMargins(metrics.padding, 0, metrics.padding, metrics.px(2))
        self._row.setSpacing(metrics.grid)

    def show_columns(self, columns: SweepColumns, measure: str) -> None:
        """Other results, or more of them; of another sweep the first setting is drawn against the measure."""
        if columns is not self._columns or self.across.count() != len(columns.names):
            chosen = (columns.settings[0] if columns.settings else "", measure)
            for box, name in zip((self.across, self.up), chosen, strict=True):
                before = box.currentData()
                box.clear()
                for one in columns.names:
                    box.addItem(title_of(one), one)
                box.setCurrentIndex(max(0, box.findData(before if columns is self._columns and before else name)))
        self._columns = columns
        self._show()

    def _show(self) -> None:
        if self.across.count() and self.up.count():
            self.plot.show_columns(self._columns, self.across.currentData(), self.up.currentData())
