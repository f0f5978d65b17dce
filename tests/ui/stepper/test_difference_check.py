"""The finite difference on request, in the side column."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from worlds import spiral_project, world

from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.stepper_panel import StepperPanel


def test_the_weight_of_the_moment_is_checked(steps: Any, qtbot: QtBot) -> None:
    side = steps.panel.side
    qtbot.addWidget(side)
    side.show()
    steps.panel.model.session.watch("test", ("dense_2.d_weight",))
    steps.to(10)
    model, check = steps.panel.model, side.check
    model.choose("d_weight", (3, 5))
    assert check.parameter.currentText() == "dense_2.weight"
    assert check.index == (3, 5)
    gradient = "dense_2.d_weight"  # of the moment's own frame
    qtbot.waitUntil(lambda: model.frame.get(gradient) is not None and model.frame.get(gradient)[3, 5] == model.moment.result)
    qtbot.mouseClick(check.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: check.result is not None, timeout=20_000)
    assert check.result.agrees
    assert abs(check.result.gradient - model.moment.result) < 1e-6
    assert check.verdict.text().startswith("They agree")


def test_another_weight_takes_the_answer_back(steps: Any, qtbot: QtBot) -> None:
    side = steps.panel.side
    qtbot.addWidget(side)
    side.show()
    steps.to(10)
    check = side.check
    qtbot.waitUntil(lambda: check.button.isEnabled())
    check.check()
    qtbot.waitUntil(lambda: check.result is not None, timeout=20_000)
    first = check.index
    qtbot.keyClick(check.pickers[0], Qt.Key.Key_Up if first[0] < 7 else Qt.Key.Key_Down)
    assert check.result is None
    assert check.index != first


def test_a_node_that_is_selected_brings_its_parameter(steps: Any, qtbot: QtBot) -> None:
    side = steps.panel.side
    qtbot.addWidget(side)
    steps.to(10)
    steps.world.selection.set(["dense_3"])
    assert side.check.parameter.currentText() == "dense_3.weight"


def test_the_table_lists_what_the_moment_read_and_wrote(steps: Any, qtbot: QtBot) -> None:
    side = steps.panel.side
    qtbot.addWidget(side)
    assert side.tensors.is_empty
    steps.to(13)
    names = [row.name for row in side.table.rows]
    assert names[:4] == ["dense_1.weight", "dense_1.weight.mean", "dense_1.weight.square", "dense_1.weight.step"]
    assert {"∂L/∂W of dense_1", "Learning rate", "β₁"} <= set(names)
    said = {row.name: row.text for row in side.table.rows}
    assert (said["Learning rate"], said["β₁"]) == ("0.01", "0.9"), "settings as they were chosen"


def test_no_tensor_is_named_as_the_code_does(steps: Any, qtbot: QtBot) -> None:
    side = steps.panel.side
    qtbot.addWidget(side)
    for done in range(1, 14):
        steps.to(done)
        assert side.table.rows and not [row.name for row in side.table.rows if ".d_" in row.name]
        assert ".d_" not in side.table.accessibleName()


def test_all_weights_are_checked_with_progress_and_one_sentence_at_the_end(steps: Any, qtbot: QtBot) -> None:
    side = steps.panel.side
    qtbot.addWidget(side)
    side.show()
    check, session, model, gradient = side.check, steps.world.session, steps.panel.model, "dense_2.d_weight"
    session.watch("test", (gradient,))
    steps.to(10)
    model.choose("d_weight", (3, 5))
    qtbot.waitUntil(lambda: model.frame.get(gradient) is not None and model.frame.get(gradient)[3, 5] == model.moment.result)
    said: list[str] = []
    check.told.connect(said.append)
    check.warned.connect(said.append)
    so_far: list[str] = []
    qtbot.mouseClick(check.all_button, Qt.MouseButton.LeftButton)
    check._all.partial.connect(lambda summary: so_far.append(check.verdict.text()))
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    found = re.fullmatch(
        r"(All|\d+ of) 105 gradients of iteration 200 agree with finite differences to 1e−6; "
        r"the largest relative error is (\S+), at (dense_\d\.\w+)\[(\d+)(?:, (\d+))?\]\.",
        said[0],
    )
    assert found is not None, said[0]
    index = tuple(int(place) for place in found.groups()[3:] if place is not None)
    check.parameter.setCurrentText(found[3])
    for axis, place in zip(check.chooser._axes, index, strict=True):
        model.choose_place(axis, place)
    assert check.index == index
    check.check()
    qtbot.waitUntil(lambda: check.result is not None, timeout=20_000)
    assert check.error.text == found[2]
    assert so_far
    assert so_far[-1].startswith(f"Largest relative error so far: {found[2]}, at {found[3]}[")
    assert session.jobs.shown == ()


def test_without_a_batch_checking_all_says_what_is_missing(qtbot: QtBot, theme: Theme) -> None:
    with world(spiral_project(), qtbot) as found:
        panel = StepperPanel(theme, found.session, found.document)
        qtbot.addWidget(panel)
        qtbot.addWidget(panel.side)
        with qtbot.waitSignal(panel.side.check.warned) as said:
            panel.side.check.check_all()
        assert said.args == ["The check needs a batch: step once or train an iteration."]
