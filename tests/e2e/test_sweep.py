"""In the real window: a sweep is asked for by its key, typed, run, opened, undone, and there in the next window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from nnlab.ui.panels.sweep import SweepPanel
from nnlab.ui.window.main_window import MainWindow

Opener = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps are kept beside the program's other files; these in a folder of the test's."""
    monkeypatch.setenv("NNLAB_HOME", str(tmp_path / "home"))


def asked_for(window: MainWindow, qtbot: QtBot) -> SweepPanel:
    """The panel, opened by its key."""
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=20_000)
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    panel = window.panels["sweep"]
    assert isinstance(panel, SweepPanel)
    qtbot.waitUntil(lambda: panel.is_shown and bool(panel.form.rows), timeout=10_000)
    return panel


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_sweep_from_its_key_to_the_run_that_it_opens(opened: Opener, qtbot: QtBot) -> None:
    window = opened("spiral")
    panel = asked_for(window, qtbot)
    panel.form.show_choice({"units": "2", "learning_rate": "0.1"}, None, 2, 20)
    panel.form.settings.set_values({"workers": 1})
    type_into(panel.form.rows[0].values, "2,3")
    type_into(panel.form.rows[1].values, "0.01,0.1")
    qtbot.waitUntil(lambda: panel.form.words.text() == "8 trials", timeout=10_000)
    before = window.document.project
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    assert panel.run.is_running
    qtbot.waitUntil(lambda: not panel.run.is_running, timeout=120_000)
    assert len(panel.run.columns) == 8 and panel.run.columns.failed == 0
    assert window.document.project == before, "a sweep changes nothing of the project"
    panel.table_view.choose(0)
    wanted = panel.run.columns.results[0].trial.settings
    QTest.mouseClick(panel.open_run, Qt.MouseButton.LeftButton)
    project = window.document.project
    assert project.graph["dense_1"].settings["units"] == wanted["units"]
    assert project.training.learning_rate == wanted["learning_rate"] and project.training.seed == wanted["seed"]
    window.document.undo()
    assert window.document.project == before
    again = asked_for(opened("spiral"), qtbot)
    qtbot.waitUntil(lambda: len(again.run.columns) == 8, timeout=20_000)
    values = {result.trial.identity: result.values for result in panel.run.columns.results}
    assert {result.trial.identity: result.values for result in again.run.columns.results} == values
