"""What is written on a card fits it."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from nnlab.ui.canvas.cards.painting import SMALLER, more_that_fits, summary_scale
from nnlab.ui.canvas.cards.pills import PILL, pill
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


@pytest.mark.parametrize("zoom", [0.33, 1.0])
def test_what_a_step_reads_can_be_read_in_a_network_seen_from_afar(theme, zoom):
    """In the attention network at 1024 × 700 the words were seven pixels high."""
    kit = PaintKit(theme)
    image = QImage(240, 60, QImage.Format.Format_RGB32)
    image.fill(kit.tokens.canvas)
    painter = QPainter(image)
    painter.scale(zoom, zoom)
    pill(painter, kit, "reads W", QPointF(120 / zoom, 30 / zoom), True, 0.6)
    painter.end()
    height = sum(image.pixelColor(120, y) != kit.tokens.canvas for y in range(60))
    assert 20 * kit.scale * PILL - 1 <= height <= 20 * kit.scale + 4


def test_a_long_summary_is_written_smaller_before_it_is_cut(theme):
    """In a window of 2560 × 1440 a convolution said “16 of 3 × 3 · Re…”."""
    kit, text = PaintKit(theme), "16 of 3 × 3 · ReLU"
    whole = kit.text_width(text, "caption")
    assert summary_scale(kit, text, whole, 1.0) == 1.0
    assert summary_scale(kit, text, 0.8 * whole, 1.0) == pytest.approx(0.8)
    assert summary_scale(kit, text, 0.1 * whole, 1.0) == SMALLER
    assert summary_scale(kit, "", 10.0, 0.6) == 0.6
