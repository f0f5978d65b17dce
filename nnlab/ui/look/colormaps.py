"""Colour maps: numbers as pictures.

Two maps serve the whole window. The *sign* map diverges from zero, orange for positive and blue for negative, with the same
strength for the same magnitude. The *magnitude* map runs from background to ink (violet to rose) and holds neither orange nor sky
blue, so that it is never read as a sign. Both are given by nine stops, linear in sRGB between them; the stops are linear in OKLab
lightness.

A map is a table of colours, uint8 (entries, 4) as red, green, blue, alpha: 512 entries for sign (256 below zero, 256 from zero
on), 256 for magnitude, in the form that `pyqtgraph.ImageItem.setLookupTable` takes. Pictures are made by indexing the table, all
values at once. A value that is not a number gets `NOT_A_NUMBER`, a colour of neither map.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from PySide6.QtGui import QColor, QImage

_SIGN_STOPS = {  # (dark, positive): from zero to full strength
    (True, True): "181513 31251c 4b3524 67462c 855734 a36a3b c37c43 e38f4a fea660",
    (True, False): "141619 1e2933 283d50 34516d 40678a 4d7da8 5a95c8 67ade8 81c5fe",
    (False, True): "fdfbfa f7e8dc efd4be e8c1a1 e1ad85 da9868 d2834c ca6d2b bf5800",
    (False, False): "fafcfe dce9f6 bed7ee a2c4e6 86b1dd 6a9ed3 4f8bc9 3277bf 0963b5",
}
_MAGNITUDE_STOPS = {  # dark: from low (background) to high (ink)
    True: "16161a 2c2842 4a396c 6f4b8f 9b5ca9 c771bd e295ca f7bbdc fee7f3",
    False: "fcf9fb f1d1e2 e2a9ce cf81c1 b061b3 864c9e 603787 3a2a5f 1d1b36",
}
NOT_A_NUMBER = {True: (255, 143, 163), False: (180, 24, 60)}  # the tokens' error colour, by theme
HALF = 256  # entries on each side of zero in the sign table


def _ramp(stops: str) -> np.ndarray:
    """Nine stops as 256 colours, float64 (256, 3)."""
    colors = np.array([list(bytes.fromhex(stop)) for stop in stops.split()], dtype=np.float64)
    places = np.linspace(0, len(colors) - 1, 256)
    return np.stack([np.interp(places, np.arange(len(colors)), channel) for channel in colors.T], axis=1)


def _table(colors: np.ndarray) -> np.ndarray:
    table = np.full((len(colors), 4), 255, dtype=np.uint8)
    table[:, :3] = np.rint(colors)
    table.setflags(write=False)
    return table


@cache
def sign_table(dark: bool) -> np.ndarray:
    """The sign map, uint8 (512, 4), from full blue through zero to full orange. Read only."""
    return _table(np.concatenate([_ramp(_SIGN_STOPS[dark, False])[::-1], _ramp(_SIGN_STOPS[dark, True])]))


@cache
def magnitude_table(dark: bool) -> np.ndarray:
    """The magnitude map, uint8 (256, 4), from low to high. Read only."""
    return _table(_ramp(_MAGNITUDE_STOPS[dark]))


def _rounded(scaled: np.ndarray, low: float, high: float, missing_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers clipped to low … high and rounded, int16, with `missing_index` where there is none; and the clipped numbers.

    A picture is made of hundreds of thousands of values, many times a second: few passes, in place, in float32.
    """
    with np.errstate(over="ignore"):  # beyond the largest float32 is beyond full strength
        clipped = np.array(scaled, dtype=np.float32)
    missing = np.isnan(clipped)
    any_missing = bool(missing.any())
    if any_missing:
        clipped[missing] = 0.0
    np.clip(clipped, low, high, out=clipped)
    rounded = np.rint(clipped).astype(np.int16)
    if any_missing:
        rounded[missing] = missing_index
        clipped[missing] = -1.0
    return rounded, clipped


def sign_index(values: np.ndarray, limit: float) -> np.ndarray:
    """The row of the sign table for each value, int16; 512 where the value is not a number.

    ±`limit` and beyond are full strength. A limit of 0 (nothing but zeros) shows everything as zero.
    """
    values = np.asarray(values)
    with np.errstate(over="ignore"):
        scaled = np.where(np.isnan(values), np.nan, 0.0) if limit <= 0 else values / limit * (HALF - 1)
    index, clipped = _rounded(scaled, -(HALF - 1), HALF - 1, missing_index=HALF + 1)
    index += HALF - 1
    index += clipped >= 0  # zero itself is the first of the positive half
    return index


def magnitude_index(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """The row of the magnitude table for each value, int16; 256 where the value is not a number."""
    values = np.asarray(values)
    with np.errstate(over="ignore"):
        scaled = np.where(np.isnan(values), np.nan, 0.0) if high <= low else (values - low) * (255 / (high - low))
    return _rounded(scaled, 0, 255, missing_index=256)[0]


@cache
def _packed(kind: str, dark: bool) -> np.ndarray:
    """A table and the colour of a missing number as 0xffrrggbb, the pixel format Qt draws fastest."""
    table = sign_table(dark) if kind == "sign" else magnitude_table(dark)
    colors = np.concatenate([table[:, :3], np.array([NOT_A_NUMBER[dark]], dtype=np.uint8)]).astype(np.uint32)
    return np.uint32(0xFF000000) | colors[:, 0] << np.uint32(16) | colors[:, 1] << np.uint32(8) | colors[:, 2]


def sign_pixels(values: np.ndarray, limit: float, dark: bool) -> np.ndarray:
    """Values of any shape as pixels 0xffrrggbb, uint32 of the same shape."""
    return np.take(_packed("sign", dark), sign_index(values, limit))


def magnitude_pixels(values: np.ndarray, low: float, high: float, dark: bool) -> np.ndarray:
    """Values of any shape as pixels 0xffrrggbb, uint32 of the same shape."""
    return np.take(_packed("magnitude", dark), magnitude_index(values, low, high))


def to_image(pixels: np.ndarray) -> QImage:
    """Pixels 0xffrrggbb, (height, width), as an image that owns its memory."""
    height, width = pixels.shape
    image = QImage(width, height, QImage.Format.Format_RGB32)
    np.frombuffer(image.bits(), dtype=np.uint32).reshape(height, width)[...] = pixels
    return image


def sign_image(values: np.ndarray, limit: float, dark: bool) -> QImage:
    """A matrix (height, width) through the sign map, ±`limit` at full strength; row 0 on top."""
    return to_image(sign_pixels(values, limit, dark))


def magnitude_image(values: np.ndarray, low: float, high: float, dark: bool) -> QImage:
    """A matrix (height, width) through the magnitude map; row 0 on top."""
    return to_image(magnitude_pixels(values, low, high, dark))


def decision_values(logits: np.ndarray) -> np.ndarray:
    """p − ½ for a logit: 0.5 tanh(logit / 2), from −½ to ½. With a limit of 1 it is the sign map at half strength."""
    return 0.5 * np.tanh(np.asarray(logits) / 2)


def decision_image(logits: np.ndarray, dark: bool) -> QImage:
    """Logits (height, width) as the picture of a decision, pale enough for data points to stand out."""
    return sign_image(decision_values(logits), 1.0, dark)


def relative_luminance(rgb: np.ndarray) -> np.ndarray:
    """WCAG 2 relative luminance, 0 (black) … 1 (white), of sRGB colours uint8 (..., 3)."""
    share = np.asarray(rgb, dtype=np.float64)[..., :3] / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """WCAG 2 contrast, 1 … 21, of two sRGB colours uint8 (..., 3)."""
    one, other = relative_luminance(first), relative_luminance(second)
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def wants_white(pixels: np.ndarray) -> np.ndarray:
    """Whether a number on a cell of this colour (0xrrggbb) is better white than black; either way its contrast is ≥ 4.58."""
    pixels = np.asarray(pixels, dtype=np.uint32)
    rgb = np.stack([pixels >> shift & 255 for shift in (16, 8, 0)], axis=-1)
    luminance = relative_luminance(rgb)
    # 1.05 / (luminance + 0.05) against (luminance + 0.05) / 0.05
    return (luminance + 0.05) ** 2 < 1.05 * 0.05


def ink(pixel: int) -> QColor:
    """Black or white, whichever reads better on a cell of this colour (0xrrggbb)."""
    return QColor(255, 255, 255) if wants_white(np.array(pixel, np.uint32)) else QColor(0, 0, 0)


def symmetric_limit(values: np.ndarray, percentile: float = 99.0) -> float:
    """The limit for the sign map: the percentile of |values|, ignoring what is not finite; 1 when there is nothing else."""
    magnitudes = np.abs(np.asarray(values, dtype=np.float64))
    magnitudes = magnitudes[np.isfinite(magnitudes)]
    limit = float(np.percentile(magnitudes, percentile)) if magnitudes.size else 0.0
    return limit if limit > 0 else 1.0


def decade_range(norms: np.ndarray) -> tuple[int, int]:
    """The whole decades (exponents of ten) around the 1st to 99th percentile of positive norms; (−1, 0) when there are none."""
    norms = np.asarray(norms, dtype=np.float64)
    norms = norms[np.isfinite(norms) & (norms > 0)]
    if not norms.size:
        return -1, 0
    low, high = np.log10(np.percentile(norms, [1, 99]))
    bottom = math.floor(low)
    return bottom, max(bottom + 1, math.ceil(high))
