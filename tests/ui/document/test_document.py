"""The document: one undo step for an edit, also of weights, which the project does not hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pytestqt.qtbot import QtBot

from nnlab.engine.weight_change import Entries, WeightChange
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.ui.document.document import Document


def change(before: float, after: float, place: int = 0) -> WeightChange:
    return WeightChange(
        {"w": Entries((4,), np.array([place]), np.array([before]))}, {"w": Entries((4,), np.array([place]), np.array([after]))}
    )


class Weights:
    """Stands for the training thread: an array that follows the document, and when it was told."""

    def __init__(self, document: Document) -> None:
        self.values = np.zeros(4)
        self.nodes: list[int] = []  # how many the document had each time
        self._document = document
        document.weights_set.connect(self._set)

    def _set(self, entries: dict[str, Entries]) -> None:
        self.values[entries["w"].places] = entries["w"].values
        self.nodes.append(len(self._document.graph))


def test_a_weight_is_set_taken_back_and_set_again(qtbot: QtBot) -> None:
    document = Document()
    weights = Weights(document)
    document.set_weights("w₁ of dense_1", change(0.25, 3.0))
    assert weights.values[0] == 3.0
    assert document.undo_stack.undoText() == "w₁ of dense_1"
    assert document.is_edited
    weights.values[:] = 9  # learned meanwhile
    document.undo()
    assert weights.values.tolist() == [0.25, 9, 9, 9]
    document.redo()
    assert weights.values.tolist() == [3, 9, 9, 9]


def test_one_gesture_is_one_step_from_its_first_to_its_last_value(qtbot: QtBot) -> None:
    document = Document()
    weights = Weights(document)
    for before, after in ((0, 1), (1, 2), (2, 5)):
        document.set_weights("w₁", change(before, after), "drag")
    document.set_weights("w₁", change(5, 6), "another drag")
    assert document.undo_stack.count() == 2
    document.undo()
    document.undo()
    assert weights.values[0] == 0
    document.redo()
    assert weights.values[0] == 5


def test_a_gesture_that_ends_where_it_began_is_no_step(qtbot: QtBot) -> None:
    document = Document()
    document.set_weights("w₁", change(0, 1), "drag")
    document.set_weights("w₁", change(1, 0), "drag")
    assert not document.can_undo
    document.set_weights("w₁", change(2, 2))
    assert not document.can_undo


def test_weights_follow_the_network_they_belong_to(qtbot: QtBot) -> None:
    document = Document()
    weights = Weights(document)
    wider = replace(Project(), graph=edits.add_node(Project().graph, "dense"))
    document.edit("Both", wider, weights=change(0, 1))
    document.undo()
    assert weights.nodes == [1, 0]
    assert weights.values[0] == 0
