"""The bar that offers unsaved work: its words, its rows, its keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.files.autosave import Note, lock_of, new_copy, write_copy
from nnlab.files.project import Project, SavedProject
from nnlab.ui.files.autosave import left_behind
from nnlab.ui.files.recovery_bar import MOST_ROWS, RecoveryBar, ago, in_words
from nnlab.ui.look.theme import Theme

Offer = Callable[[int], RecoveryBar]


@pytest.fixture
def offer(theme: Theme, qtbot: QtBot, tmp_path: Path) -> Offer:
    """A bar that offers so many copies, named 0, 1, …; recovering works for all but the one named 0."""

    def make(count: int) -> RecoveryBar:
        bar = RecoveryBar(theme, lambda owned, left: left.note.name != "0", lambda name: True)
        qtbot.addWidget(bar)
        for number in range(count):
            write_copy(new_copy(tmp_path), SavedProject(Project()), str(number), None)
        bar.offer(left_behind(tmp_path))
        bar.resize(900, bar.sizeHint().height())
        bar.show()
        return bar

    return make


def test_nothing_to_offer_takes_no_room(offer: Offer) -> None:
    bar = offer(0)
    bar.offer([])
    assert bar.isHidden()


def test_the_newest_come_first_and_the_rest_are_counted(offer: Offer) -> None:
    bar = offer(5)
    assert [row.title.text() for row in bar.rows] == ["Unsaved work of “4”", "Unsaved work of “3”", "Unsaved work of “2”"]
    assert len(bar.rows) == MOST_ROWS and bar.rows[-1].more.text() == "and 2 more"
    assert [row.close_button.isVisible() for row in bar.rows] == [True, False, False]
    bar.discard(bar.offered[0])
    assert [left.note.name for left in bar.offered] == ["3", "2", "1", "0"] and bar.rows[-1].more.text() == "and 1 more"


def test_buttons_are_reached_and_pressed_by_keys_and_named_for_screen_readers(offer: Offer, qtbot: QtBot) -> None:
    bar = offer(2)
    assert bar.rows[0].recover.accessibleName() == "Recover the unsaved work of 1"
    bar.rows[0].recover.setFocus()
    qtbot.keyClick(bar.rows[0].recover, Qt.Key.Key_Space)
    assert [left.note.name for left in bar.offered] == ["0"]
    qtbot.keyClick(bar.rows[0].recover, Qt.Key.Key_Space)
    assert [left.note.name for left in bar.offered] == ["0"], "what could not be opened stays"


def test_escape_leaves_everything_for_the_next_start(offer: Offer, qtbot: QtBot, tmp_path: Path) -> None:
    bar = offer(3)
    assert all(lock_of(left.path).exists() for left in bar.offered)
    qtbot.keyClick(bar.rows[1].discard, Qt.Key.Key_Escape)
    assert bar.isHidden() and not bar.offered
    again = left_behind(tmp_path)
    assert len(again) == 3
    for owned, _ in again:
        owned.release()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (200, "3 minutes ago"), (3599, "59 minutes ago"), (3600, "1 hour ago"),
     (86_399, "23 hours ago"), (-5, "just now")],
)  # fmt: skip
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert ago(seconds, time.time() - seconds) == words


def test_long_ago_is_a_date() -> None:
    moment = datetime(2026, 11, 4, 12).timestamp()
    assert ago(90_000, moment) == "on 4 November 2026"
    assert in_words(Note("x", None, time.time(), 1204)) == "saved just now, at iteration 1,204"
    assert in_words(Note("x", None, time.time())) == "saved just now"
