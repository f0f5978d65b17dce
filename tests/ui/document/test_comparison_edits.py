"""What a step is called that changes the comparison."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from nnlab.training.difference import Difference
from nnlab.ui.document.comparison_edits import label, set_comparison
from nnlab.ui.document.document import Document

MSE, MAE, HUBER = (Difference("loss", name) for name in ("mse", "mae", "huber"))


def test_a_step_says_which_run_comes_or_goes_or_what_is_compared() -> None:
    assert label((), (MSE,)) == label((MAE,), (MAE, MSE)) == "Add run: loss = mse"
    assert label((MAE, MSE), (MAE,)) == "Remove run: loss = mse"
    assert label((MAE, MSE), ()) == label((MSE,), ()) == "End the comparison"
    assert label((), (MSE, MAE)) == label((HUBER,), (MSE, MAE)) == "Compare loss: mse, mae"
    assert label((MSE,), (MAE,)) == "Compare loss: mae", "one goes and one comes"
    assert label((MSE, MAE, HUBER), (MSE,)) == "Compare loss: mse", "two go at once"


def test_it_is_one_step_that_can_be_undone(qtbot: QtBot) -> None:
    document = Document()
    begun: list[bool] = []
    document.comparison_changed.connect(lambda *told: begun.append(True))
    set_comparison(document, [MSE, MAE])
    assert document.project.comparison == (MSE, MAE) and document.undo_stack.undoText() == "Compare loss: mse, mae"
    document.undo()
    assert document.project.comparison == () and begun
