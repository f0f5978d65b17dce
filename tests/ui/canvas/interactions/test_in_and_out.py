"""Cards that go into an edge, come out of the network, and activations that are pulled off their layer and put back."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from nnlab.graph import edits
from nnlab.graph.graph import Edge

ALT = Qt.KeyboardModifier.AltModifier


def middle(desk, source, target):
    """The middle of an edge in the viewport."""
    item = next(i for e, i in desk.canvas.scene.edges.items.items() if (e.source, e.target) == (source, target))
    return desk.at(item.path.pointAtPercent(0.5))


def alt_drag(desk, start, end, release=True):
    viewport = desk.canvas.view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, ALT, start)
    QTest.mouseMove(viewport, (start + end) / 2)
    QTest.mouseMove(viewport, end)
    if release:
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, ALT, end)


def subtitle(desk, name):
    outline = desk.canvas.scene.items_by_card[name].outline
    return desk.at(QPointF(outline.center().x(), outline.top() + 40))


def test_a_loose_card_dropped_on_an_edge_goes_into_it(bench, chain):
    desk = bench(edits.add_node(chain, "dense", {"units": 4}, (200, 200)))
    desk.drag(desk.card("dense_3"), middle(desk, "tanh_1", "dense_2"), release=False)
    edge = Edge("tanh_1", "dense_2", "x")
    assert desk.canvas.scene.edges.items[edge].hovered, "the edge that would take it is marked"
    QTest.mouseRelease(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=middle(desk, "tanh_1", "dense_2"))
    assert [e.source for e in desk.graph.incoming("dense_2")] == ["dense_3"]
    assert [e.source for e in desk.graph.incoming("dense_3")] == ["tanh_1"]
    assert desk.document.undo_stack.undoText() == "Insert dense_3 into tanh_1 → dense_2"
    desk.document.undo()
    assert not desk.graph.incoming("dense_3")


def test_a_connected_card_moved_over_an_edge_only_moves(bench, residual):
    desk = bench(residual)
    edges = desk.graph.edges
    desk.drag(desk.card("dense_3"), middle(desk, "input_1", "dense_1"))
    assert set(desk.graph.edges) == set(edges)


def test_alt_takes_a_card_out_and_the_network_closes(bench, residual):
    desk = bench(residual)
    start = desk.card("dense_3")
    alt_drag(desk, start, start + QPoint(0, 150))
    assert not desk.graph.incoming("dense_3") and not desk.graph.outgoing("dense_3")
    assert [e.source for e in desk.graph.incoming("mse_1")] == ["add_1"]
    assert desk.document.undo_stack.undoText() == "Take out dense_3"
    desk.document.undo()
    assert desk.graph == residual


def test_a_layer_leaves_with_its_activation(bench, residual):
    """dense_2 and relu_2 are one card: the network closes behind both, and they stay joined."""
    desk = bench(residual)
    start = desk.card("dense_2")
    alt_drag(desk, start, start + QPoint(0, 170))
    assert [e.source for e in desk.graph.incoming("relu_2")] == ["dense_2"]
    assert {e.source for e in desk.graph.incoming("add_1")} == {"relu_1"} and not desk.graph.incoming("dense_2")
    assert desk.graph["relu_2"].position == desk.graph["dense_2"].position


def test_alt_moves_a_card_from_one_edge_into_another(bench, chain):
    graph = edits.insert_on_edge(chain, Edge("input_1", "dense_1", "x"), "layer_norm", (80, 160))
    desk = bench(graph)
    alt_drag(desk, desk.card("layer_norm_1"), middle(desk, "dense_2", "mse_1"))
    assert [e.source for e in desk.graph.incoming("mse_1")] == ["layer_norm_1"]
    assert [e.source for e in desk.graph.incoming("dense_1")] == ["input_1"]
    assert desk.document.undo_stack.count() == 1


def test_an_activation_is_pulled_off_its_card_and_put_back(bench, chain):
    desk = bench(chain)
    alt_drag(desk, subtitle(desk, "dense_1"), subtitle(desk, "dense_1") + QPoint(0, 150))
    assert "tanh_1" in desk.canvas.scene.cards and not desk.graph.incoming("tanh_1")
    assert [e.source for e in desk.graph.incoming("dense_2")] == ["dense_1"]
    assert desk.document.undo_stack.undoText() == "Detach tanh_1"
    desk.drag(desk.card("tanh_1"), desk.card("dense_1"))
    assert desk.canvas.scene.cards["dense_1"].nodes == ("dense_1", "tanh_1")
    assert [e.source for e in desk.graph.incoming("dense_2")] == ["tanh_1"]
    assert set(desk.graph.edges) == set(chain.edges)


def test_escape_takes_it_back(bench, residual):
    desk = bench(residual)
    start = desk.card("dense_3")
    alt_drag(desk, start, start + QPoint(0, 150), release=False)
    desk.key(Qt.Key.Key_Escape)
    assert desk.graph == residual
    scene = desk.canvas.scene
    assert scene.items_by_card["dense_3"].position == scene.spacing.to_scene(residual["dense_3"].position)


def test_a_loss_does_not_go_into_an_edge(bench, chain):
    desk = bench(edits.add_node(chain, "mae", position=(200, 200)))
    desk.drag(desk.card("mae_1"), middle(desk, "tanh_1", "dense_2"))
    assert not desk.graph.incoming("mae_1") and set(desk.graph.edges) == set(chain.edges)
