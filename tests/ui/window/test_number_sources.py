"""Numbers all over the window tell where they come from, and the engine finds the same again, to the bit."""

from __future__ import annotations

import re

import numpy as np
import pytest
from asked_numbers import EQUAL, ask, checked, panel
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.training.provenance import Provenance
from nnlab.ui.canvas.cards import loss_painting, pills
from nnlab.ui.canvas.scene.hit import EDGE, hit
from nnlab.ui.panels.cost import CostPanel
from nnlab.ui.panels.gradient_flow import GradientFlowPanel
from nnlab.ui.panels.loss import LossPanel
from nnlab.ui.panels.prediction import PredictionPanel
from nnlab.ui.widgets.traced import supplier_of, traced_within
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.provenance import NumberSources


@pytest.fixture
def trained(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The spiral after 130 iterations, a changed rate among them, looked at."""
    window.show_workspace("train")
    window.session.run_iterations(130)
    shown: list[object] = []
    window.session.ticked.connect(lambda view: shown.append(view) if view.is_exact and view.frame.iteration == 130 else None)
    qtbot.waitUntil(lambda: bool(shown), timeout=30_000)
    return window


def test_the_inspectors_statistics_are_found_again(trained: MainWindow, qtbot: QtBot) -> None:
    page = trained.inspector.node.numbers
    trained.selection.set(["dense_1"])
    qtbot.waitUntil(lambda: page.view is not None and page.view.frame.get("dense_1.d_weight") is not None, timeout=20_000)
    table = page.table
    row_height = table.height() / (len(table.rows) + 1)
    for row in range(len(table.rows)):
        for column in (0, 1):
            place = QPointF(table.width() - (0.5 if column else 1.5) * table.column_width, (row + 1.5) * row_height)
            found = ask(table, place)
            assert found.tensor == ("dense_1.d_weight" if column else "dense_1.weight")
            assert checked(found) == EQUAL, found.name
    assert ask(page.update_ratio).formula and checked(ask(page.update_ratio)) == EQUAL
    assert checked(ask(page.flat)) == EQUAL
    assert table.cell_at(QPointF(4, 1.5 * row_height)) is None, "the words are no numbers"


def test_the_canvas_tells_of_weights_the_loss_and_single_rows(trained: MainWindow, qtbot: QtBot) -> None:
    canvas = trained.canvas
    port = canvas.view.viewport()
    item = next(card for card in canvas.scene.items_by_card.values() if card.card.form == "loss")
    loss = canvas.view.mapFromScene(item.position + loss_painting.value_place(item).center())
    found = ask(port, QPointF(loss))
    assert found.name == "Batch loss" and found.value == trained.session.frame.loss and checked(found) == EQUAL
    qtbot.waitUntil(lambda: not item.bars.isEmpty(), timeout=20_000)
    bar = canvas.view.mapFromScene(item.position + item.bars.center())
    one = ask(port, QPointF(bar))
    assert one.tensor.startswith(f"{item.card.id}.sample_loss[") or one.tensor.startswith(f"{item.card.id}.sample_loss")
    assert checked(one) == EQUAL and re.match(r"row [\d,]+, place \d+ of \d+ in the batch", one.rows)
    weight = next(place for place in _grid(port) if hit(canvas.scene, canvas.view.mapToScene(place)).weight is not None)
    at = hit(canvas.scene, canvas.view.mapToScene(weight))
    assert at.kind == EDGE and at.edge is not None and at.weight is not None
    drawn = ask(port, QPointF(weight))
    parameter = canvas.scene.edges.weights[at.edge].parameter
    assert drawn.value == float(trained.session.frame.get(parameter)[at.weight]) and checked(drawn) == EQUAL
    assert supplier_of(port)(QPointF(2, port.height() - 2)) is None


def test_the_cost_under_a_card_is_that_of_its_nodes(trained: MainWindow, qtbot: QtBot) -> None:
    canvas = trained.canvas
    trained.area.reveal("cost")
    panel = trained.panels["cost"]
    assert isinstance(panel, CostPanel)
    qtbot.waitUntil(lambda: panel.cost is not None, timeout=30_000)
    item = canvas.scene.items_by_card["dense_1"]
    own = {node.node: node for node in panel.cost.nodes if node.node in item.card.nodes}
    assert set(own) == {"dense_1", "tanh_1"}
    place = pills.cost_place(item, canvas.view.zoom)
    assert place is not None
    found = ask(canvas.view.viewport(), QPointF(canvas.view.mapFromScene(item.position + place.center())))
    assert found.value == pytest.approx(own["dense_1"].total + own["tanh_1"].total, rel=1e-12)
    assert found.name == "Seconds of dense_1 in a step" and "the median of 48 steps" in found.note
    below = canvas.view.mapFromScene(item.position + place.center() + QPointF(0, place.height()))
    assert supplier_of(canvas.view.viewport())(QPointF(below)) is None
    canvas.set_costs({})  # nobody looks at Cost any more
    assert pills.cost_place(item, canvas.view.zoom) is None


def test_a_click_on_a_weight_leaves_the_keys_to_the_canvas(trained: MainWindow, qtbot: QtBot) -> None:
    canvas, popover = trained.canvas, sources(trained).popover
    port = canvas.view.viewport()
    weight = next(place for place in _grid(port) if hit(canvas.scene, canvas.view.mapToScene(place)).weight is not None)
    edges = len(trained.document.graph.edges)
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=weight)
    assert popover.isVisible() and popover.shown is not None and popover.box.geometry().width() > 0
    QTest.keyClick(popover.check, Qt.Key.Key_Delete)
    assert not popover.isVisible() and len(trained.document.graph.edges) == edges - 1
    trained.document.undo()


def test_inside_an_open_neuron_factors_and_products_are_found_again(trained: MainWindow, qtbot: QtBot) -> None:
    canvas = trained.canvas
    card = next(name for name, item in canvas.scene.items_by_card.items() if item.card.form == "dense" or item.card.bias)
    item = canvas.scene.items_by_card[card]
    assert canvas.view.zoom_to_unit(card, 1)
    qtbot.waitUntil(lambda: canvas.view.units.present is not None and canvas.neurons.neuron(card, 1) is not None, timeout=20_000)
    canvas.grab()
    tile = next(t.rect for t in item.geometry.tiles if t.unit == 1)
    seen: dict[str, Provenance] = {}
    for x in np.linspace(0.02, 0.98, 60):
        for y in np.linspace(0.05, 0.95, 40):
            at = item.position + tile.topLeft() + QPointF(x * tile.width(), y * tile.height())
            found = supplier_of(canvas.view.viewport())(QPointF(canvas.view.mapFromScene(at)))
            if isinstance(found, Provenance):
                seen[found.tensor] = found
    names = {re.sub(r"\[.*?\]", "", tensor) for tensor in seen}
    assert {f"{card}.weight", f"{card}.bias", f"{card}.y"} <= names and any("×" in name for name in names), names
    assert {checked(found) for found in seen.values()} == {EQUAL}


def test_plots_tell_of_the_value_at_the_crosshair(trained: MainWindow, qtbot: QtBot) -> None:
    loss, flow = panel(trained, "loss"), panel(trained, "gradient_flow")
    assert isinstance(loss, LossPanel) and isinstance(flow, GradientFlowPanel)
    qtbot.waitUntil(lambda: loss.plot.curves is not None and flow.plot.curves is not None, timeout=20_000)
    curves = loss.plot.curves
    assert curves is not None
    trained.services.crosshair.set(64)
    height = float(loss.plot.y_pixels(float(loss.plot.on_axis(curves.smoothed[63:64])[0])))
    x = float(loss.plot.x_pixels(64))
    found = ask(loss.plot.viewport(), QPointF(x, height))
    assert found.iteration == 64 and found.value == float(curves.smoothed[63]) and checked(found) == EQUAL
    beside = [supplier_of(loss.plot.viewport())(QPointF(loss.plot.picture.right() + 20, y)) for y in range(4, loss.plot.height(), 6)]
    named = {each.name: each for each in beside if isinstance(each, Provenance)}
    assert {"Validation loss", "Training loss", "Smoothed batch loss"} <= set(named)
    assert {checked(each) for each in named.values()} == {EQUAL}
    edges = flow.plot.row_edges() + flow.plot.picture.top()
    for row, name in enumerate(curves.names):
        norm = ask(flow.plot.viewport(), QPointF(x, float(edges[row] + edges[row + 1]) / 2))
        assert norm.iteration == 64 and norm.value == float(curves.norms[63, row]) and name in norm.name
        assert checked(norm) == EQUAL
    trained.services.crosshair.set(None)


def test_the_prediction_cards_figures_are_found_again(trained: MainWindow, qtbot: QtBot) -> None:
    shown = panel(trained, "prediction")
    assert isinstance(shown, PredictionPanel)
    qtbot.waitUntil(lambda: shown.current is not None and shown.view is not None and bool(shown.current.statistics.lines), timeout=20_000)
    statistics = shown.current.statistics  # type: ignore[union-attr]
    seen = {}
    for y in range(2, statistics.height(), 6):
        found = supplier_of(shown)(QPointF(statistics.mapTo(shown, QPoint(8, y))))
        if isinstance(found, Provenance):
            seen[found.name] = found
    assert {"Accuracy (training)", "Accuracy (validation)", "Wrong (training)", "Wrong (validation)"} <= set(seen)
    assert {checked(each) for each in seen.values()} == {EQUAL}
    popover = sources(trained).popover
    QTest.mouseClick(statistics, Qt.MouseButton.LeftButton, pos=QPoint(8, 30))
    assert popover.isVisible()
    popover.close_box()


def test_what_was_evaluated_while_training_runs_is_checked_although_the_weights_move(trained: MainWindow, qtbot: QtBot) -> None:
    trained.session.play()
    counter = trained.transport.bar.counters["validation"]
    qtbot.waitUntil(lambda: trained.session.iteration > 2_000, timeout=30_000)
    found = ask(counter)
    assert checked(found) == EQUAL
    trained.session.pause()
    assert all(supplier_of(widget) is not None for widget in traced_within(trained))


def sources(window: MainWindow) -> NumberSources:
    return next(child for child in window.children() if isinstance(child, NumberSources))


def _grid(port: QWidget) -> list[QPoint]:
    return [QPoint(x, y) for x in range(4, port.width(), 5) for y in range(4, port.height(), 5)]


def test_leaving_the_popover_gives_a_check_up(trained: MainWindow, qtbot: QtBot) -> None:
    found = sources(trained)
    found.popover.ask(trained.transport.bar.counters["batch_loss"])
    found.popover.check_number()
    QTest.keyClick(found.popover, Qt.Key.Key_Escape)
    assert not found.replays.is_wanted and not found.popover.isVisible()
    qtbot.waitUntil(lambda: found.replays.is_wanted, timeout=20_000)
    assert checked(ask(trained.transport.bar.counters["batch_loss"])) == EQUAL
