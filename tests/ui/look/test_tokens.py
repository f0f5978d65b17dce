"""The colours keep the contrasts they promise."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from nnlab.ui.look.colormaps import contrast
from nnlab.ui.look.tokens import DARK, LIGHT, NAMES, Tokens, mix

BOTH = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
TEXTS = ("text", "text2", "text3", "accent", "pos", "neg", "error", "warn", "phase_forward", "phase_loss", "phase_backward", "phase_update")


def ratio(first: QColor, second: QColor) -> float:
    rgb = [np.array([color.red(), color.green(), color.blue()]) for color in (first, second)]
    return float(contrast(*rgb))


def lightness(color: QColor) -> float:
    """L* of CIE 1976 for sRGB (IEC 61966-2-1), 0 to 100."""
    shares = np.array([color.redF(), color.greenF(), color.blueF()])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(116 * np.cbrt(linear @ (0.2126, 0.7152, 0.0722)) - 16)


@BOTH
@pytest.mark.parametrize("name", TEXTS)
def test_text_is_readable_on_canvas_and_panel(tokens: Tokens, name: str) -> None:
    assert ratio(getattr(tokens, name), tokens.canvas) >= 4.5
    assert ratio(getattr(tokens, name), tokens.panel) >= 4.5


@BOTH
def test_text_is_readable_where_else_it_stands(tokens: Tokens) -> None:
    for ground in (tokens.card, tokens.raised, tokens.well, tokens.sel):
        assert ratio(tokens.text, ground) >= 4.5
        assert ratio(tokens.text2, ground) >= 4.5
    assert ratio(tokens.on_accent, tokens.accent) >= 4.5
    assert ratio(tokens.text3, tokens.raised) >= 4.5


@BOTH
def test_a_chosen_row_is_seen_without_colours(tokens: Tokens) -> None:
    """By its lightness alone, CIE 1976 L*, of which about 1 is just seen: whoever sees no green has nothing else."""
    for ground in (tokens.canvas, tokens.panel):
        assert abs(lightness(tokens.sel) - lightness(ground)) >= 5


@BOTH
def test_strokes_are_visible_on_canvas_and_panel(tokens: Tokens) -> None:
    assert min(ratio(tokens.stroke, tokens.canvas), ratio(tokens.stroke, tokens.panel)) >= 3


def test_the_ratios_of_the_design_are_met() -> None:
    assert ratio(DARK.text, DARK.canvas) == pytest.approx(15.2, abs=0.05)
    assert ratio(LIGHT.accent, LIGHT.panel) == pytest.approx(5.5, abs=0.05)


def test_every_token_is_a_color_and_has_a_hex_form() -> None:
    for tokens in (DARK, LIGHT):
        for name in NAMES:
            assert QColor(tokens.hex(name)) == getattr(tokens, name)


def test_mix_goes_from_one_color_to_the_other_and_no_further() -> None:
    black, white = QColor("#000000"), QColor("#ffffff")
    assert mix(black, white, 0) == black
    assert mix(black, white, 7) == white
    assert mix(black, white, 0.5).red() in (127, 128)
