"""The pictures on the tiles of one card, kept as one small image with a strip for every tile.

Four sources, the best that is known: a neuron's answers over the plane of the data (made by a probe), the weights of a neuron that looks
at an image, one sample's image on an input card, and otherwise the activations of the current batch *sorted* from lowest to highest. The
last is a picture of the distribution that stays calm from batch to batch: a dead unit is one flat colour, a saturated one has two.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from nnlab.ui.look.colormaps import sign_pixels, symmetric_limit, to_image

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
        self._shown = self.units
        self._bounded = bounded
        self._range = Range()
        self._pictures: np.ndarray | None = None
        self._image: QImage | None = None
        self._form: object = None

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

    def image(self, width: int, height: int, is_dark: bool, units: Sequence[int] | None = None) -> QImage:
        """The tiles of `units` (all by default) below each other in the colours of sign, each `width` x `height` pixels of the screen."""
        assert self._pictures is not None
        chosen = self.units if units is None else tuple(units)
        form = (width, height, is_dark, chosen)
        if self._image is None or self._form != form:
            limit = 1.0 if self._bounded else self._range.follow(self._pictures)
            # The values are interpolated, not their colours: a border between signs is dark, never a mixture of orange and blue.
            pictures = self._pictures
            if chosen != self.units and len(pictures) == len(self.units):
                pictures = pictures[[self._row[unit] for unit in chosen]]
            tiles, rows, columns = pictures.shape
            shown = _interpolation(rows, height) @ pictures @ _interpolation(columns, width).T
            self._image = to_image(sign_pixels(shown.reshape(tiles * height, width), limit, is_dark))
            self._form, self._shown = form, chosen
        return self._image

    def source(self, unit: int, width: int, height: int) -> QRect:
        """The part of the last image that shows `unit`."""
        return QRect(0, self._shown.index(unit) * height, width, height)


@lru_cache(maxsize=64)
def _interpolation(count: int, pixels: int) -> np.ndarray:
    """The matrix (pixels, count) that interpolates `count` values linearly at the centres of pixels; flat beyond the first and last."""
    place = np.clip((np.arange(pixels) + 0.5) * count / pixels - 0.5, 0, count - 1)
    return np.clip(1.0 - np.abs(place[:, None] - np.arange(count)[None, :]), 0.0, 1.0).astype(np.float32)
