"""The form that attaches an adapter tells what it would make while it is open, and nothing when it is closed or refuses."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from worlds import spiral_project

from nnlab.ui.adapters.attach_popover import AttachPopover
from nnlab.ui.adapters.attach_preview import Attempt
from nnlab.ui.look.theme import Theme


def test_it_previews_what_it_would_attach(theme: Theme, qtbot: QtBot) -> None:
    window, project = QWidget(), spiral_project()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    popover = AttachPopover(theme, window, lambda: project)
    told: list[Attempt] = []
    popover.previewed.connect(told.append)
    popover.open_for(["dense_1", "dense_2"], window)
    inputs, units = 2, project.graph["dense_1"].settings["units"]
    assert set(told[-1].strands) == {"dense_1", "dense_2"} and told[-1].name == "task_a"
    rank = told[-1].strands["dense_1"].rank
    assert told[-1].strands["dense_1"].size == rank * (inputs + units)
    popover.follow_selection(["dense_2"])
    assert set(told[-1].strands) == {"dense_2"}
    assert told[-1].graph is not None and told[-1].graph["dense_2"].adapter("task_a") is not None
    popover.name.setText("no/name")
    popover.name.textEdited.emit("no/name")
    assert told[-1] == Attempt() and popover.problem.text()
    popover.close_box()
    assert told[-1] == Attempt()
    count = len(told)
    popover.follow_selection(["dense_1"])
    assert len(told) == count, "closed, it draws nothing"
