"""The weights panel: what it shows is what the engine holds; every gesture is one named undo step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.training.settings import TrainingSettings
from nnlab.ui.panels.weights import parse_block


def opened(studio: Callable, *args: object, node: str = "dense_1") -> tuple[Any, Any]:
    s = studio(*args)
    s.services.selection.set([node])
    panel = s.panel("weights", 640, 300)
    s._qtbot.waitUntil(lambda: panel.table() is not None)
    return s, panel


def weights(s: Any, name: str = "dense_1.weight") -> np.ndarray:
    return s.session.parameters([name])[name]


def choose(panel: Any, row: int, column: int) -> None:
    panel.matrix.selectionModel().setCurrentIndex(
        panel.matrix.model_.index(row, column), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )


def type_into(panel: Any, qtbot: QtBot, row: int, column: int, text: str) -> None:
    panel.matrix.setCurrentIndex(panel.matrix.model_.index(row, column))
    qtbot.keyClick(panel.matrix, Qt.Key.Key_Return)
    line = next(line for line in panel.matrix.findChildren(QLineEdit) if line.isVisible())
    qtbot.keyClicks(line, text)
    with qtbot.waitSignal(panel.matrix.entered):  # Qt lets the editor see the key before it commits
        qtbot.keyClick(line, Qt.Key.Key_Return)


def test_rows_are_units_and_columns_are_inputs_by_name(studio: Callable) -> None:
    s, panel = opened(studio)
    assert panel.matrix.model_.columns == s.session.data.features == ("x", "y")
    assert panel.matrix.model_.rows == ("1", "2", "3", "4")
    assert panel.accessibleName() == "Weights of dense_1"
    np.testing.assert_array_equal(panel.matrix.model_.values, weights(s))
    s.services.selection.set(["dense_2"])
    assert panel.matrix.model_.names == ("neuron", "input tanh_1")
    s.services.selection.set([])
    assert panel.accessibleName() == "Weights of dense_2"  # a click on the empty canvas does not take the table away


def test_it_follows_training_and_shows_exactly_what_stands_still(studio: Callable) -> None:
    s, panel = opened(studio)
    before = panel.matrix.model_.values.copy()
    s.train(40)
    np.testing.assert_array_equal(panel.matrix.model_.values, weights(s))
    assert (panel.matrix.model_.values != before).all()


def test_a_typed_number_reaches_the_engine_and_can_be_undone(studio: Callable, qtbot: QtBot) -> None:
    s, panel = opened(studio)
    before = weights(s)
    type_into(panel, qtbot, 2, 1, "-0.75")
    assert weights(s)[2, 1] == -0.75
    assert s.document.undo_stack.undoText() == "w₃₂ of dense_1"
    qtbot.waitUntil(lambda: panel.matrix.model_.values[2, 1] == -0.75)
    s.document.undo()
    assert weights(s).tobytes() == before.tobytes()


@pytest.mark.parametrize(
    ("text", "sentence"), [("abc", "“abc” is not a number; type for example 0.25 or −3e−2."), ("1e300", "1e300 cannot be a weight")]
)
def test_a_wrong_number_is_refused_in_words(studio: Callable, qtbot: QtBot, text: str, sentence: str) -> None:
    s, panel = opened(studio)
    type_into(panel, qtbot, 0, 0, text)
    assert panel.message.text().startswith(sentence)
    assert not s.document.can_undo
    type_into(panel, qtbot, 0, 0, "1")
    assert not panel.message.text()


def test_biases_are_a_column(studio: Callable, qtbot: QtBot) -> None:
    s, panel = opened(studio)
    panel.choice.setFocus()
    qtbot.keyClick(panel.choice, Qt.Key.Key_Down)
    assert panel.matrix.model_.values.shape == (4, 1)
    type_into(panel, qtbot, 3, 0, "2")
    assert weights(s, "dense_1.bias").tolist() == [0, 0, 0, 2]
    assert s.document.undo_stack.undoText() == "b₄ of dense_1"


def test_dragging_the_field_is_live_and_one_undo_step(studio: Callable, qtbot: QtBot) -> None:
    s, panel = opened(studio)
    panel.matrix.setCurrentIndex(panel.matrix.model_.index(1, 0))
    before = weights(s)
    assert panel.place.text() == "w₂₁" and panel.value.value == float(str(before[1, 0]))
    start = QPoint(panel.value.width() - 12, panel.value.height() // 2)
    qtbot.mousePress(panel.value, Qt.MouseButton.LeftButton, pos=start)
    seen = set()
    for pixels in (8, 16, 24):
        qtbot.mouseMove(panel.value, start - QPoint(0, pixels))
        panel.value.mouseMoveEvent(moved(panel.value, start - QPoint(0, pixels)))
        seen.add(float(weights(s)[1, 0]))
    qtbot.mouseRelease(panel.value, Qt.MouseButton.LeftButton, pos=start - QPoint(0, 24))
    assert len(seen) == 3 and weights(s)[1, 0] > before[1, 0]  # each of them was in the engine
    assert s.document.undo_stack.count() == 1
    s.document.undo()
    assert weights(s).tobytes() == before.tobytes()


def moved(widget: Any, place: QPoint) -> Any:
    """A move with the button held, which QTest does not send while offscreen."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    return QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(widget.mapToGlobal(place)), Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip


def test_a_block_is_pasted_as_one_step_and_what_does_not_fit_is_refused(studio: Callable, qtbot: QtBot) -> None:
    s, panel = opened(studio)
    before = weights(s)
    choose(panel, 1, 0)
    QGuiApplication.clipboard().setText("1\t2\n3\t4\n")
    qtbot.keyClick(panel.matrix, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert weights(s)[1:3].tolist() == [[1, 2], [3, 4]]
    assert s.document.undo_stack.undoText() == "4 numbers of dense_1"
    s.document.undo()
    assert weights(s).tobytes() == before.tobytes()
    choose(panel, 3, 1)
    qtbot.keyClick(panel.matrix, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert panel.message.text().startswith("The clipboard holds 2 × 2 numbers; from this cell there is room for 1 × 1.")
    QGuiApplication.clipboard().setText("1\tone")
    qtbot.keyClick(panel.matrix, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert panel.message.text() == "“one” in line 1 of the clipboard is not a number; nothing was pasted."


def test_text_of_many_kinds_is_read_as_numbers() -> None:
    assert parse_block("1\t\t3\n4\t5\t6") == [[1, None, 3], [4, 5, 6]]
    assert parse_block("0.5 −1e−3; 2") == [[0.5, -0.001, 2]]
    with pytest.raises(NNLabError, match="“x” in line 2"):
        parse_block("1\nx")


def test_of_a_filter_one_window_is_shown_at_a_time(studio: Callable, qtbot: QtBot) -> None:
    b = GraphBuilder()
    flat = b.node("flatten", b.conv2d(b.node("reshape", b.input(features=64), shape="1, 8, 8"), filters=3, kernel_size=2))
    b.cross_entropy(b.dense(flat, units=10))
    s, panel = opened(studio, Project(b.build(), DataSettings("digits"), TrainingSettings(batch_size=16)), node="conv2d_1")
    whole = weights(s, "conv2d_1.weight")
    assert whole.shape == (3, 1, 2, 2) and len(panel.slices) == 2
    assert [name.text() for name in panel.slice_names] == ["filter", "channel"]
    assert [name.buddy() for name in panel.slice_names] == panel.slices
    np.testing.assert_array_equal(panel.matrix.model_.values, whole[0, 0])
    panel.slices[0].setFocus()
    qtbot.keyClick(panel.slices[0], Qt.Key.Key_Up)
    np.testing.assert_array_equal(panel.matrix.model_.values, whole[1, 0])
    assert panel.matrix.model_.names == ("row", "column")
    type_into(panel, qtbot, 1, 0, "9")
    assert weights(s, "conv2d_1.weight")[1, 0, 1, 0] == 9
    assert s.document.undo_stack.undoText() == "w₂₁₂₁ of conv2d_1"
    s.services.selection.set(["dense_1"])
    assert not panel.slices
    assert not panel.slice_names
    assert panel.matrix.model_.rows == s.session.data.target.names


def test_of_a_network_with_errors_nothing_is_shown_until_it_is_whole_again(studio: Callable, qtbot: QtBot) -> None:
    s, panel = opened(studio)
    s.document.attempt("Cut", lambda g: edits.remove_nodes(g, [g.losses[0].id]))
    assert panel.view is None and panel.is_empty and panel.table() is None
    s.document.undo()
    qtbot.waitUntil(lambda: not panel.is_empty)
    assert panel.matrix.model_.is_editable


def test_without_a_layer_it_says_what_will_appear(studio: Callable) -> None:
    s = studio()
    panel = s.panel("weights")
    assert panel.is_empty
    s.services.selection.set(["tanh_1"])
    assert panel.is_empty
    s.services.selection.set(["tanh_1", "dense_2"])
    s._qtbot.waitUntil(lambda: not panel.is_empty)
    s.document.attempt("Remove", lambda g: edits.remove_nodes(g, ["dense_2", "dense_1"]))
    assert panel.is_empty and panel.accessibleName() == "Weights"


def test_its_numbers_can_be_taken_away(studio: Callable) -> None:
    _, panel = opened(studio)
    table = panel.table()
    assert table.names == ("neuron", "x", "y")
    texts = [action.text() for action in panel.context_menu().actions()]
    assert texts[:2] == ["Copy numbers", "Paste numbers"] and "Save data as CSV…" in texts
