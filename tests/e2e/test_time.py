"""Going back in time in the real window: by mouse on the time strip, by keys, past a change, and on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

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
def clock(opened: Callable[..., MainWindow], qtbot: QtBot) -> Clock:
    window = opened("spiral")
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
    clock.qtbot.waitUntil(lambda: clock.session.past.reach.latest == 301)
