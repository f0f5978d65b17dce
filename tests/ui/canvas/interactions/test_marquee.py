"""Selecting by rectangle and by click, and deleting what is selected."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_marquee_selects_what_it_touches(bench, chain):
    desk = bench(chain)
    items = desk.canvas.scene.items_by_card
    rect = items["dense_1"].outline.united(items["dense_2"].outline)
    start, end = desk.at(rect.topLeft()) - QPoint(8, 40), desk.at(rect.bottomRight()) + QPoint(-20, -4)
    desk.drag(start, end)
    assert set(desk.selection.nodes) == {"dense_1", "dense_2"}
    assert items["dense_1"].state.selected
    assert not items["input_1"].state.selected


def test_escape_takes_a_marquee_back(bench, chain):
    desk = bench(chain)
    desk.selection.set(["mse_1"])
    desk.drag(QPoint(4, 4), QPoint(890, 500), release=False)
    assert len(desk.selection.nodes) == 4
    desk.key(Qt.Key.Key_Escape)
    assert desk.selection.nodes == ("mse_1",)


def test_a_click_on_nothing_clears(bench, chain):
    desk = bench(chain)
    desk.selection.set(["dense_1"])
    desk.click(desk.empty())
    assert desk.selection.nodes == ()


def test_control_click_adds_and_takes_away(bench, chain):
    desk = bench(chain)
    desk.click(desk.card("dense_1"))
    desk.click(desk.card("dense_2"), CONTROL)
    assert set(desk.selection.nodes) == {"dense_1", "dense_2"}
    desk.click(desk.card("dense_1"), CONTROL)
    assert desk.selection.nodes == ("dense_2",)


def test_a_click_on_a_line_selects_the_edge_and_delete_removes_it(bench, chain):
    desk = bench(chain)
    edge = next(e for e in chain.edges if e.target == "mse_1")
    desk.click((desk.output("dense_2") + desk.input("mse_1")) / 2)
    assert desk.selection.edges == (edge,)
    desk.key(Qt.Key.Key_Delete)
    assert edge not in desk.graph.edges
    assert len(desk.graph.edges) == len(chain.edges) - 1


def test_a_click_on_a_weight_selects_its_edge(bench, chain):
    desk = bench(chain, expanded=True)
    desk.canvas.set_values({"dense_1.weight": np.ones((8, 2))}.get)
    item = next(i for e, i in desk.canvas.scene.edges.items.items() if e.target == "dense_1")
    middle = QPointF((item._left + item._right) / 2, float(item._source[0] + item._target[0]) / 2)
    desk.click(desk.at(middle))
    assert desk.selection.edges[0].target == "dense_1"
    assert item.selected


def test_delete_key_deletes_the_selected_card(bench, chain):
    desk = bench(chain)
    desk.click(desk.card("dense_1"))
    desk.key(Qt.Key.Key_Delete)
    assert "dense_1" not in desk.graph
    assert "dense_1" not in desk.canvas.scene.items_by_card


def test_select_all(bench, chain):
    desk = bench(chain)
    desk.canvas.action("edit.select_all").trigger()
    assert len(desk.selection.nodes) == 4
    assert len(desk.selection.edges) == len(chain.edges)
