"""Numbers are set where they stand: the moment is computed anew with them, and undo takes them back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from nnlab.core.errors import NNLabError
from nnlab.ui.look.numbers import number


def again(steps: Any, edit: Any) -> None:
    """Edits, and waits until the stepper stands where it stood."""
    done, before = steps.panel.model.done, steps.panel.model.trace
    edit()
    steps.world.qtbot.waitUntil(
        lambda: steps.panel.model.trace is not before and steps.panel.model.done == done and steps.panel.model.instruction.pc == done - 1,
        timeout=20_000,
    )
    steps.settle()


def test_a_weight_is_typed_into_its_cell(steps: Any, qtbot: QtBot) -> None:
    steps.to(1)
    panel, model = steps.panel, steps.panel.model
    view = panel.picture.matrices
    weight = next(p for p in view.placed if p.matrix.argument == "weight")
    model.choose("y", (0, 2))
    weight = next(p for p in view.placed if p.matrix.argument == "weight")
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=weight.cell(2, 1).center().toPoint())
    assert view._field.isVisible()
    view._field.setText("0.25")
    again(steps, lambda: qtbot.keyClick(view._field, Qt.Key.Key_Return))
    assert model.trace.before["weight"][2, 1] == 0.25
    z = float(model.trace.before["weight"][2] @ model.trace.before["x"][0] + model.trace.before["bias"][2])
    assert panel.formula._content.result_text == number(model.trace.after["y"][0, 2]) == number(z)
    assert steps.world.document.undo_stack.undoText() == "w₃₂ of dense_1"
    computed = next(p for p in view.placed if p.matrix.argument == "y")
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPointF(computed.cell(2, 0).center()).toPoint())
    assert not view._field.isVisible()  # z is computed


def test_an_input_and_a_target_are_set_in_the_sample_itself(steps: Any, qtbot: QtBot) -> None:
    steps.to(1)
    edits, model, session = steps.panel.edits, steps.panel.model, steps.world.session
    read = model.trace.before["x"]
    qtbot.waitUntil(lambda: len(model.frame.samples) > 3 and (session.data.x[model.frame.samples[3]].astype(read.dtype) == read[3]).all())
    sample = int(model.frame.samples[3])
    again(steps, lambda: edits.enter("x", (3, 1), "0.5"))
    assert model.trace.before["x"][3, 1] == 0.5 == session.data.x[sample, 1]
    steps.to(6)

    def is_the_batch_shown() -> bool:
        return len(model.frame.samples) > 3 and model.frame.samples[3] == sample

    qtbot.waitUntil(is_the_batch_shown)
    before = float(session.data.y[sample])
    again(steps, lambda: edits.enter("target", (3, 0), str(1 - int(before))))
    assert session.data.y[sample] == 1 - before
    qtbot.waitUntil(is_the_batch_shown)
    with pytest.raises(NNLabError, match="number of a class, from 0 to 1"):
        edits.set("target", (3, 0), 7.0)
    with pytest.raises(NNLabError, match="computed from them"):
        edits.set("loss", (0,), 1.0)
    with qtbot.waitSignal(edits.refused) as told:
        edits.enter("target", (3, 0), "many")
    assert told.args[0].startswith("“many” is not a number")
    for _ in range(2):
        steps.world.document.undo()
    qtbot.waitUntil(lambda: session.data is not None and session.data.y[sample] == before and session.data.x[sample, 1] != 0.5)
