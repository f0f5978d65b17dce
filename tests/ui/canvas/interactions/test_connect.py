"""Drawing connections, and being refused with a reason."""

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtTest import QTest

from nnlab.graph import annotation, edits
from nnlab.graph.validation import infer
from nnlab.ui.canvas.overlays.add_popup import WHY


def test_dragging_from_output_to_input(bench, residual):
    cut = edits.disconnect(residual, next(e for e in residual.edges if e.target == "dense_3"))
    desk = bench(cut)
    desk.drag(desk.output("add_1"), desk.input("dense_3"))
    assert desk.graph.incoming("dense_3")[0].source == "add_1"
    assert desk.document.undo_stack.undoText() == "Connect add_1 to dense_3"
    assert desk.refusals == []


def test_dragging_from_a_free_input_to_an_output(bench, residual):
    cut = edits.disconnect(residual, next(e for e in residual.edges if e.target == "dense_3"))
    desk = bench(cut)
    desk.drag(desk.input("dense_3"), desk.output("add_1"))
    assert desk.graph.incoming("dense_3")[0].source == "add_1"


def test_the_output_of_a_card_is_that_of_its_activation(bench, chain):
    cut = edits.disconnect(chain, next(e for e in chain.edges if e.target == "dense_2"))
    desk = bench(cut)
    desk.drag(desk.output("dense_1"), desk.input("dense_2"))
    assert desk.graph.incoming("dense_2")[0].source == "tanh_1"


def test_wrong_shapes_are_refused_with_the_reason_before_release(bench, residual):
    cut = edits.disconnect(residual, next(e for e in residual.edges if (e.target, e.target_port) == ("add_1", "b")))
    desk = bench(cut)
    before = desk.graph
    desk.drag(desk.output("input_1"), desk.input("add_1", "b"), release=False)
    popup = desk.canvas.view._reason_popup
    assert popup.isVisible()
    assert "equal shape" in popup.reason.text()
    assert desk.canvas.scene.items_by_card["add_1"].state.offered_port == "refuses"
    QTest.mouseRelease(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.input("add_1", "b"))
    assert desk.graph == before
    assert not desk.document.can_undo
    assert not popup.isVisible()


def test_a_refused_connection_offers_what_would_make_it_fit(bench, residual):
    """Enter takes the first remedy: connection and remedy are one step."""
    cut = edits.disconnect(residual, next(e for e in residual.edges if (e.target, e.target_port) == ("add_1", "b")))
    desk = bench(cut)
    desk.drag(desk.output("input_1"), desk.input("add_1", "b"))
    popup = desk.canvas.adding.popup
    assert popup.isVisible() and "equal shape" in popup.title.text() and "(N, 13)" in popup.detail.text()
    assert popup.list.count() >= 2
    before = desk.graph
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert not popup.isVisible() and not infer(desk.graph).errors
    assert {e.source for e in desk.graph.incoming("add_1")} >= {"dense_3"} or "dense_4" in desk.graph
    assert desk.document.undo_stack.count() == 1
    desk.document.undo()
    assert desk.graph == before


def test_what_nothing_makes_fit_is_refused_in_words(bench, chain):
    desk = bench(chain)
    desk.drag(desk.output("dense_2"), desk.input("dense_1"))
    popup = desk.canvas.view._reason_popup
    assert not desk.canvas.adding.popup.isVisible() and desk.refusals == []
    assert popup.isVisible() and popup.reason.text() == "dense_2 is computed from dense_1: this edge would close a cycle."
    assert popup.geometry().intersects(QRect(desk.input("dense_1"), QSize(1, 1)).adjusted(-60, -60, 60, 60)), "beside the port"
    before = desk.graph
    desk.drag(desk.input("dense_2"), desk.empty())  # the next drag goes where it is meant
    assert desk.graph != before and not popup.isVisible()


@pytest.mark.parametrize("go_on", [
    lambda desk: desk.key(Qt.Key.Key_Escape), lambda desk: desk.click(desk.empty()), lambda desk: desk.canvas.view.zoom_step(1.2),
    lambda desk: desk.canvas.view._reason_popup._timer.timeout.emit(),
])  # fmt: skip
def test_a_reason_goes_when_one_goes_on(bench, chain, go_on):
    desk = bench(chain)
    desk.drag(desk.output("dense_2"), desk.input("dense_1"))
    assert desk.canvas.view._reason_popup.isVisible()
    go_on(desk)
    assert not desk.canvas.view._reason_popup.isVisible()


def test_a_reason_calls_cards_as_they_call_themselves(bench, residual):
    cut = edits.disconnect(residual, next(e for e in residual.edges if (e.target, e.target_port) == ("add_1", "b")))
    desk = bench(annotation.set_group(annotation.group_nodes(cut, ["dense_1", "relu_1"], "Encoder"), "group_1", collapsed=True))
    desk.canvas.set_data_title("Wine", "target y")
    desk.drag(desk.output("input_1"), desk.input("add_1", "b"), release=False)
    assert desk.canvas.view._reason_popup._shapes.text().startswith("Wine gives (N, 13)")
    commands = desk.canvas.commands
    assert commands.reason_against("dense_2", "input_1", "x") == "Wine is an input; it reads the data, not another node."
    assert commands.reason_against("add_1", "relu_1", "x") == "add_1 is computed from Encoder: this edge would close a cycle."
    assert commands.reason_against("mse_1", "dense_2", "x") == "mse is a loss; other nodes cannot read it."


def test_the_shape_is_shown_while_a_connection_is_drawn(bench, residual):
    desk = bench(residual)
    desk.drag(desk.output("dense_1"), desk.input("add_1", "c"), release=False)
    popup = desk.canvas.view._reason_popup
    assert popup.isVisible() and popup.reason.text() == "dense_1 → add_1.c" and "(N, 16)" in popup._shapes.text()


def test_a_connection_let_go_over_nothing_asks_for_an_operator_and_joins_it(bench, chain):
    desk = bench(chain)
    desk.drag(desk.output("dense_1"), desk.empty())
    popup = desk.canvas.adding.popup
    assert popup.isVisible()
    QTest.keyClicks(popup.search, "conv")
    assert popup.list.item(0).data(WHY), "an image is needed for a convolution"
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert desk.graph == chain, "what does not fit cannot be chosen"
    popup.search.clear()
    QTest.keyClicks(popup.search, "dense")
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert [e.source for e in desk.graph.incoming("dense_3")] == ["tanh_1"]
    assert [e.source for e in desk.graph.incoming("dense_2")] == ["tanh_1"], "what read the layer still does"
    assert desk.selection.nodes == ("dense_3",)


def test_from_a_free_input_the_new_operator_stands_before_it(bench, chain):
    cut = edits.disconnect(chain, next(e for e in chain.edges if e.target == "dense_2"))
    desk = bench(cut)
    desk.drag(desk.input("dense_2"), desk.empty())
    QTest.keyClicks(desk.canvas.adding.popup.search, "relu")
    QTest.keyClick(desk.canvas.adding.popup.search, Qt.Key.Key_Return)
    assert [e.source for e in desk.graph.incoming("dense_2")] == ["relu_1"]


def test_a_cycle_is_refused(bench, chain):
    desk = bench(chain)
    desk.drag(desk.output("dense_2"), desk.input("dense_1"))
    assert desk.graph == chain
    assert "cycle" in desk.canvas.view._reason_popup.reason.text()


def test_ports_that_accept_are_marked_while_drawing(bench, residual):
    desk = bench(residual)
    desk.drag(desk.output("dense_1"), desk.empty(), release=False)
    items = desk.canvas.scene.items_by_card
    assert "c" in items["add_1"].state.accepting
    assert items["input_1"].state.refuses
    desk.key(Qt.Key.Key_Escape)
    assert not any(item.state.accepting or item.state.refuses for item in items.values())
    assert desk.graph == residual


def test_an_edge_pulled_off_its_port_is_removed(bench, chain):
    desk = bench(chain)
    desk.drag(desk.input("dense_2"), desk.empty())
    assert desk.graph.incoming("dense_2") == ()
    assert desk.document.undo_stack.undoText() == "Disconnect tanh_1 from dense_2"


def test_an_edge_can_be_put_on_another_port(bench, residual):
    desk = bench(residual)
    edge = next(e for e in residual.edges if (e.target, e.target_port) == ("add_1", "a"))
    desk.drag(desk.input("add_1", "a"), desk.input("add_1", "c"))
    sources = {e.target_port: e.source for e in desk.graph.incoming("add_1")}
    assert sorted(sources.values()) == ["relu_1", "relu_2"]
    assert edge.source in sources.values()
