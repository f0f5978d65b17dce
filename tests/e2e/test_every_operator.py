"""Every operator in the real window: it is drawn, trains, is stepped through and inspected without a complaint.

All of it in the workspace Step, which shows the canvas, the inspector and the stepper at once; cards are the same in Train.
"""

from __future__ import annotations

from collections.abc import Callable

from networks import single_operator_graph, trainable_operators
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnlab.core.operator import Operator
from nnlab.files.examples import project_for_graph
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.ui.window.main_window import MainWindow


def test_every_operator_is_drawn_inspected_and_stepped_through(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened("spiral")
    window.show_workspace("step")
    step_over = window.findChild(QAction, "step.over")
    assert step_over is not None
    for kind in trainable_operators():
        if kind.name == "kl_divergence":  # its target is a distribution, which no shipped data set has
            continue
        # Penalties are moments of their own beside those of the layer.
        penalties = {"l1": 0.01, "l2": 0.02} if kind.penalized else {}
        graph = fitted(single_operator_graph(kind, penalties))
        window.document.replace(project_for_graph(graph), kind.name)
        qtbot.waitUntil(lambda graph=graph: window.session.can_run and _shows(window, graph), timeout=20_000)
        _select(window, kind)
        QApplication.processEvents()
        program = window.session.frame.program
        # What the other nodes of the little network compute is shown when their own turn comes. An input computes nothing.
        own = [
            pc for pc, instruction in enumerate(program.instructions)
            if kind.is_input or graph[instruction.node_id].operator == kind.name or instruction.operator == "penalty"
        ]  # fmt: skip
        assert own, kind.name
        position = -1
        for moment in own:
            if moment > position + 1:
                with qtbot.waitSignal(window.session.stepped, timeout=5000):
                    window.session.step_forward(moment - position - 1)
            with qtbot.waitSignal(window.session.stepped, timeout=5000) as told:
                step_over.trigger()
            position = told.args[0].trace.instruction.pc
            assert position == moment
            QApplication.processEvents()  # what the moment changed is painted
        assert window.message_bar.current is None, (kind.name, window.message_bar.current)


def fitted(graph: Graph) -> Graph:
    """The same network for the spirals: two features, one number (or two classes) out."""
    loss = graph.losses[0]
    (edge,) = graph.incoming(loss.id)
    graph = edits.configure(graph, graph.input_nodes[0].id, features=2)
    if loss.kind.link == "softmax":
        return edits.configure(graph, edge.source, units=2)
    graph = edits.insert_on_edge(graph, edge, "flatten", (0, 0))
    (edge,) = graph.incoming(loss.id)
    return edits.insert_on_edge(graph, edge, "dense", (0, 0), settings={"units": 1})


def _shows(window: MainWindow, graph: Graph) -> bool:
    return window.session.frame is not None and _operators(window.session.frame.program.graph) == _operators(graph)


def _operators(graph: Graph) -> list[tuple[str, str]]:
    """What matters of a graph that was laid out meanwhile."""
    return [(node.id, node.operator) for node in graph]


def _select(window: MainWindow, kind: Operator) -> None:
    node = next((n for n in window.document.graph if n.operator == kind.name), None)
    if node is not None:
        window.selection.set([node.id])

