"""The Predict page: typed values of raw columns, answered with names and probabilities, or in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings, prepare
from nnlab.exchange import typed_prediction
from nnlab.files.frames import from_table
from nnlab.files.project import SavedProject
from nnlab.files.session_file import saved_session
from nnlab.files.starting_network import project_for_data, project_for_table
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


def test_thousands_of_columns_are_predicted_without_a_file_for_every_key(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first row is read without the others, and a plain number by itself; a typed word is still told as a file's cell would be."""
    path = tmp_path / "t.csv"
    rows = [f"{k};{k % 3},5;{'pq'[k % 2]};{('yes', 'no')[k % 2]}" for k in range(100)]
    path.write_text("\n".join(["a;b;c;y", *rows]), encoding="utf-8")
    project = project_for_table(path)
    data = prepare(project.data)
    saved = SavedProject(project)
    page = PredictPage(theme, saved, data)
    qtbot.addWidget(page)
    whole = page.predicted
    read: list[Path] = []
    monkeypatch.setattr(typed_prediction, "_BEGINNING", 40)
    monkeypatch.setattr(typed_prediction, "read_table", lambda path, wanted: read.append(path))
    quick = PredictPage(theme, saved, data)
    qtbot.addWidget(quick)
    assert not read and quick.values == page.values == {"a": "0", "b": "0,5", "c": "p"}
    assert whole is not None and quick.predicted is not None and np.array_equal(quick.predicted.outputs, whole.outputs)
    quick.form.committed.emit("b", "2.5.1")
    assert quick.problem.text().startswith("Column 'b' holds '2.5.1', which is not a number written as")


@pytest.mark.parametrize("name", ["diabetes", "iris"])
def test_other_data_has_a_field_for_every_column(name: str, qtbot: QtBot, theme: Theme) -> None:
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
