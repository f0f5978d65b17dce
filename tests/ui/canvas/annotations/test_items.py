"""Groups and comments by mouse and keyboard: made, written in place, moved, folded, taken away."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from nnlab.graph import annotation
from nnlab.ui.canvas.edges.tensor_edge import TensorEdge
from nnlab.ui.canvas.edges.tensor_layer import TensorLayer

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def grouped(residual):
    return annotation.group_nodes(residual, ["dense_2", "relu_2", "add_1"], "Block")


def frame_title(desk, group="group_1"):
    return desk.at(desk.canvas.scene.frames[group].text_rect.center())


def write(desk, text):
    field = desk.canvas.renaming.editor.field
    QTest.keyClick(field, Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(field, text)
    return field


def test_control_g_groups_and_asks_for_a_title(bench, residual):
    desk = bench(residual)
    desk.selection.set(["dense_2", "add_1"])
    desk.key(Qt.Key.Key_G, CONTROL)
    field = write(desk, "Residual block")
    QTest.keyClick(field, Qt.Key.Key_Return)
    (group,) = desk.graph.groups
    assert (group.title, set(group.members)) == ("Residual block", {"dense_2", "relu_2", "add_1"}), "what is docked comes along"
    assert desk.canvas.renaming.editor.field is None
    assert desk.document.undo_stack.count() == 1 and desk.document.undo_stack.undoText() == "Group"
    scene = desk.canvas.scene
    assert scene.frames["group_1"].rect.contains(scene.items_by_card["dense_2"].outline)
    desk.key(Qt.Key.Key_G, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert desk.graph == residual and not scene.frames


def test_escape_keeps_the_title(bench, grouped):
    desk = bench(grouped)
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=frame_title(desk))
    field = write(desk, "Other")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert desk.graph == grouped and desk.canvas.renaming.editor.field is None


def test_a_group_is_moved_by_its_title(bench, grouped):
    desk = bench(grouped)
    desk.drag(frame_title(desk), frame_title(desk) + QPoint(0, 80))
    for name in ("dense_2", "relu_2", "add_1"):
        assert desk.graph[name].position[1] > grouped[name].position[1] + 40
    assert desk.graph["dense_1"].position == grouped["dense_1"].position
    assert set(desk.selection.nodes) == {"dense_2", "relu_2", "add_1"}
    assert desk.document.undo_stack.count() == 1


def test_the_arrow_folds_and_a_double_click_unfolds(bench, grouped):
    desk = bench(grouped)
    scene = desk.canvas.scene
    desk.click(desk.at(scene.frames["group_1"].fold_rect.center()))
    assert "/group_1" in scene.cards and "dense_2" not in scene.cards and not scene.frames
    card = scene.cards["/group_1"]
    assert (card.title, card.subtitle, card.detail) == ("Block", "3 nodes", "272 parameters")
    assert set(card.ports) == {"dense_2.x", "add_1.a"} or set(card.ports) == {"dense_2.x", "add_1.b"}
    assert len(scene.edges.items) == 5, "two into the block, one out of it, and two elsewhere"
    desk.drag(desk.card("/group_1"), desk.card("/group_1") + QPoint(0, 60))
    moved = {n: desk.graph[n].position[1] - grouped[n].position[1] for n in ("dense_2", "relu_2", "add_1")}
    assert len(set(moved.values())) == 1 and moved["add_1"] > 30, "its nodes move as one"
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.card("/group_1"))
    assert "/group_1" not in scene.cards and "group_1" in scene.frames


def test_connections_end_at_the_nodes_in_a_block(bench, residual):
    graph = annotation.group_nodes(residual, ["dense_1", "relu_1"], "First")
    desk = bench(annotation.set_group(graph, "group_1", collapsed=True))
    desk.drag(desk.input("/group_1", "dense_1.x"), desk.empty())
    assert not desk.graph.incoming("dense_1")
    desk.drag(desk.output("input_1"), desk.input("/group_1", "dense_1.x"))
    assert [e.source for e in desk.graph.incoming("dense_1")] == ["input_1"]
    desk.drag(desk.output("/group_1"), desk.input("dense_3"))
    assert [e.source for e in desk.graph.incoming("dense_3")] == ["relu_1"]


def test_deleting_a_block_deletes_what_is_in_it(bench, grouped):
    desk = bench(annotation.set_group(grouped, "group_1", collapsed=True))
    desk.click(desk.card("/group_1"))
    desk.key(Qt.Key.Key_Delete)
    assert not {"dense_2", "relu_2", "add_1"} & set(desk.graph.by_id) and not desk.graph.groups
    assert desk.document.undo_stack.undoText() == "Delete Block"


def test_a_comment_is_written_moved_and_removed(bench, chain):
    desk = bench(chain)
    desk.key(Qt.Key.Key_C)
    field = write(desk, "Why tanh?")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.canvas.renaming.editor.field is field, "Enter makes a new line in a comment"
    QTest.keyClick(field, Qt.Key.Key_Return, CONTROL)
    (comment,) = desk.graph.comments
    assert comment.text == "Why tanh?"
    desk.canvas.fit()
    place = desk.at(desk.canvas.scene.comments["comment_1"].outline.center())
    desk.drag(place, place + QPoint(64, -96))
    assert desk.graph.comments[0].position[1] < comment.position[1] - 40
    assert desk.selection.comments == ("comment_1",)
    desk.key(Qt.Key.Key_Delete)
    assert desk.graph == chain and desk.document.undo_stack.undoText() == "Delete comment"


def test_a_comment_without_words_is_gone(bench, chain):
    desk = bench(annotation.add_comment(chain, "old", (0, 200)))
    desk.canvas.fit()
    place = desk.at(desk.canvas.scene.comments["comment_1"].outline.center())
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    field = desk.canvas.renaming.editor.field
    QTest.keyClick(field, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return, CONTROL)
    assert desk.graph == chain


def test_a_node_is_renamed_in_place(bench, chain):
    desk = bench(chain)
    desk.click(desk.card("dense_1"))
    desk.key(Qt.Key.Key_F2)
    field = write(desk, "hidden")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "hidden" in desk.graph and desk.selection.nodes == ("hidden",)
    assert desk.document.undo_stack.undoText() == "Rename dense_1"
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.card("hidden"))
    field = write(desk, "dense_2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "hidden" in desk.graph and "A node named 'dense_2' already exists" in desk.refusals[-1]


def test_letters_typed_into_a_name_are_no_shortcuts(bench, chain):
    desk = bench(chain)
    desk.click(desk.card("dense_1"))
    desk.key(Qt.Key.Key_F2)
    field = write(desk, "fcjm")
    assert field.text() == "fcjm" and not desk.graph.comments


def test_comments_stay_clear_of_tall_cards(bench, chain):
    """A comment that stands above a card while one builds stands above it, too, when the card shows its neurons."""
    desk = bench(annotation.add_comment(chain, "above", (chain["dense_1"].position[0] - 60, -100)), expanded=True)
    scene = desk.canvas.scene
    assert scene.detail.shows_tiles
    assert scene.comments["comment_1"].outline.bottom() <= scene.items_by_card["dense_1"].outline.top()


def test_a_marquee_takes_comments_too(bench, chain):
    desk = bench(annotation.add_comment(chain, "note", (0, 150)))
    desk.canvas.fit()
    rect = desk.canvas.scene.content_rect()
    desk.drag(desk.at(rect.topLeft()) - QPoint(9, 9), desk.at(rect.bottomRight() + QPointF(9, 9)))
    assert desk.selection.comments == ("comment_1",) and len(desk.selection.nodes) == 4


def test_an_edge_passes_behind_a_group_s_title(bench, residual):
    desk = bench(annotation.group_nodes(residual, ["dense_2", "relu_2", "add_1"], "A title as long as the way of the skip connection"))
    scene = desk.canvas.scene
    frame = scene.frames["group_1"]
    edges = [item for item in scene.edges.items.values() if isinstance(item, TensorEdge)]
    assert any(item.path.intersects(frame.written_rect) for item in edges)

    def written() -> QImage:
        image = QImage(600, 40, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        scene.render(painter, QRectF(image.rect()), frame.written_rect.adjusted(0, 4, 0, -4), Qt.AspectRatioMode.IgnoreAspectRatio)
        painter.end()
        return image

    shown = written()
    for item in scene.items():
        if isinstance(item, TensorLayer):
            item.hide()
    assert written() == shown
    frame.title.hide()
    assert written() != shown
