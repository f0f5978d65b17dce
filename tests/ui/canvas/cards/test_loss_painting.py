"""The loss card: what its bars are, in words."""

import numpy as np
import pytest

from nnlab.ui.canvas.cards.loss_painting import BARS, _grouped, bars_caption
from nnlab.ui.canvas.painting.paint_kit import PaintKit


def test_a_bar_is_said_in_words(theme):
    kit = PaintKit(theme)
    assert bars_caption(kit, 1, 100.0) == "per sample"
    texts = [bars_caption(kit, 7, float(width)) for width in (400, 1)]
    assert texts == ["each bar: the largest of 7 samples", "bar: largest of 7"]
    for width in range(60, 300, 5):
        text = bars_caption(kit, 7, float(width))
        assert kit.text_width(text, "caption") <= width or text == "bar: largest of 7"


@pytest.mark.parametrize("count", [1, BARS, BARS + 1, 200, 1000, 4097])
def test_each_bar_is_the_largest_of_as_many_samples_as_it_says(count):
    samples = np.random.default_rng(0).random(count)
    share = -(-count // BARS)
    groups = [samples[start : start + share].max() for start in range(0, count, share)]
    assert np.array_equal(_grouped(samples), groups) and len(groups) <= BARS
