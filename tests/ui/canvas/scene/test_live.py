"""Live values on the canvas: what is shown, and that only what differs is painted again."""

from types import SimpleNamespace

import numpy as np
import pytest
from networks import mlp

from nnlab.graph.builder import GraphBuilder
from nnlab.ui.canvas.cards.finding_painting import words_place
from nnlab.ui.canvas.edges.weight_layer import WeightItem, overlay_values, reference
from nnlab.ui.canvas.model.paths import TermEdge
from nnlab.ui.canvas.painting.matrix import strongest
from nnlab.ui.canvas.scene.hit import CARD, EDGE, Hit
from nnlab.ui.canvas.scene.live import _short
from nnlab.ui.canvas.scene.tooltips import tooltip
from nnlab.ui.document.node_finding import NodeFinding

RNG = np.random.default_rng(0)


@pytest.fixture
def values():
    return {
        "dense_1.weight": RNG.normal(size=(8, 2)).astype(np.float32),
        "dense_1.d_weight": RNG.normal(size=(8, 2)).astype(np.float32),
        "dense_1.bias": RNG.normal(size=8).astype(np.float32),
        "dense_1.d_bias": np.zeros(8, np.float32),
        "dense_2.weight": RNG.normal(size=(1, 8)).astype(np.float32),
        "input_1.y": RNG.normal(size=(4, 2)).astype(np.float32),
        "tanh_1.y": RNG.normal(size=(4, 8)).astype(np.float32),
        "mse_1.loss": np.array([0.25], np.float32),
        "mse_1.sample_loss": np.array([0.1, 0.2, 0.3, 0.4], np.float32),
    }


@pytest.fixture
def desk(bench, chain):
    return bench(chain, expanded=True)


def into(desk, target):
    return next(item for edge, item in desk.canvas.scene.edges.items.items() if edge.target == target)


def repaints(desk) -> list[str]:
    """Names of cards and edges that ask to be painted from now on."""
    asked: list[str] = []
    for name, card in desk.canvas.scene.items_by_card.items():
        card.face.update = card.body.update = lambda name=name: asked.append(name)
    for edge, item in desk.canvas.scene.edges.items.items():
        if isinstance(item, WeightItem):
            item.update = lambda edge=edge: asked.append(f"edge into {edge.target}")
    return asked


def test_weights_biases_activations_and_loss_are_taken(desk, values):
    desk.canvas.set_values(values.get)
    assert np.array_equal(into(desk, "dense_1").values, values["dense_1.weight"])
    card = desk.canvas.scene.items_by_card["dense_1"]
    assert np.array_equal(card.biases, values["dense_1.bias"])
    assert not card.pictures.is_empty
    loss = desk.canvas.scene.items_by_card["mse_1"]
    assert (loss.loss, loss.batch_size) == (0.25, 4)


def test_the_weight_of_a_single_term_is_lit_with_its_number_until_another_thing_is_looked_at(desk, values):
    desk.canvas.set_values(values.get)
    desk.canvas.set_step("dense_1", frozenset({"dense_1.weight"}), frozenset({"dense_1.y"}))
    desk.canvas.set_term(TermEdge("dense_1.weight", (3, 1), -0.4478))
    lit = into(desk, "dense_1").paths
    assert (lit.start, lit.gradient, lit.products) == ((3, 1), -0.4478, {}) and into(desk, "dense_2").paths is None
    desk.canvas.set_step(None, frozenset(), frozenset())
    assert into(desk, "dense_1").paths is None


def test_only_what_differs_is_painted_anew(desk, values):
    desk.canvas.set_values(values.get)
    asked = repaints(desk)
    desk.canvas.set_values({name: value.copy() for name, value in values.items()}.get)
    assert asked == []
    values["mse_1.loss"] = np.array([0.5], np.float32)
    desk.canvas.set_values(values.get)
    assert set(asked) == {"mse_1"}
    asked.clear()
    values["dense_2.weight"] = values["dense_2.weight"] * 2  # its biases have the scale of its weights, but there are none here
    desk.canvas.set_values(values.get)
    assert set(asked) == {"edge into dense_2"}


def test_the_frame_may_be_overwritten_afterwards(desk, values):
    desk.canvas.set_values(values.get)
    before = values["dense_1.weight"].copy()
    values["dense_1.weight"][...] = 99
    assert np.array_equal(into(desk, "dense_1").values, before)


def test_gradients_are_shown_for_weights_and_biases(desk, values):
    desk.canvas.set_values(values.get)
    desk.canvas.set_overlay("gradients")
    assert np.array_equal(into(desk, "dense_1").values, values["dense_1.d_weight"])
    assert not desk.canvas.scene.items_by_card["dense_1"].biases.any()
    assert into(desk, "dense_2").values is None  # no gradient is known


def test_activations_are_weights_times_their_mean_input(desk, values):
    desk.canvas.set_values(values.get)
    desk.canvas.set_overlay("activations")
    expected = values["dense_2.weight"] * values["tanh_1.y"].mean(axis=0)
    assert into(desk, "dense_2").values == pytest.approx(expected)


def test_an_unknown_overlay_is_an_error(desk):
    with pytest.raises(ValueError, match="choose one of weights, gradients, activations"):
        desk.canvas.set_overlay("phases")


def test_values_of_another_shape_are_not_shown(desk, values):
    values["dense_1.weight"] = np.ones((3, 3))
    desk.canvas.set_values(values.get)
    assert into(desk, "dense_1").values is None


def test_no_values_at_all_is_a_state_of_its_own(desk, values):
    desk.canvas.set_values(values.get)
    desk.canvas.set_values(lambda name: None)
    assert into(desk, "dense_1").values is None
    card = desk.canvas.scene.items_by_card["dense_1"]
    assert card.biases is None
    assert card.pictures.is_empty
    assert desk.canvas.scene.items_by_card["mse_1"].loss is None
    desk.canvas.view.grab()


def test_pictures_take_the_tiles_and_values_leave_them(desk, values):
    pictures = RNG.normal(size=(8, 24, 24)).astype(np.float32)
    desk.canvas.set_pictures({"tanh_1": pictures})
    desk.canvas.set_values(values.get)
    shown = desk.canvas.scene.items_by_card["dense_1"].pictures._pictures
    assert np.array_equal(shown, pictures[:, ::-1])  # the lowest second feature at the bottom
    desk.canvas.set_pictures({})
    desk.canvas.set_values(values.get)
    assert desk.canvas.scene.items_by_card["dense_1"].pictures._pictures.shape == (8, 1, 4)


def test_a_network_of_images_shows_weights_as_images(bench):
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.relu(b.dense(b.input(features=64), units=20)), units=10))
    desk = bench(b.build(), expanded=True)
    desk.canvas.set_data_title("digits", "target y", (), (8, 8))
    weight, batch = RNG.normal(size=(20, 64)), RNG.normal(size=(5, 64))
    desk.canvas.set_values({"dense_1.weight": weight, "input_1.y": batch}.get)
    items = desk.canvas.scene.items_by_card
    assert len(items["input_1"].geometry.tiles) == 1
    assert items["input_1"].pictures._pictures == pytest.approx(batch[:1].reshape(1, 8, 8), abs=1e-6)
    shown = items["dense_1"].pictures
    assert shown.units == (0, 1, 2, 3, 4, 5, 18, 19)
    assert shown._pictures == pytest.approx(weight[list(shown.units)].reshape(8, 8, 8), abs=1e-6)


def test_nan_everywhere_is_painted_and_told(desk, values):
    desk.canvas.set_values({name: np.full_like(value, np.nan) for name, value in values.items()}.get)
    assert np.isnan(desk.canvas.scene.items_by_card["mse_1"].loss)
    edge = next(e for e in desk.graph.edges if e.target == "dense_1")
    for overlay, bias in (("weights", "bias NaN"), ("gradients", "∂L/∂b NaN")):
        desk.canvas.set_overlay(overlay)
        desk.canvas.view.grab()  # an exception while painting fails the test
        assert bias in tooltip(desk.canvas.scene, desk.canvas._live, Hit(CARD, "dense_1", unit=2)).splitlines()
        assert tooltip(desk.canvas.scene, desk.canvas._live, Hit(EDGE, edge=edge, weight=(3, 1))).endswith("w = NaN\n∂L/∂w = NaN")


class TestStep:
    def test_lights_what_is_read_and_written_and_dims_the_rest(self, desk):
        desk.canvas.set_step("dense_1", frozenset({"input_1.y", "dense_1.weight", "dense_1.bias"}), frozenset({"dense_1.y"}))
        states = {name: item.state for name, item in desk.canvas.scene.items_by_card.items()}
        assert {name: state.step for name, state in states.items()} == {
            "input_1": "read", "dense_1": "current", "dense_2": "dim", "mse_1": "dim",
        }  # fmt: skip
        assert states["dense_1"].lit == ("reads W, b", "writes z")
        assert not into(desk, "dense_1")._dimmed
        assert into(desk, "dense_2")._dimmed
        assert into(desk, "mse_1").dimmed

    def test_gradients_are_named_as_such(self, desk):
        desk.canvas.set_step("tanh_1", frozenset({"tanh_1.d_y", "tanh_1.y"}), frozenset({"dense_1.d_y"}))
        assert desk.canvas.scene.items_by_card["dense_1"].state.lit == ("reads a, ∂a", "writes ∂z")

    def test_ends(self, desk):
        desk.canvas.set_step("tanh_1", frozenset({"tanh_1.y"}), frozenset())
        desk.canvas.set_step(None, frozenset(), frozenset())
        assert {item.state.step for item in desk.canvas.scene.items_by_card.values()} == {""}
        assert not into(desk, "mse_1").dimmed

    def test_lasts_over_an_edit_and_paints(self, desk):
        desk.canvas.set_step("mse_1", frozenset({"dense_2.y"}), frozenset({"mse_1.loss"}))
        desk.canvas.set_mode(False)
        desk.canvas.view.grab()
        assert desk.canvas.scene.items_by_card["mse_1"].state.step == "current"


class TestTooltips:
    def test_a_unit_tells_its_bias_and_its_activations(self, desk, values):
        desk.canvas.set_values(values.get)
        text = tooltip(desk.canvas.scene, desk.canvas._live, Hit(CARD, "dense_1", unit=2))
        assert "unit 3 of 8" in text
        assert "bias" in text
        assert "mean" in text

    def test_a_weight_tells_its_value_and_gradient(self, desk, values):
        desk.canvas.set_values(values.get)
        edge = next(e for e in desk.graph.edges if e.target == "dense_1")
        values["dense_1.weight"][3, 1] = 0.5
        text = tooltip(desk.canvas.scene, desk.canvas._live, Hit(EDGE, edge=edge, weight=(3, 1)))
        assert text.startswith("dense_1.weight, unit 4, input 2\nw = 0.5")
        assert "∂L/∂w" in text

    def test_a_card_tells_what_is_wrong(self, desk):
        from nnlab.graph.validation import Diagnostic

        desk.canvas.set_diagnostics([Diagnostic("error", "Too few units.", "dense_2")])
        assert "Error: Too few units." in tooltip(desk.canvas.scene, desk.canvas._live, Hit(CARD, "dense_2"))

    def test_nothing_has_nothing_to_say(self, desk):
        assert tooltip(desk.canvas.scene, desk.canvas._live, Hit()) == ""


def test_hovering_a_unit_shows_its_edges_alone(desk, values):
    desk.canvas.set_values(values.get)
    desk.canvas._live.set_hovered(("dense_1", 2))
    assert into(desk, "dense_1")._emphasis().sum(axis=1).tolist() == [0, 0, 2, 0, 0, 0, 0, 0]
    assert into(desk, "dense_2")._emphasis().tolist() == [[False, False, True, False, False, False, False, False]]
    desk.canvas._live.set_hovered(None)
    assert into(desk, "dense_1")._emphasis().all()


def test_reference_is_the_95th_percentile_of_what_is_finite():
    assert reference(np.arange(1, 101.0)) == 95
    assert reference(np.array([np.nan, 2.0])) == 2.0
    assert reference(np.array([np.nan])) == 0.0
    assert reference(np.zeros(100)) == 0.0


def test_a_huge_matrix_is_shown_by_its_strongest_weights():
    matrix = np.zeros((1000, 3))
    matrix[777, 1] = -5.0
    matrix[778, 1] = 2.0
    shown = strongest(matrix, 0, 4)
    assert shown.shape == (250, 3)
    assert shown.min() == -5.0


def test_overlay_values_without_a_batch_are_unknown(chain):
    from nnlab.ui.canvas.model.content import Weights

    weights = Weights("dense_1.weight", "dense_1.d_weight", "input_1.y", 8, 2)
    known = {"dense_1.weight": np.ones((8, 2))}
    assert overlay_values(weights, known.get, "activations") is None
    assert overlay_values(weights, known.get, "weights") is not None


def test_what_is_watched_follows_the_overlay_and_the_cursor(desk):
    canvas = desk.canvas
    canvas.show()
    outputs = {"input_1.y", "tanh_1.y", "dense_2.y"}
    told: list[frozenset[str]] = []
    canvas.needs_changed.connect(lambda: told.append(canvas.tensors))
    assert {name for name in canvas.tensors if name.endswith(".y")} >= outputs
    assert not any(".d_" in name for name in canvas.tensors)
    canvas.set_overlay("gradients")
    assert {"dense_1.d_weight", "dense_1.d_bias", "dense_2.d_weight"} <= told[-1]
    canvas.set_overlay("weights")
    assert not any(".d_" in name for name in told[-1])
    edge = next(e for e, weights in canvas.scene.edges.weights.items() if weights is not None and weights.parameter == "dense_1.weight")
    canvas._live.look_at(edge)
    assert {name for name in told[-1] if ".d_" in name} == {"dense_1.d_weight"}
    canvas.hide()
    assert told[-1] == frozenset()


def test_a_diagnosis_marks_the_card_its_units_and_the_edges_where_nothing_passes(desk, values):
    desk.canvas.set_values(values.get)
    desk.canvas.set_finding(NodeFinding("tanh_1", "2 of 8 always 0", (1, 4)))
    desk.canvas.grab()
    cards = desk.canvas.scene.items_by_card
    state = cards["dense_1"].state  # the activation is docked on it
    assert (state.finding, state.faulty) == ("2 of 8 always 0", frozenset((1, 4)))
    assert not any(card.state.finding for name, card in cards.items() if name != "dense_1")
    assert cards["dense_1"].bounds.contains(words_place(cards["dense_1"]))
    before, after = into(desk, "dense_1")._is_faint(), into(desk, "dense_2")._is_faint()
    assert before.all(axis=1).nonzero()[0].tolist() == [1, 4] and before.sum() == 4
    assert after.all(axis=0).nonzero()[0].tolist() == [1, 4] and after.sum() == 2
    desk.canvas.set_finding(None)
    assert not cards["dense_1"].state.finding and not before[0].any() and not into(desk, "dense_2")._is_faint().any()


@pytest.mark.parametrize(
    ("tensor", "nodes", "name"),
    [
        ("dense_1.y", ("dense_1", "tanh_1"), "z"), ("tanh_1.y", ("dense_1", "tanh_1"), "a"), ("dense_1.d_y", ("dense_1", "tanh_1"), "∂z"),
        ("dense_1.weight", ("dense_1", "tanh_1"), "W"), ("dense_1.d_bias", ("dense_1", "tanh_1"), "∂b"),
        ("dense_2.y", ("dense_2",), "y"), ("dense_2.d_y", ("dense_2",), "∂y"), ("dense_2.weight.mean", ("dense_2",), "mean"),
    ],
)  # fmt: skip
def test_a_tensor_is_named_as_in_the_formula_of_its_card(tensor: str, nodes: tuple[str, ...], name: str) -> None:
    """Of a layer with its activation the outputs are z and a; a layer alone has y."""
    card = SimpleNamespace(nodes=nodes, last=nodes[-1])
    assert _short(tensor, card, mlp([2, 3, 1])) == name  # type: ignore[arg-type]
