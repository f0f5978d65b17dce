"""What is typed or chosen in the row of the target is one undoable edit of the data, and the row says what the document has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.files.examples import load_example
from nnlab.studies.approximation.targets import SURFACES, TARGETS
from nnlab.ui.approximation.target_editor import TargetEditor, thumbnail
from nnlab.ui.look.theme import Theme
from tests.support.worlds import World, world


@pytest.fixture
def ripple(qtbot: QtBot) -> Iterator[World]:
    with world(load_example("ripple"), qtbot) as made:
        yield made


@pytest.fixture
def editor(ripple: World, theme: Theme, qtbot: QtBot) -> Iterator[TargetEditor]:
    page = QWidget()
    qtbot.addWidget(page)
    made = TargetEditor(theme, ripple.document, ripple.session, page)
    made.row.setParent(page)
    made.row.sentence.setParent(page)
    page.resize(944, 300)
    page.show()
    yield made
    page.close()  # until then it lives


def test_a_formula_keeps_domain_samples_and_noise_and_is_undone(editor: TargetEditor, ripple: World) -> None:
    before = ripple.document.project
    editor.use_domain(-1.0, 2.0)
    editor._use_samples(77)
    editor._use_noise(5.0)
    kept = {**ripple.document.project.data.settings}
    editor.use_formula("abs(x)")
    found = ripple.document.project.data.settings
    assert found == {**kept, "formula": "abs(x)"} and (found["start"], found["end"], found["samples"], found["noise"]) == (-1, 2, 77, 5)
    assert editor.row.formula.text() == "abs(x)" and editor.row.domain.text() == "-1 … 2".replace("-", "−")
    for _ in range(4):
        ripple.document.undo()
    assert ripple.document.project == before and editor.row.formula.text() == before.data.settings["formula"]


@pytest.mark.parametrize("formula", ["1/0 + x", "log(-1) * x", "9**9**9 * x"])
def test_what_has_no_values_is_said_under_the_field_and_edits_nothing(editor: TargetEditor, ripple: World, formula: str) -> None:
    count = ripple.document.undo_stack.count()
    editor.use_formula(formula)
    assert ripple.document.undo_stack.count() == count
    assert not editor.row.sentence.isHidden() and editor.row.sentence.text.text().count(". ") <= 1


def test_one_or_two_inputs_are_the_same_network_with_another_input(editor: TargetEditor, ripple: World) -> None:
    units = ripple.document.graph["dense_1"].settings["units"]
    editor._use_dimensions("2")
    assert ripple.document.project.data.settings["formula"] == SURFACES[0].formula and editor.dimensions == 2
    (source,) = ripple.document.graph.input_nodes
    assert source.settings["features"] == 2 and ripple.document.graph["dense_1"].settings["units"] == units
    editor._use_dimensions("1")
    assert ripple.document.project.data.settings["formula"] == TARGETS[0].formula and editor.dimensions == 1


def test_every_target_of_the_library_can_be_taken_and_has_a_picture(editor: TargetEditor, ripple: World) -> None:
    for target in (*TARGETS, *SURFACES):
        editor.use_target(target)
        assert editor.row.sentence.isHidden(), f"{target.title}: {editor.row.sentence.text.text()}"
        assert ripple.document.project.data.settings["formula"] == target.formula
        assert np.isfinite(thumbnail(target)).all() and np.ptp(thumbnail(target)) > 0


def test_a_drawing_and_a_table_are_targets_without_a_formula(editor: TargetEditor, ripple: World, tmp_path: Path) -> None:
    editor.use_drawing("0 0; 1 2; 2 0")
    assert ripple.document.project.data.name == "drawn" and editor.row.formula.text() == ""
    path = tmp_path / "two.csv"
    path.write_text("x,y\n" + "\n".join(f"{x / 10},{(x / 10) ** 2}" for x in range(40)))
    editor.use_table(str(path))
    assert ripple.document.project.data.name == "table" and not editor.row.samples.isEnabled()
    count = ripple.document.undo_stack.count()
    editor.use_table(str(tmp_path / "missing.csv"))
    assert "missing.csv" in editor.row.sentence.text.text() and ripple.document.undo_stack.count() == count
