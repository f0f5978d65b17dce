"""What the data said is told by the import and once more at the first training, in the same sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import prepare
from nnlab.files.starting_network import project_for_table
from nnlab.ui.window.data_notes import DataNotes
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


def test_a_class_with_a_single_row_is_told_on_import_and_at_the_first_training(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    table = tmp_path / "rare.csv"
    table.write_text("a,b,kind\n" + "1.5,2,x\n0.5,3,y\n" * 40 + "2,2,z\n", encoding="utf-8")
    said = "The class 'z' has a single sample and is used for training only."
    told: list[str] = []
    window.files.told.connect(told.append)
    window.files.open_path(str(table))
    page = window.files.tables.dialog
    assert page is not None
    qtbot.waitUntil(page.import_button.isEnabled, timeout=20_000)
    page.take()
    qtbot.waitUntil(lambda: told == [said], timeout=20_000)
    notes = window.findChild(DataNotes)
    assert notes is not None
    notes.told.connect(told.append)
    window.session.run_iterations(2)
    qtbot.waitUntil(lambda: window.session.iteration == 2 and not window.session.is_playing, timeout=20_000)
    window.session.run_iterations(2)
    qtbot.waitUntil(lambda: window.session.iteration == 4 and not window.session.is_playing, timeout=20_000)
    assert told == [said, f"rare.csv: {said}"]
    assert prepare(window.document.project.data).notes == prepare(project_for_table(table).data).notes == (said,)
