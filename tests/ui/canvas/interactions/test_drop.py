"""Dropping operators from the palette."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from nnlab.graph import edits
from nnlab.ui.canvas.interactions.drop import MIME_TYPE


def drop(desk, operator: str, at: QPoint, format: str = MIME_TYPE) -> bool:
    mime = QMimeData()
    mime.setData(format, operator.encode())
    arguments = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    viewport = desk.canvas.view.viewport()
    for event in (QDragEnterEvent(at, *arguments), QDragMoveEvent(at, *arguments)):
        QApplication.sendEvent(viewport, event)
    event = QDropEvent(QPointF(at), *arguments)
    QApplication.sendEvent(viewport, event)
    return event.isAccepted()


def test_dropped_on_nothing_it_stands_there(bench, chain):
    desk = bench(chain)
    at = QPoint(300, 420)
    assert drop(desk, "dense", at)
    node = desk.graph["dense_3"]
    place = desk.canvas.scene.to_document(desk.canvas.view.mapToScene(at))
    assert node.position == pytest.approx(place, abs=4.1)
    assert desk.graph.incoming("dense_3") == ()


def test_dropped_on_an_edge_it_is_inserted(bench, chain):
    desk = bench(chain)
    drop(desk, "dense", (desk.output("dense_1") + desk.input("dense_2")) / 2)
    assert desk.graph.incoming("dense_3")[0].source == "tanh_1"
    assert desk.graph.incoming("dense_2")[0].source == "dense_3"
    assert desk.document.undo_stack.count() == 1


def test_an_activation_dropped_on_a_layer_docks(bench, chain):
    desk = bench(chain)
    drop(desk, "relu", desk.card("dense_2"))
    assert desk.canvas.scene.cards["dense_2"].nodes == ("dense_2", "relu_1")


def test_anything_else_is_not_accepted(bench, chain):
    desk = bench(chain)
    assert not drop(desk, "dense", QPoint(300, 420), format="text/plain")
    assert desk.graph == chain


def test_dropped_on_a_port_it_is_joined_there(bench, chain):
    desk = bench(chain)
    drop(desk, "dense", desk.input("dense_2"))
    assert [e.source for e in desk.graph.incoming("dense_2")] == ["dense_3"], "into the edge that ends there"
    desk.document.undo()
    drop(desk, "layer_norm", desk.output("dense_2"))
    assert [e.source for e in desk.graph.incoming("mse_1")] == ["layer_norm_1"], "behind the card whose output it is"


def test_before_a_free_port_it_is_joined_to_it(bench, chain):
    cut = edits.disconnect(chain, next(e for e in chain.edges if e.target == "dense_2"))
    desk = bench(cut)
    drop(desk, "dense", desk.input("dense_2"))
    assert [e.source for e in desk.graph.incoming("dense_2")] == ["dense_3"]


def test_what_stands_behind_makes_room(bench, chain):
    """Inserted between two cards that stand close together, the new one overlaps neither."""
    desk = bench(chain)
    drop(desk, "dense", (desk.output("dense_1") + desk.input("dense_2")) / 2)
    outlines = [item.outline for item in desk.canvas.scene.items_by_card.values()]
    assert not any(a.intersects(b) for i, a in enumerate(outlines) for b in outlines[:i])
    assert desk.graph["dense_3"].position[1] == desk.graph["dense_1"].position[1]
