"""Bands of runs over several seeds: from the lowest to the highest smoothed loss of the seeds, column by column of the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from nnlab.engine.history import Curves
from nnlab.ui.panels.plotting.items import PictureItem
from nnlab.ui.panels.plotting.plot import FADED


def band_image(top: np.ndarray, bottom: np.ndarray, height: int, color: QColor) -> QImage:
    """Every column filled from row `top` to row `bottom` (at least one pixel) with a translucent colour; NaN leaves it empty."""
    width, empty = len(top), np.isnan(top) | np.isnan(bottom)
    first = np.clip(np.floor(np.where(empty, height, top)), -1, height)
    last = np.clip(np.maximum(np.ceil(np.where(empty, 0.0, bottom)), first + 1), 0, height)
    # Short whole numbers: the comparison below looks at every pixel, and this is three times faster than with floats.
    rows, first, last = np.arange(height, dtype=np.int16)[:, None], first.astype(np.int16), last.astype(np.int16)
    alpha = color.alpha()
    channels = [round(channel * alpha / 255) for channel in (color.red(), color.green(), color.blue())]
    pixel = np.uint32(alpha << 24 | channels[0] << 16 | channels[1] << 8 | channels[2])
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    inside = (rows >= first) & (rows < last)
    np.multiply(inside, pixel, out=np.frombuffer(image.bits(), dtype=np.uint32).reshape(height, width))
    return image


class SeedBands:
    """The pictures of up to so many bands; one that has not changed is not composed again."""

    def __init__(self, count: int) -> None:
        self.items = tuple(PictureItem() for _ in range(count))
        self._drawn: list[object] = [None] * count

    def draw(
        self, seeds: Sequence[tuple[Curves, ...]], area: QRectF, size: tuple[int, int], on_axis: Callable[[np.ndarray], np.ndarray],
        color: QColor,
    ) -> None:  # fmt: skip
        """`area` is the view in its own coordinates, its top the lower end of y; `size` its pixels; `on_axis` maps losses to y."""
        for k, item in enumerate(self.items):
            curves = seeds[k] if k < len(seeds) else ()
            key = (tuple(map(id, curves)), area.getRect(), size, color.name(), float(on_axis(np.array([2.0]))[0]))
            if key == self._drawn[k]:
                continue
            self._drawn[k] = key
            item.show_image(_band(curves, area, size, on_axis, color) if curves else None, area if curves else QRectF())


def _band(
    curves: Sequence[Curves], area: QRectF, size: tuple[int, int], on_axis: Callable[[np.ndarray], np.ndarray], color: QColor
) -> QImage:  # fmt: skip
    width, height = size
    at = area.left() + (np.arange(width) + 0.5) / width * area.width()
    lines = np.stack([np.interp(at, one.iterations, one.smoothed, left=np.nan, right=np.nan) for one in curves])
    y = on_axis(np.stack([lines.min(axis=0), lines.max(axis=0)]))
    rows = (area.bottom() - y) * (height / area.height())
    shade = QColor(color)
    shade.setAlpha(FADED)
    return band_image(rows[1], rows[0], height, shade)
