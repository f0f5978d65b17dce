"""Tab, a name, Enter: the new card follows what is selected, wherever the pointer rests, and never lies on another."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest

from nnlab.graph.graph import Graph

KEY = Qt.Key


def overlapping(desk) -> list[tuple[str, str]]:
    """Pairs of cards whose outlines cross in the picture."""
    outlines = {name: item.outline for name, item in desk.canvas.scene.items_by_card.items()}
    return [(a, b) for a, b in combinations(outlines, 2) if outlines[a].intersects(outlines[b])]


def rest(desk, place: QPoint) -> None:
    """The pointer comes to rest at a place of the canvas."""
    viewport = desk.canvas.view.viewport()
    QCursor.setPos(viewport.mapToGlobal(place))
    QTest.mouseMove(viewport, place)


def write(desk, text: str) -> None:
    popup = desk.canvas.adding.popup
    assert popup.isVisible()
    QTest.keyClicks(popup.search, text)
    QTest.keyClick(popup.search, KEY.Key_Return)


def tab(desk, text: str) -> None:
    desk.key(KEY.Key_Tab)
    write(desk, text)


def pointer_over(desk, where: str) -> QPoint:
    """A resting place: on a card, beside it, on an edge, in a corner, outside."""
    view, graph = desk.canvas.view, desk.graph
    viewport = view.viewport().rect()
    if where == "corner":
        return QPoint(5, 5)
    if where == "outside":
        return QPoint(viewport.width() + 300, -200)
    if where == "middle":
        return viewport.center()
    if where == "first card":
        return desk.card(graph.nodes[0].id)
    newest = desk.canvas.scene.items_by_card[desk.canvas.scene.owner[graph.nodes[-1].id]].outline
    if where == "newest card":
        return desk.at(newest.center())
    if where == "behind":
        return desk.at(newest.center()) + QPoint(round(168 * view.zoom), 0)
    edge = graph.edges[0] if graph.edges else None
    if edge is None:
        return viewport.center()
    ends = [desk.canvas.scene.items_by_card[desk.canvas.scene.owner[i]].outline.center() for i in (edge.source, edge.target)]
    return desk.at((ends[0] + ends[1]) / 2)


PLACES = ("corner", "outside", "middle", "first card", "newest card", "behind", "edge")


@pytest.mark.parametrize("expanded", [False, True])
@pytest.mark.parametrize("where", PLACES)
def test_a_chain_typed_from_an_empty_canvas(bench, where: str, expanded: bool) -> None:
    desk = bench(Graph(), expanded)
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 250))
    write(desk, "input")
    for text in ("dense 8", "tanh", "dense 1", "binary"):
        rest(desk, pointer_over(desk, where))
        tab(desk, text)
        assert desk.canvas.view.rect().contains(desk.card(desk.canvas.scene.owner[desk.graph.nodes[-1].id])), "the new card is in sight"
    assert {(e.source, e.target) for e in desk.graph.edges} == {
        ("input_1", "dense_1"), ("dense_1", "tanh_1"), ("tanh_1", "dense_2"), ("dense_2", "binary_cross_entropy_1"),
    }  # fmt: skip
    assert [desk.graph[i].settings["units"] for i in ("dense_1", "dense_2")] == [8, 1]
    assert overlapping(desk) == [] and desk.refusals == []


@pytest.mark.parametrize("where", PLACES)
def test_with_nothing_selected_it_goes_before_the_loss(bench, chain, where: str) -> None:
    desk = bench(chain)
    desk.key(KEY.Key_Escape)
    rest(desk, pointer_over(desk, where))
    tab(desk, "dense 5")
    assert {("dense_2", "dense_3"), ("dense_3", "mse_1")} <= {(e.source, e.target) for e in desk.graph.edges}
    assert overlapping(desk) == []


def test_the_popup_says_what_it_follows(bench, chain) -> None:
    desk = bench(chain)
    for chosen, words in ((["dense_1"], "Add after dense_1"), ([], "Add after dense_2"), (["input_1"], "Add after input_1")):
        desk.selection.set(chosen)
        desk.key(KEY.Key_Tab)
        assert desk.canvas.adding.popup.search.placeholderText().startswith(words)
        QTest.keyClick(desk.canvas.adding.popup.search, KEY.Key_Escape)


def test_on_a_selected_edge(bench, chain) -> None:
    desk = bench(chain)
    desk.selection.set((), [next(e for e in chain.edges if e.target == "dense_2")])
    tab(desk, "dense 3")
    assert {("tanh_1", "dense_3"), ("dense_3", "dense_2")} <= {(e.source, e.target) for e in desk.graph.edges}
    assert overlapping(desk) == []


def test_a_double_click_beside_a_card_puts_the_new_one_off_it(bench, chain) -> None:
    desk = bench(chain)
    outline = desk.canvas.scene.items_by_card["dense_1"].outline
    at = desk.at(outline.bottomLeft()) + QPoint(30, 8)
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    write(desk, "dense")
    assert "dense_3" in desk.graph and overlapping(desk) == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("expanded", [False, True])
def test_random_hands_never_put_a_card_on_another(bench, seed: int, expanded: bool) -> None:
    """Tab with random words while random cards are selected and the pointer rests anywhere; everything is undone one by one."""
    rng, desk = random.Random(seed), bench(Graph(), expanded)
    words = ("input", "dense 4", "dense", "tanh", "relu", "add", "concat", "dropout", "layer norm", "mse", "conv", "softmax")
    tab(desk, "input")
    for _ in range(11):
        ids = [node.id for node in desk.graph]
        desk.selection.set(rng.sample(ids, min(len(ids), rng.choice((0, 1, 1, 1, 2)))))
        rest(desk, pointer_over(desk, rng.choice(PLACES)))
        count = len(desk.graph)
        tab(desk, rng.choice(words))
        assert len(desk.graph) == count + 1, desk.refusals
        assert overlapping(desk) == []
    for _ in range(12):
        desk.document.undo()
    assert desk.graph == Graph()
