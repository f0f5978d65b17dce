"""Views reach the panels that can be seen, and one that comes to be seen has what it missed."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.ui.run.live_view import LiveView

SPIRAL = DataSettings("spiral")


def test_only_panels_that_can_be_seen_are_told_and_others_have_the_newest_when_they_come(studio: Callable, qtbot: QtBot) -> None:
    made = studio(SPIRAL)
    shown, hidden = made.panel("loss"), made.panel("weights")
    told: list[LiveView] = []
    hidden.draw = told.append  # type: ignore[method-assign]
    hidden.hide()
    told.clear()
    last = made.train(5)
    assert shown.view is last and told == []
    assert hidden.view is last, "it would be drawn"
    hidden.show()
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].frame.iteration == 5 and not told[0].playing


def test_what_is_newest_says_that_training_rests_and_is_forgotten_with_the_project(studio: Callable, qtbot: QtBot) -> None:
    made = studio(SPIRAL)
    feed = made.services.feed
    made.session.play()
    qtbot.waitUntil(lambda: feed.newest is not None and feed.newest.playing)
    made.session.pause()
    qtbot.waitUntil(lambda: not made.session.is_playing)
    assert feed.newest is not None and not feed.newest.playing
    made.document.replace(made.document.project, "another")
    assert feed.newest is None
