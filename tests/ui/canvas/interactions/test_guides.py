"""Lines that show where a dragged card stands in line with others, and the picture that moves along at its edge."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from nnlab.graph import edits
from nnlab.ui.canvas.interactions.guides import Guides, caught


def test_the_nearest_column_and_row_catch():
    others = [(0.0, 0.0), (100.0, 52.0)]
    assert caught((98.0, 47.0), others) == (100.0, 52.0)
    assert caught((50.0, 3.0), others) == (None, 0.0)
    assert caught((50.0, 25.0), others) == (None, None)
    assert caught((0.0, 0.0), []) == (None, None)


def guides(desk):
    return [item for item in desk.canvas.scene.items() if isinstance(item, Guides)]


def test_a_card_is_caught_in_line_with_another(bench, chain):
    desk = bench(edits.move_nodes(chain, {"dense_2": (345.0, 203.0)}))
    scene, view = desk.canvas.scene, desk.canvas.view
    start = desk.card("dense_2")
    x, _ = desk.graph["dense_1"].position
    goal = desk.at(scene.spacing.to_scene((x + 3.0, 150.0))) - desk.at(scene.spacing.to_scene((345.0, 203.0)))
    desk.drag(start, start + goal, release=False)
    (shown,) = guides(desk)
    assert len(shown.lines) == 1 and shown.lines[0].x1() == shown.lines[0].x2() == pytest.approx(scene.spacing.to_scene((x, 0)).x())
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=start + goal)
    assert desk.graph["dense_2"].position[0] == x, "exactly in the column, off the grid if need be"
    assert not guides(desk)


def test_escape_takes_the_guides_away(bench, chain):
    desk = bench(chain)
    start = desk.card("dense_2")
    desk.drag(start, start + QPoint(40, 60), release=False)
    assert guides(desk)
    desk.key(Qt.Key.Key_Escape)
    assert not guides(desk) and desk.graph == chain


def test_the_picture_moves_along_at_its_edge(bench, chain, qtbot):
    desk = bench(chain)
    view = desk.canvas.view
    before = view.mapToScene(QPoint(0, 0))
    right = QPoint(view.viewport().width() - 4, 200)
    desk.drag(desk.card("dense_1"), right, release=False)
    qtbot.waitUntil(lambda: view.mapToScene(QPoint(0, 0)).x() > before.x() + 40, timeout=3000)
    moved = desk.canvas.scene.items_by_card["dense_1"].position
    assert view.mapFromScene(moved - QPointF(0, 0)).x() > right.x() - 80, "the card stays under the cursor"
    QTest.mouseMove(view.viewport(), QPoint(400, 200))
    assert not view._edge_timer.isActive()
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(400, 200))
    assert desk.document.undo_stack.count() == 1
