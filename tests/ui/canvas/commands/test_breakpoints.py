"""Breakpoints at cards: the menu that sets them, and the dots that show them."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from nnlab.engine.breakpoint import Breakpoint
from nnlab.ui.canvas.scene.hit import Hit


def test_the_menu_of_a_card_sets_one_and_the_card_is_marked(bench, chain):
    desk = bench(chain)
    breakpoints, document = desk.canvas.breakpoints, desk.canvas.scene.document
    menu = QMenu()
    breakpoints.fill_menu(menu, ["dense_1"], Hit("card", "dense_1", unit=2))
    inside = menu.actions()[0].menu()
    words = [action.text() for action in inside.actions()]
    assert words == ["dense_1", "dense_1, forward", "dense_1, backward", "dense_1, update", "dense_1, neuron 3"]
    inside.actions()[-1].trigger()
    inside.actions()[2].trigger()
    assert document.project.debugging.breakpoints == (Breakpoint("dense_1", unit=2), Breakpoint("dense_1", "backward"))
    item = desk.canvas.scene.items_by_card["dense_1"]
    assert item.state.breakpoints == ((2, True), (None, True))
    assert "has a breakpoint" in desk.canvas.view.focus.describe("dense_1")

    again = QMenu()
    breakpoints.fill_menu(again, ["dense_1"], Hit())
    assert [action.isChecked() for action in again.actions()[0].menu().actions()] == [False, False, True, False]
    document.undo()
    document.undo()
    assert item.state.breakpoints == ()


def test_a_dot_is_painted_in_the_corner(bench, chain):
    desk = bench(chain)
    item = desk.canvas.scene.items_by_card["dense_2"]
    error = desk.canvas.theme.tokens.error
    corner = desk.at(item.outline.topLeft())

    def red() -> int:
        image = desk.canvas.view.viewport().grab().toImage()
        colors = (image.pixelColor(corner.x() + dx, corner.y() + dy) for dx in range(-4, 6) for dy in range(8))
        return sum(c == error for c in colors)

    assert red() == 0
    desk.canvas.breakpoints.toggle(Breakpoint("dense_2"))
    assert red() > 10


def test_with_nothing_selected_the_menu_has_no_breakpoints(bench, chain):
    menu = QMenu()
    bench(chain).canvas.breakpoints.fill_menu(menu, [], Hit())
    assert menu.actions() == []


def test_a_card_its_neuron_and_a_weight_are_watched_from_the_menu(bench, chain):
    desk = bench(chain)
    document, edge = desk.canvas.scene.document, next(e for e in chain.edges if e.target == "dense_2")
    menu = QMenu()
    desk.canvas.breakpoints.fill_menu(menu, ["dense_1"], Hit("card", "dense_1", unit=2))
    actions = {action.text(): action for action in menu.actions()[1].menu().actions()}
    assert {"Watch act(dense_1)[0, 2]", "Watch norm(act(dense_1))", "Watch norm(grad(dense_1.weight))"} <= set(actions)
    actions["Watch act(dense_1)[0, 2]"].trigger()
    menu = QMenu()
    desk.canvas.breakpoints.fill_menu(menu, [], Hit("edge", edge=edge, weight=(0, 3)))
    menu.actions()[0].menu().actions()[0].trigger()
    assert [watch.text for watch in document.project.debugging.watches] == ["act(dense_1)[0, 2]", "dense_2.weight[0, 3]"]
    document.undo()
    assert len(document.project.debugging.watches) == 1
