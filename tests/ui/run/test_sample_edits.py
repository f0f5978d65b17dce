"""Setting a number of a sample by hand: one step named by what it sets, and what cannot be there is refused before anything changes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.ui.document.document import Document
from nnlab.ui.run.sample_edits import set_number


def opened(name: str) -> tuple[Document, Any]:
    settings = DataSettings(name)
    return Document(Project(data=settings)), SimpleNamespace(data=prepare(settings), reason="")


def test_an_input_and_a_number_to_predict_get_another_value(qtbot: QtBot) -> None:
    document, session = opened("function")
    data = session.data
    inputs = data.x.shape[1]
    row = int(data.train_index[3])
    set_number(document, session, 3, 0, 0.25)
    assert document.undo_stack.undoText() == f"{data.features[0]} = 0.25 in sample {row + 1}"
    changed = prepare(document.project.data)
    assert changed.x[3, 0] == pytest.approx(0.25) and changed.y[3] == pytest.approx(data.y[3])
    set_number(document, session, 3, inputs, -0.5)
    assert document.undo_stack.undoText() == f"{data.target.names[0]} = −0.5 in sample {row + 1}"
    assert float(prepare(document.project.data).y.reshape(-1)[3]) == pytest.approx(-0.5)
    document.undo()
    document.undo()
    assert document.project.data == DataSettings("function")


def test_a_class_is_one_of_the_datas(qtbot: QtBot) -> None:
    document, session = opened("iris")
    inputs, row = session.data.x.shape[1], int(session.data.train_index[0])
    for wrong in (-1.0, 3.0, 0.5):
        with pytest.raises(NNLabError, match="A target of this data is the number of a class, from 0 to 2, not"):
            set_number(document, session, 0, inputs, wrong)
    assert document.undo_stack.count() == 0
    before = int(session.data.y.reshape(-1)[0])
    set_number(document, session, 0, inputs, float((before + 1) % 3))
    assert document.undo_stack.undoText() == f"target = {(before + 1) % 3} in sample {row + 1}"
    set_number(document, session, 0, inputs - 1, 3.0)
    assert document.undo_stack.undoText().startswith(session.data.features[inputs - 1]), "an input may be any number"


@pytest.mark.parametrize(
    ("value", "is_refused"), [(1e6, False), (-1e6, False), (1.01e6, True), (float("nan"), True), (float("inf"), True)]
)
def test_a_million_is_the_largest(qtbot: QtBot, value: float, is_refused: bool) -> None:
    document, session = opened("function")
    if not is_refused:
        set_number(document, session, 0, 0, value)
        return
    with pytest.raises(NNLabError, match="cannot be in a sample; give a number from −1,000,000 to 1,000,000"):
        set_number(document, session, 0, 0, value)
    assert document.undo_stack.count() == 0


def test_without_data_it_is_said_why(qtbot: QtBot) -> None:
    document, _ = opened("function")
    none = SimpleNamespace(data=None, reason="The file is gone.")
    with pytest.raises(NNLabError, match=r"^The file is gone; samples cannot be changed until then\.$"):
        set_number(document, none, 0, 0, 1.0)  # type: ignore[arg-type]


