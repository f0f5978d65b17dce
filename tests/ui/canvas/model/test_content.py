"""What a card says."""

from nnlab.graph import annotation, edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer
from nnlab.ui.canvas.model.content import BLOCK, INPUT, LAYER, LOSS, card_of, describe, weights


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


def built(make) -> Graph:
    b = GraphBuilder()
    make(b)
    return b.build()


def test_words_agree_with_their_numbers():
    graph = built(lambda b: b.binary_cross_entropy(b.dense(b.input(features=1), units=1, bias=False)))
    card = cards(graph)["dense_1"]
    assert (card.detail, card.subtitle) == ("1 parameter", "1 · logit")
    wide = built(lambda b: b.mse(b.dense(b.input(features=999), units=2)))
    assert cards(wide)["dense_1"].detail == "2,000 parameters" and cards(wide)["dense_1"].subtitle == "2"
    assert cards(graph)["input_1"].subtitle == "1 input" and cards(wide)["input_1"].subtitle == "999 inputs"
    assert cards(graph)["input_1"].detail == "" and cards(graph)["binary_cross_entropy_1"].title == "binary_cross_entropy"


def test_a_second_loss_is_counted():
    graph = built(lambda b: b.mse(b.dense(b.input(features=2), units=1)))
    two = edits.connect(edits.add_node(graph, "mse"), "dense_1", "mse_2")
    assert [cards(two)[name].title for name in ("mse_1", "mse_2")] == ["mse_1", "mse_2"]
    renamed = edits.rename_node(graph, "mse_1", "goal")
    assert cards(renamed)["goal"].title == "goal"


def test_forms_and_outputs(chain, residual):
    found = cards(chain)
    assert {name: (card.form, card.has_output, card.is_output, card.units) for name, card in found.items()} == {
        "input_1": (INPUT, True, False, 2), "dense_1": (LAYER, True, False, 8), "dense_2": (LAYER, True, True, 1),
        "mse_1": (LOSS, False, False, None),
    }  # fmt: skip
    assert [found[name].values for name in found] == ["input_1.y", "tanh_1.y", "dense_2.y", "mse_1.y"]
    assert found["dense_1"].port_of(chain.incoming("dense_1")[0]) == "x" and found["dense_1"].input("x") == ("dense_1", "x")
    assert not found["dense_1"].names_ports and cards(residual)["add_1"].names_ports


def test_only_what_stays_within_one_is_bounded():
    def bounded(operator: str, **settings: float) -> bool:
        graph = built(lambda b: b.mse(b.dense(b.node(operator, b.dense(b.input(features=2), units=3), **settings), units=1)))
        return cards(graph)["dense_1"].bounded

    assert [bounded(name) for name in ("tanh", "sigmoid", "relu", "elu", "sine")] == [True, True, False, False, True]
    assert bounded("hard_tanh", min_val=-1.0, max_val=1.0) and bounded("hard_tanh", min_val=0.5, max_val=0.75)
    assert not bounded("hard_tanh", min_val=-1.1, max_val=1.0) and not bounded("hard_tanh", min_val=-1.0, max_val=1.1)


def test_a_folded_group_is_one_block(chain):
    def block(*members: str, graph: Graph = chain):
        return cards(annotation.set_group(annotation.group_nodes(graph, members, "Part"), "group_1", collapsed=True))["/group_1"]

    both = block("dense_1", "tanh_1", "dense_2")
    assert (both.form, both.title, both.subtitle, both.detail) == (BLOCK, "Part", "3 nodes", "33 parameters")
    assert (both.ports, both.has_output, both.is_output, both.exit, both.last) == (("dense_1.x",), True, True, "dense_2", "dense_2")
    assert both.input("dense_1.x") == ("dense_1", "x") and both.port_of(chain.incoming("dense_1")[0]) == "dense_1.x"
    alone = block("tanh_1")
    assert (alone.subtitle, alone.detail, alone.is_output, alone.values) == ("1 node", "", False, "tanh_1.y")
    end = block("dense_2", "mse_1")
    assert (end.has_output, end.is_output, end.detail) == (False, False, "9 parameters")
    frozen = [edits.set_frozen(chain, nodes, True) for nodes in ([], ["dense_1"], ["dense_1", "dense_2"])]
    assert [block("dense_1", "tanh_1", "dense_2", graph=graph).frozen for graph in frozen] == ["", "partly frozen", "frozen"]
    assert block("tanh_1").frozen == ""


def test_only_one_parameter_for_each_unit_is_the_bias():
    graph = built(lambda b: b.mse(b.dense(b.layer_norm(b.dense(b.input(features=2), units=3)), units=1)))
    assert cards(graph)["layer_norm_1"].bias is None, "gain and shift both have one number for each unit"


def test_no_weights_where_a_card_has_no_row_of_units(chain):
    shapes, found = infer(chain), cards(chain)
    owner = card_of(found)
    edge = chain.incoming("dense_1")[0]
    assert weights(chain, shapes, found, owner, edge).count == 16
    assert weights(chain, shapes, found, owner, chain.incoming("tanh_1")[0]) is None, "within a card"
    assert weights(chain, shapes, found, owner, chain.incoming("mse_1")[0]) is None
    images = built(lambda b: b.mse(b.dense(b.flatten(b.conv2d(b.reshape(b.input(features=16), shape="1, 4, 4"))), units=1)))
    shapes, found = infer(images), cards(images)
    assert weights(images, shapes, found, card_of(found), images.incoming("conv2d_1")[0]) is None


def test_a_sum_has_a_port_to_spare_once_two_are_taken():
    graph = edits.add_node(edits.add_node(Graph(), "input", {"features": 2}), "add")
    found = []
    for _ in range(3):
        card = cards(graph)["add_1"]
        found.append((card.ports, card.spare_port))
        graph = edits.connect(graph, "input_1", "add_1")
    assert found == [(("a", "b"), False), (("a", "b"), False), (("a", "b", "c"), True)]


def test_only_a_layer_before_a_loss_that_turns_its_output_into_probabilities_gives_logits():
    assert cards(built(lambda b: b.mse(b.dense(b.input(features=2), units=3))))["dense_1"].subtitle == "3"
    kinds = built(lambda b: b.cross_entropy(b.layer_norm(b.dense(b.input(features=2), units=3))))
    assert cards(kinds)["dense_1"].subtitle == "3" and cards(kinds)["layer_norm_1"].subtitle.endswith("logits")
    bare = built(lambda b: b.cross_entropy(b.slice(b.dense(b.input(features=2), units=3), stop=2)))
    assert "logit" not in cards(bare)["slice_1"].subtitle, "nothing that is learned"
    assert cards(bare, "my data")["dense_1"].title == "dense_1" and cards(bare, "my data")["input_1"].title == "my data"
