"""The lines of parallel coordinates as a picture: straight into pixels, on whatever thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor, QImage

from nnlab.ui.canvas.edges.raster import PADDING, compose, draw_lines

_STRAIGHT = np.stack([np.linspace(0.0, 1.0, 2048), np.ones(2048)]).astype(np.float32)
WIDTH = 1.1  # of a line, in pixels before the screen's ratio
FEW = 60  # lines that are each drawn strongly
STRONG, MANY, FAINT = 0.75, 0.42, 0.1  # how far a line's colour is from the panel


@dataclass(frozen=True, eq=False)
class Lines:
    """Segments from left to right, float32 (segments, 4) of left, top, right and bottom end in the picture's pixels.

    `inside` are drawn over `outside`, which are faint; `count` is how many trials are inside.
    """

    inside: np.ndarray
    outside: np.ndarray
    count: int
    size: tuple[int, int]  # width and height in the picture's pixels
    ratio: float
    colors: tuple[QColor, QColor]


def draw(lines: Lines) -> QImage:
    """The picture, transparent where there is no line."""
    columns, rows = lines.size
    image = QImage(columns, rows, QImage.Format.Format_ARGB32_Premultiplied)
    pixels = np.zeros((rows, columns), dtype=np.uint32)
    # One sign of the planes takes what is inside, the other what is outside; the stronger lies on top.
    planes = [np.zeros((columns, rows + PADDING), np.float32) for _ in range(2)]
    tones = (STRONG if lines.count <= FEW else MANY, FAINT)
    for plane, ends, tone in zip(planes, (lines.inside, lines.outside), tones, strict=True):
        if len(ends):
            width, strength = (np.full(len(ends), value, np.float32) for value in (WIDTH * lines.ratio, tone))
            draw_lines(plane, ends, width, strength, _STRAIGHT)
    compose(planes[0], planes[1], *(_rgb(color) for color in lines.colors), pixels)
    np.frombuffer(image.bits(), dtype=np.uint32).reshape(rows, columns)[...] = pixels
    image.setDevicePixelRatio(lines.ratio)
    return image


def _rgb(color: QColor) -> np.ndarray:
    return 255.0 * np.array([color.redF(), color.greenF(), color.blueF()], dtype=np.float32)
