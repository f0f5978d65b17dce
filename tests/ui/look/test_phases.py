"""The window's table of phases: the engine's words, and colours that every theme has."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QFontMetrics, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE
from nnlab.ui.look.phases import PHASE_LOOKS
from nnlab.ui.look.tokens import DARK, LIGHT, Tokens
from nnlab.ui.window.canvas_header import PhaseStrip


def test_the_order_is_that_of_an_iteration() -> None:
    assert (FORWARD, LOSS, BACKWARD, UPDATE) == (0, 1, 2, 3)
    assert [look.word for look in PHASE_LOOKS] == ["forward", "loss", "backward", "update"]
    assert [look.cycle for look in PHASE_LOOKS] == ["predict", "measure", "gradients", "update"]
    assert PHASE_LOOKS[BACKWARD].title == "Backward"


def test_numbers_flow_right_in_the_forward_pass_and_left_in_the_backward_pass() -> None:
    assert [look.arrow for look in PHASE_LOOKS] == ["→", "", "←", ""]


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_every_phase_has_a_colour_of_its_own_in_every_theme(tokens: Tokens) -> None:
    assert len({tokens.hex(look.color) for look in PHASE_LOOKS}) == 4


def test_the_strip_over_the_canvas_says_what_each_phase_does_and_its_technical_name_where_one_points(qtbot, theme) -> None:
    strip = PhaseStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(1000, 30)
    measure = QFontMetrics(theme.font("name"))
    widths = [measure.horizontalAdvance(word) for word in ("predict", "measure", "gradients", "update")]
    assert [(i, place.width() - 4) for i, place in strip.places] == list(enumerate(widths))
    technical = ["Forward pass: ", "Loss: ", "Backward pass: ", "Update: "]
    for (_, place), start in zip(strip.places, technical, strict=True):
        assert strip.explanation_at(place.center()).startswith(start)
    between = QPoint(strip.places[0][1].right() + 5, 10)
    lines = strip.explanation_at(between).split("\n")
    assert [line.startswith(start) for line, start in zip(lines, technical, strict=True)] == [True] * 4
    for word, start in zip(("Predict", "Measure", "Gradients", "Update"), technical, strict=True):
        assert f"{word}. {start}" in strip.accessibleDescription()


def test_pointing_at_a_word_shows_its_tooltip(qtbot, theme) -> None:
    strip = PhaseStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(1000, 30)
    strip.show()
    place = strip.places[BACKWARD][1].center()
    QApplication.sendEvent(strip, QHelpEvent(QEvent.Type.ToolTip, place, strip.mapToGlobal(place)))
    assert QToolTip.text() == "Backward pass: compute the gradient of the loss for every weight."
    QToolTip.hideText()
