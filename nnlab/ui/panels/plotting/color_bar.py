"""A colour bar: the magnitude map between the two values its ends stand for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.colormaps import magnitude_image
from nnlab.ui.look.theme import Theme, follow


class ColorBar(QWidget):
    """Low text, the map, high text."""

    def __init__(self, theme: Theme, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._low, self._high = "", ""
        self._image: tuple[bool, QImage] | None = None
        self.setToolTip(tip)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    @property
    def ends(self) -> tuple[str, str]:
        return self._low, self._high

    def set_ends(self, low: str, high: str) -> None:
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self.setAccessibleName(f"Colours from {low} to {high}")
            self.apply_metrics()

    def apply_metrics(self) -> None:
        metrics, px = QFontMetricsF(self._theme.font("caption")), self._theme.metrics.px
        width = metrics.horizontalAdvance(self._low) + metrics.horizontalAdvance(self._high) + 2 * px(6) + px(68) + 2
        self.setFixedSize(QSize(round(width), round(metrics.height())))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, px = QFontMetricsF(self._theme.font("caption")), self._theme.metrics.px
        if self._image is None or self._image[0] != self._theme.is_dark:
            self._image = (self._theme.is_dark, magnitude_image(np.arange(256.0)[None, :], 0.0, 255.0, self._theme.is_dark))
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.tokens.text2)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._low)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._high)
        left = metrics.horizontalAdvance(self._low) + px(6)
        height = px(11)
        painter.drawImage(QRectF(left, round((self.height() - height) / 2), px(68), height), self._image[1])
        painter.end()
