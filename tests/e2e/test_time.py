"""Going back in time in the real window: by mouse on the time strip, by keys, past a change, and on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.stop_condition import StopCondition
from nnlab.graph import edits
from nnlab.ui.run.weight_edits import set_entries
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


class Clock:
    """A window that has trained 600 iterations of the spiral, the last 200 with another learning rate; weights of every hundredth."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.session, self.strip, self.qtbot = window, window.session, window.transport.bar.time, qtbot
        self.weights: dict[int, np.ndarray] = {}
        for _ in range(4):
            self.train(100)
        project = window.document.project
        self.first_rate = project.training.learning_rate
        window.document.edit("Rate", replace(project, training=replace(project.training, learning_rate=0.004)))
        for _ in range(2):
            self.train(100)

    def train(self, steps: int) -> None:
        goal = self.session.iteration + steps
        self.session.run_iterations(steps)
        self.qtbot.waitUntil(lambda: self.session.iteration == goal and not self.session.is_playing)
        self.weights[goal] = self.weight

    @property
    def weight(self) -> np.ndarray:
        return self.session.parameters(["dense_2.weight"])["dense_2.weight"]

    def arrive(self, iteration: int) -> None:
        self.qtbot.waitUntil(lambda: self.session.past.reach.iteration == iteration and self.shown == (iteration, self.session.latest))

    @property
    def shown(self) -> tuple[int, int]:
        """What the strip shows."""
        return self.strip.iteration, self.strip.latest

    @property
    def counter(self) -> str:
        return self.window.transport.bar.counters["iteration"].text


@pytest.fixture
def clock(fresh: Callable[..., MainWindow], qtbot: QtBot) -> Clock:
    window = fresh("spiral")
    qtbot.waitUntil(lambda: window.session.frame is not None)
    return Clock(window, qtbot)


def test_a_click_on_the_strip_goes_there_and_everything_shows_it(clock: Clock) -> None:
    place = QPoint(round(clock.strip.x_of(300)), 4)
    QTest.mouseClick(clock.strip, Qt.MouseButton.LeftButton, pos=place)
    goal = clock.strip.iteration_at(place.x())
    clock.arrive(goal)
    clock.session.back_to(300)
    clock.arrive(300)
    assert np.array_equal(clock.weight, clock.weights[300])
    clock.qtbot.waitUntil(lambda: clock.counter == "300 / 600")
    assert clock.window.document.project.training.learning_rate == clock.first_rate
    plot = clock.window.panels["loss"].plot
    clock.qtbot.waitUntil(lambda: plot.now == 300)
    assert len(plot.curves.mean) == 600, "the curves stay"
    assert clock.window.session.frame.iteration == 300


def test_by_keys_alone(clock: Clock) -> None:
    clock.window.actions_by_id["run.back_to"].trigger()
    QTest.keyClicks(clock.strip, "200")
    QTest.keyClick(clock.strip, Qt.Key.Key_Return)
    clock.arrive(200)
    assert np.array_equal(clock.weight, clock.weights[200])
    clock.window.actions_by_id["run.iteration_back"].trigger()
    clock.arrive(199)
    clock.window.actions_by_id["run.iteration_forward"].trigger()
    clock.arrive(200)
    assert np.array_equal(clock.weight, clock.weights[200])
    clock.window.actions_by_id["run.to_latest"].trigger()
    clock.arrive(600)
    assert np.array_equal(clock.weight, clock.weights[600])
    clock.qtbot.waitUntil(lambda: clock.counter == "600")


def test_undo_returns_to_where_one_came_from(clock: Clock) -> None:
    clock.session.back_to(100)
    clock.arrive(100)
    assert clock.window.document.undo_stack.undoText() == "Back to iteration 100"
    clock.window.actions_by_id["edit.undo"].trigger()
    clock.arrive(600)
    assert np.array_equal(clock.weight, clock.weights[600])
    assert clock.window.document.project.training.learning_rate == 0.004


def test_training_goes_on_from_the_past_with_what_was_trained_then(clock: Clock) -> None:
    later = clock.weights[400]
    clock.session.back_to(300)
    clock.arrive(300)
    clock.train(100)
    assert np.array_equal(clock.weight, later)
    clock.qtbot.waitUntil(lambda: clock.session.latest == 400 and clock.counter == "400")
    assert clock.window.panels["loss"].plot.now is None
    assert not [mark for mark in clock.window.panels["loss"].plot.marks if mark.iteration > 300]


def test_the_strip_takes_many_requests_and_ends_at_the_last(clock: Clock) -> None:
    for iteration in (*range(0, 600, 7), 250):
        clock.strip.asked.emit(iteration)
    clock.arrive(250)
    clock.session.back_to(200)
    clock.arrive(200)
    assert np.array_equal(clock.weight, clock.weights[200])


def test_a_step_in_the_past_shows_the_batch_of_then(clock: Clock) -> None:
    clock.session.back_to(300)
    clock.arrive(300)
    clock.session.step_forward(2)
    clock.qtbot.waitUntil(lambda: clock.session.last_step is not None and clock.session.last_step.pc == 2)
    assert clock.session.latest == 600, "looking at an iteration drops nothing"
    clock.session.finish_step()
    clock.qtbot.waitUntil(lambda: clock.session.past.reach.iteration == 301)
    assert clock.session.past.reach.latest == 600 and not clock.session.past.reach.branches, "nor does stepping it to its end"
    clock.session.step_forward(len(clock.session.frame.program.instructions) * 99)
    clock.qtbot.waitUntil(lambda: clock.session.past.reach.iteration == 399)  # where the rate was changed then, many steps stop
    assert clock.session.past.reach.latest == 600 and not clock.session.past.reach.branches
    clock.session.step_forward(len(clock.session.frame.program.instructions))
    clock.qtbot.waitUntil(lambda: clock.session.past.reach.iteration == 400)
    assert [branch.latest for branch in clock.session.past.reach.branches] == [600], "and the next goes on as a branch"
    assert np.array_equal(clock.weight, clock.weights[400])


def test_what_is_trained_or_changed_in_the_past_goes_on_as_a_branch(clock: Clock) -> None:
    """Play, another rate, another network and a weight set by hand; each is undone to where the first run was left."""
    window, session, qtbot, past, document = clock.window, clock.session, clock.qtbot, clock.session.past, clock.window.document
    later = clock.weights[600]

    def training(**settings: float) -> None:
        document.edit("Rate", replace(document.project, training=replace(document.project.training, **settings)))

    def kept() -> list[tuple[str, int]]:
        return [(branch.name, branch.latest) for branch in past.reach.branches]

    changes: list[tuple[Callable[[], None], str]] = [
        (lambda: session.play(), "Branch from iteration 300"),
        (lambda: training(learning_rate=0.5), "Rate"),
        (lambda: document.apply("Wider", edits.configure(document.graph, "dense_1", units=9)), "Wider"),
        (lambda: set_entries(document, session, "dense_1.weight", {(0, 0): 2.5}), "w₁₁ of dense_1"),
    ]
    for number, (change, name) in enumerate(changes, 1):
        session.back_to(300)  # and nobody waits until it is there
        change()
        qtbot.waitUntil(lambda number=number: past.reach.branch == number and ("first run", 600) in kept())
        if session.is_playing or number == 1:
            qtbot.waitUntil(lambda: session.iteration > 320)
            session.pause()
            qtbot.waitUntil(lambda: not session.is_playing)
            assert "branch 1; first run is kept" in window.message_bar.current.text
        assert document.undo_stack.undoText() == name
        weight = session.parameters(["dense_1.weight"])["dense_1.weight"]
        assert (weight[0, 0] == 2.5) == (number == 4) and len(weight) == (9 if number == 3 else 8)
        document.undo()
        qtbot.waitUntil(lambda: past.reach.branch == 0)
        clock.arrive(300)
        assert past.reach.latest == 600 and np.array_equal(clock.weight, clock.weights[300])
    document.redo()
    qtbot.waitUntil(lambda: past.reach.branch == 4)
    assert session.parameters(["dense_1.weight"])["dense_1.weight"][0, 0] == 2.5
    document.undo()
    qtbot.waitUntil(lambda: past.reach.branch == 0)
    clock.arrive(300)
    session.back_to(600)
    clock.arrive(600)
    assert np.array_equal(clock.weight, later)


def test_a_branch_is_made_returned_to_and_undone(clock: Clock) -> None:
    """From the past by its action; the run until then stays with all it had come to, in the list, the loss plot and the time strip."""
    window, session, qtbot, past = clock.window, clock.session, clock.qtbot, clock.session.past
    first = dict(clock.weights)
    session.back_to(200)
    clock.arrive(200)
    window.actions_by_id["run.branch"].trigger()
    qtbot.waitUntil(lambda: past.reach.branch == 1)
    assert window.document.undo_stack.text(window.document.undo_stack.count() - 1) == "Branch from iteration 200"
    qtbot.waitUntil(lambda: clock.shown == (200, 200))
    document = window.document
    document.edit("Rate", replace(document.project, training=replace(document.project.training, learning_rate=0.02)))
    clock.train(150)
    assert not np.array_equal(clock.weights[350], first[300])
    panel = window.panels["branches"]
    window.area.reveal("branches")
    qtbot.waitUntil(lambda: len(panel.rows) == 2 and panel.rows[0].words.text() == "branch 1  200 to 350")
    assert panel.rows[1].words.text() == "first run  0 to 600" and "Iterations 0 to 350" in panel.budget.text()
    plot = window.panels["loss"].plot
    assert [(b.name, b.origin) for b in plot.branches.shown] == [("first run", 0)] and plot.x_range[1] >= 600
    assert [mark.text for mark in past.marks.shown] == ["rate 0.01 → 0.02"]
    panel.rows[1].chosen.emit()
    clock.arrive(200)
    assert past.reach.branch == 0 and clock.shown == (200, 600)
    session.back_to(600)
    clock.arrive(600)
    assert np.array_equal(clock.weight, first[600]) and [mark.iteration for mark in past.marks.shown] == [400]
    assert clock.strip._branches == ((200, "branch 1"),)
    document.undo()  # the journey to 600 changed the project, since the rate was another then
    document.undo()
    qtbot.waitUntil(lambda: past.reach.branch == 1 and session.iteration == 350)
    assert np.array_equal(clock.weight, clock.weights[350])
    qtbot.waitUntil(lambda: panel.rows[0].words.text().startswith("branch 1"))
    panel.rows[1].removed.emit()
    qtbot.waitUntil(lambda: len(panel.rows) == 0 and not past.reach.branches)


def test_where_a_condition_or_a_breakpoint_stopped_is_a_mark_on_the_strip_and_draws_the_pointer(clock: Clock) -> None:
    session, document, qtbot = clock.session, clock.window.document, clock.qtbot
    debugging = replace(document.project.debugging, conditions=(StopCondition("iteration >= 650"),), breakpoints=(Breakpoint("dense_2"),))
    document.edit("Debugging", replace(document.project, debugging=debugging))
    session.run_iterations(100)
    qtbot.waitUntil(lambda: session.iteration == 650 and not session.is_playing)
    session.step_to_breakpoint()
    qtbot.waitUntil(lambda: session.last_step is not None and session.last_step.stopped_at is not None)
    stops = [(mark.iteration, mark.text) for mark in session.past.marks.shown if mark.iteration >= 650]
    assert stops == [(650, "stop: iteration >= 650"), (650, "breakpoint: dense_2")]
    qtbot.waitUntil(lambda: any(text.startswith("stop") for _, text in clock.strip._marks))
    assert clock.strip.iteration_at(clock.strip.x_of(650) - 3) == 650
