"""The finite difference on request, in the side column."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot


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
    qtbot.keyClick(check.pickers[0], Qt.Key.Key_Up)
    assert check.result is None
    assert check.index == (1, 0)


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
    assert {"dense_1.d_weight", "learning_rate", "beta1"} <= set(names)
