"""What a tooltip on the canvas says, word for word, by hand-made numbers."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.validation import Diagnostic
from nnlab.ui.canvas.scene.hit import CARD, EDGE, PORT, Hit
from nnlab.ui.canvas.scene.tooltips import tooltip

BIAS, D_BIAS = np.arange(8, dtype=np.float32) / 4, -np.arange(8, dtype=np.float32)
WEIGHT = np.arange(16, dtype=np.float32).reshape(8, 2) / 8
BATCH = np.array([[1.0] * 8, [-0.5] * 8, [0.25] * 8, [0.25] * 8], np.float32)
VALUES = {
    "dense_1.weight": WEIGHT, "dense_1.d_weight": -WEIGHT, "dense_1.bias": BIAS, "dense_1.d_bias": D_BIAS, "tanh_1.y": BATCH,
    "input_1.y": np.array([[3.0, 4.0], [3.0, 6.0]], np.float32),
}  # fmt: skip


@pytest.fixture
def desk(bench, chain):
    """input_1 (2) → dense_1 (8 · tanh) → dense_2 (1) → mse_1."""
    found = bench(chain, expanded=True)
    found.canvas.set_values(VALUES.get)
    return found


def said(desk, hit: Hit) -> list[str]:
    return tooltip(desk.canvas.scene, desk.canvas._live, hit).splitlines()


def edge_into(desk, target: str):
    return next(edge for edge in desk.graph.edges if edge.target == target)


def test_a_unit_says_its_bias_and_its_answers_over_the_batch(desk):
    """1, −½, ¼ and ¼ have a mean of ¼."""
    assert said(desk, Hit(CARD, "dense_1", unit=2))[:3] == [
        "dense_1, unit 3 of 8", "bias 0.5000", "over the batch: −0.500 to 1.00, mean 0.250",
    ]  # fmt: skip
    desk.canvas.set_overlay("gradients")
    assert said(desk, Hit(CARD, "dense_1", unit=2))[1] == "∂L/∂b −2.000"


def test_the_last_unit_has_numbers_and_one_beyond_has_none(desk):
    assert said(desk, Hit(CARD, "dense_1", unit=7))[:2] == ["dense_1, unit 8 of 8", "bias 1.750"]
    assert said(desk, Hit(CARD, "dense_1", unit=8))[0] == "dense_1, unit 9 of 8"
    assert not any(line.startswith(("bias", "over")) for line in said(desk, Hit(CARD, "dense_1", unit=8)))


def test_a_unit_that_answers_the_same_to_every_sample_says_so(desk):
    same = "The same for every sample of this batch."
    first, second = said(desk, Hit(CARD, "input_1", unit=0)), said(desk, Hit(CARD, "input_1", unit=1))
    assert first[0].endswith(", input 1") and first[1:3] == ["over the batch: 3.00 to 3.00, mean 3.00", same]
    assert second[0].endswith(", input 2") and second[1] == "over the batch: 4.00 to 6.00, mean 5.00" and same not in second
    desk.canvas.set_values((VALUES | {"input_1.y": np.ones((1, 2), np.float32)}).get)
    assert same not in said(desk, Hit(CARD, "input_1", unit=0)), "of one sample that says nothing"


def test_a_weight_says_which_it_is_its_value_and_its_gradient(desk):
    edge = edge_into(desk, "dense_1")
    assert said(desk, Hit(EDGE, edge=edge, weight=(3, 1))) == ["dense_1.weight, unit 4, input 2", "w = 0.8750", "∂L/∂w = −0.8750"]
    desk.canvas.set_values({"dense_1.weight": WEIGHT}.get)
    assert said(desk, Hit(EDGE, edge=edge, weight=(0, 1))) == ["dense_1.weight, unit 1, input 2", "w = 0.1250"]
    desk.canvas.set_values({"dense_1.weight": np.ones((5, 2))}.get)
    assert said(desk, Hit(EDGE, edge=edge, weight=(0, 1))) == ["dense_1.weight, unit 1, input 2"], "of the network before an edit"


def test_inputs_and_their_weights_go_by_the_names_of_the_columns(desk):
    desk.canvas.set_data_title("wine.csv", "target y, 3 classes", ("alcohol", "malic acid"))
    assert said(desk, Hit(CARD, "input_1", unit=1))[0] == "wine.csv, malic acid (input 2)"
    edge = edge_into(desk, "dense_1")
    assert said(desk, Hit(EDGE, edge=edge, weight=(3, 0)))[0] == "dense_1.weight, unit 4, alcohol (input 1)"
    assert said(desk, Hit(EDGE, edge=edge_into(desk, "dense_2"), weight=(0, 0)))[0] == "dense_2.weight, unit 1, input 1"


def test_an_edge_says_what_it_carries(desk):
    assert said(desk, Hit(EDGE, edge=edge_into(desk, "mse_1"))) == ["dense_2 to mse_1, (N, 1)"]


def test_a_weight_of_an_image_says_its_pixel(bench):
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.input(features=64), units=10))
    desk = bench(b.build(), expanded=True)
    desk.canvas.set_data_title("digits", "target y", (), (8, 8))
    for source, where in ((0, "row 1, column 1"), (7, "row 1, column 8"), (8, "row 2, column 1"), (63, "row 8, column 8")):
        first = said(desk, Hit(EDGE, edge=edge_into(desk, "dense_1"), weight=(2, source)))[0]
        assert first == f"dense_1.weight, unit 3, input {source + 1} (pixel in {where})"


def test_a_card_says_what_is_on_it_its_size_and_what_is_wrong(desk):
    desk.canvas.set_diagnostics([Diagnostic("error", "Too few units.", "dense_2"), Diagnostic("warning", "Unusual.", "dense_2")])
    assert said(desk, Hit(CARD, "dense_2")) == [
        "dense_2: Dense", "Output (N, 1)", "9 parameters", "Error: Too few units.", "Warning: Unusual.",
    ]  # fmt: skip
    assert said(desk, Hit(CARD, "dense_1"))[:3] == ["dense_1: Dense and tanh", "Output (N, 8)", "24 parameters"]


def test_a_frozen_card_says_what_is(bench, chain):
    desk = bench(edits.freeze(chain, "dense_1", ["bias"]), expanded=True)
    assert said(desk, Hit(CARD, "dense_1"))[2] == "24 parameters, bias frozen"


def test_ports_say_what_they_are_and_take(desk):
    assert said(desk, Hit(PORT, "dense_1")) == ["Output of tanh_1 (N, 8)", "Drag it to an input."]
    assert said(desk, Hit(PORT, "dense_1", port="x"))[0] == "Input x of dense_1 (N, 2)"
