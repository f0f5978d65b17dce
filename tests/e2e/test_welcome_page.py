"""The welcome page under a real mouse: what hovering shows, and that a double click is one choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractAnimation, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from real_windows import real_windows
from shared_window import SharedWindow

from nnlab.lessons.library import shipped
from nnlab.ui.learn.welcome_page import WelcomePage
from nnlab.ui.look.tokens import mix
from nnlab.ui.panels.welcome import WelcomePanel
from nnlab.ui.window.main_window import MainWindow


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    window = shared.as_new(qtbot, "xor")
    window._theme.reduced_motion = True
    window.activateWindow()
    window.show_workspace("learn")
    return window


def page_of(window: MainWindow) -> WelcomePage:
    panel = window.panels["welcome"]
    assert isinstance(panel, WelcomePanel) and panel.page is not None
    return panel.page


def at(window: MainWindow, widget: QWidget) -> QPoint:
    """The place of a widget's middle in the window, as the system says it."""
    return widget.mapTo(window, widget.rect().center())


def move(window: MainWindow, place: QPoint) -> None:
    QTest.mouseMove(window.windowHandle(), place)
    QApplication.processEvents()


def test_a_row_under_the_mouse_is_lit_and_says_that_it_can_be_clicked(window: MainWindow, qtbot: QtBot) -> None:
    page, tokens = page_of(window), window._theme.tokens
    row = page.row("neuron_to_matrix")
    corner = QPoint(row.width() // 2, 2)
    qtbot.waitUntil(row.isVisible)
    move(window, QPoint(5, window.height() - 5))
    hovered = mix(tokens.card, tokens.text2, 0.08).rgb()
    assert row.grab().toImage().pixel(corner) not in (tokens.sel.rgb(), hovered)
    move(window, at(window, row))
    qtbot.waitUntil(row.underMouse)
    assert row.grab().toImage().pixel(corner) == hovered
    assert row.cursor().shape() == Qt.CursorShape.PointingHandCursor
    move(window, QPoint(5, window.height() - 5))
    qtbot.waitUntil(lambda: not row.underMouse())


def test_the_keyboard_begins_at_the_lesson_that_is_next(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    row = page.start_button.parentWidget()
    window.show_workspace("train")
    window.show_workspace("learn")
    assert QApplication.focusWidget() in (row, page.start_button)


def test_the_column_of_lessons_is_made_while_they_are_looked_at(qtbot: QtBot, tmp_path: Path) -> None:
    """The first lesson of a session took the window twice as long as the others."""
    with real_windows(qtbot, tmp_path) as open_one:
        window = open_one("xor")
        learning = window.learning
        window.show_workspace("learn")
        assert learning is not None and learning._player is None, "not before the page is seen"
        qtbot.waitUntil(lambda: learning._player is not None)
        assert not learning.column.isVisible() and learning.lesson is None


def test_a_lesson_is_left_for_the_welcome_page_in_one_arrangement(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person's own workspace was arranged before it, unseen; it comes back as it was when they go there."""
    window.show_workspace("train")
    qtbot.waitUntil(lambda: window.area.is_shown("loss"))
    qtbot.waitUntil(lambda: not window.area._size_timer.isActive() and not window.area._follow_timer.isActive())
    dock = window.area.docks["loss"]
    before = dock.width()
    window.area.resizeDocks([dock], [before - 60], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: dock.width() < before)
    size = dock.size()
    learning = window.learning
    assert learning is not None and learning.open_folder(next(lesson.folder for lesson in shipped() if lesson.id == "xor"))
    arranged: list[str] = []
    show = window.area.show_workspace
    monkeypatch.setattr(window.area, "show_workspace", lambda found: (arranged.append(found.name), show(found))[1])
    learning.leave_to_welcome()
    assert arranged == ["learn"]
    assert not learning.is_open and page_of(window).isVisible()
    monkeypatch.undo()
    window.show_workspace("train")
    qtbot.waitUntil(lambda: dock.isVisible() and dock.size() == size)


@pytest.mark.parametrize("what", ["lesson", "example", "start"])
def test_a_double_click_is_one_choice(window: MainWindow, qtbot: QtBot, what: str) -> None:
    """Its second click falls on whatever has come to stand there, and does nothing to it."""
    page = page_of(window)
    target: QWidget = {"lesson": page.row("xor"), "example": page.tiles[0], "start": page.start_button}[what]
    qtbot.waitUntil(target.isVisible)
    place = at(window, target)
    move(window, place)
    QTest.mouseDClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    learning = window.learning
    assert learning is not None
    qtbot.waitUntil(lambda: window.session.frame is not None and window.session.can_run)
    QApplication.processEvents()
    document = window.document
    assert learning.is_open is (what != "example") and not document.is_edited and document.undo_stack.count() <= 1
    assert QApplication.activePopupWidget() is None and QApplication.activeModalWidget() is None
    if learning.is_open:
        assert learning.player.play is not None and learning.player.play.place == 0 and not window.session.is_playing
        learning.leave()
    else:
        assert document.name == page.tiles[0].name


def test_a_real_mouse_that_rests_on_a_word_has_it_explained(window: MainWindow, qtbot: QtBot) -> None:
    """After the pause that the system has for tooltips."""
    window.show_workspace("train")
    counter = window.transport.bar.counters["iteration"]
    qtbot.waitUntil(counter.isVisible)
    move(window, at(window, counter) - QPoint(3, 0))
    move(window, at(window, counter))
    tip = window.lessons.tip
    qtbot.waitUntil(tip.isVisible)
    assert tip.term is not None and tip.term.name == "iteration"
    tip.close_tip()


def test_who_wants_no_motion_has_none(window: MainWindow, qtbot: QtBot) -> None:
    """The ring stands at once and pictures are whole; with motion the same ring pulses and pictures come to life."""
    theme, act, learning = window._theme, window.actions_by_id["view.still"], window.learning
    assert learning is not None
    begun: list[object] = []
    learning.player.spotlight._pulse.stateChanged.connect(lambda state, _: begun.append(state))
    act.setChecked(True)
    for is_still in (False, True):
        act.trigger()
        assert theme.reduced_motion is is_still and window._store.number("reduced_motion", 0.0) == is_still
        window.show_workspace("train")
        window.show_workspace("learn")
        assert page_of(window)._grow_timer.isActive() is not is_still
        begun.clear()
        assert learning.open(next(lesson for lesson in shipped() if lesson.id == "xor"), anew=True)
        player = learning.player
        player.go_to(1)
        qtbot.waitUntil(lambda: not player.waits and player.spotlight.isVisible())  # noqa: B023
        assert (QAbstractAnimation.State.Running in begun) is not is_still
        learning.leave()
    act.trigger()
