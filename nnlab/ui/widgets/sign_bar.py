"""A colour bar of the sign map: −limit at the left, zero in the middle, +limit at the right."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.colormaps import sign_image
from nnlab.ui.look.numbers import MINUS, short
from nnlab.ui.look.theme import Theme, follow

_BAR = (88, 11)  # pixels


class SignBar(QWidget):
    """Says what full strength stands for."""

    def __init__(self, theme: Theme, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._limit = theme, 1.0
        self.setToolTip(tip)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    @property
    def limit(self) -> float:
        return self._limit

    def set_limit(self, limit: float) -> None:
        if limit != self._limit:
            self._limit = limit
            self.apply_metrics()

    def _ends(self) -> tuple[str, str]:
        return f"{MINUS}{short(self._limit)}", f"+{short(self._limit)}"

    def apply_metrics(self) -> None:
        metrics, px = QFontMetricsF(self._theme.font("caption")), self._theme.metrics.px
        low, high = self._ends()
        self.setAccessibleName(f"Colours from {low} to {high}")
        width = metrics.horizontalAdvance(low) + metrics.horizontalAdvance(high) + 2 * px(6) + px(_BAR[0])
        self.setFixedSize(QSize(round(width) + 2, round(metrics.height())))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        px = self._theme.metrics.px
        low, high = self._ends()
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.tokens.text2)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, low)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high)
        left = QFontMetricsF(painter.font()).horizontalAdvance(low) + px(6)
        image = sign_image(np.linspace(-1, 1, px(_BAR[0]))[None, :], 1.0, self._theme.is_dark)
        painter.drawImage(QRectF(left, round((self.height() - px(_BAR[1])) / 2), px(_BAR[0]), px(_BAR[1])), image)
        painter.end()
