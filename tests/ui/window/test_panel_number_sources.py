"""Numbers in the tables and pictures of Train tell where they come from, and are found again wherever that can be done."""

from __future__ import annotations

import numpy as np
import pytest
from asked_numbers import EQUAL, ask, checked, panel
from PySide6.QtCore import QModelIndex, QPointF
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from nnlab.files.project import Project
from nnlab.graph.builder import GraphBuilder
from nnlab.training.provenance import Provenance
from nnlab.ui.panels.cost import HEADINGS, CostPanel
from nnlab.ui.panels.diagnosis import DiagnosisPanel
from nnlab.ui.panels.distributions import DistributionsPanel
from nnlab.ui.panels.landscape import LandscapePanel
from nnlab.ui.panels.runs import RunsPanel
from nnlab.ui.panels.samples import STATISTICS, TABLE, SamplesPanel
from nnlab.ui.run.weight_edits import set_entries
from nnlab.ui.widgets.traced import supplier_of
from nnlab.ui.window.main_window import MainWindow


@pytest.fixture
def trained(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The spiral at the end of an epoch."""
    window.show_workspace("train")
    view = window.session
    qtbot.waitUntil(lambda: view.data is not None, timeout=30_000)
    train(window, qtbot, 4 * -(-len(view.data.x) // window.document.project.training.batch_size))
    return window


def train(window: MainWindow, qtbot: QtBot, iterations: int) -> None:
    goal = window.session.iteration + iterations
    shown: list[object] = []
    slot = window.session.ticked.connect(lambda view: shown.append(view) if view.is_exact and view.frame.iteration == goal else None)
    window.session.run_iterations(iterations)
    qtbot.waitUntil(lambda: bool(shown), timeout=30_000)
    window.session.ticked.disconnect(slot)


def shown_panel(window: MainWindow, qtbot: QtBot, name: str) -> object:
    window.area.reveal(name)
    found = panel(window, name)
    qtbot.waitUntil(lambda: found.isVisible() and found.view is not None, timeout=20_000)
    return found


def cell(table: QTableView, row: int, column: int) -> QPointF:
    index = table.model().index(row, column, QModelIndex())
    table.scrollTo(index)
    return QPointF(table.visualRect(index).center())


def at_cell(table: QTableView, row: int, column: int) -> Provenance | None:
    supplier = supplier_of(table.viewport())
    assert supplier is not None
    return supplier(cell(table, row, column))


def test_the_table_of_runs(trained: MainWindow, qtbot: QtBot) -> None:
    trained.session.rewind()
    qtbot.waitUntil(lambda: len(trained.document.runs) == 1, timeout=20_000)
    train(trained, qtbot, 30)
    runs = shown_panel(trained, qtbot, "runs")
    assert isinstance(runs, RunsPanel)
    qtbot.waitUntil(lambda: len(runs.table_.rows) == 2, timeout=20_000)
    kept = runs.table_.rows[1].run
    first = runs.table_.columnCount() - 5
    values = (kept.median.training_loss, kept.median.validation_loss, kept.median.score)
    for k, value in enumerate(values):
        found = at_cell(runs.table_, 1, first + k)
        assert found is not None and found.value == value and kept.name in found.name
        assert checked(found) == EQUAL, found.name
    steps, seeds = (at_cell(runs.table_, 1, first + k) for k in (3, 4))
    assert steps is not None and steps.value == kept.iteration and seeds is not None and str(kept.seeds[0].seed) in seeds.note
    qtbot.waitUntil(lambda: bool(runs.table_.item(0, first).text()), timeout=20_000)
    live = at_cell(runs.table_, 0, first)
    assert live is not None and checked(live) == EQUAL
    assert at_cell(runs.table_, 1, 1) is None, "a name is no number"


def test_a_run_that_ended_within_an_epoch_says_that_its_weights_of_then_are_gone(trained: MainWindow, qtbot: QtBot) -> None:
    train(trained, qtbot, 3)
    trained.session.rewind()
    qtbot.waitUntil(lambda: len(trained.document.runs) == 1, timeout=20_000)
    runs = shown_panel(trained, qtbot, "runs")
    qtbot.waitUntil(lambda: len(runs.table_.rows) == 2, timeout=20_000)
    found = at_cell(runs.table_, 1, runs.table_.columnCount() - 5)
    assert found is not None and found.recompute is None and "not kept" in found.note
    assert found.iteration == trained.document.runs.runs[0].iteration - 3


def test_the_table_of_costs(trained: MainWindow, qtbot: QtBot) -> None:
    cost = shown_panel(trained, qtbot, "cost")
    assert isinstance(cost, CostPanel)
    qtbot.waitUntil(lambda: cost.cost is not None, timeout=60_000)
    node = next(k for k, each in enumerate(cost.cost.nodes) if each.parameters)
    for heading in ("parameters", "bytes of them", "bytes of values"):
        found = at_cell(cost.rows, node, HEADINGS.index(heading))
        assert found is not None and checked(found) == EQUAL, heading
    layer = trained.document.graph[cost.cost.nodes[node].node]
    assert at_cell(cost.rows, node, HEADINGS.index("parameters")).value == (2 + 1) * layer.settings["units"]
    timed = at_cell(cost.rows, node, HEADINGS.index("time"))
    assert timed is not None and timed.recompute is None and "clock" in timed.note and timed.value == cost.cost.nodes[node].total
    assert ask(cost.words).value == cost.cost.seconds


def test_statistics_classes_and_the_table_of_samples(trained: MainWindow, qtbot: QtBot) -> None:
    samples = shown_panel(trained, qtbot, "samples")
    assert isinstance(samples, SamplesPanel)
    samples.page.button(STATISTICS).click()
    qtbot.waitUntil(lambda: bool(samples.statistics.statistics) and samples.statistics.isVisible(), timeout=20_000)
    raw = trained.session.data.raw_x[:, 0]
    known = {1: raw.mean(), 2: raw.std(), 3: raw.min(), 5: np.median(raw), 7: raw.max(), 8: len(np.unique(raw))}
    for column, value in known.items():
        found = at_cell(samples.statistics, 0, column)
        assert found is not None and found.value == pytest.approx(float(value)) and checked(found) == EQUAL
    of_class = ask(samples.balance, QPointF(20, 4))
    assert of_class.value == samples.balance.counts[0] and checked(of_class) == EQUAL
    samples.page.button(TABLE).click()
    table, model = samples.samples, samples.samples.samples
    qtbot.waitUntil(lambda: model.answers is not None and np.isfinite(model.answers.loss[: len(model.passed)]).all(), timeout=20_000)
    headings = list(model.headings)
    for name in ("predicted", "share", "loss"):
        found = at_cell(table, 0, headings.index(name))
        assert found is not None and checked(found) == EQUAL, name
    stored = at_cell(table, 0, headings.index("target") + 1)
    assert stored is not None and stored.recompute is None and stored.rows == f"row {int(model.rows[model.order[0]]) + 1:,}"


def test_distributions(trained: MainWindow, qtbot: QtBot) -> None:
    shown = shown_panel(trained, qtbot, "distributions")
    assert isinstance(shown, DistributionsPanel)
    for _ in range(3):
        train(trained, qtbot, 20)
    qtbot.waitUntil(lambda: len(shown.plot.shown) >= 2, timeout=20_000)
    seen = set()
    for x in np.linspace(shown.plot._left + 4, shown.plot.width() - 16, 80):
        for y in (shown.plot.y_of(shown.plot.shown[0].iteration), shown.plot.y_of(shown.plot.shown[-1].iteration)):
            found = supplier_of(shown.plot)(QPointF(float(x), y))
            if found is None or (found.name, found.iteration) in seen:
                continue
            seen.add((found.name, found.iteration))
            if found.name.startswith("Signal"):
                assert found.recompute is None and "not kept" in found.note
            else:
                assert checked(found) == EQUAL, found.name
    names = {name.split(" of ")[0].split(",")[0] for name, _ in seen}
    assert {"Least", "Greatest", "Update / weight"} <= names
    weights = trained.session.frame.get(f"{shown.layer.currentText()}.weight")
    last = next(f for f in (supplier_of(shown.plot)(QPointF(shown.plot._left + 4, shown.plot.height())),))
    assert last.value == float(weights.min())


def test_the_landscape(trained: MainWindow, qtbot: QtBot) -> None:
    shown = shown_panel(trained, qtbot, "landscape")
    assert isinstance(shown, LandscapePanel)
    shown.compute()
    qtbot.waitUntil(lambda: shown.landscape is not None and shown.landscape.is_complete, timeout=60_000)
    for name, figure in shown.figures.items():
        found = ask(figure)
        assert found.recompute is not None and found.recompute() == pytest.approx(found.value, rel=1e-6, abs=1e-9), name
    assert checked(ask(shown.figures["loss"])) == EQUAL
    picture = shown.map.picture
    point = ask(shown.map, QPointF(picture.left() + 1, picture.top() + 1))
    assert point.value == shown.landscape.losses[-1, 0] and checked(point) == EQUAL


def test_a_finding(window: MainWindow, qtbot: QtBot) -> None:
    """A network whose biases keep half of its units off, so that they are dead."""
    b = GraphBuilder()
    hidden = b.relu(b.dense(b.input(features=2), units=8))
    b.binary_cross_entropy(b.dense(hidden, units=1))
    project = window.document.project
    window.document.replace(Project(b.build(), project.data, project.training), "dead")
    window.show_workspace("train")
    qtbot.waitUntil(lambda: window.session.can_run and window.session.frame is not None, timeout=30_000)
    set_entries(window.document, window.session, "dense_1.bias", {(unit,): -1e3 for unit in range(5)})
    train(window, qtbot, 40)
    shown = shown_panel(window, qtbot, "diagnosis")
    assert isinstance(shown, DiagnosisPanel)
    qtbot.waitUntil(lambda: any("Dead" in finding.title for finding in shown.findings), timeout=30_000)
    row = next(row for row in shown.rows if "Dead" in row.finding.title)
    for widget in row.told:
        found = ask(widget)
        assert found.value >= 5 and checked(found) == EQUAL
        assert found.note.startswith("At least 50 %")
