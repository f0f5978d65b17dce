"""What people do in an order nobody planned: found by a review, each with the fault it had."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from nnlab.graph import annotation, card_edits, edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Edge, Graph

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip


def overlap(desk):
    outlines = [item.outline for item in desk.canvas.scene.items_by_card.values()]
    return [(a, b) for i, a in enumerate(outlines) for b in outlines[:i] if a.intersects(b)]


def folded(graph, nodes):
    return annotation.set_group(annotation.group_nodes(graph, nodes), "group_1", collapsed=True)


def test_a_canvas_with_nothing_but_a_comment(bench):
    """It divided by a width of 0, in a resize event, and the process died."""
    desk = bench(annotation.add_comment(Graph(), "still empty", (0, 0)))
    desk.canvas.resize(700, 400)
    for key in (Qt.Key.Key_F, Qt.Key.Key_F):
        desk.key(key, Qt.KeyboardModifier.NoModifier)
        desk.key(key, SHIFT)
    shown = desk.canvas.view.mapFromScene(desk.canvas.scene.content_rect()).boundingRect()
    assert desk.canvas.view.viewport().rect().contains(shown)


@pytest.mark.parametrize("expanded", [False, True])
def test_zooming_within_a_drag_keeps_the_card_under_the_cursor(bench, chain, expanded):
    """The drag was measured in the layout it began in, and lost when cards spread for their neurons."""
    desk = bench(chain, expanded)
    view, scene = desk.canvas.view, desk.canvas.scene
    start = desk.card("dense_2")
    hold = start - desk.at(scene.items_by_card["dense_2"].position)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    end = start + QPoint(0, 80)
    QTest.mouseMove(view.viewport(), start + QPoint(0, 40))
    QTest.mouseMove(view.viewport(), end)
    for _ in range(4):
        view.zoom_at(1.25, end)
    QTest.mouseMove(view.viewport(), end + QPoint(0, 1))
    shown = desk.at(scene.items_by_card["dense_2"].position)
    assert abs((end - hold - shown).x()) < 40 and abs((end - hold - shown).y()) < 60 * view.zoom
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end + QPoint(0, 1))
    assert desk.graph["dense_2"].position[1] > 20


def test_a_straight_drag_stays_straight(bench, chain):
    """A card off the grid was moved sideways to it by a drag straight down."""
    desk = bench(edits.move_nodes(chain, {"dense_2": (345.0, 3.0)}))
    start = desk.card("dense_2")
    desk.drag(start, start + QPoint(0, 90))
    assert desk.graph["dense_2"].position[0] == 345.0 and desk.graph["dense_2"].position[1] % 8 == 0


def test_another_workspace_ends_a_drag(bench, chain):
    desk = bench(chain)
    start = desk.card("dense_2")
    desk.drag(start, start + QPoint(0, 90), release=False)
    desk.canvas.set_mode(True)
    QTest.mouseRelease(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(0, 90))
    assert desk.graph == chain and not desk.document.can_undo


def test_merges_are_taken_out(bench, residual):
    """While one edge was taken off, the ports of the others closed up under it: "There is no edge from relu_2 to add_1"."""
    graph = edits.detach_node(residual, "add_1")
    assert not graph.incoming("add_1") and [e.source for e in graph.incoming("dense_3")] == ["relu_1"]
    assert edits.bypass_node(residual, "add_1") == edits.remove_nodes(graph, ["add_1"])
    desk = bench(residual)
    desk.selection.set(["add_1"])
    desk.key(Qt.Key.Key_X, ALT)
    assert not desk.graph.incoming("add_1") and not desk.refusals


def test_a_merge_goes_into_an_edge(residual):
    loose = edits.add_node(residual, "concat")
    spliced = card_edits.splice(loose, "concat_1", Edge("add_1", "dense_3", "x"))
    assert [e.source for e in spliced.incoming("dense_3")] == ["concat_1"]


def test_an_edge_into_a_sum_keeps_its_neighbours(residual):
    """The third of three inputs, whose port has closed up since the card left the second."""
    b = GraphBuilder()
    x = b.input(features=2)
    parts = [b.dense(x, units=3) for _ in range(2)]
    norm = b.layer_norm(x)
    b.mse(b.add(parts[0], b.dense(norm, units=3), parts[1]))
    graph = b.build()
    third = next(e for e in graph.incoming("add_1") if e.source == "dense_2")
    spliced = card_edits.splice(graph, "layer_norm_1", third)
    assert [e.source for e in spliced.inputs("add_1")] == ["dense_1", "dense_3", "layer_norm_1"]


def test_a_block_is_joined_at_its_exit_and_its_free_entries(bench):
    """Connecting went by the order in which nodes were added, and could replace an edge within the block."""
    b = GraphBuilder()
    x = b.input(features=2)
    first = b.dense(x, units=4)
    second = b.dense(b.dropout(first), units=4)
    b.mse(b.dense(second, units=1))
    graph = b.build()
    last = next(n.id for n in graph if n.id == "dense_3")
    cut = edits.disconnect(graph, graph.incoming(last)[0])
    desk = bench(folded(cut, ["dense_1", "dropout_1", "dense_2"]))
    desk.selection.set(["dense_1", "dropout_1", "dense_2", last])
    desk.key(Qt.Key.Key_J)
    assert [e.source for e in desk.graph.incoming(last)] == ["dense_2"]
    inner = {(e.source, e.target) for e in desk.graph.edges}
    assert inner >= {("dense_1", "dropout_1"), ("dropout_1", "dense_2")}


def test_what_is_added_behind_a_block_is_seen(bench, chain):
    desk = bench(folded(chain, ["dense_1", "tanh_1", "dense_2"]))
    desk.click(desk.card("/group_1"))
    desk.canvas.add_operator("dropout")
    assert "dropout_1" in desk.canvas.scene.cards
    assert [e.source for e in desk.graph.incoming("dropout_1")] == ["dense_2"]


def test_a_block_is_taken_out_whole(bench, residual):
    desk = bench(folded(residual, ["dense_2", "relu_2"]))
    desk.click(desk.card("/group_1"))
    desk.key(Qt.Key.Key_X, ALT)
    assert not desk.graph.incoming("dense_2") and [e.target for e in desk.graph.outgoing("dense_2")] == ["relu_2"]
    assert [e.source for e in desk.graph.inputs("add_1")] == ["relu_1", "relu_1"]
    desk.selection.set()
    desk.key(Qt.Key.Key_X, ALT)
    assert desk.refusals, "with nothing selected it says what to do"


def test_an_activation_that_docks_leaves_its_group(bench, chain):
    """It stayed in its group, could not dock, and covered the layer."""
    graph = edits.add_node(chain, "relu", {}, (336, 160))
    desk = bench(annotation.group_nodes(graph, ["relu_1"]))
    desk.drag(desk.card("relu_1"), desk.card("dense_2") + QPoint(0, 14))
    assert desk.canvas.scene.cards["dense_2"].nodes == ("dense_2", "relu_1") and not overlap(desk)


def test_a_node_may_be_called_like_a_comment(bench, chain):
    graph = annotation.add_comment(edits.rename_node(chain, "dense_2", "comment_1"), "words", (0, 200))
    desk = bench(graph)
    desk.canvas.fit()
    place = desk.at(desk.canvas.scene.comments["comment_1"].outline.center())
    desk.drag(place, place + QPoint(0, 60))
    assert desk.graph["comment_1"].position == graph["comment_1"].position
    assert desk.graph.comments[0].position[1] > 220


def test_folding_selects_the_whole_block(bench, residual):
    """Undoing an unfolding left one hidden node selected, and Delete took all of them."""
    desk = bench(folded(residual, ["dense_2", "relu_2", "add_1"]))
    desk.selection.set(["dense_2", "relu_2", "add_1"])
    desk.key(Qt.Key.Key_E, CONTROL)
    desk.click(desk.card("dense_2"))
    assert desk.selection.nodes == ("dense_2",)
    desk.document.undo()
    assert set(desk.selection.nodes) == {"dense_2", "relu_2", "add_1"}


def test_escape_takes_a_new_comment_back(bench, chain):
    desk = bench(chain)
    desk.key(Qt.Key.Key_C)
    QTest.keyClick(desk.canvas.renaming.editor.field, Qt.Key.Key_Escape)
    assert desk.graph == chain and not desk.document.can_undo
    desk.key(Qt.Key.Key_C)
    QTest.keyClicks(desk.canvas.renaming.editor.field, "words")
    QTest.keyClick(desk.canvas.renaming.editor.field, Qt.Key.Key_Return, CONTROL)
    assert desk.document.undo_stack.count() == 1, "made and written in one step"


def test_shift_takes_a_group_from_the_selection(bench, residual):
    desk = bench(annotation.group_nodes(residual, ["dense_2", "relu_2"]))
    title = desk.at(desk.canvas.scene.frames["group_1"].text_rect.center())
    desk.click(title)
    assert set(desk.selection.nodes) == {"dense_2", "relu_2"}
    desk.click(title, SHIFT)
    assert desk.selection.nodes == ()


def test_a_layer_that_is_a_whole_group_marks_it(bench, chain):
    desk = bench(annotation.group_nodes(chain, ["dense_1", "tanh_1"], "Only"))
    desk.click(desk.card("dense_1"))
    assert desk.canvas.scene.frames["group_1"].selected
    desk.key(Qt.Key.Key_F2)
    assert desk.canvas.renaming.editor.field.text() == "Only"


def test_a_renamed_node_stays_selected_with_the_others_there_and_back(bench, chain):
    desk = bench(chain)
    desk.selection.set(["dense_1", "dense_2"])
    desk.canvas.commands.rename("dense_1", "hidden")
    assert desk.selection.nodes == ("hidden", "dense_2")
    desk.document.undo()
    assert desk.selection.nodes == ("dense_1", "dense_2")


def test_the_field_stays_over_what_it_writes(bench, chain):
    desk = bench(chain)
    desk.click(desk.card("dense_2"))
    desk.key(Qt.Key.Key_F2)
    field, item = desk.canvas.renaming.editor.field, desk.canvas.scene.items_by_card["dense_2"]
    desk.canvas.view.pan(QPoint(-120, 30))
    shown = desk.canvas.view.mapFromScene(item.title_rect).boundingRect()
    assert field.geometry().contains(shown.center())
    desk.document.apply("Gone", edits.remove_nodes(chain, ["dense_2"]))
    assert desk.canvas.renaming.editor.field is None, "with what it was about it goes, too"


def test_titles_of_a_block_are_not_written_over(bench, residual):
    desk = bench(folded(residual, ["add_1", "dense_3"]))
    card = desk.canvas.scene.cards["/group_1"]
    assert len(card.ports) == 2 and not card.names_ports


def test_twice_as_large_nothing_overlaps(bench, residual, theme):
    before = theme.scale
    try:
        theme.set_scale(2.0)
        desk = bench(residual)
        assert not overlap(desk)
    finally:
        theme.set_scale(before)


def menu_texts(desk):
    return [action.text() if action is not None else "-" for action in desk.canvas._menu_now()]


def test_the_menu_has_what_means_something_for_what_is_selected(bench, residual):
    """It had eighteen lines, the same everywhere."""
    desk = bench(annotation.add_comment(annotation.group_nodes(residual, ["dense_2", "relu_2"]), "why", (0, 300)))
    desk.selection.set()
    assert menu_texts(desk) == ["Paste", "-", "Add a comment", "Tidy", "Select all", "Zoom to fit"]
    desk.selection.set((), [], ["comment_1"])
    assert menu_texts(desk) == ["Rename", "-", "Cut", "Copy", "Paste", "Duplicate", "Delete"]
    desk.selection.set((), desk.graph.edges[:1])
    assert menu_texts(desk) == ["Paste", "Delete"]
    desk.selection.set(["dense_1"])
    assert "Ungroup" not in menu_texts(desk) and "Connect selected" not in menu_texts(desk)
    desk.selection.set(["dense_1", "dense_2"])
    assert {"Connect selected", "Ungroup", "Align left"} <= set(menu_texts(desk)) and "Distribute horizontally" not in menu_texts(desk)
