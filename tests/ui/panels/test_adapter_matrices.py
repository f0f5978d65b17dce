"""The middle of LoRA: dense layers before there is an adapter and while one is chosen, then its matrices; costs follow what is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from worlds import spiral_project

from nnlab.graph.adapters import attach
from nnlab.ui.adapters.attach_preview import AttachPreview, Attempt
from nnlab.ui.canvas.model.strands import strand_of
from nnlab.ui.panels.adapter_cost import AdapterCostPanel
from nnlab.ui.panels.adapter_matrices import BEFORE, AdapterMatricesPanel


def test_it_shows_the_base_then_what_is_chosen_then_the_matrices(studio: Callable[..., Any], qtbot: QtBot) -> None:
    made = studio()
    panel, cost = made.panel("adapter_matrices", 700, 400), made.panel("adapter_cost")
    assert isinstance(panel, AdapterMatricesPanel) and isinstance(cost, AdapterCostPanel)
    qtbot.waitUntil(lambda: len(panel.base.layers) == 2)
    first = panel.base.layers[0]
    np.testing.assert_array_equal(first.weight, made.views[-1].frame.get("dense_1.weight"))
    assert first.strand is None and "17 parameters" in panel.base.accessibleDescription()  # 2·4 + 4 + 4 + 1
    assert BEFORE in panel.base.accessibleDescription() and panel.table() is None and cost.is_empty
    graph = attach(made.document.graph, ["dense_1"], rank=2, name="one")
    adapter = graph["dense_1"].adapter("one")
    assert adapter is not None
    preview = made.services.shared(AttachPreview)
    preview.show(Attempt(graph, "one", {"dense_1": strand_of(graph["dense_1"], adapter, 12)}), True, 600)
    assert [layer.strand is not None for layer in panel.base.layers] == [True, False]
    qtbot.waitUntil(lambda: cost.rows.shown is not None)
    assert cost.rows.shown is not None and cost.rows.shown.rank == 2
    assert {found.rank: found.parameters for found in cost.rows.shown.costs}[2] == 2 * (2 + 4)
    made.services.selection.set(("dense_2",))
    assert panel.base.selected == ("dense_2",)
    preview.show(Attempt(), False)
    qtbot.waitUntil(lambda: cost.is_empty)
    assert [layer.strand for layer in panel.base.layers] == [None, None]
    made.document.apply("Attach one", graph)
    made.train(1)
    qtbot.waitUntil(lambda: panel.matrices.shown is not None)
    assert panel.table() is not None
    preview.show(Attempt(), True, 600)  # another one is being chosen
    assert panel.table() is None
    preview.show(Attempt(), False)
    assert panel.table() is not None


def test_a_network_without_dense_layers_says_so(studio: Callable[..., Any], qtbot: QtBot) -> None:
    made = studio()
    panel = made.panel("adapter_matrices", 700, 400)
    qtbot.waitUntil(lambda: len(panel.base.layers) == 2)
    view = made.views[-1]
    program = replace(view.frame.program, graph=type(view.frame.program.graph)())
    panel.draw(replace(view, frame=replace(view.frame, program=program)))
    assert panel.is_empty and panel.base.layers == []


def test_gradients_and_activations_of_both_paths_are_those_of_the_run(studio: Callable[..., Any], qtbot: QtBot) -> None:
    project = spiral_project()
    made = studio(replace(project, graph=attach(project.graph, rank=1, alpha=2.0, name="one")))
    panel = made.panel("adapter_matrices", 900, 460)
    assert isinstance(panel, AdapterMatricesPanel)
    made.train(3)
    qtbot.waitUntil(lambda: panel.matrices.shown is not None)
    panel.path.chosen.emit("dense_2")
    QTest.mouseClick(panel.quantity.button("gradients"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.matrices.shown.gradients is not None and panel.matrices.shown.gradients.a is not None)
    view = made.train(1)
    qtbot.waitUntil(lambda: np.array_equal(panel.matrices.shown.gradients.a, view.frame.get("dense_2.d_lora_A.one")))
    flow = panel.matrices.shown.gradients
    np.testing.assert_array_equal(flow.b, view.frame.get("dense_2.d_lora_B.one"))
    assert flow.x is not None and flow.x > 0, "the layer before learns through it"
    assert view.frame.get("dense_2.d_weight") is None and "gradients" in panel.matrices.accessibleDescription()
    QTest.mouseClick(panel.quantity.button("activations"), Qt.MouseButton.LeftButton)
    found, values = panel.matrices.shown.activations, panel.matrices.shown.layer
    assert found is not None and found.h is not None and panel.quantity.current == "activations"
    adapter = values.adapter("one")
    np.testing.assert_allclose(found.h, adapter.a @ found.x, rtol=1e-5)
    np.testing.assert_allclose(found.base, values.base @ found.x + view.frame.get("dense_2.bias"), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.z, found.base + 2.0 * adapter.b @ found.h, rtol=1e-5, atol=1e-6)
    dark = panel.grab().toImage()
    panel.show_quantity("weights")
    assert panel.matrices.shown.mode == "weights" and panel.tensors == () and panel.grab().toImage() != dark
