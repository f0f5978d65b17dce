"""The canvas without a mouse."""

from PySide6.QtCore import Qt

from nnlab.core.dataset import Target
from nnlab.graph import annotation, edits
from nnlab.graph.validation import DataShape, validate

ALT = Qt.KeyboardModifier.AltModifier


def test_page_down_walks_over_all_cards_in_order(bench, chain):
    desk = bench(chain)
    desk.selection.set()
    visited = []
    for _ in range(4):
        desk.key(Qt.Key.Key_PageDown)
        visited += desk.selection.nodes
    assert visited == ["input_1", "dense_1", "dense_2", "mse_1"]
    assert desk.canvas.scene.items_by_card["mse_1"].state.focused


def test_alt_and_arrows_walk_to_the_neighbour(bench, chain):
    desk = bench(chain)
    desk.selection.set(["dense_1"])
    desk.key(Qt.Key.Key_Right, ALT)
    assert desk.selection.nodes == ("dense_2",)
    desk.key(Qt.Key.Key_Left, ALT)
    assert desk.selection.nodes == ("dense_1",)


def test_a_card_is_described_in_words(bench, chain):
    desk = bench(chain)
    desk.canvas.set_diagnostics([d for d in validate(chain, DataShape(3, Target("continuous", ("y",)))) if d.node_id == "input_1"])
    desk.key(Qt.Key.Key_PageDown)
    words = desk.canvas.view.accessibleDescription()
    assert words.startswith("input_1, 2 inputs")
    assert "error: input_1 takes 2 features" in words


def test_the_mouse_takes_the_focus_ring_away(bench, chain):
    desk = bench(chain)
    desk.key(Qt.Key.Key_PageDown)
    desk.click(desk.empty())
    assert not any(item.state.focused for item in desk.canvas.scene.items_by_card.values())


def test_every_action_has_a_name_and_a_text(bench, chain):
    names = {action.objectName() for action in bench(chain).canvas.actions()}
    wanted = {"edit.delete", "edit.select_all", "view.fit", "view.zoom_in", "view.zoom_out", "edit.tidy"}
    assert wanted <= names
    assert all(action.text() for action in bench(chain).canvas.actions())


def test_page_down_goes_on_to_the_comments(bench, chain):
    desk = bench(annotation.add_comment(chain, "why", (0, 200)))
    desk.selection.set()
    for _ in desk.canvas.scene.cards:
        desk.key(Qt.Key.Key_PageDown)
    desk.key(Qt.Key.Key_PageDown)
    assert desk.selection.comments == ("comment_1",) and desk.canvas.view.accessibleDescription() == "Comment: why"
    desk.key(Qt.Key.Key_Down)
    assert desk.graph.comments[0].position == (0.0, 208.0)
    desk.key(Qt.Key.Key_PageDown)
    assert desk.selection.nodes == ("input_1",) and not desk.selection.comments


def test_shift_and_page_down_select_one_more_and_j_joins_them(bench, chain):
    cut = edits.disconnect(chain, next(e for e in chain.edges if e.target == "dense_2"))
    desk = bench(cut)
    desk.selection.set()
    desk.key(Qt.Key.Key_PageDown)
    desk.key(Qt.Key.Key_PageDown)
    desk.key(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ShiftModifier)
    assert desk.selection.nodes == ("dense_1", "dense_2")
    desk.key(Qt.Key.Key_J)
    assert set(desk.graph.edges) == set(chain.edges)
    desk.key(Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    assert desk.graph == cut, "the edge between the two, and no other"


def test_connecting_what_does_not_fit_says_why(bench, residual):
    desk = bench(residual)
    desk.selection.set(["input_1", "add_1"])
    desk.key(Qt.Key.Key_J)
    assert desk.graph == residual and "equal shape" in desk.refusals[-1]
