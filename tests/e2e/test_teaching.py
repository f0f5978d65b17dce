"""Teaching in the real window: presenting by clicker, a demonstration that repeats itself, lessons from files, the glossary, links."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QHelpEvent, QUndoStack
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow
from shiboken6 import isValid

from nnlab.lessons.archive import pack
from nnlab.lessons.glossary import glossary
from nnlab.lessons.library import shipped
from nnlab.lessons.play import SHOWN
from nnlab.resources_path import resource
from nnlab.ui.files import dialogs
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.menus import examples_menu
from nnlab.ui.window.wiring import open_commands

HEAD = 'title = "Mine"\nsummary = "B"\nexperiment = 1\norder = 1\nminutes = 5\n'
STEP = '[[step]]\ntitle = "C"\ntext = "a"\n'
XOR = next(lesson for lesson in shipped() if lesson.id == "xor")


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    window = shared.as_new(qtbot)
    window._theme.reduced_motion = True
    window.activateWindow()
    return window


def pause_over(widget: QWidget, place: QPoint | None = None) -> None:
    """What Qt sends when the mouse rests: to the widget, and, where that does not answer, to what holds it."""
    at = place if place is not None else widget.rect().center()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))


def clicker(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key)


def test_a_lesson_is_presented_to_its_end_by_a_clicker(window: MainWindow, qtbot: QtBot) -> None:
    learning = window.learning
    assert learning.open(XOR, anew=True)
    scale = window._theme.scale
    window.actions_by_id["learn.present"].trigger()
    player, presenter = learning.player, learning.presenter
    assert presenter.is_on and window._theme.is_projected and window._theme.scale > scale
    assert window.actions_by_id["learn.present"].isChecked()
    clicker(window, Qt.Key.Key_B)
    assert presenter.black is not None and presenter.black.isVisible() and presenter.black.size() == window.size()
    clicker(window, Qt.Key.Key_PageDown)  # brings the picture back and goes nowhere
    assert not presenter.black.isVisible() and player.play.place == 0
    key, went_back = {0: Qt.Key.Key_PageDown, 1: Qt.Key.Key_Right}, False
    play = player.play
    for turn in range(60):
        qtbot.waitUntil(lambda: not player.waits and not player.hands.is_busy)
        clicker(window, key[turn % 2])
        qtbot.waitUntil(lambda: not player.hands.is_busy)
        if not learning.is_open:
            break
        if play.place == 1 and not went_back:
            went_back = True
            clicker(window, Qt.Key.Key_Left)
            assert play.place == 0
            clicker(window, Qt.Key.Key_PageUp)
            assert play.place == 0
    assert went_back and play.is_over
    assert all(play.of(step).state == SHOWN for step in XOR.steps if step.question or step.check)
    assert not presenter.is_on and not window._theme.is_projected and window._theme.scale == scale


def test_a_clicker_types_where_somebody_types(window: MainWindow, qtbot: QtBot) -> None:
    learning = window.learning
    assert learning.open(XOR, anew=True)
    qtbot.waitUntil(lambda: not learning.player.waits)
    learning.present(True)
    field = learning.column.question.field
    field.setFocus()
    QTest.keyClicks(field, "2.5")  # the full stop is not black here
    assert field.text() == "2.5" and (learning.presenter.black is None or not learning.presenter.black.isVisible())
    clicker(window, Qt.Key.Key_Escape)  # ends it, also from a field
    assert not learning.presenter.is_on and not window._theme.is_projected and learning.is_open
    learning.present(True)
    learning.leave()
    assert not learning.presenter.is_on and not window._theme.is_projected


def test_a_demonstration_is_the_same_every_time_and_gives_way_to_a_hand(window: MainWindow, qtbot: QtBot) -> None:
    learning, digests = window.learning, []
    for _ in range(2):
        assert learning.open(XOR, anew=True)
        with qtbot.waitSignal(learning.demonstration.ended, timeout=120_000) as ended:
            learning.demonstration.begin(haste=0.0)
        assert ended.args == [True] and len(learning.demonstration.digests) == len(XOR.steps)
        digests.append(list(learning.demonstration.digests))
        assert not learning.is_open
    assert digests[0] == digests[1]
    assert len(set(digests[0])) > 3  # it trained in between
    assert learning.open(XOR, anew=True)
    window.actions_by_id["learn.demonstrate"].trigger()
    assert learning.demonstration.is_on
    QTest.mouseClick(learning.column, Qt.MouseButton.LeftButton)
    learning.demonstration.stop()
    assert not learning.demonstration.is_on and learning.is_open
    learning.leave()


def test_histories_of_lessons_begun_anew_end(window: MainWindow, qtbot: QtBot) -> None:
    ended: list[int] = []
    for turn in range(3):
        assert window.learning.open(XOR, anew=True)
        window.document.undo_stack.destroyed.connect(lambda *_, turn=turn: ended.append(turn))
        window.learning.leave()
        qtbot.waitUntil(lambda: len(window.document.findChildren(QUndoStack)) == 1)
    assert window.learning.open(XOR, anew=True)
    qtbot.waitUntil(lambda: len(ended) == 3)
    window.learning.leave()


def test_a_lesson_opens_from_its_file_its_folder_and_by_dropping_it(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "class.nnlesson"
    pack(resource("lessons", "xor"), path)
    for source in (path, resource("lessons", "xor"), resource("lessons", "xor", "lesson.toml")):
        assert window.files.reason_against([QUrl.fromLocalFile(str(source))]) is None
        window.files.open_path(str(source))
        assert window.learning.is_open and window.learning.lesson.title == XOR.title
        window.learning.leave()


@pytest.mark.parametrize(
    ("toml", "text", "words"),
    [
        (STEP + 'control = "action:run.plai"\n', "## a\nx\n", r"lesson.toml:9:\d+: There is no action 'run.plai'"),
        (STEP + "check = \"__import__('os')\"\nshow = [{ run = 1 }]\n", "## a\nx\n", r"lesson.toml:9:\d+: .*refused"),
        (STEP, "## a\n<script>alert(1)</script>\n", r"lesson.md:2:1: A script is not allowed"),
        (STEP, "## a\n![x](https://example.org/x.png)\n", r"lesson.md:2:\d+: The picture .*elsewhere"),
        (STEP, "## a\n![x](x.png)\n", r"lesson.md:2:\d+: The picture .*missing"),
        (STEP + 'next = "a"\n', "## a\nx\n", r"lesson.toml:9:\d+: The steps go round in a circle"),
        (STEP + "colour = 3\n", "## a\nx\n", r"lesson.toml:9:1: There is no key 'colour'"),
        ("[[step]\n", "## a\n", r"lesson.toml:6:\d+:"),
    ],
)
def test_a_bad_lesson_is_named_with_line_and_column_and_the_window_lives(
    window: MainWindow, tmp_path: Path, toml: str, text: str, words: str
) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "lesson.toml").write_text(HEAD + toml, encoding="utf-8")
    (folder / "lesson.md").write_text(text, encoding="utf-8")
    before = window.document.project
    window.files.open_path(str(folder))
    message = window.message_bar.current
    assert message is not None and re.search(words, message.text), message
    assert not window.learning.is_open and window.document.project is before


def test_answers_are_saved_as_a_table(window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert window.learning.open(XOR, anew=True)
    player = window.learning.player
    qtbot.waitUntil(lambda: not player.waits)
    player.answer("99")
    player.answer("3")
    monkeypatch.setattr(dialogs, "ask_where_to_write_answers", lambda parent: tmp_path / "answers.csv")
    window.actions_by_id["learn.answers"].trigger()
    window.learning.leave()
    lines = (tmp_path / "answers.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "lesson,step,question,answers,right,state"
    assert any(line.startswith("xor,The smallest network,") and "99.0; 3.0,true,done" in line for line in lines) or any(
        "99; 3,true,done" in line for line in lines
    )


def test_a_link_is_copied_and_opens_what_it_was_copied_from(window: MainWindow, qtbot: QtBot) -> None:
    window.session.run_iterations(40)
    qtbot.waitUntil(lambda: window.session.iteration == 40 and not window.session.is_playing)
    window.show_workspace("train")
    window.actions_by_id["edit.copy_link"].trigger()
    link = QGuiApplication.clipboard().text()
    assert link == "nnlab:spiral?iteration=40&workspace=train"
    weights = window.session.frame.parameters.copy()  # type: ignore[union-attr]
    window.session.run_iterations(10)
    window.show_workspace("build")
    window.files.give_up()
    window.actions_by_id["edit.paste_network"].trigger()
    qtbot.waitUntil(lambda: window.session.frame is not None and window.session.iteration == 40 and not window.session.is_playing)
    assert window.area.workspace.name == "train" and window.session.frame.parameters.tobytes() == weights.tobytes()  # type: ignore[union-attr]
    window.networks.open_link("nnlab:nowhere")
    assert "nowhere" in window.message_bar.current.text  # type: ignore[union-attr]


def test_a_term_is_explained_where_one_pauses_and_in_the_palette(window: MainWindow, qtbot: QtBot) -> None:
    window.show_workspace("train")
    tip, counter = window.lessons.tip, window.transport.bar.counters["iteration"]
    pause_over(counter)
    assert tip.isVisible() and tip.term.name == "iteration" and tip.own.text()
    tip.close_tip()
    title = window.panels["gradient_flow"]._title
    pause_over(title)
    assert tip.isVisible() and tip.term.name == "gradient flow" and tip.formula.text
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not tip.isVisible()
    open_commands(window, examples_menu(window))
    window.commands.field.setText("cross-entropy")
    found = [action for action in window.commands.found if action.objectName() == "glossary.cross-entropy"]
    assert found and len(window.lessons.term_actions) == len(list(glossary()))
    window.commands.close_palette()
    found[0].trigger()
    assert tip.isVisible() and "logarithm" in tip.sentence.text() and tip.lesson_button.hasFocus()
    QTest.keyClick(tip.lesson_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.learning.is_open)
    assert window.learning.lesson.id == tip.term.lesson
    window.learning.leave()


def test_links_in_a_lesson_lead_to_places_of_the_window(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / "lesson.md").write_text("## a\nSee [rates](glossary:learning_rate) and [XOR](lesson:xor).\n", encoding="utf-8")
    toml = HEAD + '[start]\nexample = "xor"\n[[step]]\ntitle = "C"\ntext = "a"\nworkspace = "train"\n'
    (folder / "lesson.toml").write_text(toml, encoding="utf-8")
    assert window.learning.open_path(folder)
    column = window.learning.column
    column.text.anchorClicked.emit(QUrl("glossary:learning_rate"))
    assert window.lessons.tip.isVisible() and window.lessons.tip.term.name == "learning rate"
    window.lessons.tip.close_tip()
    column.text.anchorClicked.emit(QUrl("lesson:xor"))
    assert window.learning.lesson.id == "xor"
    window.learning.leave()


def test_what_was_done_is_scrolled_to_where_words_are_large(window: MainWindow, qtbot: QtBot) -> None:
    """At twice the size the end of the step lies below the edge of its column."""
    learning, theme = window.learning, window._theme
    size = window.size()
    assert learning.open(XOR, anew=True)
    try:
        window.resize(1280, 800)
        theme.set_scale(2.0)
        player, column = learning.player, learning.player.column
        player.go_to(1)
        qtbot.waitUntil(lambda: not player.waits and column.area.verticalScrollBar().maximum() > 0)
        player.show_answer()
        player.show_me()
        qtbot.waitUntil(lambda: player.play.now.action_done)
        port = column.area.viewport()

        def end() -> int:
            return column.action.mapTo(port, column.action.rect().bottomLeft()).y()

        qtbot.waitUntil(lambda: 0 < end() <= port.height())
    finally:
        theme.set_scale(1.0)
        learning.leave()
        window.resize(size)


def test_projector_mode_on_one_key(window: MainWindow, qtbot: QtBot) -> None:
    window.show_workspace("train")
    body = window._theme.metrics.body
    for is_on in (True, False):
        QTest.keyClick(window, Qt.Key.Key_F7)
        qtbot.waitUntil(lambda: window._theme.is_projected is is_on and window.updatesEnabled())  # noqa: B023
        metrics = window._theme.metrics
        assert (metrics.stroke > 1.5, metrics.is_outlined, metrics.body > body) == (is_on, is_on, is_on)
        assert window.canvas.scene.kit.is_outlined is is_on
    assert window._store.number("scale", 1.0) == 1.0


def test_a_translated_lesson_is_chosen_on_the_welcome_page(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNLAB_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "lessons" / "xor_de"
    shutil.copytree(resource("lessons", "xor"), folder)
    text = (folder / "lesson.toml").read_text(encoding="utf-8")
    (folder / "lesson.toml").write_text('language = "de"\ntranslates = "xor"\n' + text, encoding="utf-8")
    window.show_workspace("learn")
    page = window.panels["welcome"].page
    qtbot.waitUntil(lambda: page.languages.isVisible())
    assert [page.languages.itemData(k) for k in range(2)] == ["en", "de"]
    page.languages.setCurrentIndex(1)
    page.languages.activated.emit(1)
    assert "xor" not in page._rows and "xor_de" in page._rows
    QTest.mouseClick(page.row("xor_de"), Qt.MouseButton.LeftButton)
    assert window.learning.lesson.language == "de"
    window.learning.leave()
    window.learning.progress.choose_language("en")


def test_a_closed_window_follows_the_theme_no_more(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened("xor")
    theme = window._theme
    window.files.give_up()
    window.close()
    qtbot.waitUntil(lambda: not isValid(window))
    theme.set_projected(True)  # an exception in a slot fails the test
    theme.set_projected(False)


def test_what_was_made_in_a_lesson_is_kept_from_within_another(window: MainWindow, qtbot: QtBot) -> None:
    """The other one is left first, in a turn of its own."""
    learning = window.learning
    assert learning.open(XOR, anew=True)
    made = window.document.graph
    learning.leave_to_welcome()
    assert learning.open(next(lesson for lesson in shipped() if lesson.id == "bumps"), anew=True)
    learning.keep_network(XOR)
    assert not learning.is_open and window.document.name != XOR.title
    qtbot.waitUntil(lambda: window.document.name == XOR.title)
    assert window.document.graph == made
    learning.keep_network(XOR)  # it is the person's own now
    assert window.document.name == XOR.title and not learning.is_open


def test_an_adapter_is_attached_from_a_panel_that_floats_too(window: MainWindow, qtbot: QtBot) -> None:
    """A dock that floats is a window of its own, in which the action is not found."""
    window.show_workspace("lora")
    dock = window.area.docks["adapters"]
    window.area.reveal("adapters")
    dock.setFloating(True)
    try:
        qtbot.waitUntil(dock.isVisible)
        assert dock.widget().window() is dock
        with qtbot.waitSignal(window.actions_by_id["lora.attach"].triggered):
            dock.widget().attach.click()
    finally:
        window.adapters.popover.close()
        dock.setFloating(False)
