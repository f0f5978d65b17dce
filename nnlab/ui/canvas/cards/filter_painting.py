"""The filters of a convolution, painted on its card: what it has learned, down to single weights.

A small matrix for each pair of an output and an input channel, those of one output in a row, in the colours of sign.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from nnlab.ui.canvas.painting.matrix import Cells
from nnlab.ui.canvas.painting.paint_kit import PaintKit

GAP = 0.16  # between two filters, in cells


def as_matrix(filters: np.ndarray, across: int) -> np.ndarray:
    """Filters (outputs, inputs, rows, columns) side by side: `across` outputs beside each other, each with its inputs in a row."""
    outputs, inputs, rows, columns = filters.shape
    parts = filters.reshape(outputs // across, across, inputs, rows, columns)
    return parts.transpose(0, 3, 1, 2, 4).reshape(outputs // across * rows, across * inputs * columns)


def room(area: QRectF, matrix: tuple[int, ...]) -> QRectF:
    """Where the matrix (rows, columns) lies within its part of the card: square cells, as large as there is room."""
    cell = min(area.width() / matrix[1], area.height() / matrix[0])
    return QRectF(area.left(), area.top(), cell * matrix[1], cell * matrix[0])


def paint(painter: QPainter, kit: PaintKit, cells: Cells, shape: tuple[int, ...], rect: QRectF, visible: QRectF, scale: float) -> None:
    """The filters, with gaps between them; `shape` (rows, columns) of one, `scale` canvas units for a pixel of text."""
    cells.paint(painter, rect, visible, scale)
    down, across = cells.values.shape
    cell = rect.width() / across
    if cell * painter.worldTransform().m11() < 2.0:
        return  # gaps would take more of the picture than the weights
    painter.setPen(QPen(kit.tokens.card, GAP * cell))
    for column in range(shape[1], across, shape[1]):
        x = rect.left() + column * cell
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
    for row in range(shape[0], down, shape[0]):
        y = rect.top() + row * cell
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
