"""The canvas by mouse and keyboard, as a person uses it."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, Diagnostic, infer, validate
from nnlab.ui.canvas.edge_layer import WeightCurves, WeightMatrix
from nnlab.ui.canvas.interactions.drop import MIME_TYPE
from nnlab.ui.canvas.tensor_edge import TensorEdge

CONTROL = Qt.KeyboardModifier.ControlModifier


def wheel(desk, at: QPoint, notches: float, modifiers=Qt.KeyboardModifier.NoModifier):
    viewport = desk.canvas.view.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(viewport.mapToGlobal(at)), QPoint(), QPoint(0, round(120 * notches)), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


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


class TestShows:
    def test_a_card_for_every_layer(self, bench, chain):
        desk = bench(chain)
        assert list(desk.canvas.scene.items_by_card) == ["input_1", "dense_1", "dense_2", "mse_1"]

    def test_weights_between_tiles_and_a_line_to_the_loss(self, bench, chain):
        desk = bench(chain, expanded=True)
        kinds = {edge.target: type(item) for edge, item in desk.canvas.scene.edges.items.items()}
        assert kinds == {"dense_1": WeightCurves, "dense_2": WeightCurves, "mse_1": TensorEdge}

    def test_a_large_layer_as_its_matrix(self, bench, chain):
        desk = bench(edits.configure(chain, "dense_1", units=600), expanded=True)
        kinds = {edge.target: type(item) for edge, item in desk.canvas.scene.edges.items.items()}
        assert kinds["dense_1"] is WeightMatrix

    def test_lines_only_in_the_collapsed_form(self, bench, chain):
        desk = bench(chain)
        assert {type(item) for item in desk.canvas.scene.edges.items.values()} == {TensorEdge}

    def test_an_edit_touches_only_what_differs(self, bench, chain):
        desk = bench(chain)
        before = dict(desk.canvas.scene.items_by_card)
        desk.document.attempt("Change", lambda graph: edits.configure(graph, "dense_1", units=5))
        after = desk.canvas.scene.items_by_card
        assert all(after[name] is item for name, item in before.items())
        assert after["dense_1"].card.subtitle == "5 · tanh"

    def test_undo_and_redo_are_followed(self, bench, chain):
        desk = bench(chain)
        desk.document.apply("Clear", Graph())
        assert desk.canvas.scene.items_by_card == {}
        desk.document.undo()
        assert len(desk.canvas.scene.items_by_card) == 4
        assert len(desk.canvas.scene.edges.items) == 3
        desk.document.redo()
        assert desk.canvas.scene.edges.items == {}

    def test_an_empty_canvas_says_what_to_do(self, bench, chain):
        desk = bench(Graph())
        assert desk.canvas._hint.isVisible()
        desk.document.apply("Fill", chain)
        assert not desk.canvas._hint.isVisible()

    def test_errors_and_warnings_on_their_cards(self, bench, chain):
        desk = bench(chain)
        target = infer(chain)  # only to have a graph that was inferred; the diagnostics are given
        assert target.errors == ()
        desk.canvas.set_diagnostics([Diagnostic("error", "Wrong.", "tanh_1"), Diagnostic("warning", "Hm.", "dense_2")])
        states = {name: item.state.severity for name, item in desk.canvas.scene.items_by_card.items()}
        assert states == {"input_1": "", "dense_1": "error", "dense_2": "warning", "mse_1": ""}
        desk.canvas.set_diagnostics([])
        assert {item.state.severity for item in desk.canvas.scene.items_by_card.values()} == {""}

    def test_the_data_sets_name_and_target(self, bench, chain):
        desk = bench(chain)
        desk.canvas.set_data_title("two spirals", "target y", ("x", "y"))
        assert desk.canvas.scene.cards["input_1"].title == "two spirals"
        assert desk.canvas.scene.items_by_card["input_1"].labels == ("x", "y")
        assert desk.canvas.scene.edges.target.label == "target y"

    @pytest.mark.parametrize("mode", ["dark", "light"])
    def test_it_paints_in_both_themes(self, bench, chain, theme, mode):
        desk = bench(chain, expanded=True)
        desk.canvas.set_values({"dense_1.weight": np.ones((8, 2)), "dense_2.weight": -np.ones((1, 8))}.get)
        try:
            theme.set_mode(mode)
            picture = desk.canvas.view.grab().toImage()
        finally:
            theme.set_mode("dark")
        assert picture.pixelColor(2, 2) == (theme.tokens.canvas if mode == "dark" else picture.pixelColor(2, 2))
        colours = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
        assert len(colours) > 30


class TestMoving:
    def test_dragging_a_card_is_one_undo_step(self, bench, chain):
        desk = bench(chain)
        before = desk.graph["dense_1"].position
        start = desk.card("dense_1")
        desk.drag(start, start + QPoint(60, 90))
        after = desk.graph["dense_1"].position
        assert after[1] > before[1] + 40
        assert after[0] % 8 == after[1] % 8 == 0
        assert desk.graph["tanh_1"].position == after
        assert (desk.document.undo_stack.count(), desk.document.undo_stack.undoText()) == (1, "Move dense_1")
        desk.document.undo()
        assert desk.graph == chain
        assert desk.canvas.scene.items_by_card["dense_1"].position == desk.canvas.scene.spacing.to_scene(before)

    def test_all_selected_cards_move_together(self, bench, chain):
        desk = bench(chain)
        desk.selection.set(["dense_1", "dense_2"])
        start = desk.card("dense_1")
        desk.drag(start, start + QPoint(0, 100))
        assert desk.graph["dense_1"].position[1] == desk.graph["dense_2"].position[1] > 0
        assert desk.graph["input_1"].position == chain["input_1"].position
        assert desk.document.undo_stack.undoText() == "Move 2 nodes"

    def test_a_click_is_no_move(self, bench, chain):
        desk = bench(chain)
        desk.click(desk.card("dense_1"))
        assert desk.selection.nodes == ("dense_1",)
        assert not desk.document.can_undo

    def test_escape_takes_a_drag_back(self, bench, chain):
        desk = bench(chain)
        start = desk.card("dense_1")
        desk.drag(start, start + QPoint(60, 90), release=False)
        desk.key(Qt.Key.Key_Escape)
        assert desk.canvas.scene.items_by_card["dense_1"].position == desk.canvas.scene.spacing.to_scene(chain["dense_1"].position)
        QTest.mouseRelease(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=start)
        assert desk.graph == chain
        assert not desk.document.can_undo

    def test_a_drag_ends_when_the_graph_changes_meanwhile(self, bench, chain):
        desk = bench(chain)
        start = desk.card("dense_1")
        desk.drag(start, start + QPoint(60, 90), release=False)
        desk.document.attempt("Delete", lambda graph: edits.remove_nodes(graph, ["dense_1", "tanh_1"]))
        QTest.mouseMove(desk.canvas.view.viewport(), start)
        QTest.mouseRelease(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=start)
        assert desk.document.undo_stack.count() == 1
        assert desk.selection.nodes == ()

    def test_while_dragging_only_the_picture_changes(self, bench, chain):
        desk = bench(chain)
        start = desk.card("dense_1")
        desk.drag(start, start + QPoint(60, 90), release=False)
        assert desk.graph == chain
        assert desk.canvas.scene.items_by_card["dense_1"].position.y() > 40

    def test_arrows_nudge_and_merge_into_one_step(self, bench, chain):
        desk = bench(chain)
        desk.click(desk.card("dense_2"))
        x, y = desk.graph["dense_2"].position
        for _ in range(3):
            desk.key(Qt.Key.Key_Right)
        desk.key(Qt.Key.Key_Down)
        assert desk.graph["dense_2"].position == (x + 24, y + 8)
        desk.document.undo()
        assert desk.graph == chain


class TestConnecting:
    def test_dragging_from_output_to_input(self, bench, residual):
        cut = edits.disconnect(residual, next(e for e in residual.edges if e.target == "dense_3"))
        desk = bench(cut)
        desk.drag(desk.output("add_1"), desk.input("dense_3"))
        assert desk.graph.incoming("dense_3")[0].source == "add_1"
        assert desk.document.undo_stack.undoText() == "Connect add_1 to dense_3"
        assert desk.refusals == []

    def test_dragging_from_a_free_input_to_an_output(self, bench, residual):
        cut = edits.disconnect(residual, next(e for e in residual.edges if e.target == "dense_3"))
        desk = bench(cut)
        desk.drag(desk.input("dense_3"), desk.output("add_1"))
        assert desk.graph.incoming("dense_3")[0].source == "add_1"

    def test_the_output_of_a_card_is_that_of_its_activation(self, bench, chain):
        cut = edits.disconnect(chain, next(e for e in chain.edges if e.target == "dense_2"))
        desk = bench(cut)
        desk.drag(desk.output("dense_1"), desk.input("dense_2"))
        assert desk.graph.incoming("dense_2")[0].source == "tanh_1"

    def test_wrong_shapes_are_refused_with_the_reason_before_release(self, bench, residual):
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
        assert len(desk.refusals) == 1
        assert "equal shape" in desk.refusals[0]
        assert not popup.isVisible()

    def test_a_cycle_is_refused(self, bench, chain):
        desk = bench(chain)
        desk.drag(desk.output("dense_2"), desk.input("dense_1"))
        assert desk.graph == chain
        assert "cycle" in desk.refusals[0]

    def test_ports_that_accept_are_marked_while_drawing(self, bench, residual):
        desk = bench(residual)
        desk.drag(desk.output("dense_1"), desk.empty(), release=False)
        items = desk.canvas.scene.items_by_card
        assert "c" in items["add_1"].state.accepting
        assert items["input_1"].state.refuses
        desk.key(Qt.Key.Key_Escape)
        assert not any(item.state.accepting or item.state.refuses for item in items.values())
        assert desk.graph == residual

    def test_an_edge_pulled_off_its_port_is_removed(self, bench, chain):
        desk = bench(chain)
        desk.drag(desk.input("dense_2"), desk.empty())
        assert desk.graph.incoming("dense_2") == ()
        assert desk.document.undo_stack.undoText() == "Disconnect tanh_1 from dense_2"

    def test_an_edge_can_be_put_on_another_port(self, bench, residual):
        desk = bench(residual)
        edge = next(e for e in residual.edges if (e.target, e.target_port) == ("add_1", "a"))
        desk.drag(desk.input("add_1", "a"), desk.input("add_1", "c"))
        sources = {e.target_port: e.source for e in desk.graph.incoming("add_1")}
        assert sorted(sources.values()) == ["relu_1", "relu_2"]
        assert edge.source in sources.values()


class TestSelecting:
    def test_a_marquee_selects_what_it_touches(self, bench, chain):
        desk = bench(chain)
        items = desk.canvas.scene.items_by_card
        rect = items["dense_1"].outline.united(items["dense_2"].outline)
        start, end = desk.at(rect.topLeft()) - QPoint(8, 40), desk.at(rect.bottomRight()) + QPoint(-20, -4)
        desk.drag(start, end)
        assert set(desk.selection.nodes) == {"dense_1", "dense_2"}
        assert items["dense_1"].state.selected
        assert not items["input_1"].state.selected

    def test_escape_takes_a_marquee_back(self, bench, chain):
        desk = bench(chain)
        desk.selection.set(["mse_1"])
        desk.drag(QPoint(4, 4), QPoint(890, 500), release=False)
        assert len(desk.selection.nodes) == 4
        desk.key(Qt.Key.Key_Escape)
        assert desk.selection.nodes == ("mse_1",)

    def test_a_click_on_nothing_clears(self, bench, chain):
        desk = bench(chain)
        desk.selection.set(["dense_1"])
        desk.click(desk.empty())
        assert desk.selection.nodes == ()

    def test_control_click_adds_and_takes_away(self, bench, chain):
        desk = bench(chain)
        desk.click(desk.card("dense_1"))
        desk.click(desk.card("dense_2"), CONTROL)
        assert set(desk.selection.nodes) == {"dense_1", "dense_2"}
        desk.click(desk.card("dense_1"), CONTROL)
        assert desk.selection.nodes == ("dense_2",)

    def test_a_click_on_a_line_selects_the_edge_and_delete_removes_it(self, bench, chain):
        desk = bench(chain)
        edge = next(e for e in chain.edges if e.target == "mse_1")
        desk.click((desk.output("dense_2") + desk.input("mse_1")) / 2)
        assert desk.selection.edges == (edge,)
        desk.key(Qt.Key.Key_Delete)
        assert edge not in desk.graph.edges
        assert len(desk.graph.edges) == len(chain.edges) - 1

    def test_a_click_on_a_weight_selects_its_edge(self, bench, chain):
        desk = bench(chain, expanded=True)
        desk.canvas.set_values({"dense_1.weight": np.ones((8, 2))}.get)
        item = next(i for e, i in desk.canvas.scene.edges.items.items() if e.target == "dense_1")
        middle = QPointF((item._left + item._right) / 2, float(item._source[0] + item._target[0]) / 2)
        desk.click(desk.at(middle))
        assert desk.selection.edges[0].target == "dense_1"
        assert item.selected

    def test_delete_key_deletes_the_selected_card(self, bench, chain):
        desk = bench(chain)
        desk.click(desk.card("dense_1"))
        desk.key(Qt.Key.Key_Delete)
        assert "dense_1" not in desk.graph
        assert "dense_1" not in desk.canvas.scene.items_by_card

    def test_select_all(self, bench, chain):
        desk = bench(chain)
        desk.canvas.action("edit.select_all").trigger()
        assert len(desk.selection.nodes) == 4
        assert len(desk.selection.edges) == len(chain.edges)


class TestView:
    def test_the_point_under_the_cursor_stays_when_zooming(self, bench, chain):
        desk = bench(chain)
        at = QPoint(640, 130)
        before, zoom = desk.canvas.view.mapToScene(at), desk.canvas.view.zoom
        wheel(desk, at, 2)
        after = desk.canvas.view.mapToScene(at)
        assert desk.canvas.view.zoom == pytest.approx(zoom * 1.44)
        assert (after - before).manhattanLength() < 2

    def test_control_and_wheel_zoom_too(self, bench, chain):
        desk = bench(chain)
        zoom = desk.canvas.view.zoom
        wheel(desk, QPoint(200, 200), -1, CONTROL)
        assert desk.canvas.view.zoom == pytest.approx(zoom / 1.2)

    def test_zoom_is_told_and_limited(self, bench, chain, qtbot):
        desk = bench(chain)
        with qtbot.waitSignal(desk.canvas.zoomed):
            desk.canvas.zoom_in()
        for _ in range(40):
            desk.canvas.zoom_in()
        assert desk.canvas.view.zoom == pytest.approx(4.0)
        for _ in range(60):
            desk.canvas.zoom_out()
        assert desk.canvas.view.zoom == pytest.approx(0.1)

    @pytest.mark.parametrize("expanded", [True, False])
    @pytest.mark.parametrize("size", [(560, 300), (900, 560), (2000, 1000)])
    def test_fit_shows_everything_and_leaves_room_for_header_and_legend(self, bench, residual, expanded, size):
        desk = bench(residual, expanded)
        desk.canvas.header_margin = 40
        desk.canvas.resize(*size)
        desk.canvas.fit()
        shown = desk.canvas.view.mapFromScene(desk.canvas.scene.content_rect()).boundingRect()
        assert shown.top() >= 40
        assert shown.left() >= 0
        assert shown.right() <= size[0]
        assert shown.bottom() <= size[1] - 28

    def test_it_stays_fitted_when_the_window_grows_until_one_looks_elsewhere(self, bench, chain):
        desk = bench(chain, expanded=True)
        zoom = desk.canvas.view.zoom
        desk.canvas.resize(500, 560)
        assert desk.canvas.view.zoom < zoom
        desk.canvas.zoom_in()
        chosen = desk.canvas.view.zoom
        desk.canvas.resize(1200, 900)
        assert desk.canvas.view.zoom == chosen

    @pytest.mark.parametrize("button", [Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton])
    def test_middle_and_right_button_pan(self, bench, chain, button):
        desk = bench(chain)
        before = desk.canvas.view.mapToScene(QPoint(100, 100))
        desk.drag(QPoint(300, 300), QPoint(340, 330), button)
        after = desk.canvas.view.mapToScene(QPoint(140, 130))
        assert (after - before).manhattanLength() < 2
        assert desk.graph == chain

    def test_far_out_tiles_become_cards_and_come_back_with_their_values(self, bench, chain):
        desk = bench(chain, expanded=True)
        desk.canvas.set_values({"dense_1.weight": np.ones((8, 2))}.get)
        desk.canvas.view.zoom_at(0.3 / desk.canvas.view.zoom)
        assert not desk.canvas.scene.items_by_card["dense_1"].geometry.tiles
        desk.canvas.fit()
        assert len(desk.canvas.scene.items_by_card["dense_1"].geometry.tiles) == 8
        item = next(i for e, i in desk.canvas.scene.edges.items.items() if e.target == "dense_1")
        assert item.values is not None


class TestAdding:
    def test_dropped_on_nothing_it_stands_there(self, bench, chain):
        desk = bench(chain)
        at = QPoint(300, 420)
        assert drop(desk, "dense", at)
        node = desk.graph["dense_3"]
        place = desk.canvas.scene.to_document(desk.canvas.view.mapToScene(at))
        assert node.position == pytest.approx(place, abs=4.1)
        assert desk.graph.incoming("dense_3") == ()

    def test_dropped_on_an_edge_it_is_inserted(self, bench, chain):
        desk = bench(chain)
        drop(desk, "dense", (desk.output("dense_1") + desk.input("dense_2")) / 2)
        assert desk.graph.incoming("dense_3")[0].source == "tanh_1"
        assert desk.graph.incoming("dense_2")[0].source == "dense_3"
        assert desk.document.undo_stack.count() == 1

    def test_an_activation_dropped_on_a_layer_docks(self, bench, chain):
        desk = bench(chain)
        drop(desk, "relu", desk.card("dense_2"))
        assert desk.canvas.scene.cards["dense_2"].nodes == ("dense_2", "relu_1")

    def test_anything_else_is_not_accepted(self, bench, chain):
        desk = bench(chain)
        assert not drop(desk, "dense", QPoint(300, 420), format="text/plain")
        assert desk.graph == chain

    def test_tab_type_enter_adds(self, bench, chain):
        desk = bench(chain)
        desk.canvas.view.setFocus()
        desk.key(Qt.Key.Key_Tab)
        popup = desk.canvas._popup
        assert popup.isVisible()
        QTest.keyClicks(popup.search, "soft")
        QTest.keyClick(popup.search, Qt.Key.Key_Return)
        assert not popup.isVisible()
        assert "softmax_1" in desk.graph

    def test_double_click_on_nothing_adds_there(self, bench, chain, qtbot):
        desk = bench(chain)
        QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.empty())
        popup = desk.canvas._popup
        assert popup.isVisible()
        QTest.keyClicks(popup.search, "dense")
        with qtbot.waitSignal(desk.canvas.add_requested) as told:
            QTest.keyClick(popup.search, Qt.Key.Key_Return)
        assert told.args[0] == "dense"
        assert desk.canvas.scene.to_document(told.args[1]) == pytest.approx(desk.graph["dense_3"].position)

    def test_arrows_walk_over_headings_and_escape_closes(self, bench, chain):
        desk = bench(chain)
        desk.canvas.open_search()
        popup = desk.canvas._popup
        names = set()
        for _ in range(40):
            names.add(popup.list.currentItem().text())
            QTest.keyClick(popup.search, Qt.Key.Key_Down)
        assert {"Dense", "tanh", "Add", "MSE"} <= names
        assert "Layers" not in names
        QTest.keyClick(popup.search, Qt.Key.Key_Escape)
        assert not popup.isVisible()
        assert desk.graph == chain

    def test_what_is_not_there_is_said(self, bench, chain):
        desk = bench(chain)
        desk.canvas.open_search()
        QTest.keyClicks(desk.canvas._popup.search, "zzz")
        assert "zzz" in desk.canvas._popup.list.item(0).text()
        QTest.keyClick(desk.canvas._popup.search, Qt.Key.Key_Return)
        assert desk.graph == chain

    @pytest.mark.parametrize("at", [QPoint(0, 0), QPoint(895, 555), QPoint(450, 555)])
    def test_the_popup_never_leaves_the_canvas(self, bench, chain, at):
        desk = bench(chain)
        desk.canvas.open_search(at)
        assert desk.canvas.rect().contains(desk.canvas._popup.geometry())


class TestKeyboard:
    def test_page_down_walks_over_all_cards_in_order(self, bench, chain):
        desk = bench(chain)
        desk.selection.set()
        visited = []
        for _ in range(4):
            desk.key(Qt.Key.Key_PageDown)
            visited += desk.selection.nodes
        assert visited == ["input_1", "dense_1", "dense_2", "mse_1"]
        assert desk.canvas.scene.items_by_card["mse_1"].state.focused

    def test_control_and_arrows_walk_to_the_neighbour(self, bench, chain):
        desk = bench(chain)
        desk.selection.set(["dense_1"])
        desk.key(Qt.Key.Key_Right, CONTROL)
        assert desk.selection.nodes == ("dense_2",)
        desk.key(Qt.Key.Key_Left, CONTROL)
        assert desk.selection.nodes == ("dense_1",)

    def test_a_card_is_described_in_words(self, bench, chain):
        desk = bench(chain)
        desk.canvas.set_diagnostics([d for d in validate(chain, DataShape(3, _continuous())) if d.node_id == "input_1"])
        desk.key(Qt.Key.Key_PageDown)
        words = desk.canvas.view.accessibleDescription()
        assert words.startswith("input_1, 2 inputs")
        assert "error: input_1 takes 2 features" in words

    def test_the_mouse_takes_the_focus_ring_away(self, bench, chain):
        desk = bench(chain)
        desk.key(Qt.Key.Key_PageDown)
        desk.click(desk.empty())
        assert not any(item.state.focused for item in desk.canvas.scene.items_by_card.values())

    def test_every_action_has_a_name_and_a_text(self, bench, chain):
        names = {action.objectName() for action in bench(chain).canvas.actions()}
        wanted = {"edit.delete", "edit.select_all", "view.fit", "view.zoom_in", "view.zoom_out", "edit.tidy"}
        assert wanted <= names
        assert all(action.text() for action in bench(chain).canvas.actions())


def _continuous():
    from nnlab.core.dataset import Target

    return Target("continuous", ("y",))
