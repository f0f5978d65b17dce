from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from nnlab.core.dataset import datasets
from nnlab.core.preparation import DataSettings
from nnlab.graph import edits
from nnlab.graph.validation import DataShape, validate
from nnlab.ui.document.data_edits import with_data


def fits(s) -> bool:  # type: ignore[no-untyped-def]
    """Whether the network can be trained on the session's data, once it has followed the document."""
    data = s.session.data
    return data is not None and not [
        d for d in validate(s.document.graph, DataShape(data.x.shape[1], data.target)) if d.severity == "error"
    ]


@pytest.mark.parametrize("name", [name for name in datasets.names() if name not in ("spiral", "csv_file", "table", "images")])
def test_a_click_chooses_the_data_and_the_network_fits_it_in_one_step(qtbot: QtBot, studio: Callable, name: str) -> None:
    s = studio()
    panel = s.panel("data")
    before = s.document.project
    qtbot.mouseClick(panel.picker.tiles[name], Qt.MouseButton.LeftButton)
    assert s.document.project.data.name == name
    assert s.document.undo_stack.count() == 1
    assert s.document.undo_stack.undoText() == f"Choose {datasets[name].title}"
    qtbot.waitUntil(lambda: s.session.can_run and s.session.data is not None and s.session.data.target.names != ("second arm", "first arm"))
    assert fits(s)
    assert [tile for tile, widget in panel.picker.tiles.items() if widget.isChecked()] == [name]
    assert panel.form.dataset is datasets[name]
    s.document.undo()
    assert s.document.project == before
    assert panel.form.dataset is datasets["spiral"]


def test_a_dragged_slider_shows_its_effect_and_is_one_step(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("data")
    first = s.session.data.raw_x.copy()
    for noise in (5.0, 11.0, 20.0):
        panel.form.own.previewed.emit("noise", noise)
        qtbot.waitUntil(lambda noise=noise: s.document.project.data.settings.get("noise") == noise)
    panel.form.own.committed.emit("noise", 21.0)
    assert s.document.project.data.settings["noise"] == 21.0
    assert s.document.undo_stack.count() == 1 and s.document.undo_stack.undoText() == "Change noise %"
    qtbot.waitUntil(lambda: not np.array_equal(s.session.data.raw_x, first))
    panel.form.own.committed.emit("noise", 30.0)
    assert s.document.undo_stack.count() == 2  # another gesture
    s.document.undo()
    s.document.undo()
    assert not s.document.project.data.settings.get("noise")
    assert panel.form.own.values["noise"] == 0.0


def test_extra_inputs_change_the_network_with_the_data(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("data")
    for key in ("sin_x", "x2"):
        qtbot.mouseClick(panel.form.derived[key], Qt.MouseButton.LeftButton)
    assert s.document.project.data.derived == ("x2", "sin_x")
    assert s.document.graph.input_nodes[0].settings["features"] == 4
    qtbot.waitUntil(lambda: fits(s) and s.session.data.x.shape[1] == 4)
    assert "4 inputs" in panel.form.counts.text()
    s.document.undo()
    assert s.document.graph.input_nodes[0].settings["features"] == 3
    assert panel.form.derived["x2"].isChecked() is False and panel.form.derived["sin_x"].isChecked() is True


def test_only_sets_of_the_plane_offer_extra_inputs(studio: Callable) -> None:
    panel = studio(DataSettings("iris")).panel("data")
    assert all(check.isHidden() for check in panel.form.derived.values())


def test_validation_share_standardising_and_seed(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("data")
    panel.form.common.committed.emit("validation_share", 0.5)
    panel.form.common.committed.emit("standardize", True)
    qtbot.mouseClick(panel.form.dice, Qt.MouseButton.LeftButton)
    data = s.document.project.data
    assert (data.validation_share, data.standardize, data.seed) == (0.5, True, 1)
    assert s.document.undo_stack.count() == 3
    qtbot.waitUntil(lambda: "250 training, 250 validation" in panel.form.counts.text())
    assert panel.form.balance.counts.tolist() == [250, 250]


def test_a_number_has_a_range_instead_of_classes(studio: Callable) -> None:
    panel = studio(DataSettings("function")).panel("data")
    assert not len(panel.form.balance.counts)
    assert panel.form.balance.text == "y from −1.000 to 1.000"


def test_a_formula_that_has_no_meaning_is_refused_with_a_sentence_and_nothing_changes(studio: Callable) -> None:
    s = studio(DataSettings("function"))
    panel = s.panel("data")
    before = s.document.project
    panel.form.own.committed.emit("formula", "sin(")
    assert s.document.project == before and not s.document.can_undo
    assert panel.form.problem.text() and not panel.form.problem.isHidden()
    panel.form.own.committed.emit("formula", "2 cos(x)")
    assert s.document.project.data.settings["formula"] == "2 cos(x)" and panel.form.problem.isHidden()


def test_a_table_of_ones_own(qtbot: QtBot, studio: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fruit.csv"
    path.write_text("weight,size,kind\n" + "".join(f"{k},{k % 3},{'apple' if k % 2 else 'pear'}\n" for k in range(30)))
    s = studio()
    panel = s.panel("data")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(panel.open_button, Qt.MouseButton.LeftButton)
    page = panel.tables.dialog
    qtbot.waitUntil(page.import_button.isEnabled)
    page.take()
    qtbot.waitUntil(lambda: fits(s) and s.session.data.target.names == ("apple", "pear"))
    assert s.document.project.data.name == "table" and s.session.data.features == ("weight", "size")
    s.train(3)
    path.write_text("weight,size,kind\n1,two,pear\n1\n")
    qtbot.mouseClick(panel.open_button, Qt.MouseButton.LeftButton)
    page = panel.tables.dialog
    qtbot.waitUntil(lambda: bool(page.problem.text()))
    assert "fruit.csv, line 3 has 1 value" in page.problem.text()
    page.reject()
    assert s.document.undo_stack.count() == 1
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    qtbot.mouseClick(panel.picker.tiles["table"], Qt.MouseButton.LeftButton)  # given up
    assert s.document.undo_stack.count() == 1


def test_more_noise_does_not_touch_what_is_being_drawn(studio: Callable) -> None:
    s = studio()
    unfinished = edits.add_node(s.document.graph, "mse")  # a second loss, whose fix would remove it
    project = replace(s.document.project, graph=unfinished)
    changed, _ = with_data(project, replace(project.data, settings={"noise": 10.0}), s.session.data)
    assert changed.graph == unfinished


def test_tiles_are_reached_and_chosen_by_keyboard(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("data", 500, 500)
    panel.activateWindow()
    spiral = panel.picker.tiles["spiral"]
    spiral.setFocus()
    qtbot.waitUntil(spiral.hasFocus)
    qtbot.keyClick(spiral, Qt.Key.Key_Right)
    chosen = panel.picker.focusWidget()
    assert chosen is not spiral
    qtbot.keyClick(chosen, Qt.Key.Key_Return)
    assert s.document.project.data.name == chosen.dataset.name
    qtbot.keyClick(chosen, Qt.Key.Key_Up)
    assert panel.picker.focusWidget().geometry().y() < chosen.geometry().y()


def test_it_is_one_column_when_narrow_and_two_when_wide_in_any_theme(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("data", 300, 600)
    assert panel._form_area.y() > panel._picker_area.y()
    panel.resize(640, 200)
    qtbot.waitUntil(lambda: panel._form_area.x() > panel._picker_area.x())
    s.services.theme.set_mode("light")
    s.services.theme.set_scale(1.4)
    panel.grab()


def test_the_advice_on_the_target_stands_below_the_form_and_is_followed_in_one_step(qtbot: QtBot, studio: Callable) -> None:
    """Spirals with MSE: two classes ask for cross-entropy."""
    s = studio()
    with_mse = edits.replace_operator(s.document.graph, s.document.graph.losses[0].id, "mse")
    s.document.edit("MSE", replace(s.document.project, graph=with_mse))
    graph, panel = s.document.graph, s.panel("data", 300, 600)
    qtbot.waitUntil(lambda: panel.advice.headline.text() == "Two classes: use binary cross-entropy", timeout=10_000)
    assert [row.words.text().partition(":")[0] for row in panel.advice.warnings] == ["MSE on two classes"]
    panel.advice.apply_button.click()
    assert s.document.graph.losses[0].operator == "binary_cross_entropy" and not panel.advice.warnings
    assert panel.advice.apply_button.isHidden()
    s.document.undo()
    assert s.document.graph == graph


def test_the_test_part_is_asked_by_its_button_counted_and_no_undo_takes_it_back(studio: Callable, qtbot: QtBot) -> None:
    s = studio(DataSettings("iris"))
    panel = s.panel("data")
    assert panel.test_part.isHidden() and s.document.runs.tests == ()
    s.document.edit("Keep some for a test", replace(s.document.project, data=replace(s.document.project.data, test_share=0.2)))
    qtbot.waitUntil(lambda: s.session.data is not None and len(s.session.data.test_x) == 30 and s.session.can_run)
    qtbot.waitUntil(lambda: not panel.test_part.isHidden())
    assert panel.test_part.said.text() == "Not looked at yet."
    for times in (1, 2):
        qtbot.waitUntil(panel.test_part.button.isEnabled)
        panel.test_part.button.click()
        qtbot.waitUntil(lambda times=times: len(s.document.runs.tests) == times)
    assert panel.test_part.said.text().endswith(
        "on 30 samples at iteration 0. Looked at 2 times by now: each look makes the next one worth less."
    )
    s.document.undo()
    assert len(s.document.runs.tests) == 2
    qtbot.waitUntil(lambda: s.session.data is not None and len(s.session.data.test_x) == 0)
    panel.evaluate_on_test()
    qtbot.waitUntil(lambda: bool(panel.test_part.problem.text()))
    assert "No samples were set aside for a test" in panel.test_part.problem.text() and len(s.document.runs.tests) == 2
    s.document.redo()
    qtbot.waitUntil(lambda: s.session.data is not None and len(s.session.data.test_x) == 30 and s.session.can_run)
    qtbot.waitUntil(panel.test_part.button.isEnabled)
    panel.test_part.button.click()
    s.document.replace(s.document.project, "another")
    qtbot.waitUntil(panel.test_part.button.isEnabled)
    assert s.document.runs.tests == (), "a look at the test part of the project before is no look at this one's"
