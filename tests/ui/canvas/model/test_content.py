"""What a card says."""

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer
from nnlab.ui.canvas.model.content import INPUT, LOSS, card_of, describe, weights


def cards(graph, title=""):
    return describe(graph, infer(graph), title)


def test_a_docked_activation_is_told_on_its_layers_card(chain):
    card = cards(chain)["dense_1"]
    assert (card.nodes, card.subtitle, card.detail) == (("dense_1", "tanh_1"), "8 · tanh", "24 parameters")
    assert card.last == "tanh_1"
    assert card.bounded


def test_an_input_bears_the_name_of_its_data(chain):
    found = cards(chain, "two spirals")["input_1"]
    assert (found.form, found.title, found.subtitle) == (INPUT, "two spirals", "2 inputs")


def test_outputs_that_a_classification_loss_reads_are_logits():
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.input(features=2), units=3))
    found = cards(b.build())
    assert found["dense_1"].subtitle == "3 · logits"
    assert found["cross_entropy_1"].title == "cross_entropy"
    assert found["cross_entropy_1"].form == LOSS


def test_the_card_of_a_merge_has_a_port_to_spare(residual):
    card = cards(residual)["add_1"]
    assert card.ports == ("a", "b", "c")
    assert card.spare_port
    assert not cards(residual)["dense_1"].spare_port


def test_what_does_not_follow_from_the_graph_is_left_open(chain):
    broken = edits.remove_nodes(chain, ["dense_1"])
    card = cards(broken)["tanh_1"]
    assert card.units is None
    assert cards(broken)["dense_2"].detail == ""


def test_edges_into_a_dense_layer_carry_its_weights(residual):
    shapes, found = infer(residual), cards(residual)
    owner = card_of(found)
    by_target = {(e.source, e.target): weights(residual, shapes, found, owner, e) for e in residual.edges}
    carried = by_target["input_1", "dense_1"]
    assert (carried.parameter, carried.gradient, carried.source) == ("dense_1.weight", "dense_1.d_weight", "input_1.y")
    assert (carried.units, carried.inputs, carried.count) == (16, 13, 208)
    assert by_target["relu_1", "add_1"] is None


def test_an_empty_graph_has_no_cards():
    assert cards(Graph()) == {}


def test_a_card_says_what_of_its_parameters_is_frozen(chain):
    assert cards(chain)["dense_1"].frozen == ""
    part = cards(edits.freeze(chain, "dense_1", ["bias"]))["dense_1"]
    assert (part.frozen, part.is_frozen) == ("bias frozen", False)
    whole = cards(edits.set_frozen(chain, ["dense_1"], True))["dense_1"]
    assert (whole.frozen, whole.is_frozen) == ("frozen", True)


def test_a_layer_without_a_bias_has_no_bars_under_its_units(chain):
    card = cards(edits.configure(chain, "dense_1", bias=False))["dense_1"]
    assert (card.bias, card.detail) == (None, "16 parameters")
    assert cards(chain)["dense_1"].bias == "bias"
