"""The pictures on the tiles of one card, kept as one small image with a strip for every tile.

Four sources, the best that is known: a neuron's answers over the plane of the data (made by a probe), the weights of a neuron that looks
at an image, one sample's image on an input card, and otherwise the activations of the current batch *sorted* from lowest to highest. The
last is a picture of the distribution that stays calm from batch to batch: a dead unit is one flat colour, a saturated one has two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from nnlab.ui.colormaps import sign_pixels, symmetric_limit, to_image

STRIPES = 24  # of a sorted batch
TIGHT, LOOSE = 0.4, 1.0  # a range is kept while the values use between these shares of it


class Range:
    """The largest magnitude of a colour scale. It changes only when values leave it or use less than TIGHT of it, so colours hold still."""

    def __init__(self) -> None:
        self.limit = 0.0

    def follow(self, values: np.ndarray) -> float:
        """The limit for these values: about their 99th percentile."""
        top = symmetric_limit(values)
        if top > self.limit * LOOSE or top < self.limit * TIGHT:
            self.limit = top * 1.15
        return self.limit


def sorted_batch(batch: np.ndarray, units: Sequence[int]) -> np.ndarray:
    """Activations (batch, units) as pictures (units, 1, stripes): each unit's values over the batch from lowest to highest."""
    chosen = np.sort(batch[:, list(units)].astype(np.float32, copy=False), axis=0)
    rows = len(chosen)
    if rows > STRIPES:
        chosen = chosen[np.linspace(0, rows - 1, STRIPES).round().astype(np.intp)]
    return np.ascontiguousarray(chosen.T)[:, None, :]


class TilePictures:
    """Holds the image of one card's tiles. `show` returns whether anything is different now."""

    def __init__(self, units: Sequence[int], bounded: bool) -> None:
        self.units = tuple(units)
        self._row = {unit: i for i, unit in enumerate(self.units)}
        self._bounded = bounded
        self._range = Range()
        self._pictures: np.ndarray | None = None
        self._image: QImage | None = None
        self._is_dark = True

    @property
    def is_empty(self) -> bool:
        return self._pictures is None

    def show(self, pictures: np.ndarray) -> bool:
        """Pictures (tiles, rows, columns) in the order of `units`, row 0 on top."""
        if self._pictures is not None and np.array_equal(self._pictures, pictures, equal_nan=True):
            return False
        self._pictures = pictures.astype(np.float32)  # a copy: the frame's memory is not ours
        self._image = None
        return True

    def clear(self) -> bool:
        changed, self._pictures = self._pictures is not None, None
        return changed

    def image(self, is_dark: bool) -> QImage:
        """All tiles below each other, in the colours of sign."""
        assert self._pictures is not None
        if self._image is None or self._is_dark != is_dark:
            limit = 1.0 if self._bounded else self._range.follow(self._pictures)
            tiles, rows, columns = self._pictures.shape
            self._image = to_image(sign_pixels(self._pictures.reshape(tiles * rows, columns), limit, is_dark))
            self._is_dark = is_dark
        return self._image

    def source(self, unit: int) -> QRectF:
        """The part of the image that shows `unit`."""
        assert self._pictures is not None
        _, rows, columns = self._pictures.shape
        return QRectF(0, self._row[unit] * rows, columns, rows)
