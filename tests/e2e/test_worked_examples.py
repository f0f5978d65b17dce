"""Two examples whose numbers students know from paper are stepped through by keyboard, and the window shows those numbers.

Backpropagation: "A Step by Step Backpropagation Example" (M. Mazur, 2015). One neuron: arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE
from nnlab.ui.look.numbers import number
from nnlab.ui.neuron.laboratory import OWN
from nnlab.ui.panels.neuron import NeuronPanel
from nnlab.ui.panels.neuron_matrix import NeuronMatrixPanel
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


def test_the_worked_example_shows_its_printed_numbers(fresh: Callable[..., MainWindow], qtbot: QtBot) -> None:
    paper = Paper(fresh("textbook"), qtbot)
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


def test_one_neuron_shows_its_products(fresh: Callable[..., MainWindow], qtbot: QtBot) -> None:
    paper = Paper(fresh("one_neuron"), qtbot)
    paper.step("dense_1", FORWARD)
    numbers, result = paper.shown("y", 0, 0)
    assert result == "1.940"
    assert numbers == r"0.4000\cdot 1.500 + (-0.5000)\cdot (-2.000) + 0.3000\cdot 0.8000 + 0.1000"
    paper.step("relu_1", FORWARD)
    assert paper.result("y", 0, 0) == "1.940"


def mouse_move(widget: QWidget, place: QPoint) -> QMouseEvent:
    held = Qt.MouseButton.LeftButton
    where = QPointF(place)
    return QMouseEvent(QEvent.Type.MouseMove, where, QPointF(widget.mapToGlobal(place)), held, held, Qt.KeyboardModifier.NoModifier)


def test_the_laboratory_shows_one_neuron_and_follows_what_is_dragged(fresh: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = fresh("one_neuron")
    qtbot.waitUntil(lambda: window.session.frame is not None)
    window.actions_by_id["step.neuron"].trigger()
    panel, side = window.panels["neuron"], window.panels["neuron_matrix"]
    assert isinstance(panel, NeuronPanel) and isinstance(side, NeuronMatrixPanel)
    page, lab = panel.page, panel.lab
    assert (lab.source, window.top_bar.tabs.currentIndex()) == ("dense_1", 2)  # the project's own neuron; Step's tab stays lit
    products = [row.product.text() for row in page.rows if row.product.isVisible()]
    assert products == ["0.60", "1.00", "0.24", "0.10"]
    assert [row.input.value for row in page.rows[:3]] == pytest.approx([1.5, -2.0, 0.8])
    assert page.result.text() == "= 1.940"
    assert page.terms.text() == "= 0.6 + 1 + 0.24 + 0.1"
    shown = {a.name: number(a.y) for a in side.list.rows}
    assert shown == {"identity": "1.940", "relu": "1.940", "sigmoid": "0.8744", "tanh": "0.9595"}
    assert side.words.text().startswith("1 × 3 · 3 × 1  +  1 × 1  =  1 × 1")

    weight = page.rows[0].weight  # dragged by 40 pixels: ten steps of 0.1
    place = QPoint(weight.width() - 10, 8)
    qtbot.mousePress(weight, Qt.MouseButton.LeftButton, pos=place)
    for step in (1, 2):
        QApplication.sendEvent(weight, mouse_move(weight, place + QPoint(20 * step, 0)))
    qtbot.mouseRelease(weight, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: page.result.text() == "= 3.440")  # 1.94 + 1.5
    assert window.session.parameters(["dense_1.weight"])["dense_1.weight"][0, 0] == pytest.approx(1.4)
    page.rows[1].input.type()
    page.rows[1].input._editor.setText("1")
    qtbot.keyClick(page.rows[1].input._editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.result.text() == "= 1.940")  # 2.1 − 0.5 + 0.24 + 0.1
    assert window.session.data is not None and window.session.data.x.tolist() == [[1.5, 1.0, 0.8]]  # the sample itself
    for _ in range(2):
        window.document.undo()
    qtbot.waitUntil(lambda: [row.product.text() for row in page.rows[:3]] == ["0.60", "1.00", "0.24"])
    assert not window.document.can_undo  # one drag is one step

    with qtbot.waitSignal(lab.refused) as told:  # a network for one target has no room for another output
        lab.add_neuron()
    assert told.args[0].startswith("dense_1 has as many neurons as the data has targets, so this goes on with own numbers")
    assert (lab.source, lab.numbers.weight.shape, window.document.can_undo) == (OWN, (2, 3), False)
    assert lab.numbers.weight[0] == pytest.approx([0.4, -0.5, 0.3])  # w is a row of W
    lab.add_sample()
    assert side.words.text().startswith("2 × 3 · 3 × 2  +  2  =  2 × 2")
    assert lab.numbers.x[0] == pytest.approx([1.5, -2.0, 0.8])  # x is a row of X
    panel.show_stop("batch")
    form = panel.matrix.form
    assert form is not None
    result, left, above, bias = form.matrices
    np.testing.assert_allclose(result.values, left.values @ above.values + bias.values)
    panel.stops.button("network").click()
    assert window.area.workspace is not None and window.area.workspace.name == "step"
