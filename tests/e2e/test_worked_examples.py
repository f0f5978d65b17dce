"""Two examples whose numbers students know from paper are stepped through by keyboard, and the window shows those numbers.

Backpropagation: "A Step by Step Backpropagation Example" (M. Mazur, 2015). One neuron: arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


class Paper:
    """Steps by F10 and reads the formula."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        qtbot.waitUntil(lambda: window.session.frame is not None)
        window.show_workspace("step")

    def step(self, node: str, phase: int, updates: str = "") -> None:
        """Until the operation of this node in this phase has run, or the update of this parameter."""
        for _ in range(20):
            with self.qtbot.waitSignal(self.window.session.stepped):
                self.qtbot.keyClick(self.window, Qt.Key.Key_F10)
            instruction = self.window.stepper.model.instruction
            if instruction is not None and (instruction.node_id, instruction.phase, instruction.parameter or "") == (node, phase, updates):
                return
        raise AssertionError(f"{node} has no such operation")

    def shown(self, argument: str, *index: int) -> tuple[str, str]:
        """The line with numbers and the result of one element."""
        self.window.stepper.model.choose(argument, index)
        content = self.window.stepper.formula._content
        assert content is not None
        return " ".join(column.numbers for column in content.columns), content.result_text

    def result(self, argument: str, *index: int) -> str:
        return self.shown(argument, *index)[1]


def test_the_worked_example_shows_its_printed_numbers(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    paper = Paper(opened("textbook"), qtbot)
    paper.step("dense_1", FORWARD)
    numbers, result = paper.shown("y", 0, 0)
    assert (numbers, result) == (r"0.1500\cdot 0.0500 + 0.2000\cdot 0.1000 + 0.3500", "0.3775")
    paper.step("sigmoid_1", FORWARD)
    assert [paper.result("y", 0, k) for k in (0, 1)] == ["0.5933", "0.5969"]
    paper.step("dense_2", FORWARD)
    assert paper.result("y", 0, 0) == "1.106"
    paper.step("sigmoid_2", FORWARD)
    assert [paper.result("y", 0, k) for k in (0, 1)] == ["0.7514", "0.7729"]
    paper.step("mse_1", LOSS)
    assert paper.result("loss") == "0.2984"
    paper.step("dense_2", BACKWARD)
    paper.window.stepper.model.choose_target("d_weight")
    assert paper.result("d_weight", 0, 0) == "0.0822"
    paper.step("dense_1", BACKWARD)
    assert paper.result("d_weight", 0, 0) == "4.39e−4"
    paper.step("dense_1", UPDATE, "dense_1.weight")
    assert paper.result("parameter", 0, 0) == "0.1498"
    paper.step("dense_2", UPDATE, "dense_2.weight")
    numbers, result = paper.shown("parameter", 0, 0)
    assert (numbers, result) == (r"0.4000 - 0.5 \cdot 0.0822", "0.3589")
    assert [paper.result("parameter", *place) for place in ((0, 1), (1, 0), (1, 1))] == ["0.4087", "0.5113", "0.5614"]


def test_one_neuron_shows_its_products(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    paper = Paper(opened("one_neuron"), qtbot)
    paper.step("dense_1", FORWARD)
    numbers, result = paper.shown("y", 0, 0)
    assert result == "1.940"
    assert numbers == r"0.4000\cdot 1.500 + (-0.5000)\cdot (-2.000) + 0.3000\cdot 0.8000 + 0.1000"
    paper.step("relu_1", FORWARD)
    assert paper.result("y", 0, 0) == "1.940"
