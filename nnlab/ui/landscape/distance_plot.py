"""How far the run was from the plane at every iteration of its path: without it, the path on the map would promise too much."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.studies.landscape.study import Landscape
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.plotting.iteration_plot import IterationPlot
from nnlab.ui.panels.plotting.plot import Margins
from nnlab.ui.panels.plotting.primitives import polygon
from nnlab.ui.panels.plotting.ticks import Tick

FILL = 48  # alpha of the area


class DistancePlot(IterationPlot):
    """An area over iterations, from 0."""

    def __init__(self, theme: Theme, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        self._found: Landscape | None = None
        super().__init__(theme, "Distance of the run from the plane", crosshair, parent)
        self.shows_mark_words = False
        self.view.setMouseEnabled(x=False, y=False)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(34), px(4), px(12), px(22))

    def show_path(self, found: Landscape) -> None:
        self._found = found
        first, last = int(found.iterations[0]), int(found.iterations[-1])
        self.set_run(first, last, ())
        self.set_range((first, last), (0.0, max(float(found.path.distances.max()) * 1.1, 1e-9)))

    def y_ticks(self) -> list[Tick]:
        high = self.y_range[1]
        return [Tick(0.0, "0"), Tick(high / 1.1, numbers.number(high / 1.1, 2))] if self._found is not None else []

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        found, tokens = self._found, self._theme.tokens
        if found is None:
            return
        xs, ys = np.asarray(self.x_pixels(found.iterations)), np.asarray(self.y_pixels(found.path.distances))
        bottom = self.picture.bottom()
        area = polygon(np.concatenate([xs[:1], xs, xs[-1:]]), np.concatenate([[bottom], ys, [bottom]]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(tokens.text2)
        fill.setAlpha(FILL)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(area)
        painter.setPen(QPen(tokens.text, 1.5 * self._theme.metrics.stroke))
        painter.drawPolyline(polygon(xs, ys))

    def paint_readings(self, painter: QPainter, iteration: int, x: float) -> None:
        found, tokens, px = self._found, self._theme.tokens, self._theme.metrics.px
        if found is None:
            return
        distance = float(np.interp(iteration, found.iterations, found.path.distances))
        y = float(self.y_pixels(distance))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.text)
        painter.drawEllipse(QPointF(x, y), px(3), px(3))
        words = numbers.number(distance, 3)
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(words)
        left = x + px(6) if x + px(8) + width < self.picture.right() else x - px(6) - width
        painter.setPen(tokens.text)
        painter.drawText(QRectF(left, self.picture.top(), width + 2, metrics.height()), words)
