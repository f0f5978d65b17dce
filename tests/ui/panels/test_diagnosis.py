"""The panel says what is wrong and what helps, and nothing of a healthy network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from faulty_networks import network
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.training.diagnosis import FindingChart, diagnose, edit_graph
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.settings import TrainingSettings
from nnlab.ui.document.node_finding import NodeFinding
from nnlab.ui.panels.controls.finding_bars import FindingBars
from nnlab.ui.run.live_diagnosis import LiveDiagnosis


def test_dead_units_are_named_and_leave_with_one_undoable_edit(studio: Callable, qtbot: QtBot) -> None:
    graph = network(prepare(DataSettings("circle")), [8], "relu")
    activation = next(node for node in graph.topological() if node.kind.can_die)
    layer = graph.incoming(activation.id)[0].source
    start = InitialWeights("dead", "", {f"{layer}.bias": np.full(8, -30.0, dtype=np.float32)})
    s = studio(Project(graph, DataSettings("circle"), TrainingSettings(batch_size=32), initial=start))
    panel = s.panel("diagnosis", 308, 400)
    assert panel.is_empty
    s.train(30)
    qtbot.waitUntil(lambda: bool(panel.rows))
    row = panel.rows[0]
    assert row.finding.title == f"Dead units in {activation.id}"
    assert panel.windowTitle() == f"Diagnosis {len(panel.findings)}"
    assert row.finding.evidence in row.accessibleName()
    assert " from the beginning, so 24 of 33 parameters get no gradient" in row.finding.evidence  # 8 x (2 weights + bias) of 24 + 9
    chart = row.finding.chart
    assert chart is not None and chart.labels == tuple("12345678") and chart.values == (0.0,) * 8 and chart.meant == tuple(range(8))
    assert row.bars.isVisible() and chart.caption in row.bars.accessibleName() and row.bars.heights().max() == 0.0
    wanted: list[str] = []
    panel.node_wanted.connect(wanted.append)
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert wanted == [activation.id] == list(s.services.selection.nodes)
    marks: list[NodeFinding | None] = []
    panel.marked.connect(marks.append)
    panel.hide()
    panel.show()
    assert marks == [None, NodeFinding(activation.id, "8 of 8 always 0", tuple(range(8)))], "only while the row can be seen"
    before = s.document.project
    button = row.buttons[0]
    assert button.words == f"Use leaky ReLU in {activation.id}"
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert "leaky_relu" in {node.operator for node in s.document.graph}
    s.document.undo()
    assert s.document.project == before
    assert panel.table().columns[1][0] == activation.id


def test_a_healthy_network_has_no_finding_and_a_remedy_that_does_not_fit_is_told(studio: Callable, qtbot: QtBot) -> None:
    s = studio(DataSettings("circle"))
    panel = s.panel("diagnosis", 308, 400)
    s.train(200)
    qtbot.waitUntil(lambda: panel.summary.text().startswith("Nothing is wrong at iteration 200"))
    assert not panel.rows
    assert panel.windowTitle() == "Diagnosis"
    live = s.services.shared(LiveDiagnosis)
    told: list[str] = []
    live.failed.connect(told.append)
    live.apply(edit_graph("Remove", lambda graph: graph["gone"] and graph))
    assert len(told) == 1
    assert "gone" in told[0]
    s.session.rewind()
    qtbot.waitUntil(lambda: panel.is_empty)
    assert live.findings is None


def test_the_search_ends_where_it_is_told_to() -> None:
    class Ended(Exception):
        pass

    def end() -> None:
        raise Ended

    with pytest.raises(Ended):
        diagnose(None, end)  # type: ignore[arg-type]  # nothing is looked at


def test_bars_stand_for_their_numbers_on_an_even_or_a_logarithmic_scale(studio: Callable, qtbot: QtBot) -> None:
    bars = FindingBars(studio().services.theme)
    qtbot.addWidget(bars)
    bars.show_chart(FindingChart("samples, by class", ("a", "b", "c"), (90.0, 9.0, 0.0), (1,)))
    assert bars.heights().tolist() == [1.0, 0.1, 0.0]
    bars.show_chart(FindingChart("norm (log)", ("a", "b", "c"), (1e-3, 1.0, 0.0), (0,), logarithmic=True))
    assert np.allclose(bars.heights(), [1 / 4, 1.0, 0.0]), "three decades, and one below the smallest"
    bars.show_chart(FindingChart("loss", ("now", "higher"), (2.0, float("inf"))))
    assert bars.heights().tolist() == [1.0, 1.0]
    bars.resize(200, bars.sizeHint().height())
    assert not bars.grab().isNull()
