"""The import page in a real window, by keyboard: what is proposed, what is asked, what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow, shared_window

from nnlab.tables.plan import read_plan
from nnlab.ui.panels.data import DataPanel
from nnlab.ui.table_import.dialog import ImportDialog
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def shared(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedWindow]:
    with shared_window(tmp_path_factory.mktemp("shared")) as window:
        yield window


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    return shared.as_new(qtbot)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    rows = [f"p{k};{20 + k % 40};{k % 9 + 1},000;{'' if k == 5 else 'SML'[k % 3]};{'yes' if k % 2 else 'no'}" for k in range(60)]
    path.write_text("\n".join(["name;age;paid;size;smoker", *rows]), encoding="utf-8")
    return path


def shown(window: MainWindow, qtbot: QtBot, path: Path) -> ImportDialog:
    window.files.open_path(str(path))
    dialog = window.files.tables.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.plan is not None or bool(dialog.problem.text()), timeout=20_000)
    return dialog


def cells(dialog: ImportDialog, row: int) -> list[str]:
    return [str(dialog.columns.index(row, place).data()) for place in range(dialog.columns.columnCount())]


def test_a_table_from_its_file_to_a_network_that_trains(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    before = window.document.project
    dialog = shown(window, qtbot, path)
    assert dialog.about.text() == "60 rows, 5 columns"
    assert [cells(dialog, row)[:3] for row in range(5)] == [
        ["name", "left out", "categories"], ["age", "input", "numbers"], ["paid", "input", "numbers"], ["size", "input", "categories"],
        ["smoker", "target", "categories"],
    ]  # fmt: skip
    assert cells(dialog, 0)[7] == "Different in every row: it names the row."
    assert dialog.rows.index(5, 3).data() == "missing" and dialog.rows.index(0, 2).data() == "1,000"
    assert not dialog.import_button.isEnabled() and dialog.summary.text() == "A question is open about paid."
    assert dialog.selected == 2 and dialog.column_form is not None
    dialog.column_form.committed.emit("notation", "comma_thousands")
    assert dialog.import_button.isEnabled() and dialog.summary.text() == "Predicts smoker (2 classes) from 3 columns."
    assert window.document.project == before, "nothing is changed before a button says so"
    dialog.take()
    qtbot.waitUntil(lambda: window.document.name == "people", timeout=20_000)
    qtbot.waitUntil(lambda: window.session.can_run, timeout=20_000)
    data = window.session.data
    assert data is not None and data.features == ("age", "paid", "size=L", "size=M", "size=S", "size missing")
    assert data.target.names == ("no", "yes") and {float(v) for v in data.raw_x[:, 1]} <= {1000.0 * k for k in range(1, 10)}
    window.session.run_iterations(20)
    qtbot.waitUntil(lambda: window.session.iteration == 20, timeout=20_000)


def test_columns_by_keyboard(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    dialog = shown(window, qtbot, path)
    dialog.table.setFocus()
    qtbot.waitUntil(dialog.table.hasFocus)
    dialog.table.selectRow(1)
    qtbot.keyClick(dialog.table, Qt.Key.Key_T)
    assert cells(dialog, 1)[1] == "target" and cells(dialog, 4)[1] == "input"
    dialog.table.selectRow(3)
    qtbot.keyClick(dialog.table, Qt.Key.Key_Space)
    assert cells(dialog, 3)[1] == "left out"
    qtbot.keyClick(dialog.table, Qt.Key.Key_Space)
    assert cells(dialog, 3)[1] == "input"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.files.tables.dialog is None and window.document.name == "spiral"


def test_another_form_of_the_file(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    dialog = shown(window, qtbot, path)
    assert dialog.file_form is not None
    dialog.file_form.committed.emit("header", False)
    qtbot.waitUntil(lambda: dialog.about.text() == "61 rows, 5 columns", timeout=20_000)
    assert cells(dialog, 1)[0] == "column 2"
    dialog.reject()


def test_what_cannot_be_read_is_said_on_the_page(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b,y\n1,2,3\n4,5\n6,7,8\n", encoding="utf-8")
    dialog = shown(window, qtbot, path)
    assert "ragged.csv, line 3 has 2 values" in dialog.problem.text() and not dialog.import_button.isEnabled()
    assert not dialog.summary.text() and dialog.file_title.isHidden() and dialog.preview_title.isHidden(), "nothing is read or being read"
    dialog.reject()


def test_columns_are_shown_again_and_changed_as_one_undoable_edit(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    dialog = shown(window, qtbot, path)
    assert dialog.column_form is not None
    dialog.column_form.committed.emit("notation", "decimal_comma")
    dialog.take()
    qtbot.waitUntil(lambda: window.document.name == "people", timeout=20_000)
    panel = window.panels["data"]
    assert isinstance(panel, DataPanel)
    settings, edits = window.document.project.data, window.document.undo_stack.count()
    panel.show_columns()
    again = panel.tables.dialog
    assert again is not None
    qtbot.waitUntil(lambda: again.plan is not None, timeout=20_000)
    assert again.plan == read_plan(str(settings.settings["plan"])), "as it was decided"
    again.table.selectRow(1)
    assert again.column_form is not None
    again.column_form.committed.emit("use", "left_out")
    again.take()
    qtbot.waitUntil(lambda: window.document.undo_stack.count() == edits + 1, timeout=20_000)
    assert window.document.graph.input_nodes[0].settings["features"] == 5, "the network follows in the same step"
    window.document.undo()
    assert window.document.project.data == settings and window.document.graph.input_nodes[0].settings["features"] == 6


def test_what_was_left_out_is_told_once_more_at_the_first_training(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    rows = [f"{k},{'' if k in (7, 70, 90) else k % 7 + 0.5},{'yn'[k % 2]}" for k in range(200)]
    path.write_text("\n".join(["size,bmi,ill", *rows]) + "\n", encoding="utf-8")
    dialog = shown(window, qtbot, path)
    dialog.take()
    qtbot.waitUntil(lambda: window.document.name == "scores", timeout=20_000)
    qtbot.waitUntil(lambda: window.session.can_run, timeout=20_000)
    bar = window.message_bar
    while bar.current is not None:
        bar.close_message()
    told = "scores.csv: 3 rows with missing 'bmi' were left out."
    for times in range(2):
        window.session.play()
        with qtbot.waitSignal(window.session.ticked, timeout=20_000):  # by then it is known to play
            qtbot.waitUntil(lambda: window.session.is_playing and window.session.iteration > 0, timeout=20_000)
        if times == 0:
            qtbot.waitUntil(lambda: bar.current is not None, timeout=20_000)
        said = "" if bar.current is None else bar.current.text
        assert said == (told if times == 0 else "")
        window.session.pause()
        qtbot.waitUntil(lambda: not window.session.is_playing, timeout=20_000)
        while bar.current is not None:
            bar.close_message()


def test_a_real_table_is_trained_on_after_three_actions(window: MainWindow, qtbot: QtBot) -> None:
    dialog = shown(window, qtbot, Path(__file__).parents[2] / "tables" / "real" / "penguins.csv")
    dialog.table.selectRow(0)
    qtbot.keyClick(dialog.table, Qt.Key.Key_T)  # the first: species is the target
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)  # the second
    qtbot.waitUntil(lambda: window.document.name == "penguins" and window.session.can_run, timeout=20_000)
    window.actions_by_id["run.play"].trigger()  # the third
    qtbot.waitUntil(lambda: window.session.iteration > 300, timeout=60_000)
    window.session.pause()
    qtbot.waitUntil(lambda: not window.session.is_playing, timeout=20_000)
    data = window.session.data
    assert data is not None and data.target.names == ("Adelie", "Chinstrap", "Gentoo")
    from nnlab.files.project import SavedProject
    from nnlab.files.session_file import session_of

    trained = session_of(SavedProject(window.document.project, window.session.snapshot()))
    right = (trained.predict(data.validation_x).argmax(axis=1) == data.validation_y).mean()
    assert right > 0.9 > np.bincount(data.validation_y).max() / len(data.validation_y)


def test_another_column_is_predicted_and_trained_on_in_three_clicks(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    dialog = shown(window, qtbot, path)
    assert dialog.target_form is not None and dialog.target_form.values == {"target": "smoker"}
    dialog._on_choice("use", "left_out")  # the column that leaves a question open
    dialog.target_form.committed.emit("target", "size")
    assert cells(dialog, 3)[1] == "target" and cells(dialog, 4)[1] == "input" and dialog.selected == 3
    qtbot.mouseClick(dialog.train_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.name == "people" and window.session.iteration > 0, timeout=20_000)
    assert window.session.is_playing and window.document.project.data.settings["path"] == str(path)
    window.session.pause()
    qtbot.waitUntil(lambda: not window.session.is_playing, timeout=20_000)


def test_a_large_file_says_its_memory_first_and_how_far_it_is(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    row = ",".join(["0.125"] * 60 + ["a"]) + "\n" + ",".join(["0.25"] * 60 + ["b"]) + "\n"
    path.write_text(",".join(f"f{k}" for k in range(60)) + ",y\n" + row * 30_000, encoding="utf-8")
    window.files.open_path(str(path))
    dialog = window.files.tables.dialog
    assert isinstance(dialog, ImportDialog)
    assert dialog.about.text() == "Reading takes about 102 MB of memory"  # five times its 19.9 MB, and buffers for each column
    told: list[str] = []
    dialog._job.progressed.connect(lambda: told.append(dialog.summary.text()))  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=60_000)
    assert any(words.startswith("Reading rows: ") for words in told), told
    assert dialog.summary.text() == "Predicts y (2 classes) from 60 columns. Training takes about 169 MB of memory."
    dialog.reject()
