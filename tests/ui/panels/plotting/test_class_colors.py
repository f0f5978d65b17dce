"""Colours of classes: told apart from one another, from the panel, and from what colours mean elsewhere."""

from __future__ import annotations

import colorsys
import itertools
import math

import numpy as np
import pytest

from nnlab.ui.look.colormaps import contrast
from nnlab.ui.look.tokens import DARK, LIGHT
from nnlab.ui.panels.plotting.class_colors import as_hex, class_colors


@pytest.mark.parametrize("dark", [True, False])
def test_ten_classes_are_told_apart(dark: bool) -> None:
    """3 : 1 against the panel, as WCAG asks of what is drawn; 70 apart in sRGB, of 441 between black and white."""
    colors = class_colors(10, dark)
    panel = (DARK if dark else LIGHT).panel
    ground = np.array([panel.red(), panel.green(), panel.blue()], dtype=np.uint8)
    assert all(contrast(np.array(color, dtype=np.uint8), ground) >= 3.0 for color in colors)
    assert all(math.dist(a, b) >= 70.0 for a, b in itertools.combinations(colors, 2))
    for color in colors:
        hue, _, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in color))
        assert saturation <= 0.12 or not (0.02 <= hue <= 0.125 or 0.42 <= hue <= 0.72), "neither orange nor blue nor mint"


def test_fewer_classes_have_the_first_of_these_colours_and_more_have_all_again() -> None:
    assert class_colors(3, True) == class_colors(10, True)[:3] and class_colors(0, True) == ()
    many = class_colors(1000, True)
    different = len(set(many))
    assert len(many) == 1000 and 10 <= different < 1000
    assert many[different] == many[0] and many[different + 1] == many[1]


def test_a_colour_is_written_with_two_digits_a_channel() -> None:
    assert as_hex((0, 15, 255)) == "#000fff"
