"""Drawing shared by the widgets."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from nnlab.ui.look.tokens import Tokens

FOCUS = 2.0  # width of the focus outline


def fill_rounded(painter: QPainter, rect: QRect | QRectF, radius: float, color: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(rect), radius, radius)


def outline_rounded(painter: QPainter, rect: QRect | QRectF, radius: float, color: QColor, width: float = 1.0) -> None:
    """An outline of `width` pixels just inside `rect`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), radius, radius)


def draw_focus(painter: QPainter, rect: QRect | QRectF, radius: float, tokens: Tokens) -> None:
    """The outline of whatever has the keyboard focus, just inside `rect`."""
    outline_rounded(painter, rect, radius, tokens.accent, FOCUS)
