"""The result stays hidden until it is predicted or asked for; questions stay with the project, answers are a table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from nnlab.engine.question import SHAPE, VALUE
from nnlab.files import schema
from nnlab.files.project import View
from nnlab.ui.look.numbers import editable
from nnlab.ui.stepper.prediction_row import GivenAnswer, answers_table


def test_predict_then_reveal(steps: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.to(9)  # backward through tanh: upstream times local slope
    panel, row, model = steps.panel, steps.panel.prediction, steps.panel.model
    y = model.trace.before["y"]
    model.choose("d_x", tuple(int(k) for k in np.unravel_index(np.argmin(np.abs(np.abs(y) - 0.7)), y.shape)))  # a slope of about 1/2
    side = panel.side
    qtbot.addWidget(side)
    panel.header.predict_button.click()
    content = panel.formula._content
    shown = f"{content.title} {content.latex} {content.result_text} {panel.words.text()}"
    computed = editable(model.moment.added)
    assert row.isVisible() and content.result_text == "?" and computed[:6] not in shown
    assert [r.text for r in side.table.rows if r.written] == ["?"]
    assert panel.picture.currentWidget() is panel.picture._nothing

    upstream = model.moment.at("d_y")
    row.field.setText(editable(upstream))
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    assert row.verdict.text() == "The factor “local slope of tanh” is missing."
    assert row.hides
    row.field.setText(computed)
    qtbot.mouseClick(row.check_button, Qt.MouseButton.LeftButton)
    assert not row.hides and panel.formula._content.result_text != "?"
    assert row.verdict.text() == "That is what was computed."
    row.add_question()
    first = row.exercise[0]

    steps.to(1)  # another moment is hidden again
    assert row.hides
    row.kind.choose(SHAPE)
    row.field.setText("8 x 8")
    row.check()
    shape = model.trace.after["y"].shape
    assert row.answers[-1].correct == (shape == (8, 8))
    row.add_question()
    assert steps.world.document.can_undo
    assert [q.kind for q in row.exercise] == [VALUE, SHAPE]
    saved = schema.decode(schema.encode(steps.world.document.project, View(), None)).project
    assert saved.debugging.exercise == row.exercise

    with qtbot.waitSignal(steps.world.session.stepped, timeout=20_000):
        row.next_question()  # round to the first
    assert (model.done, model.moment.target, model.moment.index) == (9, first.target, first.index) and row.hides
    row.reveal()
    assert not row.hides
    path = tmp_path / "answers.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(row.told) as told:
        row.save_answers()
    assert "of 3 answers are right" in told.args[0]
    lines = list(csv.DictReader(path.open()))
    assert [line["correct"] for line in lines][:2] == ["no", "yes"]
    panel.header.predict_button.click()
    assert not row.isVisible() and not row.hides


def test_the_table_of_answers() -> None:
    text = answers_table([GivenAnswer(3, "dense_1, forward: value of y [1, 1]", "1.84", False, "1.94", "In the sum the bias is missing.")])
    assert text.splitlines()[1] == '3,"dense_1, forward: value of y [1, 1]",1.84,no,1.94,In the sum the bias is missing.'
