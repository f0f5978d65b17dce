"""Dragging cards and nudging them with the arrows."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from nnlab.graph import edits


def test_dragging_a_card_is_one_undo_step(bench, chain):
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


def test_all_selected_cards_move_together(bench, chain):
    desk = bench(chain)
    desk.selection.set(["dense_1", "dense_2"])
    start = desk.card("dense_1")
    desk.drag(start, start + QPoint(0, 100))
    assert desk.graph["dense_1"].position[1] == desk.graph["dense_2"].position[1] > 0
    assert desk.graph["input_1"].position == chain["input_1"].position
    assert desk.document.undo_stack.undoText() == "Move 2 nodes"


def test_a_click_is_no_move(bench, chain):
    desk = bench(chain)
    desk.click(desk.card("dense_1"))
    assert desk.selection.nodes == ("dense_1",)
    assert not desk.document.can_undo


def test_escape_takes_a_drag_back(bench, chain):
    desk = bench(chain)
    start = desk.card("dense_1")
    desk.drag(start, start + QPoint(60, 90), release=False)
    desk.key(Qt.Key.Key_Escape)
    assert desk.canvas.scene.items_by_card["dense_1"].position == desk.canvas.scene.spacing.to_scene(chain["dense_1"].position)
    QTest.mouseRelease(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert desk.graph == chain
    assert not desk.document.can_undo


def test_a_drag_ends_when_the_graph_changes_meanwhile(bench, chain):
    desk = bench(chain)
    start = desk.card("dense_1")
    desk.drag(start, start + QPoint(60, 90), release=False)
    desk.document.attempt("Delete", lambda graph: edits.remove_nodes(graph, ["dense_1", "tanh_1"]))
    QTest.mouseMove(desk.canvas.view.viewport(), start)
    QTest.mouseRelease(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert desk.document.undo_stack.count() == 1
    assert desk.selection.nodes == ()


def test_while_dragging_only_the_picture_changes(bench, chain):
    desk = bench(chain)
    start = desk.card("dense_1")
    desk.drag(start, start + QPoint(60, 90), release=False)
    assert desk.graph == chain
    assert desk.canvas.scene.items_by_card["dense_1"].position.y() > 40


def test_arrows_nudge_and_merge_into_one_step(bench, chain):
    desk = bench(chain)
    desk.click(desk.card("dense_2"))
    x, y = desk.graph["dense_2"].position
    for _ in range(3):
        desk.key(Qt.Key.Key_Right)
    desk.key(Qt.Key.Key_Down)
    assert desk.graph["dense_2"].position == (x + 24, y + 8)
    desk.document.undo()
    assert desk.graph == chain
