"""A weight matrix as a picture: one row for each unit, one column for each input, in the colours of sign."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from nnlab.ui.canvas.card_painting import CENTRED, write
from nnlab.ui.canvas.cards import Weights
from nnlab.ui.canvas.paint_kit import PaintKit
from nnlab.ui.colormaps import sign_image

CALM = 1.6  # so that a matrix of noise is quiet and a few large weights stand out
LARGEST = 256  # rows or columns of the picture; larger matrices show the strongest weight of each block


def picture(values: np.ndarray | None, limit: float, is_dark: bool) -> QImage | None:
    """The matrix as an image, None when it is not computed yet. Full strength is CALM times `limit`, the layer's large weights."""
    return None if values is None else sign_image(strongest(strongest(values, 0), 1), CALM * limit, is_dark)


def strongest(values: np.ndarray, axis: int) -> np.ndarray:
    """At most LARGEST entries along an axis: of each block of neighbours the one with the largest magnitude, sign kept."""
    length = values.shape[axis]
    if length <= LARGEST:
        return values
    starts = np.linspace(0, length, LARGEST, endpoint=False).astype(np.intp)
    high, low = np.maximum.reduceat(values, starts, axis=axis), np.minimum.reduceat(values, starts, axis=axis)
    return np.where(high >= -low, high, low)


def paint(
    painter: QPainter, kit: PaintKit, image: QImage | None, rect: QRectF, weights: Weights, row: int | None, selected: bool, pixel: float
) -> None:
    """The picture with its outline and size; `row` is the unit under the cursor."""
    tokens = kit.tokens
    painter.setBrush(tokens.canvas)
    painter.setPen(QPen(tokens.accent, 2.0 * pixel) if selected else QPen(tokens.line, 1.0 * pixel))
    painter.drawRect(rect)
    if image is not None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, max(weights.units, weights.inputs) > LARGEST)
        painter.drawImage(rect, image)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if row is not None:
        step = rect.height() / weights.units
        painter.setPen(QPen(tokens.text, 1.5 * pixel))
        painter.drawRect(QRectF(rect.left() - 1, rect.top() + row * step - 1, rect.width() + 2, step + 2))
    label = QRectF(rect.left() - 20, rect.top() - 22 * pixel, rect.width() + 40, 18 * pixel)
    write(painter, kit, f"W {weights.units} × {weights.inputs}", "caption", tokens.text2, label, CENTRED, pixel)
