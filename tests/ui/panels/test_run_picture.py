"""One run among several, and the advice beside it: what they say follows the room there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytestqt.qtbot import QtBot

from nnlab.training.varied import with_loss
from nnlab.ui.panels.advisor import AdvisorPanel
from nnlab.ui.panels.comparison import ComparisonPanel


def test_words_are_shorter_where_there_is_little_room_and_longer_again(studio: Callable[..., Any]) -> None:
    world = studio()
    panel = world.panel("comparison", 1000, 700)
    assert isinstance(panel, ComparisonPanel)
    world.train(3)
    picture = panel.happening.pictures.pictures[0]
    for width, norm in ((400, "gradient norm "), (180, "|∇| "), (400, "gradient norm ")):
        picture.resize(width, 300)
        assert picture.gradient.text().startswith(norm) and picture.wrong.text().endswith(" wrong")
        assert (" of " in picture.wrong.text()) == (width == 400)
    picture.resize(228, 300)  # wide enough for the long words about mistakes, not for half of it to hold those about the gradient
    world.train(1)
    assert " of " in picture.wrong.text() and picture.gradient.text().startswith("|∇| ")
    assert picture.gradient.shown == picture.gradient.text()


def test_in_little_height_what_is_wrong_stands_before_why(studio: Callable[..., Any], qtbot: QtBot) -> None:
    world = studio()
    panel = world.panel("advisor", 300, 600)
    assert isinstance(panel, AdvisorPanel)
    card = panel.card
    world.document.edit("Loss", replace(world.document.project, graph=with_loss(world.document.graph, "mse")))
    qtbot.waitUntil(lambda: bool(card.warnings) and card.apply_button.isVisible())
    for is_low in (False, True, False):
        card.set_low(is_low)
        places = [card.apply_button, card.warnings[0], card.reason] if is_low else [card.reason, card.apply_button, card.warnings[0]]
        qtbot.waitUntil(lambda places=places: 0 < places[0].y() < places[1].y() < places[2].y())
