"""What the scene shows, and that it follows the document edit by edit."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.graph.validation import Diagnostic
from nnlab.ui.canvas.edges.tensor_edge import TensorEdge
from nnlab.ui.canvas.edges.weight_layer import WeightCurves, WeightMatrix
from nnlab.ui.canvas.overlays.add_popup import AddPopup


def test_a_card_for_every_layer(bench, chain):
    desk = bench(chain)
    assert list(desk.canvas.scene.items_by_card) == ["input_1", "dense_1", "dense_2", "mse_1"]


def test_weights_between_tiles_and_a_line_to_the_loss(bench, chain):
    desk = bench(chain, expanded=True)
    kinds = {edge.target: type(item) for edge, item in desk.canvas.scene.edges.items.items()}
    assert kinds == {"dense_1": WeightCurves, "dense_2": WeightCurves, "mse_1": TensorEdge}


def test_a_large_layer_as_its_matrix(bench, chain):
    desk = bench(edits.configure(chain, "dense_1", units=600), expanded=True)
    kinds = {edge.target: type(item) for edge, item in desk.canvas.scene.edges.items.items()}
    assert kinds["dense_1"] is WeightMatrix


def test_lines_only_in_the_collapsed_form(bench, chain):
    desk = bench(chain)
    assert {type(item) for item in desk.canvas.scene.edges.items.values()} == {TensorEdge}


def test_an_edit_touches_only_what_differs(bench, chain):
    desk = bench(chain)
    before = dict(desk.canvas.scene.items_by_card)
    desk.document.attempt("Change", lambda graph: edits.configure(graph, "dense_1", units=5))
    after = desk.canvas.scene.items_by_card
    assert all(after[name] is item for name, item in before.items())
    assert after["dense_1"].card.subtitle == "5 · tanh"


def test_undo_and_redo_are_followed(bench, chain):
    desk = bench(chain)
    desk.document.apply("Clear", Graph())
    assert desk.canvas.scene.items_by_card == {}
    desk.document.undo()
    assert len(desk.canvas.scene.items_by_card) == 4
    assert len(desk.canvas.scene.edges.items) == 3
    desk.document.redo()
    assert desk.canvas.scene.edges.items == {}


def test_an_empty_canvas_says_what_to_do(bench, chain):
    desk = bench(Graph())
    assert desk.canvas.hint.isVisible()
    desk.document.apply("Fill", chain)
    assert not desk.canvas.hint.isVisible()


def test_words_on_an_empty_canvas_do_not_stand_in_the_way(bench, qapp):
    desk = bench(Graph())
    words = desk.canvas.hint.mapToGlobal(QPoint(desk.canvas.hint.width() // 2, 8))
    below = qapp.widgetAt(words)
    QTest.mouseDClick(below, Qt.MouseButton.LeftButton, pos=below.mapFromGlobal(words))
    assert desk.canvas.findChild(AddPopup).isVisible()


def test_errors_and_warnings_on_their_cards(bench, chain):
    desk = bench(chain)
    desk.canvas.set_diagnostics([Diagnostic("error", "Wrong.", "tanh_1"), Diagnostic("warning", "Hm.", "dense_2")])
    states = {name: item.state.severity for name, item in desk.canvas.scene.items_by_card.items()}
    assert states == {"input_1": "", "dense_1": "error", "dense_2": "warning", "mse_1": ""}
    desk.canvas.set_diagnostics([])
    assert {item.state.severity for item in desk.canvas.scene.items_by_card.values()} == {""}


def test_the_data_sets_name_and_target(bench, chain):
    desk = bench(chain)
    desk.canvas.set_data_title("two spirals", "target y", ("x", "y"))
    assert desk.canvas.scene.cards["input_1"].title == "two spirals"
    assert desk.canvas.scene.items_by_card["input_1"].labels == ("x", "y")
    assert desk.canvas.scene.edges.target.label == "target y"


def test_a_file_with_a_long_name_leaves_the_next_card_its_place(bench, chain):
    """While one builds, cards stay where they were put, and the network was laid out before its data had a name."""
    desk = bench(chain)
    desk.canvas.set_data_title("survey of all vineyards in the valley 2024.csv", "target y", ("x", "y"))
    first, second = (desk.canvas.scene.items_by_card[name] for name in ("input_1", "dense_1"))
    between = second.outline.left() - first.outline.right()
    assert between >= 20.0


def test_features_go_by_their_names(bench, chain):
    """Beside the tiles, for which the card grows up to a limit, and inside the neurons that read them; but for the pixels of an image."""
    desk = bench(chain)
    item = desk.canvas.scene.items_by_card["input_1"]
    names = ("sepal length (cm)", "sepal width (cm)")
    desk.canvas.set_mode(True)
    widths = []
    for features in (("x", "y"), names, ("a" * 400, "b" * 400), ("only one",)):
        desk.canvas.set_data_title("data", "target y, 3 classes", features)
        widths.append(item.outline.width())
        assert item.geometry.tile_area.right() < item.geometry.outline.right()
    assert widths[0] < widths[1] < widths[2] < 2 * widths[0] and widths[3] == widths[0]
    assert item.labels == ("x₁", "x₂"), "names of other data are of no use"
    desk.canvas.set_data_title("iris", "target y, 3 classes", names)
    assert (item.labels, item.names) == (("…length", "…width"), names)  # in the room for them, and whole in tooltips and neurons
    desk.canvas.set_data_title("two pixels", "target y, 3 classes", ("pixel 0, 0", "pixel 0, 1"), (1, 2))
    assert item.names == ("x₁", "x₂")


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_it_paints_in_both_themes(bench, chain, theme, mode):
    desk = bench(chain, expanded=True)
    desk.canvas.set_values({"dense_1.weight": np.ones((8, 2)), "dense_2.weight": -np.ones((1, 8))}.get)
    try:
        theme.set_mode(mode)
        canvas, positive = theme.tokens.canvas, theme.tokens.pos
        picture = desk.canvas.view.grab().toImage()
    finally:
        theme.set_mode("dark")
    assert picture.pixelColor(2, 2) == canvas
    assert positive.hue() in {picture.pixelColor(x, y).hue() for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
    colours = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
    assert len(colours) > 30
