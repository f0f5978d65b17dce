"""The search popup by keyboard and mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from nnlab.ui.canvas.overlays.add_popup import sized


def test_tab_type_enter_adds(bench, chain):
    desk = bench(chain)
    desk.canvas.view.setFocus()
    desk.key(Qt.Key.Key_Tab)
    popup = desk.canvas.adding.popup
    assert popup.isVisible()
    QTest.keyClicks(popup.search, "soft")
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert "softmax_1" in desk.graph


def test_double_click_on_nothing_adds_there(bench, chain, qtbot):
    desk = bench(chain)
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.empty())
    popup = desk.canvas.adding.popup
    assert popup.isVisible()
    QTest.keyClicks(popup.search, "dense")
    place = desk.canvas.scene.to_document(desk.canvas.view.mapToScene(desk.empty()))
    with qtbot.waitSignal(desk.canvas.adding.added) as told:
        QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert told.args[0] == "dense"
    assert desk.graph["dense_3"].position == pytest.approx(place)


def test_arrows_walk_over_headings_and_escape_closes(bench, chain):
    desk = bench(chain)
    desk.canvas.adding.open_search()
    popup = desk.canvas.adding.popup
    names = set()
    for _ in range(popup.list.count()):
        names.add(popup.list.currentItem().text())
        QTest.keyClick(popup.search, Qt.Key.Key_Down)
    assert {"Dense", "tanh", "Add", "MSE"} <= names
    assert "Layers" not in names
    QTest.keyClick(popup.search, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert desk.graph == chain


def test_what_is_not_there_is_said(bench, chain):
    desk = bench(chain)
    desk.canvas.adding.open_search()
    QTest.keyClicks(desk.canvas.adding.popup.search, "zzz")
    assert "zzz" in desk.canvas.adding.popup.list.item(0).text()
    QTest.keyClick(desk.canvas.adding.popup.search, Qt.Key.Key_Return)
    assert desk.graph == chain


@pytest.mark.parametrize("at", [QPoint(0, 0), QPoint(895, 555), QPoint(450, 555)])
def test_the_popup_never_leaves_the_canvas(bench, chain, at):
    desk = bench(chain)
    desk.canvas.adding.open_search(at)
    assert desk.canvas.rect().contains(desk.canvas.adding.popup.geometry())


def test_a_number_behind_the_name_is_the_size(bench, chain):
    desk = bench(chain)
    desk.canvas.adding.open_search(desk.empty())
    popup = desk.canvas.adding.popup
    QTest.keyClicks(popup.search, "dense 16")
    assert popup.list.currentItem().text() == "Dense · 16"
    assert all("tanh" not in popup.list.item(i).text() for i in range(popup.list.count())), "a tanh has no size"
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert desk.graph["dense_3"].settings["units"] == 16
    assert desk.document.undo_stack.count() == 1
    desk.canvas.adding.open_search(desk.empty())
    QTest.keyClicks(popup.search, "dense 0")
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert "dense_4" not in desk.graph and "units is 0" in desk.refusals[-1]


@pytest.mark.parametrize(
    ("text", "expected"), [("dense 16", ("dense", 16)), ("conv2d", ("conv2d", None)), ("max pool 2", ("max pool", 2)), ("", ("", None))]
)
def test_names_and_sizes(text, expected):
    assert sized(text) == expected
