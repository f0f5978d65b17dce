"""Branches in the plot of the loss: the smoothed loss of every run that was left, dashed and pale, with its name at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from nnlab.engine.history import Curves
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.plot import Plot, dashes, line_pen, make_line
from nnlab.ui.panels.plotting.thinning import thin_loss
from nnlab.ui.widgets.painting import fill_rounded

PATTERN = (5.0, 3.0)  # pixels drawn and left out


@dataclass(frozen=True, eq=False)
class BranchCurve:
    """Another way of the run: its name, its curves, and the iteration from which on it went its own way."""

    name: str
    curves: Curves
    origin: int


class BranchLines:
    """Lines below all others of a plot. They stand still while training runs, so they are worked out again only for another view."""

    def __init__(self, theme: Theme, plot: Plot, add: Callable[[Any], None]) -> None:
        self._theme, self._plot, self._add = theme, plot, add
        self._items: list[Any] = []
        self._drawn: tuple[object, ...] = ()
        self.shown: tuple[BranchCurve, ...] = ()

    def show(self, branches: Sequence[BranchCurve]) -> None:
        """With the next drawing."""
        self.shown = tuple(branches)

    @property
    def values(self) -> list[np.ndarray]:
        """What the axis of the losses has to hold."""
        return [branch.curves.smoothed for branch in self.shown]

    @property
    def last(self) -> int:
        """How far the longest has come."""
        return max((int(branch.curves.iterations[-1]) for branch in self.shown), default=0)

    def draw(self, on_axis: Callable[[np.ndarray], np.ndarray], scale: tuple[float, float]) -> None:
        low, high = self._plot.x_range
        width, color = int(self._plot.picture.width()), self._theme.tokens.text2
        wanted = (tuple(id(branch.curves) for branch in self.shown), low, high, width, scale, on_axis(np.array([2.0]))[0], color.rgb())
        if wanted == self._drawn:
            return
        self._drawn = wanted
        while len(self._items) < len(self.shown):
            self._items.append(make_line(color, 1.2))
            self._add(self._items[-1])
        for place, item in enumerate(self._items):
            item.setPen(line_pen(color, 1.2))
            if place >= len(self.shown):
                item.setData([], [])
                continue
            branch = self.shown[place]
            thinned = thin_loss(branch.curves, max(low, branch.origin), high, width)
            item.setData(*dashes(thinned.iterations, on_axis(thinned.smoothed), scale, PATTERN), connect="pairs")

    def paint(self, painter: QPainter, on_axis: Callable[[np.ndarray], np.ndarray]) -> None:
        """A hollow dot where each began, and its name where it ends, as far as names do not cover each other."""
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self._plot.picture
        painter.setFont(self._theme.font("caption"))
        metrics, taken = QFontMetricsF(painter.font()), list[QRectF]()
        for branch in self.shown:
            ends, smoothed = branch.curves.iterations, branch.curves.smoothed
            begun = int(np.searchsorted(ends, branch.origin))
            if branch.origin and begun < len(smoothed):
                place = self._place(branch.origin, float(smoothed[begun]), on_axis)
                if place is not None:
                    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                    painter.setPen(line_pen(tokens.text2, 1.2))
                    painter.setBrush(tokens.panel)
                    painter.drawEllipse(place, px(3), px(3))
            place = self._place(int(ends[-1]), float(smoothed[-1]), on_axis)
            if place is None:
                continue
            width = metrics.horizontalAdvance(branch.name)
            left = min(place.x() + px(4), picture.right() - width)
            box = QRectF(left, place.y() - metrics.height() - px(1), width, metrics.height())
            if box.top() < picture.top() or any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            ground = QColor(tokens.panel)
            ground.setAlpha(200)
            fill_rounded(painter, box.adjusted(-px(2), 0, px(2), 0), self._theme.metrics.radius_cell, ground)
            painter.setPen(tokens.text2)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft, branch.name)

    def _place(self, iteration: int, loss: float, on_axis: Callable[[np.ndarray], np.ndarray]) -> QPointF | None:
        low, high = self._plot.x_range
        y = float(on_axis(np.array([loss]))[0])
        if not (low <= iteration <= high and np.isfinite(y)):
            return None
        return QPointF(float(self._plot.x_pixels(iteration)), float(self._plot.y_pixels(y)))
