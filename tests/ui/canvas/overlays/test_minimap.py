"""The minimap: the same place in it means the same place on the canvas as long as one drags."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from nnlab.ui.canvas.overlays.minimap import Minimap


def centre(view):
    return view.mapToScene(view.viewport().rect().center())


def test_dragging_in_it_never_leads_away_from_the_network(bench, chain):
    desk = bench(chain)
    for _ in range(6):
        desk.canvas.zoom_in()
    minimap = desk.canvas.findChild(Minimap)
    assert minimap.isVisible()
    edge = QPoint(minimap.width() - 4, minimap.height() // 2)
    QTest.mousePress(minimap, Qt.MouseButton.LeftButton, pos=minimap.rect().center())
    QTest.mouseMove(minimap, edge)
    first = centre(desk.canvas.view)
    for step in range(30):
        QTest.mouseMove(minimap, edge + QPoint(step % 2, 0))
    QTest.mouseMove(minimap, edge)
    QTest.mouseRelease(minimap, Qt.MouseButton.LeftButton, pos=edge)
    last = centre(desk.canvas.view)
    assert (last - first).manhattanLength() < 2.0 / desk.canvas.view.zoom + 1
    content = desk.canvas.scene.content_rect()
    assert content.left() - 1 <= last.x() <= content.right() + 1
