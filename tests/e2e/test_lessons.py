"""Lessons in the real window: every lesson to its end, once right and once wrong at every question; leaving brings everything back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lesson_keys import LessonKeys
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from rest import come_to_rest
from shared_window import SharedWindow

from nnlab.lessons.lesson import CHOICE, DRAG, ShownGesture
from nnlab.lessons.library import shipped
from nnlab.lessons.play import OPEN, SHOWN
from nnlab.ui.learn.finding import find_control
from nnlab.ui.learn.hands import click
from nnlab.ui.learn.lesson_player import LessonPlayer
from nnlab.ui.panels.welcome import WelcomePanel
from nnlab.ui.widgets.focus import focused_within
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import workspaces

LESSONS = [lesson.id for lesson in shipped()]


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    window = shared.as_new(qtbot)
    window.activateWindow()  # another one may have been opened and closed
    qtbot.waitUntil(window.isActiveWindow)
    return window


def state_of(window: MainWindow) -> dict[str, object]:
    """Everything of the person's project and layout that a lesson must give back, to the bit."""
    frame, stack = window.session.frame, window.document.undo_stack
    assert frame is not None and window.area.workspace is not None
    trainer = window.session._trainer
    assert trainer is not None
    view = window.canvas.view
    return {
        "project": window.document.project, "name": window.document.name, "path": window.files.path, "edited": window.document.is_edited,
        "undo": ([stack.text(k) for k in range(stack.count())], stack.index()),
        "iteration": (window.session.iteration, window.session.latest), "weights": frame.parameters.tobytes(),
        "curve": trainer.passed().curves().mean.tobytes(), "marks": window.session.past.marks.shown,
        "selection": (window.selection.nodes, window.selection.edges), "workspace": window.area.workspace.name,
        "docks": [(name, dock.geometry().getRect()) for name, dock in window.area.docks.items() if window.area.is_shown(name)],
        "open": [name for name, dock in window.area.docks.items() if not dock.isHidden()], "window": bytes(window.saveGeometry()),
        "view": (view.transform().m11(), view.horizontalScrollBar().value(), view.verticalScrollBar().value()),
    }  # fmt: skip


def changed(before: dict[str, object], window: MainWindow, qtbot: QtBot) -> list[str]:
    """What of the person's project and window is not as it was."""
    qtbot.waitUntil(lambda: window.session.frame is not None and window.area.is_shown("loss"))
    now = state_of(window)
    return [name for name, value in before.items() if now[name] != value]


def layouts_of(window: MainWindow) -> list[bytes]:
    """What the window remembers of how the person left each workspace."""
    return [bytes(window._store.data(f"layout/{name}{tight}") or b"") for name in workspaces() for tight in ("", ".tight")]


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


def play_step_by_keys(keys: LessonKeys) -> None:
    """One step by the keyboard alone, where the keyboard is when the step begins."""
    player, play = keys.player, keys.player.play
    assert play is not None
    settled(player, keys.qtbot)
    if play.step.start is not None:
        frame = player._host.session.frame
        assert frame is not None and frame.iteration == 0, "the step has begun with numbers of the run before it"
    if play.step.question is not None:
        assert focused_within(player.column.question) is not None, f"{play.step.title}: the keyboard is not where one answers"
        keys.answer()
        if play.step.check:
            assert play.waits_for_action
            keys.act()
            if play.question_is_open:
                keys.answer()
        assert play.is_revealed, f"{play.lesson.id}, {play.step.title}: {player.column.question.verdict.text()}"
    elif play.step.check:
        keys.act()
    assert play.can_go_on, f"{play.lesson.id}, {play.step.title}"
    keys.go_on()


def in_train(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The person's own project in a workspace with panels, which has come to rest."""
    window.show_workspace("train")
    qtbot.waitUntil(lambda: window.area.is_shown("loss") and not window.area._size_timer.isActive())
    return window


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_played_to_its_end_by_keys_alone(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """And left where it begins and where it ends: what was open is as it was, to the bit."""
    lesson = next(each for each in shipped() if each.id == name)
    before = state_of(in_train(window, qtbot))
    assert window.learning is not None and window.learning.open(lesson, anew=True)
    player, layouts = window.learning.player, layouts_of(window)
    player._theme.reduced_motion = True
    settled(player, qtbot)
    window.learning.leave()
    assert changed(before, window, qtbot) == [] and layouts_of(window) == layouts
    window.learning.open(lesson, anew=True)
    play, keys = player.play, LessonKeys(window, player, qtbot)
    assert play is not None
    for place in range(len(lesson.steps)):
        assert play.place == place
        play_step_by_keys(keys)
    assert play.is_over and all(play.of(step).state != OPEN for step in lesson.steps)
    assert not window.learning.is_open and window.area.workspace is not None and window.area.workspace.name == "learn"
    assert changed(before, in_train(window, qtbot), qtbot) == []


@pytest.mark.parametrize("name", LESSONS)
def test_a_wrong_answer_never_passes_and_show_me_always_leads_on(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """By the mouse; left in the middle and come back to."""
    lesson = next(each for each in shipped() if each.id == name)
    before = state_of(in_train(window, qtbot))
    assert window.learning is not None and window.learning.open(lesson, anew=True)
    player = window.learning.player
    player._theme.reduced_motion = True
    for place in range(len(lesson.steps)):
        assert player.play is not None and player.play.place == place
        if place == len(lesson.steps) // 2:
            layouts = layouts_of(window)
            window.learning.leave()
            assert changed(before, window, qtbot) == [] and layouts_of(window) == layouts
            window.learning.open(lesson)
        play = player.play
        assert play is not None and play.place == place
        play_step(player, qtbot, right=False)
        QTest.mouseClick(player.column.next_button, Qt.MouseButton.LeftButton)
    assert all(player.play is None and play.of(step).state != OPEN for step in lesson.steps)
    assert not window.learning.is_open and window.document.name == "spiral"


def test_a_lesson_translated_by_copying_its_folder_is_found_and_played(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tests/lessons/xor_de` is `resources/lessons/xor` with German texts; chosen on the welcome page, to its end."""
    monkeypatch.setenv("NNLAB_HOME", str(tmp_path))
    shutil.copytree(Path(__file__).parents[1] / "lessons" / "xor_de", tmp_path / "lessons" / "xor_de")
    original = next(each for each in shipped() if each.id == "xor")
    window.show_workspace("learn")
    welcome = window.panels["welcome"]
    assert isinstance(welcome, WelcomePanel) and welcome.page is not None and window.learning is not None
    page, learning = welcome.page, window.learning
    qtbot.waitUntil(page.languages.isVisible)
    page.languages.setFocus()
    QTest.keyClick(page.languages, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "xor_de" in page._rows and "xor" not in page._rows)
    try:
        QTest.mouseClick(page.row("xor_de"), Qt.MouseButton.LeftButton)
        player = learning.player
        player._theme.reduced_motion = True
        play = player.play
        assert play is not None and play.lesson.title == "XOR, und wozu eine verdeckte Schicht"
        assert [(step.check, step.control, step.show) for step in play.lesson.steps] == [
            (step.check, step.control, step.show) for step in original.steps
        ]
        for step, english in zip(play.lesson.steps, original.steps, strict=True):
            settled(player, qtbot)
            column = player.column
            assert play.step is step and step.title in column.step_title.text() and step.title != english.title
            assert column.text.plain and "{{" not in column.text.plain
            play_step(player, qtbot, right=True)
            QTest.mouseClick(column.next_button, Qt.MouseButton.LeftButton)
        assert play.is_over and not learning.is_open
    finally:
        learning.progress.choose_language("en")


@pytest.mark.parametrize(("name", "step"), [("neuron_to_matrix", 1), ("bumps", 1), ("low_rank", 2)])
def test_show_me_finds_its_button_where_the_window_is_narrow_for_the_type(window: MainWindow, qtbot: QtBot, name: str, step: int) -> None:
    """Also one of a panel that has given way; another button with the same word is not pressed in its place."""
    learning, size = window.learning, window.size()
    assert learning is not None and learning.open(next(each for each in shipped() if each.id == name), anew=True)
    player = learning.player
    theme = player._theme
    theme.reduced_motion = True
    try:
        window.resize(1280, 800)
        theme.set_scale(2.0)
        player.go_to(step)
        settled(player, qtbot)
        assert player.play is not None and any(gesture.kind == "press" for gesture in player.play.step.show)
        if player.play.question_is_open:
            player.show_answer()
        do_action(player, qtbot)
    finally:
        theme.set_scale(1.0)
        learning.leave()
        window.resize(size)


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
        assert changed(before, window, qtbot) == []
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


def test_a_step_begins_anew_also_where_somebody_tried_its_settings_before(window: MainWindow, qtbot: QtBot) -> None:
    """Then there is nothing to set, and the step was over before it began: 30 iterations are more than the one it asks for."""
    lesson, learning, session = next(each for each in shipped() if each.id == "learning_rate"), window.learning, window.session
    assert learning is not None and learning.open(lesson, anew=True)
    player, play = learning.player, learning.player.play
    assert play is not None
    rates = {step.start.settings["learning_rate"]: place for place, step in enumerate(lesson.steps) if step.start is not None}
    player.go_to(rates["0.06"])
    settled(player, qtbot)
    distance, tried = play.remembered["d_before"], window.document.project
    window.document.edit("Twice as much", replace(tried, training=replace(tried.training, learning_rate=0.12)))
    session.run_iterations(30)
    qtbot.waitUntil(lambda: session.iteration == 30 and not session.is_playing)
    player.go_to(rates["0.12"])
    settled(player, qtbot)
    assert session.frame is not None and session.frame.iteration == 0 and not play.now.action_done and play.question_is_open
    # "The distance is … again": both begin with the same weights.
    assert play.remembered["d_before"] == distance


@pytest.mark.parametrize(
    ("name", "control"),
    [("xor", "action:run.play"), ("xor", "node:dense_1"), ("learning_rate", "panel:training/Learning rate")],
)
def test_the_ring_stays_beside_its_control(window: MainWindow, qtbot: QtBot, name: str, control: str) -> None:
    """After another size of the window, of the type, and of the picture; and away while it is scrolled out of sight."""
    lesson = next(each for each in shipped() if each.id == name)
    assert window.learning is not None and window.learning.open(lesson, anew=True)
    player, theme = window.learning.player, window._theme
    player.go_to(next(k for k, step in enumerate(lesson.steps) if step.control == control))
    settled(player, qtbot)

    def beside() -> bool:
        found = find_control(window, control)
        assert found is not None
        part = found.part if found.part is not None else found.widget.rect()
        place, around = QRect(found.widget.mapTo(window, part.topLeft()), part.size()), found.widget
        while around is not window:  # a field may be scrolled away, or half of it
            place &= QRect(around.mapTo(window, QPoint()), around.size())
            around = around.parentWidget()
        return player.spotlight.around == place if player.spotlight.isVisible() else place.isEmpty()

    qtbot.waitUntil(lambda: player.spotlight.isVisible() and beside())
    try:
        for size, scale in ((QSize(1600, 1050), 1.0), (QSize(1600, 1050), 1.5), (QSize(1280, 800), 1.0)):
            window.resize(size)
            theme.set_scale(scale)
            come_to_rest(window, qtbot)  # docks are laid out again in turns: the ring has to be right after all of them
            assert beside(), (size, scale)
        if control.startswith("node"):
            window.canvas.view.zoom_at(0.8)
            qtbot.waitUntil(beside)
            window.canvas.view.horizontalScrollBar().setValue(window.canvas.view.horizontalScrollBar().value() + 20)
            qtbot.waitUntil(beside)
    finally:
        theme.set_scale(1.0)
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
