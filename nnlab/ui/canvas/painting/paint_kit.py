"""Colours and fonts as the canvas paints with them, made once from the theme and again when it changes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import FontRole, Theme

REMEMBERED = 4096  # widths of texts


class PaintKit:
    """What items paint with: the theme's tokens and fonts, and colours in the form the rasteriser takes, float32 (3,) in 0…255."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.tokens = theme.tokens
        self.scale = theme.metrics.scale
        self.stroke = theme.metrics.stroke  # how many times as thick lines are
        self.is_outlined = theme.metrics.is_outlined
        self.is_dark = theme.is_dark
        self.positive = rgb(self.tokens.pos)
        self.negative = rgb(self.tokens.neg)
        self.neutral = rgb(self.tokens.stroke)
        self._metrics: dict[str, QFontMetricsF] = {}
        self._widths: dict[tuple[str, str], float] = {}

    def font(self, role: FontRole) -> QFont:
        return self._theme.font(role)

    def text_width(self, text: str, role: FontRole) -> float:
        """Remembered: every label of a large graph is measured again at every zoom."""
        key = (role, text)
        if key not in self._widths:
            if len(self._widths) >= REMEMBERED:
                self._widths.clear()
            self._widths[key] = self._font_metrics(role).horizontalAdvance(text)
        return self._widths[key]

    def text_rect(self, text: str, role: FontRole, room: QRectF, flags: int) -> QRectF:
        """What a text takes of a room, wrapped or aligned as the flags say."""
        return self._font_metrics(role).boundingRect(room, flags, text)

    def elided(self, text: str, role: FontRole, width: float) -> str:
        return self._font_metrics(role).elidedText(text, Qt.TextElideMode.ElideRight, width)

    def _font_metrics(self, role: FontRole) -> QFontMetricsF:
        if role not in self._metrics:
            self._metrics[role] = QFontMetricsF(self.font(role))
        return self._metrics[role]

    @staticmethod
    def icon(painter: QPainter, role: str, colour: QColor, rect: QRectF) -> None:
        glyph(role).draw(painter, rect, colour)


def rgb(colour: QColor) -> np.ndarray:
    """A colour as float32 (3,) in 0…255."""
    return np.array([colour.red(), colour.green(), colour.blue()], np.float32)
