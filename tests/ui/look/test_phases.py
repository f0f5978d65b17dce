"""The window's table of phases: the engine's words, and colours that every theme has."""

from __future__ import annotations

import pytest

from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE
from nnlab.ui.look.phases import PHASE_LOOKS
from nnlab.ui.look.tokens import DARK, LIGHT, Tokens
from nnlab.ui.window.canvas_header import PhaseStrip


def test_the_order_is_that_of_an_iteration() -> None:
    assert (FORWARD, LOSS, BACKWARD, UPDATE) == (0, 1, 2, 3)
    assert [look.word for look in PHASE_LOOKS] == ["forward", "loss", "backward", "update"]
    assert PHASE_LOOKS[BACKWARD].title == "Backward"


def test_numbers_flow_right_in_the_forward_pass_and_left_in_the_backward_pass() -> None:
    assert [look.arrow for look in PHASE_LOOKS] == ["→", "", "←", ""]


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_every_phase_has_a_colour_of_its_own_in_every_theme(tokens: Tokens) -> None:
    assert len({tokens.hex(look.color) for look in PHASE_LOOKS}) == 4


def test_the_strip_over_the_canvas_shows_the_same_words_and_explains_each(qtbot, theme) -> None:
    strip = PhaseStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(1000, 30)
    assert [PHASE_LOOKS[i].word for i, _ in strip.places] == ["forward", "loss", "backward", "update"]
    lines = strip.toolTip().split("\n")
    assert len(lines) == 4 and "gradient of the loss" in lines[BACKWARD]
