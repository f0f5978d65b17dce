"""Attaching an adapter in the real window, with real keys and clicks."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.graph import edits
from nnlab.graph.adapters import adaptable, adapted
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


def open_attach(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.keyClick(window.canvas.view, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.adapters.popover.isVisible)


def trained(window: MainWindow, qtbot: QtBot) -> dict[str, np.ndarray]:
    """The parameters after one epoch."""
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.iteration > 0 and not window.session.is_playing, timeout=20_000)
    names = [f"{node.id}.{p.name}" for node in window.document.graph for p in node.parameters]
    return window.session.parameters(names)


def test_keys_attach_an_adapter_and_undo_brings_the_learned_network_back(window: MainWindow, qtbot: QtBot) -> None:
    before, graph = trained(window, qtbot), window.document.graph
    layers = adaptable(graph)
    open_attach(window, qtbot)
    popover = window.adapters.popover
    assert popover.rows.chosen == layers
    qtbot.keyClicks(popover.name, "first")
    qtbot.mouseClick(popover.ranks.button("1"), Qt.MouseButton.LeftButton)
    assert popover.problem.text() == ""
    # By hand: r (inputs + units) on 2-8-8-1 with r = 1.
    shapes = [before[f"{layer}.weight"].shape for layer in layers]
    assert popover.counts.text().startswith(f"{sum(map(sum, shapes))} learn, not {sum(v.size for v in before.values())}")
    qtbot.keyClick(popover.name, Qt.Key.Key_Return)
    assert not popover.isVisible()
    assert adapted(window.document.graph) == {"first": layers}
    assert window.document.undo_stack.undoText() == "Attach first"
    assert all(node.is_frozen or node.adapters for node in window.document.graph if node.parameters)
    now = window.session.parameters(before)
    assert all(np.array_equal(now[name], before[name]) for name in before)
    qtbot.keyClick(window.canvas.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.graph == graph
    again = window.session.parameters(before)
    assert all(np.array_equal(again[name], before[name]) for name in before)
    qtbot.waitUntil(lambda: window.session.iteration > 0)


def test_a_rank_that_cannot_be_is_said_in_the_form_and_attaches_nothing(window: MainWindow, qtbot: QtBot) -> None:
    graph = window.document.graph
    open_attach(window, qtbot)
    popover = window.adapters.popover
    for typed, said in (("0", "from 1 to"), ("99", "smaller side")):
        popover.rank.setFocus()
        popover.rank.selectAll()
        qtbot.keyClicks(popover.rank, typed)
        qtbot.keyClick(popover.rank, Qt.Key.Key_Return)
        assert said in popover.problem.text(), popover.problem.text()
        assert popover.problem.isVisible() and not popover.button.isEnabled()
        assert window.document.graph == graph and popover.isVisible()
    popover.rank.selectAll()
    qtbot.keyClicks(popover.rank, "1")
    assert popover.problem.isHidden() and popover.button.isEnabled()
    qtbot.keyClick(popover.rank, Qt.Key.Key_Escape)  # gives up what is typed
    assert "rank 99" in popover.problem.text() and not popover.button.isEnabled()
    qtbot.keyClick(popover.rank, Qt.Key.Key_Escape)
    assert not popover.isVisible() and window.document.graph == graph


def test_a_name_in_use_is_refused_and_layers_are_chosen_by_their_cards(window: MainWindow, qtbot: QtBot) -> None:
    layers = adaptable(window.document.graph)
    window.selection.set([layers[0]])
    open_attach(window, qtbot)
    popover = window.adapters.popover
    assert popover.rows.chosen == layers[:1]
    window.selection.set(layers[:2])
    assert popover.isVisible() and popover.rows.chosen == layers[:2]
    qtbot.mouseClick(popover.rows.checks[layers[1]], Qt.MouseButton.LeftButton)
    popover.rows.fields[layers[0], "rank"].selectAll()
    qtbot.keyClicks(popover.rows.fields[layers[0], "rank"], "1")
    qtbot.keyClick(popover.rows.fields[layers[0], "rank"], Qt.Key.Key_Tab)
    assert popover.settings["ranks"] == {layers[0]: 1}
    qtbot.mouseClick(popover.button, Qt.MouseButton.LeftButton)
    adapter = window.document.graph[layers[0]].adapters[0]
    assert (adapter.name, adapter.rank) == ("task_a", 1) and adapted(window.document.graph) == {"task_a": layers[:1]}
    assert len(adapter.base_sha256) == 64
    open_attach(window, qtbot)
    qtbot.keyClicks(popover.name, "task_a")
    assert "already" in popover.problem.text() or "in use" in popover.problem.text(), popover.problem.text()
    qtbot.keyClick(popover.name, Qt.Key.Key_Escape)


def test_detaching_an_adapter_that_learned_says_so_and_undo_brings_its_numbers_back(window: MainWindow, qtbot: QtBot) -> None:
    layers = adaptable(window.document.graph)
    open_attach(window, qtbot)
    qtbot.mouseClick(window.adapters.popover.ranks.button("1"), Qt.MouseButton.LeftButton)
    qtbot.keyClick(window.adapters.popover.name, Qt.Key.Key_Return)
    said: list[str] = []
    window.adapters.lost.connect(said.append)
    window.actions_by_id["lora.detach"].trigger()
    assert said == [] and not adapted(window.document.graph)  # had learned nothing
    window.document.undo()
    trained(window, qtbot)
    name = f"{layers[0]}.lora_B.task_a"
    learned = window.session.parameters([name])[name]
    assert learned.any()
    window.actions_by_id["lora.detach"].trigger()
    assert said == ["task_a had learned what no file holds; Undo brings it back."]
    window.document.undo()
    assert np.array_equal(window.session.parameters([name])[name], learned)


def test_a_layer_that_is_not_connected_is_refused_in_the_form(window: MainWindow, qtbot: QtBot) -> None:
    layers, graph = adaptable(window.document.graph), window.document.graph
    window.document.apply("Cut", edits.disconnect(graph, graph.incoming(layers[0])[0]))
    open_attach(window, qtbot)
    popover = window.adapters.popover
    assert popover.problem.text().startswith(f"{layers[0]} has no size yet") and not popover.button.isEnabled()
    window.document.undo()
    assert "no size" not in popover.problem.text()
