"""The Predict page: typed values of raw columns, answered with names and probabilities, or in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.frames import from_table
from nnlab.files.session_file import saved_session
from nnlab.files.starting_network import project_for_data
from nnlab.ui.files.predict_page import PredictPage
from nnlab.ui.look.theme import Theme

SIZE = np.random.default_rng(2).random(200)
ROWS = {
    "size": [f"{v:.3f}" for v in SIZE], "colour": [("red", "green")[k % 2] for k in range(200)], "day": ["2024-01-05", "2024-02-06"] * 100,
    "fits": ["yes" if v > 0.5 else "no" for v in SIZE],
}  # fmt: skip


def test_values_are_answered_as_they_are_typed(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    session = from_table(ROWS, target="fits")
    session.fit(session.data, epochs=60)
    page = PredictPage(theme, saved_session(session), session.data)
    qtbot.addWidget(page)
    assert page.values == {"size": ROWS["size"][0], "colour": "red", "day": "2024-01-05"}
    for size, name in (("0.95", "yes"), ("0.05", "no")):
        page.form.committed.emit("size", size)
        row = {"size": [size], "colour": ["red"], "day": ["2024-01-05"]}
        said = session.predict_raw(row)
        assert page.answer.text() == name == said.class_names[0] and page.predicted is not None
        assert np.array_equal(page.predicted.outputs, said.outputs)
        assert page.bars.accessibleName().startswith(f"Own input: predicted {name} with ")
    page.form.committed.emit("size", "much")
    assert page.answer.isHidden() and page.problem.text().startswith("Column 'size' holds 'much', which is not a number")
    page.form.committed.emit("size", "0.9")
    assert page.problem.isHidden() and page.answer.text() == "yes"
    with qtbot.waitSignal(page.for_file):
        qtbot.mouseClick(page.file_button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("name", ["diabetes", "iris"])
def test_other_data_has_a_field_for_every_column(name: str, qtbot: QtBot, theme: Theme) -> None:
    from nnlab.files.project import SavedProject

    settings = DataSettings(name)
    data = prepare(settings)
    page = PredictPage(theme, SavedProject(project_for_data(settings, data)), data)
    qtbot.addWidget(page)
    assert tuple(page.values) == data.raw_features and not page.answer.isHidden()
    first = data.raw_features[0]
    for typed in ("x", "nan", "1e999"):
        page.form.committed.emit(first, typed)
        assert page.problem.text() == f"Column {first!r} holds {typed!r}, which is not a number; type one."


def test_names_of_columns_are_read_whole_where_there_is_room(qtbot: QtBot, theme: Theme) -> None:
    long = "temperature of the water in the afternoon"
    session = from_table({long: ROWS["size"], "fits": ROWS["fits"]}, target="fits")
    page = PredictPage(theme, saved_session(session), session.data)
    qtbot.addWidget(page)
    page.resize(1200, 560)
    page.show()
    label = page.form._labels[long]
    qtbot.waitUntil(lambda: label.width() > label.fontMetrics().horizontalAdvance(long), timeout=20_000)
    page.resize(400, 560)
    qtbot.waitUntil(lambda: label.width() <= 0.56 * page.form.width(), timeout=20_000)
