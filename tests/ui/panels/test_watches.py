"""Watches in the panel: added, followed over iterations, operations and the past, written in the format of choice, undone, saved."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.ui.panels.controls.condition_field import in_names_of
from nnlab.ui.panels.controls.watch_row import written

TEXTS = ("norm(grad(dense_1.weight))", "dense_2.weight[0, 3]")


def test_watches_are_followed_over_iterations_operations_and_the_past(studio, qtbot) -> None:
    world = studio()
    panel, session, document = world.panel("watches"), world.session, world.document
    for text in TEXTS:
        QTest.keyClicks(panel.new, text)
        QTest.keyClick(panel.new, Qt.Key.Key_Return)
    assert [row.text for row in panel.rows] == list(TEXTS) and not panel.words.isVisible()
    frame = world.train(40).frame
    first, weight = panel.rows
    qtbot.waitUntil(lambda: len(weight.spark._values) == 40)
    expected = float(frame.get("dense_2.weight")[0, 3])
    qtbot.waitUntil(lambda: weight.value.text() == written(expected, "auto"))
    assert weight.spark._values[-1] == expected
    norm = np.linalg.norm(frame.get("dense_1.d_weight").astype(np.float64)) if frame.get("dense_1.d_weight") is not None else None
    assert norm is None or first.value.text() == written(norm, "auto")

    weight.format_chosen.emit("exact")
    assert float(weight.value.text().replace("−", "-")) == expected
    document.undo()
    assert weight.value.text() == written(expected, "auto")

    session.back_to(25)
    qtbot.waitUntil(lambda: weight.spark._at == 24)
    assert weight.value.text() == written(float(weight.spark._values[24]), "auto"), "the past is replayed to the bit"
    session.back_to(40)
    qtbot.waitUntil(lambda: weight.spark._at == 39)

    panel.over.choose("operations")
    session.step_forward(8)
    qtbot.waitUntil(lambda: session.last_step is not None and session.last_step.pc == 8 and first.spark._at == 1)
    for _ in range(2):
        before = len(first.spark._values)
        session.step_forward()
        qtbot.waitUntil(lambda before=before: len(first.spark._values) == before + 1)
    after = first.value.text()
    session.step_back(2)
    qtbot.waitUntil(lambda: first.spark._at == 1)
    session.step_forward(2)
    qtbot.waitUntil(lambda: first.spark._at == 3)
    assert first.value.text() == after
    document.undo()
    assert [row.text for row in panel.rows] == [TEXTS[0]]


def test_what_cannot_be_watched_is_said_at_the_field_and_a_tensor_alone_is_its_norm(studio, qtbot) -> None:
    world = studio()
    panel = world.panel("watches")
    qtbot.waitUntil(lambda: world.session.frame is not None)
    QTest.keyClicks(panel.new, "norm(dense_7.weight)")
    assert "there is no tensor 'dense_7.weight'" in panel.problem.text()
    panel.new.clear()
    QTest.keyClicks(panel.new, "dense_1.weight")
    QTest.keyClick(panel.new, Qt.Key.Key_Return)
    assert [row.text for row in panel.rows] == ["norm(dense_1.weight)"]
    QTest.keyClicks(panel.new, "norm(dense_1.weight)")
    QTest.keyClick(panel.new, Qt.Key.Key_Return)
    assert panel.problem.text() == "norm(dense_1.weight) is watched already."
    menu = panel.rows[0].menu()
    assert [a.text() for a in menu.actions()][-2:] == ["Stop training by it…", "Watch no more"]
    menu.actions()[-1].trigger()
    assert panel.rows == []


@pytest.mark.parametrize(("name", "text"), [("auto", "0.0123"), ("decimals", "0.012346"), ("percent", "1.23 %"), ("exact", "0.0123456")])
def test_formats(name: str, text: str) -> None:
    assert written(0.0123456, name) == text


def test_hint_and_tooltip_name_a_layer_of_the_network_shown(studio) -> None:
    """The hint named dense_1.weight where no node is called so."""
    world = studio()
    panel, document = world.panel("watches"), world.document
    first = next(node for node in document.graph if node.operator == "dense")
    assert panel.new.placeholderText() == f"Watch… e.g. norm(grad({first.id}.weight))"
    renamed = edits.rename_node(document.graph, first.id, "hidden")
    document.apply("Rename", renamed)
    assert panel.new.placeholderText() == "Watch… e.g. norm(grad(hidden.weight))"
    assert "hidden.weight[0, 0]" in panel.new.toolTip() and "act(hidden)" in panel.new.toolTip() and "dense_1" not in panel.new.toolTip()
    assert in_names_of(Graph(), "e.g. norm(grad(dense_1.weight)) > 1.5") == "e.g. loss < 0.1"
