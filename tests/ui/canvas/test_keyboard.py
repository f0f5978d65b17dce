"""The canvas without a mouse."""

from PySide6.QtCore import Qt

from nnlab.core.dataset import Target
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
