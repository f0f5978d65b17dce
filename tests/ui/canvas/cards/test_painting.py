"""What is written on a card fits it."""

import pytest

from nnlab.ui.canvas.cards.painting import SMALLER, more_that_fits
from nnlab.ui.canvas.painting.paint_kit import PaintKit


@pytest.mark.parametrize("zoom", [0.5, 0.75, 1.0, 2.0])
@pytest.mark.parametrize("count", [8, 248, 4088, 65528])
def test_how_many_more_units_there_are_is_written_in_full(theme, zoom, count):
    kit, room = PaintKit(theme), 88.0
    scale = min(1.0, max(0.8, zoom)) / zoom  # canvas units for a pixel of text, as cards have it
    text, fitting = more_that_fits(kit, count, room, scale, SMALLER / zoom)
    assert text.endswith(f"{count:,} more")
    assert fitting <= scale
    assert kit.text_width(text, "caption") * fitting <= room + 0.01 or fitting == pytest.approx(SMALLER / zoom)
    if zoom >= 0.75:
        assert kit.text_width(text, "caption") * fitting <= room + 0.01
