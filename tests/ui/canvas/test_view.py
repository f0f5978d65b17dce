"""Zoom, pan and fit."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from nnlab.ui.canvas.scene.viewport import LARGEST

CONTROL = Qt.KeyboardModifier.ControlModifier


def wheel(desk, at: QPoint, notches: float, modifiers=Qt.KeyboardModifier.NoModifier):
    viewport = desk.canvas.view.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(viewport.mapToGlobal(at)), QPoint(), QPoint(0, round(120 * notches)), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def test_the_point_under_the_cursor_stays_when_zooming(bench, chain):
    desk = bench(chain, expanded=True)
    at = QPoint(640, 130)
    before, zoom = desk.canvas.view.mapToScene(at), desk.canvas.view.zoom
    wheel(desk, at, 2)
    after = desk.canvas.view.mapToScene(at)
    assert desk.canvas.view.zoom == pytest.approx(zoom * 1.44)
    assert (after - before).manhattanLength() < 2


def test_from_near_by_cards_show_their_neurons_while_one_builds_too(bench, chain):
    """One continuous zoom: cards spread for their neurons, and the one that is looked at stays under the cursor."""
    desk = bench(chain)
    scene = desk.canvas.scene
    assert not scene.detail.shows_tiles and scene.spacing.columns == ((0.0, 0.0),)
    at = desk.at(scene.items_by_card["dense_1"].position)
    wheel(desk, at, 4)
    assert scene.detail.shows_tiles and len(scene.items_by_card["dense_1"].geometry.tiles) == 8
    assert (desk.at(scene.items_by_card["dense_1"].position) - at).manhattanLength() <= 2
    wheel(desk, at, -4)
    assert not scene.detail.shows_tiles and scene.spacing.columns == ((0.0, 0.0),), "back where people put them"
    assert (desk.at(scene.items_by_card["dense_1"].position) - at).manhattanLength() <= 2


def test_control_and_wheel_zoom_too(bench, chain):
    desk = bench(chain)
    zoom = desk.canvas.view.zoom
    wheel(desk, QPoint(200, 200), -1, CONTROL)
    assert desk.canvas.view.zoom == pytest.approx(zoom / 1.2)


def test_zoom_is_told_and_limited(bench, chain, qtbot):
    desk = bench(chain)
    with qtbot.waitSignal(desk.canvas.zoomed):
        desk.canvas.zoom_in()
    for _ in range(40):
        desk.canvas.zoom_in()
    assert desk.canvas.view.zoom == pytest.approx(LARGEST)
    for _ in range(80):
        desk.canvas.zoom_out()
    assert desk.canvas.view.zoom == pytest.approx(0.1)


@pytest.mark.parametrize("expanded", [True, False])
@pytest.mark.parametrize("size", [(560, 300), (900, 560), (2000, 1000)])
def test_fit_shows_everything_and_leaves_room_for_header_and_legend(bench, residual, expanded, size):
    desk = bench(residual, expanded)
    desk.canvas.make_room(40, 34)
    desk.canvas.resize(*size)
    desk.canvas.fit()
    shown = desk.canvas.view.mapFromScene(desk.canvas.scene.content_rect()).boundingRect()
    assert shown.top() >= 40
    assert shown.left() >= 0
    assert shown.right() <= size[0]
    assert shown.bottom() <= size[1] - 28


def test_it_stays_fitted_when_the_window_grows_until_one_looks_elsewhere(bench, chain):
    desk = bench(chain, expanded=True)
    zoom = desk.canvas.view.zoom
    desk.canvas.resize(500, 560)
    assert desk.canvas.view.zoom < zoom
    desk.canvas.zoom_in()
    chosen = desk.canvas.view.zoom
    desk.canvas.resize(1200, 900)
    assert desk.canvas.view.zoom == chosen


@pytest.mark.parametrize("button", [Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton])
def test_middle_and_right_button_pan(bench, chain, button):
    desk = bench(chain)
    before = desk.canvas.view.mapToScene(QPoint(100, 100))
    desk.drag(QPoint(300, 300), QPoint(340, 330), button)
    after = desk.canvas.view.mapToScene(QPoint(140, 130))
    assert (after - before).manhattanLength() < 2
    assert desk.graph == chain


def test_far_out_tiles_become_cards_and_come_back_with_their_values(bench, chain):
    desk = bench(chain, expanded=True)
    desk.canvas.set_values({"dense_1.weight": np.ones((8, 2))}.get)
    desk.canvas.view.zoom_at(0.3 / desk.canvas.view.zoom)
    assert not desk.canvas.scene.items_by_card["dense_1"].geometry.tiles
    desk.canvas.fit()
    assert len(desk.canvas.scene.items_by_card["dense_1"].geometry.tiles) == 8
    item = next(i for e, i in desk.canvas.scene.edges.items.items() if e.target == "dense_1")
    assert item.values is not None


def test_a_network_that_comes_with_its_data_is_fitted_once_when_all_is_there(bench, chain):
    desk = bench(chain, expanded=True)
    view = desk.canvas.view
    zooms = []
    view.zoomed.connect(zooms.append)
    view.hold_fit(True)
    for size in ((500, 300), (700, 400), (560, 300)):
        desk.canvas.resize(*size)
        desk.canvas.fit()
    assert zooms == []
    view.hold_fit(True)  # another part of the window waits for its own
    view.hold_fit(False)
    assert zooms == []
    view.hold_fit(False)
    held, _ = view.zoom, desk.canvas.fit()
    assert zooms and held == pytest.approx(view.zoom, rel=1e-3), "as fitted at the last size"
