"""How runs are told apart without a hue: by dash, mark and place. Orange and blue stay with the sign of a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.plot import dashes, line_pen, thicker
from nnlab.ui.panels.plotting.primitives import Stamps, draw_line, draw_pieces

FAR = 10_000.0  # pixels beyond which Qt need not follow a line; it does not survive those of a run that diverged


@dataclass(frozen=True)
class RunKey:
    """`dash`: pixels drawn and left out, none for a solid line. `mark`: circle, square, triangle or diamond."""

    dash: tuple[float, ...]
    mark: str
    filled: bool
    width: float


RUN_KEYS = (
    RunKey((), "circle", True, 2.0),  # the project's own
    RunKey((7.0, 4.0), "square", False, 1.75),
    RunKey((2.0, 3.0), "triangle", False, 1.75),
    RunKey((10.0, 3.0, 2.0, 3.0), "diamond", True, 1.75),
)


def run_pen(key: RunKey, color: QColor, stroke: float = 1.0) -> QPen:
    pen = line_pen(color, key.width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if key.dash:
        pen.setDashPattern([length / key.width for length in key.dash])  # Qt counts in widths of the pen
    return thicker(pen, stroke)


def paint_line(painter: QPainter, xs: np.ndarray, ys: np.ndarray, key: RunKey, color: QColor, stroke: float = 1.0) -> None:
    """A run's line through points in pixels; where there are more than columns of pixels, one in each.

    Dashes are worked out as lines of their own: Qt's dashed pen would stroke the whole path, ten times slower.
    """
    keep = np.isfinite(xs) & np.isfinite(ys)
    xs, ys = xs[keep], np.clip(ys[keep], -FAR, FAR)
    if len(xs) > 2:
        column = np.rint(xs)
        last = np.append(np.flatnonzero(np.diff(column)), len(column) - 1)
        xs, ys = xs[last], ys[last]
    pen = line_pen(color, key.width * stroke)
    if not key.dash:
        painter.setPen(pen)
        draw_line(painter, xs, ys)
        return
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    draw_pieces(painter, *dashes(xs, ys, (1.0, 1.0), key.dash))


def paint_mark(painter: QPainter, centre: QPointF, key: RunKey, radius: float, color: QColor, ground: QColor) -> None:
    """One mark; a hollow one is filled with the ground, so that what lies below does not shine through."""
    painter.setPen(QPen(ground if key.filled else color, 1.0 if key.filled else 1.3))
    painter.setBrush(color if key.filled else ground)
    if key.mark == "circle":
        painter.drawEllipse(centre, radius, radius)
    elif key.mark == "square":
        painter.drawRect(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius))
    else:
        up, side = 1.25 * radius, 1.15 * radius
        points = [QPointF(0, -up), QPointF(side, up * 0.8), QPointF(-side, up * 0.8)]
        if key.mark == "diamond":
            points = [QPointF(0, -up), QPointF(up, 0), QPointF(0, up), QPointF(-up, 0)]
        painter.drawPolygon(QPolygonF([centre + point for point in points]))


def paint_marks(
    painter: QPainter, stamps: Stamps, xs: np.ndarray, ys: np.ndarray, key: RunKey, radius: float, color: QColor, ground: QColor
) -> None:  # fmt: skip
    """Many marks of one run, at whole pixels."""
    stamp = (key, radius, color.rgba(), ground.rgba())
    stamps.draw(painter, xs, ys, stamp, 1.25 * radius + 2, lambda inner, centre: paint_mark(inner, centre, key, radius, color, ground))


class KeySample(QWidget):
    """A piece of a run's line with its mark, before its name."""

    def __init__(self, theme: Theme, key: RunKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._key = theme, key
        follow(theme, self)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self.setFixedSize(px(28), px(16))

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, middle = self._theme.tokens, self.rect().center().y() + 0.5
        painter.setPen(run_pen(self._key, tokens.text, self._theme.metrics.stroke))
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        paint_mark(painter, QPointF(self.width() / 2, middle), self._key, self._theme.metrics.px(4), tokens.text, tokens.canvas)
        painter.end()
