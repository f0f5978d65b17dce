"""The bracket over a loss curve: which iterations a verdict is about, the line its test fitted, and where it began.

It lies above the smoothed loss and ends where the verdict's history ends; the tooltip says the sentence, the test and its figures.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from nnlab.engine.convergence import OVERFITTING, Convergence
from nnlab.engine.history import Curves
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.live_verdict import Verdict

FOOT = 9.0  # pixels
ABOVE = 8.0
REACH = 6.0  # how far beside the bracket the mouse still points at it
LINE_POINTS = 33
_UNITS = {
    "percent_per_1000_iterations": "slope, % per 1,000 iterations", "lowest_percent": "its 95 % interval from, %",
    "highest_percent": "its 95 % interval to, %", "tau": "Kendall's tau", "p": "p", "groups": "groups of iterations",
    "swing_of_level": "standard deviation / level", "times_lowest_level": "times the lowest level",
}  # fmt: skip


class Axes(Protocol):
    """The plot, as far as it is needed here."""

    @property
    def picture(self) -> QRectF: ...

    @property
    def x_range(self) -> tuple[float, float]: ...

    @property
    def curves(self) -> Curves | None: ...

    def x_pixels(self, x: np.ndarray | float) -> np.ndarray | float: ...

    def y_pixels(self, y: np.ndarray | float) -> np.ndarray | float: ...

    def on_axis(self, values: np.ndarray) -> np.ndarray: ...

    def repaint_around(self) -> None: ...


class VerdictBracket:
    """Drawn where the verdict is a fault; a run that converges needs no mark."""

    def __init__(self, plot: Axes) -> None:
        self._plot = plot
        self._verdict: Verdict | None = None

    def show(self, verdict: Verdict | None) -> None:
        self._verdict = verdict
        self._plot.repaint_around()

    @property
    def fault(self) -> tuple[Convergence, int, int] | None:
        """(what, since, until) where something is to be marked."""
        verdict = self._verdict
        if verdict is None or not verdict.convergence.is_fault or verdict.convergence.since is None:
            return None
        return verdict.convergence, verdict.convergence.since, verdict.until

    def written_iterations(self) -> list[int]:
        """Where it began, if that is in the picture."""
        low, high = self._plot.x_range
        return [self.fault[1]] if self.fault is not None and low <= self.fault[1] <= high else []

    def rect(self) -> QRectF | None:
        """Of the bracket, in the plot's pixels; None when there is none in the picture."""
        if self.fault is None or self._plot.curves is None:
            return None
        found, since, until = self.fault
        picture, (low, high) = self._plot.picture, self._plot.x_range
        if until <= low or since >= high:
            return None
        left, right = (float(self._plot.x_pixels(min(max(end, low), high))) for end in (since, until))
        top = self._top(found, since, until)
        return QRectF(left, min(max(top, picture.top() + 1), picture.bottom() - FOOT), max(right - left, 2.0), FOOT)

    def _top(self, found: Convergence, since: int, until: int) -> float:
        """Above the highest of the curve that is judged, within the bracket."""
        curves = self._plot.curves
        assert curves is not None
        x, y = curves.iterations, curves.smoothed
        if found.verdict == OVERFITTING:
            x, y = curves.validation_iterations, curves.validation_losses
        inside = y[(x >= since) & (x <= until)]
        inside = self._plot.on_axis(inside[np.isfinite(inside)])
        inside = inside[np.isfinite(inside)]
        if not inside.size:
            return self._plot.picture.top()
        return float(self._plot.y_pixels(float(inside.max()))) - ABOVE - FOOT

    def paint(self, painter: QPainter, theme: Theme) -> None:
        rect = self.rect()
        if rect is None or self.fault is None:
            return
        since = self.fault[1]
        warn, picture = theme.tokens.warn, self._plot.picture
        self._paint_trend(painter, theme)
        low, _ = self._plot.x_range
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if since >= low:
            pen = QPen(theme.tokens.text2, 1)
            pen.setDashPattern([2.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(round(rect.left()), rect.bottom()), QPointF(round(rect.left()), picture.bottom()))
        painter.setPen(QPen(warn, 2))
        corners = [rect.topLeft(), rect.topRight(), rect.bottomRight()]
        painter.drawPolyline(QPolygonF([rect.bottomLeft(), *corners] if since >= low else corners))

    def _paint_trend(self, painter: QPainter, theme: Theme) -> None:
        trend = self.fault[0].trend if self.fault is not None else None
        if trend is None:
            return
        (x0, y0), (x1, y1) = trend
        x = np.linspace(x0, x1, LINE_POINTS)
        losses = np.exp(np.linspace(math.log(max(y0, 1e-300)), math.log(max(y1, 1e-300)), LINE_POINTS))
        xs = np.asarray(self._plot.x_pixels(x))
        ys = np.asarray(self._plot.y_pixels(self._plot.on_axis(losses)))
        picture = self._plot.picture
        inside = np.isfinite(ys) & (xs >= picture.left()) & (xs <= picture.right()) & (ys >= picture.top()) & (ys <= picture.bottom())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.tokens.warn, 1.25))
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(xs[inside], ys[inside], strict=True)]))

    def text_at(self, place: QPointF) -> str:
        """What the tooltip says there, empty beside the bracket."""
        rect = self.rect()
        if rect is None or self.fault is None or not rect.adjusted(-REACH, -REACH, REACH, REACH).contains(place):
            return ""
        return explained(self.fault[0])


def explained(found: Convergence) -> str:
    """The sentence of a verdict, its test, and the figures, a line each."""
    figures = [f"{_UNITS.get(name, name.replace('_', ' '))}: {numbers.short(value)}" for name, value in found.figures.items()]
    return "\n".join([found.sentence, f"Test: {found.test}", *figures])
