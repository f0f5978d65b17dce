"""What widgets have in common that show a layer's matrices as maps: their size, their focus, and the pixels of a map."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from nnlab.ui.look.colormaps import sign_image
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.lora.scale_bound import block_means
from nnlab.ui.widgets.focus import ShowsKeyboardFocus
from nnlab.ui.widgets.painting import draw_focus


def block_of(values: np.ndarray, place: QRectF) -> int:
    """How many numbers (rows, columns) share a pixel of a map: 1 unless `place` has fewer pixels than numbers."""
    rows, columns = values.shape
    return max(1, math.ceil(max(rows / place.height(), columns / place.width()) - 1e-6))


class LayerMaps(ShowsKeyboardFocus, QWidget):
    """`name` is what a screen reader says."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(360), self._theme.metrics.px(200))

    def map_image(self, values: np.ndarray, block: int, bound: float) -> QImage:
        """One pixel a block of numbers, coloured by sign up to `bound`."""
        return sign_image(block_means(values, block) if block > 1 else values, bound, self._theme.is_dark)

    def paint_focus(self, painter: QPainter) -> None:
        if self.shows_focus:
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, self._theme.tokens)
