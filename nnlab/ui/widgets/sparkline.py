"""Sparkline: the last values of one number as a line, without axes; a dot marks the present.

Made to be fed sixty times a second: it has a fixed height and repaints only when it is given other values.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import Theme, follow

_DOT = 2.5


def thinned(values: np.ndarray, columns: int) -> np.ndarray:
    """At most 2 · `columns` values that look the same as all of them: the smallest and largest of each column, in their order."""
    if len(values) <= 2 * columns:
        return values
    edges = np.linspace(0, len(values), columns + 1).astype(int)[:-1]
    filled = np.where(np.isnan(values), -np.inf, values)
    high = np.maximum.reduceat(filled, edges)
    low = np.minimum.reduceat(np.where(np.isnan(values), np.inf, values), edges)
    pairs = np.stack([low, high], axis=1).ravel()
    pairs[-1] = values[-1]
    return np.where(np.isfinite(pairs), pairs, np.nan)


class Sparkline(QWidget):
    """A line through `values`, oldest first, stretched between its own smallest and largest; what is not finite leaves a gap."""

    def __init__(self, theme: Theme, name: str, height: int = 36, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name, self._height = theme, name, height
        self._values, self._at = np.empty(0), -1
        self.setToolTip(tip)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def set_values(self, values: np.ndarray, at: int | None = None) -> None:
        """Takes over new values, float (n,); the present one is the last, or that `at` a place."""
        values = np.array(values, dtype=np.float64)
        at = len(values) - 1 if at is None else min(at, len(values) - 1)
        if at != self._at or not np.array_equal(values, self._values, equal_nan=True):
            self._values, self._at = values, at
            self.setAccessibleName(f"{self._name}, now {number(values[at])}" if at >= 0 else self._name)
            self.update()

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(self._height))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(160), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(32), self.height())

    def points(self) -> np.ndarray:
        """Where the line runs in the widget, float (n, 2); NaN where it is broken."""
        values = thinned(self._values, max(2, self.width()))
        finite = np.isfinite(values)
        if not finite.any():
            return np.empty((0, 2))
        low, high = values[finite].min(), values[finite].max()
        with np.errstate(invalid="ignore"):
            share = (values - low) / (high - low) if high > low else np.where(finite, 0.5, np.nan)
        margin = _DOT + 1
        x = margin + (self.width() - 2 * margin) * np.linspace(0, 1, len(values)) if len(values) > 1 else np.array([self.width() - margin])
        y = self.height() - margin - (self.height() - 2 * margin) * np.where(finite, share, np.nan)
        return np.stack([x, y], axis=1)

    def paintEvent(self, event: QPaintEvent) -> None:
        points = self.points()
        if not len(points):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.tokens.text2, 1.2))
        finite = np.isfinite(points[:, 1])
        for piece in np.split(points, np.flatnonzero(np.diff(finite)) + 1):
            if np.isfinite(piece[0, 1]):
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in piece.tolist()]))
        at = self._at if len(points) == len(self._values) else round(self._at / max(1, len(self._values) - 1) * (len(points) - 1))
        if at >= 0 and finite[at]:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.tokens.text2)
            painter.drawEllipse(QPointF(*points[at].tolist()), _DOT, _DOT)
        painter.end()
