"""Lessons in the real window: every lesson to its end, once right and once wrong at every question; leaving brings everything back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow

from nnlab.lessons.lesson import CHOICE, DRAG, ShownGesture
from nnlab.lessons.library import shipped
from nnlab.lessons.play import OPEN, SHOWN
from nnlab.ui.learn.finding import find_control
from nnlab.ui.learn.hands import click
from nnlab.ui.learn.lesson_player import LessonPlayer
from nnlab.ui.window.main_window import MainWindow

LESSONS = [lesson.id for lesson in shipped()]


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    return shared.as_new(qtbot)


def state_of(window: MainWindow) -> tuple[object, ...]:
    """Everything of the person's project that a lesson must give back, to the bit."""
    frame, stack = window.session.frame, window.document.undo_stack
    assert frame is not None and window.area.workspace is not None
    shown = [(name, dock.geometry().getRect()) for name, dock in window.area.docks.items() if window.area.is_shown(name)]
    curves = window.session._trainer.passed().curves()  # type: ignore[union-attr]
    texts = [stack.text(k) for k in range(stack.count())]
    return (
        window.document.project, window.document.name, window.files.path, window.document.is_edited, texts, stack.index(),
        window.session.iteration, window.session.latest, frame.parameters.tobytes(), curves.mean.tobytes(), window.selection.nodes,
        window.area.workspace.name, shown, window.session.past.marks.shown,
    )  # fmt: skip


def layouts_of(window: MainWindow) -> list[bytes]:
    """What the window remembers of how the person left each workspace."""
    return [bytes(window._store.data(f"layout/{name}") or b"") for name in ("train", "step", "build", "neuron", "compare", "learn")]


def enter(player: LessonPlayer, right: bool) -> None:
    """Answers the question by mouse and keyboard, rightly or wrongly."""
    play, form = player.play, player.column.question
    assert play is not None and play.step.question is not None
    question, facts = play.step.question, player._numbers.now()
    if question.kind == CHOICE:
        place = play.right_choice(facts)
        wrong = next(k for k in range(len(question.choices)) if k != place)
        button = form.choices[place if right else wrong]
        button.setFocus()
        was_playing = player._host.session.is_playing
        QTest.keyClick(button, Qt.Key.Key_Space)
        assert button.isChecked() and (was_playing or not player._host.session.is_playing), "Space plays instead of choosing"
    elif question.kind == DRAG:
        value = play.right_number(facts)
        low, high = play.facts(facts).value(question.low), play.facts(facts).value(question.high)
        form.picture.set_value(value if right else (low if abs(value - low) > abs(high - value) else high))
    else:
        value = play.right_number(facts)
        form.field.setFocus()
        form.field.selectAll()
        QTest.keyClicks(form.field, repr(value) if right else repr(value * 3 + 17))
    QTest.mouseClick(form.answer_button, Qt.MouseButton.LeftButton)


def settled(player: LessonPlayer, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not player._waits)


def do_action(player: LessonPlayer, qtbot: QtBot) -> None:
    play = player.play
    assert play is not None
    button = player.column.action.show_button
    qtbot.waitUntil(button.isVisible)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: play.now.action_done)


def play_step(player: LessonPlayer, qtbot: QtBot, right: bool) -> None:
    """One step to where it lets one go on."""
    play = player.play
    assert play is not None
    settled(player, qtbot)
    step, form = play.step, player.column.question
    if step.question is not None:
        enter(player, right)
        if step.check:
            assert play.waits_for_action, step.title
            do_action(player, qtbot)
            if play.question_is_open:  # the prediction was wrong, or what happened decides it
                assert not player.column.next_button.isVisible() and form.verdict.text()
                enter(player, True)
        elif not right:
            assert play.question_is_open and not play.can_go_on, f"{play.lesson.id}, {step.title}: a wrong answer passed"
            assert form.verdict.text(), f"{step.title}: no hint"
            player.next()
            assert play.step is step
            enter(player, True)
        assert play.is_revealed, f"{play.lesson.id}, {step.title}: the right answer did not pass: {form.verdict.text()}"
    elif step.check:
        do_action(player, qtbot)
    qtbot.waitUntil(player.column.next_button.isVisible)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_played_to_its_end(window: MainWindow, qtbot: QtBot, name: str) -> None:
    lesson = next(each for each in shipped() if each.id == name)
    for right in (True, False):
        assert window.learning is not None and window.learning.open(lesson, anew=True)
        player = window.learning.player
        player._theme.reduced_motion = True
        play = player.play
        assert play is not None
        for place in range(len(lesson.steps)):
            assert play.place == place
            play_step(player, qtbot, right)
            QTest.mouseClick(player.column.next_button, Qt.MouseButton.LeftButton)
        assert play.is_over
        assert all(play.of(step).state != OPEN for step in lesson.steps)
        assert not window.learning.is_open and window.document.name == "spiral"


def test_show_me_leads_through_and_leaving_anywhere_brings_everything_back(window: MainWindow, qtbot: QtBot) -> None:
    assert window.learning is not None
    window.show_workspace("train")
    qtbot.wait(50)
    window.session.run_iterations(50)
    qtbot.waitUntil(lambda: window.session.iteration == 50 and not window.session.is_playing)
    window.document.edit("Another rate", window.document.project.with_seed(window.document.project.training.seed))
    window.document.apply("Rename", window.document.graph)
    window.selection.set([window.document.graph.nodes[0].id])
    window.session.step_forward(3)
    qtbot.waitUntil(lambda: window.session.last_step is not None and window.session.last_step.inside)
    before, pc = state_of(window), window.session.last_step.pc  # type: ignore[union-attr]
    lesson = shipped()[0]
    for leave_at in range(0, len(lesson.steps), 3):
        assert window.learning.open(lesson, anew=True)
        player = window.learning.player
        layouts = layouts_of(window)
        player._theme.reduced_motion = True
        assert player.play is not None
        for _ in range(leave_at):
            while not player.play.can_go_on:
                settled(player, qtbot)
                player.show_me()
                qtbot.waitUntil(lambda hands=player.hands: not hands.is_busy)
                player.look()
            assert player.play.step.question is None or player.play.now.state == SHOWN
            player.next()
        window.show_workspace("step")  # free exploration
        window.show_workspace("learn")
        assert player.play.place == leave_at
        window.learning.leave()
        qtbot.waitUntil(lambda: window.session.frame is not None and window.area.is_shown("loss"))
        now = state_of(window)
        assert [k for k, (a, b) in enumerate(zip(before, now, strict=True)) if a != b] == []
        assert layouts_of(window) == layouts
        assert window.session.last_step is not None and window.session.last_step.pc == pc


def test_show_me_does_one_epoch_after_the_other_and_keys_press_the_buttons(window: MainWindow, qtbot: QtBot) -> None:
    """The second epoch begins when the first is over; Space on a button of the lesson presses it and does not play."""
    assert window.learning is not None and window.learning.open(next(each for each in shipped() if each.id == "batches"), anew=True)
    player = window.learning.player
    player._theme.reduced_motion = True
    settled(player, qtbot)
    batches = player._numbers.now().value("batches")
    player.hands.show([ShownGesture("trigger", "run.step_epoch")] * 3)
    qtbot.waitUntil(lambda: not player.hands.is_busy)
    assert window.session.iteration == 3 * batches
    form = player.column.question
    form.field.setText("7")
    form.answer_button.setFocus()
    QTest.keyClick(form.answer_button, Qt.Key.Key_Space)
    assert form.verdict.text() and not window.session.is_playing
    player.show_answer()
    player.column.next_button.setFocus()
    QTest.keyClick(player.column.next_button, Qt.Key.Key_Space)
    assert player.play is not None and player.play.place == 1 and not window.session.is_playing


def test_neurons_that_are_added_one_right_after_the_other_are_all_counted(window: MainWindow, qtbot: QtBot) -> None:
    """The second press comes before the weights of the first have been seen."""
    assert window.learning is not None
    assert window.learning.open(next(each for each in shipped() if each.id == "neuron_to_matrix"), anew=True)
    player = window.learning.player
    settled(player, qtbot)
    found = find_control(window, "panel:neuron_matrix/Neuron")
    assert found is not None
    for _ in range(3):
        click(found.widget)
    assert window.document.graph["dense_1"].settings["units"] == 4
    window.learning.leave()


def test_a_lesson_that_was_left_goes_on_where_it_was(window: MainWindow, qtbot: QtBot) -> None:
    assert window.learning is not None
    lesson = shipped()[0]
    window.learning.open(lesson, anew=True)
    player = window.learning.player
    settled(player, qtbot)
    player.next()
    player.show_answer()
    player.next()
    window.learning.leave()
    window.learning.open(lesson)
    assert player.play is not None and player.play.place == 2
    window.learning.leave()


def test_opening_a_file_in_a_lesson_leaves_it_first(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    assert window.learning is not None
    window.learning.open(shipped()[0], anew=True)
    assert window.files.open_source("xor", ask=True)
    assert not window.learning.is_open and window.document.name == "xor"


def test_the_welcome_page_opens_lessons_examples_and_nothing_before_it_is_shown(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened()
    page = window.panels["welcome"]
    assert page.page is None  # type: ignore[attr-defined]
    window.actions_by_id["learn.welcome"].trigger()
    qtbot.waitUntil(lambda: page.page is not None and page.page.isVisible())  # type: ignore[attr-defined]
    assert not window.actions_by_id["learn.next"].isEnabled()
    row = page.page.row(LESSONS[0])  # type: ignore[attr-defined]
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert window.learning is not None and window.learning.is_open
    assert window.actions_by_id["learn.next"].isEnabled()
    window.actions_by_id["learn.welcome"].trigger()
    assert not window.learning.is_open
    qtbot.waitUntil(lambda: page.page.tiles[0].has_data)  # type: ignore[attr-defined]
    tile = next(tile for tile in page.page.tiles if tile.name == "spiral")  # type: ignore[attr-defined]
    QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.name == "spiral" and window.session.is_playing)
