"""The input plane as a layer bends it: grid lines and samples at the places where the layer puts them, both axes at one scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.training.probes.hidden_space import POINTS
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.primitives import Stamps, draw_pieces, polygon

MARGIN = 0.06  # of the picture, around what is in it
FARTHEST = 1e6  # pixels: what lies beyond would overflow the painter
LINE_ALPHA = 120


@dataclass(frozen=True, eq=False)
class BentPlane:
    """grid (lines * POINTS, 2), samples (n, 2) with a kind and a colour of each kind, batch: the samples that are ringed."""

    grid: np.ndarray
    samples: np.ndarray
    kinds: np.ndarray
    colors: list[QColor]
    batch: np.ndarray
    words: str


class BentPlanePlot(QWidget):
    """A picture without axes; the words below say what across and up are."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plane: BentPlane | None = None
        self._stamps = Stamps()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(72), self._theme.metrics.px(72))

    @property
    def shown(self) -> BentPlane | None:
        return self._plane

    def show_plane(self, plane: BentPlane | None) -> None:
        self._plane = plane
        if plane is not None:
            self.setAccessibleDescription(plane.words)
        self.update()

    @property
    def picture(self) -> QRectF:
        words = self._theme.metrics.px(18) if self._plane is not None and self._plane.words else 0
        return QRectF(0, 0, self.width(), max(1, self.height() - words))

    def pixels(self, places: np.ndarray) -> np.ndarray:
        """(n, 2) places as pixels; what is shown fits the picture, at one scale."""
        assert self._plane is not None
        everything = np.concatenate([self._plane.grid, self._plane.samples])
        everything = everything[np.isfinite(everything).all(axis=1)]
        if not len(everything):
            return np.zeros((0, 2))
        low, high = everything.min(axis=0), everything.max(axis=0)
        picture = self.picture
        extent = np.maximum(high - low, 1e-12 * max(1.0, float(np.abs(everything).max())))
        room = np.array([picture.width(), picture.height()]) * (1 - 2 * MARGIN)
        scale = float((room / extent).min())
        found = (places - (low + high) / 2) * scale
        centre = picture.center()
        pixels = np.column_stack([centre.x() + found[:, 0], centre.y() - found[:, 1]])
        return np.clip(np.nan_to_num(pixels, nan=-FARTHEST), -FARTHEST, FARTHEST)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        picture, tokens = self.picture, self._theme.tokens
        painter.fillRect(picture, tokens.canvas)
        plane = self._plane
        if plane is not None:
            painter.save()
            painter.setClipRect(picture)
            self._paint_grid(painter, plane)
            self._paint_samples(painter, plane)
            painter.restore()
            if plane.words:
                painter.setFont(self._theme.font("caption"))
                painter.setPen(tokens.text2)
                metrics = QFontMetricsF(painter.font())
                words = metrics.elidedText(plane.words, Qt.TextElideMode.ElideRight, self.width())
                painter.drawText(QPointF(0, self.height() - metrics.descent()), words)
        painter.end()

    def _paint_grid(self, painter: QPainter, plane: BentPlane) -> None:
        """All thin lines in one call, then the two in the middle, which show how the plane is turned."""
        count = len(plane.grid) // POINTS
        if not count:
            return
        tokens = self._theme.tokens
        points = self.pixels(plane.grid).reshape(count, POINTS, 2)
        pieces = np.stack([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 2)
        color = QColor(tokens.text2)
        color.setAlpha(LINE_ALPHA)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 0.8 * self._theme.metrics.stroke))
        draw_pieces(painter, pieces[:, 0], pieces[:, 1])
        painter.setPen(QPen(tokens.text, 1.6 * self._theme.metrics.stroke))
        per = count // 2
        for line in (per // 2, per + per // 2) if count > 1 else (0,):
            painter.drawPolyline(polygon(points[line, :, 0], points[line, :, 1]))

    def _paint_samples(self, painter: QPainter, plane: BentPlane) -> None:
        px, tokens = self._theme.metrics.px, self._theme.tokens
        points = self.pixels(plane.samples)
        if not len(points):
            return
        radius = 2.1 if self.width() > px(120) else 1.2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for kind, color in enumerate(plane.colors):
            chosen = points[plane.kinds == kind]
            draw = partial(_paint_dot, color=color, radius=radius)
            self._stamps.draw(painter, chosen[:, 0], chosen[:, 1], (color.rgba(), radius), radius + 1.0, draw)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tokens.text, 1.4))
        for x, y in points[plane.batch].tolist():
            painter.drawEllipse(QPointF(x, y), px(5), px(5))


def _paint_dot(painter: QPainter, centre: QPointF, color: QColor, radius: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(centre, radius, radius)
