"""A weight matrix as a picture: one row for each unit, one column for each input, in the colours of sign.

Only the part on the screen is made, from the values themselves: where a cell is smaller than a pixel, each pixel shows the strongest weight
of its block; where it is large enough to be read, the number stands in it. So one zoom leads from 784 × 256 weights to a single one.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from nnlab.ui.canvas.model.content import Weights
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.colormaps import ink, sign_pixels, to_image
from nnlab.ui.look.numbers import LARGEST_PLAIN, decimals, fixed, number

CALM = 1.6  # so that a matrix of noise is quiet and a few large weights stand out
READABLE = (44.0, 18.0)  # pixels of text of a cell from which its number is written in it
FOOT = 36.0  # pixels at the lower border of the view that legend and zoom bar lie over
ROW_STEP, COLUMN_STEP = 24.0, 40.0  # pixels of text between two headings at least
CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def strongest(values: np.ndarray, axis: int, block: int) -> np.ndarray:
    """Of each block of neighbours along an axis the entry with the largest magnitude, sign kept."""
    if block <= 1:
        return values
    starts = np.arange(0, values.shape[axis], block)
    high, low = np.maximum.reduceat(values, starts, axis=axis), np.minimum.reduceat(values, starts, axis=axis)
    return np.where(high >= -low, high, low)


class Cells:
    """A matrix (rows, columns) painted as cells; `limit` is full strength. The picture of the visible part is kept while it stays."""

    def __init__(self, values: np.ndarray, limit: float, kit: PaintKit) -> None:
        self.values, self.limit, self.kit = values, limit, kit
        self._key: object = None
        self._pixels = np.zeros((0, 0), np.uint32)
        self._image = QImage()

    def paint(self, painter: QPainter, rect: QRectF, visible: QRectF, pixel: float) -> None:
        """Into `rect`, of which `visible` is on the screen; `pixel` is the painter's units for one pixel of text."""
        part = rect.intersected(visible)
        if part.isEmpty():
            return
        rows, columns = self.values.shape
        width, height = rect.width() / columns, rect.height() / rows
        zoom = painter.worldTransform().m11() * painter.device().devicePixelRatio()
        across, down = max(1, ceil(1.0 / (width * zoom))), max(1, ceil(1.0 / (height * zoom)))
        first_column, last_column = _span(part.left() - rect.left(), part.right() - rect.left(), width, across, columns)
        first_row, last_row = _span(part.top() - rect.top(), part.bottom() - rect.top(), height, down, rows)
        key = (first_row, last_row, first_column, last_column, down, across)
        if key != self._key:
            shown = strongest(strongest(self.values[first_row:last_row, first_column:last_column], 0, down), 1, across)
            self._pixels = sign_pixels(shown, self.limit, self.kit.is_dark)
            self._image, self._key = to_image(self._pixels), key
        place = QRectF(
            rect.left() + first_column * width, rect.top() + first_row * height, (last_column - first_column) * width,
            (last_row - first_row) * height,
        )  # fmt: skip
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, min(width * across, height * down) * zoom < 3.0)
        painter.drawImage(place, self._image)
        painter.restore()
        if across == down == 1 and width >= READABLE[0] * pixel and height >= READABLE[1] * pixel:
            self._write(painter, place, first_row, first_column, pixel)

    def _write(self, painter: QPainter, place: QRectF, first_row: int, first_column: int, pixel: float) -> None:
        """The number in every visible cell, unless one of them would not fit."""
        rows, columns = self._pixels.shape
        width, height = place.width() / columns, place.height() / rows
        shown = self.values[first_row : first_row + rows, first_column : first_column + columns]
        places = decimals(self.values, 3, 4)
        texts = [[fixed(float(v), places) if abs(v) < 10**LARGEST_PLAIN else number(float(v), 3) for v in row] for row in shown]
        if max(self.kit.text_width(text, "caption") for row in texts for text in row) > width / pixel - 4.0:
            return
        painter.save()
        painter.translate(place.topLeft())
        painter.scale(pixel, pixel)
        painter.setFont(self.kit.font("caption"))
        for r, row in enumerate(texts):
            for c, text in enumerate(row):
                painter.setPen(ink(int(self._pixels[r, c])))
                room = QRectF(c * width / pixel, r * height / pixel, width / pixel, height / pixel)
                painter.drawText(room, int(CENTRED), text)
        painter.restore()


def _span(start: float, end: float, size: float, block: int, count: int) -> tuple[int, int]:
    """The cells from `start` to `end`, in whole blocks, so that a block is the same one wherever the picture is moved."""
    first = max(0, floor(start / size / block) * block)
    return first, min(count, max(first + 1, ceil(end / size / block) * block))


def paint(
    painter: QPainter, kit: PaintKit, cells: Cells | None, rect: QRectF, visible: QRectF, weights: Weights, row: int | None,
    selected: bool, pixel: float, line_at: float,
) -> None:  # fmt: skip
    """The picture with outline, size and headings; `row` is the unit under the cursor, `line_at` the height of the edge's own line."""
    tokens = kit.tokens
    painter.setBrush(tokens.canvas)
    painter.setPen(QPen(tokens.accent, 2.0 * pixel) if selected else QPen(tokens.line, 1.0 * pixel))
    painter.drawRect(rect)
    if cells is not None:
        cells.paint(painter, rect, visible, pixel)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if row is not None:
        step = rect.height() / weights.units
        painter.setPen(QPen(tokens.text, 1.5 * pixel))
        painter.drawRect(QRectF(rect.left() - 1, rect.top() + row * step - 1, rect.width() + 2, step + 2))
    label = QRectF(rect.left() - 20, rect.top() - 22 * pixel, rect.width() + 40, 18 * pixel)
    _say(painter, kit, f"W {weights.units} × {weights.inputs}", label, CENTRED, pixel)
    _paint_row_headings(painter, kit, rect, visible, weights.units, pixel, line_at)
    _paint_column_headings(painter, kit, rect, visible, weights.inputs, pixel)


def headings(count: int, size: float, step: float) -> Iterator[int]:
    """Which of `count` cells, each `size` long, are named when names are `step` apart: the first, the last, round numbers between."""
    cells = next(s for k in range(9) for s in (10**k, 2 * 10**k, 5 * 10**k) if s * size >= step)
    yield 0
    for index in range(cells - 1 if cells > 1 else 1, count - 1, cells):
        if (index + 0.0) * size >= step and (count - 1 - index) * size >= step:
            yield index
    if count > 1 and (count - 1) * size >= step * 0.6:
        yield count - 1


def _paint_row_headings(
    painter: QPainter, kit: PaintKit, rect: QRectF, visible: QRectF, count: int, pixel: float, line_at: float
) -> None:  # fmt: skip
    """Unit numbers to the left of the picture, or at the border of the screen where that has left it."""
    height, half = rect.height() / count, 9.0 * pixel
    room = (kit.text_width(f"{count:,}", "caption") + 8.0) * pixel
    outside = rect.left() - room >= visible.left()
    left = rect.left() - room if outside else max(visible.left(), rect.left())
    band = QRectF(left, max(rect.top(), visible.top()), room, 0.0)
    band.setBottom(min(rect.bottom(), visible.bottom()))
    if band.height() <= 0 or left + room > min(rect.right(), visible.right()):
        return
    if not outside:
        painter.fillRect(band, kit.tokens.canvas)
    for index in headings(count, height / pixel, ROW_STEP):
        middle = rect.top() + (index + 0.5) * height
        hidden = outside and abs(middle - line_at) < half + 3.0 * pixel
        if visible.top() - half <= middle <= visible.bottom() + half and not hidden:
            _say(painter, kit, f"{index + 1:,}", QRectF(left, middle - half, room - 4.0 * pixel, 2 * half), RIGHT, pixel)


def _paint_column_headings(painter: QPainter, kit: PaintKit, rect: QRectF, visible: QRectF, count: int, pixel: float) -> None:
    """Input numbers below the picture, or at the lower border of the screen, above what lies there."""
    width, room = rect.width() / count, 18.0 * pixel
    border = visible.bottom() - FOOT * kit.scale / painter.worldTransform().m11()
    outside = rect.bottom() + room <= border
    top = rect.bottom() if outside else min(border, rect.bottom()) - room
    if top < rect.top() or top < visible.top():
        return
    if not outside:
        left = max(rect.left(), visible.left())
        painter.fillRect(QRectF(left, top, min(rect.right(), visible.right()) - left, room), kit.tokens.canvas)
    for index in headings(count, width / pixel, COLUMN_STEP):
        middle = rect.left() + (index + 0.5) * width
        half = (kit.text_width(f"{index + 1:,}", "caption") / 2 + 1.0) * pixel
        if visible.left() <= middle + half and middle - half <= visible.right():
            _say(painter, kit, f"{index + 1:,}", QRectF(middle - half, top, 2 * half, room), CENTRED, pixel)


def _say(painter: QPainter, kit: PaintKit, text: str, rect: QRectF, align: Qt.AlignmentFlag, pixel: float) -> None:
    """One line of caption text at `pixel` units for a pixel of text, left out where it would be too small to read."""
    if painter.worldTransform().m11() * pixel < 0.45:
        return
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(pixel, pixel)
    painter.setFont(kit.font("caption"))
    painter.setPen(kit.tokens.text2)
    room = QRectF(0, 0, rect.width() / pixel, rect.height() / pixel)
    painter.drawText(room, int(align), kit.elided(text, "caption", room.width() + 0.5))
    painter.restore()
