"""Colours for classes: told apart from one another, from the panel, and from what colours mean elsewhere in the window.

Orange and blue are the sign of a number and mint is what is active, so none of them stands for a class. The rest is chosen from
qualitative maps made for colour-blind readers (Paul Tol's), then from Glasbey's list (Glasbey et al., Colour Displays for
Categorical Images, 2007), which never ends for practical purposes.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from functools import cache

import numpy as np

from nnlab.ui.look.colormaps import contrast
from nnlab.ui.look.tokens import DARK, LIGHT

_MAPS = ("tol:muted", "tol:light", "dark2", "glasbey")
_TAKEN_HUES = ((0.02, 0.125), (0.50, 0.72), (0.42, 0.50))  # orange, blue, mint; hue from 0 to 1
_LEAST_CONTRAST = 3.0
_LEAST_DISTANCE = 70.0  # in sRGB, of 441 between black and white


@cache
def class_colors(count: int, dark: bool) -> tuple[tuple[int, int, int], ...]:
    """`count` colours as (red, green, blue); after the longest list of different ones they repeat."""
    panel = (DARK if dark else LIGHT).panel
    ground = np.array([panel.red(), panel.green(), panel.blue()], dtype=np.uint8)
    chosen: list[tuple[int, int, int]] = []
    for color in _candidates():
        if len(chosen) == count:
            break
        rgb = np.array(color, dtype=np.uint8)
        near = any(np.linalg.norm(rgb.astype(float) - np.array(other)) < _LEAST_DISTANCE for other in chosen)
        if not near and not _is_taken(color) and contrast(rgb, ground) >= _LEAST_CONTRAST:
            chosen.append(color)
    return tuple(chosen[i % len(chosen)] for i in range(count))


def _candidates() -> Iterator[tuple[int, int, int]]:
    import cmap

    for name in _MAPS:
        for stop in cmap.Colormap(name).color_stops:
            red, green, blue = (round(channel * 255) for channel in stop.color.rgba[:3])
            yield red, green, blue


def _is_taken(color: tuple[int, int, int]) -> bool:
    hue, _, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in color))
    return saturation > 0.12 and any(low <= hue <= high for low, high in _TAKEN_HUES)


def as_hex(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
