"""Where an operator without a place goes: behind what is selected, or behind the end of the chain it fits."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from nnlab.core.errors import SettingError
from nnlab.core.operator import operators
from nnlab.graph import annotation, docking, edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.extending import anchor, before_loss, behind, extend, last_of
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import validate


@pytest.fixture
def chain() -> Graph:
    """input_1 → dense_1 (8 · tanh) → dense_2 (1) → mse_1."""
    b = GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=8)), units=1))
    return b.build()


@pytest.fixture
def fork() -> Graph:
    """dense_1 (4) is read by dense_2 (4) and by add_1."""
    b = GraphBuilder()
    h = b.dense(b.input(features=2), units=4)
    b.mse(b.dense(b.add(h, b.dense(h, units=4)), units=1))
    return b.build()


def joined(graph: Graph) -> set[tuple[str, str]]:
    return {(e.source, e.target) for e in graph.edges}


def errors(graph: Graph) -> list[str]:
    return [d.message for d in validate(graph) if d.is_error]


def overlapping(graph: Graph) -> list[tuple[str, str]]:
    """Pairs of cards that lie on each other, each 120 by 80 units."""
    places = {name: docking.place(graph, card) for name, card in docking.shown(graph).items()}
    return [(a, b) for a, b in combinations(places, 2)
            if abs(places[a][0] - places[b][0]) < 120 and abs(places[a][1] - places[b][1]) < 80]  # fmt: skip


def test_a_chain_is_written_down_one_operator_after_the_other() -> None:
    graph, selected = Graph(), ()
    for operator, units in (("input", None), ("dense", 8), ("tanh", None), ("dense", 1), ("binary_cross_entropy", None)):
        graph = extend(graph, operator, selected, {"units": units} if units else None)
        selected = (graph.nodes[-1].id,)
    assert joined(graph) == {
        ("input_1", "dense_1"), ("dense_1", "tanh_1"), ("tanh_1", "dense_2"), ("dense_2", "binary_cross_entropy_1"),
    }  # fmt: skip
    assert graph["dense_1"].settings["units"] == 8 and graph["dense_2"].settings["units"] == 1
    assert overlapping(graph) == []


def test_with_one_reader_the_new_one_stands_between(chain: Graph) -> None:
    graph = extend(chain, "dense", ["dense_1"], {"units": 5})
    assert {("tanh_1", "dense_3"), ("dense_3", "dense_2")} <= joined(graph) and ("tanh_1", "dense_2") not in joined(graph)
    assert graph["tanh_1"].position[0] < graph["dense_3"].position[0] < graph["dense_2"].position[0]
    assert errors(graph) == [] and overlapping(graph) == []


def test_with_several_readers_it_is_one_more(fork: Graph) -> None:
    graph = extend(fork, "dense", ["dense_1"])
    assert joined(graph) == joined(fork) | {("dense_1", "dense_4")}
    assert overlapping(graph) == []


def test_where_the_reader_would_no_longer_fit_it_is_one_more(fork: Graph) -> None:
    graph = extend(fork, "dense", ["dense_2"], {"units": 7})  # add_1 takes 4 and 7 no more
    assert joined(graph) == joined(fork) | {("dense_2", "dense_4")}
    assert errors(graph) == [] and overlapping(graph) == []


def test_without_a_size_a_layer_takes_the_one_that_fits(fork: Graph) -> None:
    graph = extend(fork, "dense", ["dense_2"])
    assert {("dense_2", "dense_4"), ("dense_4", "add_1")} <= joined(graph)
    assert graph["dense_4"].settings["units"] == 4 and errors(graph) == []


def test_an_activation_sits_on_its_layers_card_before_every_reader(fork: Graph) -> None:
    graph = extend(fork, "relu", ["dense_1"])
    assert joined(graph) == joined(fork) - {("dense_1", "dense_2"), ("dense_1", "add_1")} | {
        ("dense_1", "relu_1"), ("relu_1", "dense_2"), ("relu_1", "add_1"),
    }  # fmt: skip
    assert [(e.source, e.target_port) for e in graph.inputs("add_1")] == [("relu_1", "a"), ("dense_2", "b")], "ports stay"
    assert docking.host(graph, "relu_1") == "dense_1" and graph["relu_1"].position == graph["dense_1"].position


def test_a_second_activation_stands_behind_the_card(chain: Graph) -> None:
    graph = extend(chain, "relu", ["dense_1"])
    assert {("tanh_1", "relu_1"), ("relu_1", "dense_2")} <= joined(graph)
    assert overlapping(graph) == []


def test_before_a_selected_loss(chain: Graph) -> None:
    graph = extend(chain, "dense", ["mse_1"])
    assert {("dense_2", "dense_3"), ("dense_3", "mse_1")} <= joined(graph)
    assert graph["dense_3"].settings["units"] == 1, "what reaches the loss keeps its width"


def test_a_selected_loss_that_reads_nothing_reads_the_new_one() -> None:
    graph = extend(edits.add_node(Graph(), "mse", position=(300.0, 0.0)), "dense", ["mse_1"])
    assert joined(graph) == {("dense_1", "mse_1")} and graph["dense_1"].position[0] < 300.0


def test_a_loss_with_a_loss_selected_reads_the_same(chain: Graph) -> None:
    assert ("dense_2", "huber_1") in joined(extend(chain, "huber", ["mse_1"]))


def test_an_input_stands_alone(chain: Graph) -> None:
    graph = extend(chain, "input", ["dense_1"])
    assert joined(graph) == joined(chain) and overlapping(graph) == []


def test_behind_several_selected_it_follows_the_last(chain: Graph) -> None:
    graph = extend(chain, "dense", ["dense_2", "input_1", "dense_1", "tanh_1"])
    assert {("dense_2", "dense_3"), ("dense_3", "mse_1")} <= joined(graph)


def test_an_operator_of_several_inputs_reads_all_that_are_selected() -> None:
    graph = extend(Graph(), "input")
    for _ in range(3):
        graph = extend(graph, "dense", ["input_1"])
        graph = edits.cut(graph, graph.outgoing("dense_1"))  # side by side, all behind the input
        graph = edits.connect(graph, "input_1", graph.nodes[-1].id)
    graph = extend(graph, "concat", ["dense_3", "dense_1", "dense_2"])
    assert {e.source for e in graph.inputs("concat_1")} == {"dense_1", "dense_2", "dense_3"}
    assert errors(graph) == ["There is no loss: add one after the last layer, so that training can minimise it."]


def test_of_too_many_selected_the_last_and_the_first_from_the_left_are_read() -> None:
    graph = extend(Graph(), "input")
    for name, place in (("one", (100.0, 0.0)), ("two", (100.0, 200.0)), ("three", (300.0, 0.0)), ("four", (200.0, 0.0))):
        graph = edits.connect(edits.add_node(graph, "dense", position=place, node_id=name), "input_1", name)
    found = extend(graph, "subtract", ["four", "three", "two", "one"])
    assert [e.source for e in found.inputs("subtract_1")] == ["one", "three"]


def test_behind_a_group_it_stands_outside_the_frame(chain: Graph) -> None:
    grouped = annotation.group_nodes(chain, ["dense_1", "tanh_1"])
    for graph in (grouped, annotation.set_group(grouped, "group_1", collapsed=True)):
        result = extend(graph, "dense", ["dense_1", "tanh_1"], {"units": 3})
        assert {("tanh_1", "dense_3"), ("dense_3", "dense_2")} <= joined(result)
        assert "dense_3" not in result.group_of and overlapping(result) == []


def test_within_a_group_it_belongs_to_it(chain: Graph) -> None:
    grouped = annotation.group_nodes(chain, ["dense_1", "tanh_1", "dense_2"])
    assert extend(grouped, "dense", ["dense_1"]).group_of["dense_3"].id == "group_1"


def test_with_nothing_selected_it_stands_before_the_loss(chain: Graph) -> None:
    graph = extend(chain, "dense")
    assert {("dense_2", "dense_3"), ("dense_3", "mse_1")} <= joined(graph)


def test_with_nothing_selected_it_goes_behind_the_end_that_it_fits() -> None:
    graph = extend(extend(Graph(), "input", settings={"features": 16}), "reshape", ["input_1"], {"shape": "1, 4, 4"})
    graph = extend(graph, "conv2d", ["reshape_1"], {"kernel_size": 3})
    graph = edits.connect(edits.add_node(graph, "dense", position=(168.0, 136.0)), "input_1", "dense_1")
    assert ("conv2d_1", "max_pool2d_1") in joined(extend(graph, "max_pool2d")), "the newest end is dense_1, whose output is no picture"
    assert ("dense_1", "dense_2") in joined(extend(graph, "dense"))


def test_settings_that_cannot_be_are_refused(chain: Graph) -> None:
    with pytest.raises(SettingError, match="units is 0"):
        extend(chain, "dense", ["dense_1"], {"units": 0})


def test_a_merge_takes_the_node_as_its_first_input_and_leaves_the_rest(chain: Graph) -> None:
    graph = behind(chain, "add", "tanh_1")
    assert Edge("tanh_1", "add_1", "a") in graph.edges and ("tanh_1", "dense_2") in joined(graph)


def test_what_it_would_stand_behind_can_be_said(chain: Graph) -> None:
    assert [anchor(chain, chosen) for chosen in ([], ["dense_1"], ["mse_1"], ["input_1"])] == ["dense_2", "tanh_1", "dense_2", "input_1"]
    assert anchor(Graph()) is None


@pytest.mark.parametrize("seed", range(40))
def test_no_card_is_ever_put_on_another(seed: int) -> None:
    """Random operators behind random selections, with a group now and then."""
    rng, graph = random.Random(seed), Graph()
    names = [kind.name for kind in operators if kind.name.isidentifier()]
    for _ in range(14):
        ids = [node.id for node in graph]
        chosen = rng.sample(ids, min(len(ids), rng.choice((0, 1, 1, 1, 2, 3))))
        if chosen and rng.random() < 0.1:
            graph = annotation.group_nodes(graph, chosen[:1])
        before = set(ids)
        graph = extend(graph, rng.choice(names), chosen)
        new = graph.nodes[-1].id
        assert new not in before and before <= {node.id for node in graph}
        assert [pair for pair in overlapping(graph) if docking.card_of(graph, new).id in pair] == []


def spread(**places: tuple[float, float]) -> Graph:
    """Nodes that are not connected; the operator is what stands before the underscore."""
    graph = Graph()
    for name, place in places.items():
        graph = edits.add_node(graph, name.partition("_")[0], position=place, node_id=name)
    return graph


def test_it_stands_a_column_behind_and_before_a_loss_a_column_before() -> None:
    graph = edits.connect(spread(input_1=(10.0, 20.0), dense_1=(300.0, 50.0)), "input_1", "dense_1")
    assert behind(graph, "dense", "dense_1")["dense_2"].position == (468.0, 50.0)
    assert before_loss(spread(mse_1=(300.0, 50.0)), "dense", "mse_1")["dense_1"].position == (132.0, 50.0)


def test_of_several_ends_the_one_computed_last_and_of_such_the_one_furthest_right_is_followed() -> None:
    graph = spread(input_1=(0.0, 0.0), dense_a=(900.0, 0.0), dense_b=(100.0, 0.0), dense_c=(50.0, 0.0))
    for pair in (("input_1", "dense_a"), ("dense_a", "dense_b"), ("input_1", "dense_c")):
        graph = edits.connect(graph, *pair)
    assert last_of(graph, ["input_1", "dense_a", "dense_b"]) == "dense_b", "computed from the others, though they lie further right"
    assert last_of(graph, ["dense_b", "dense_c"]) == "dense_b" and last_of(graph, ["dense_c", "dense_b"]) == "dense_b"
    assert last_of(graph, ["dense_a", "dense_c"]) == "dense_a"


def test_of_too_many_inputs_those_nearest_the_left_and_the_last_are_read() -> None:
    """From left to right; at the same place across, from above."""
    graph = spread(dense_a=(0.0, 90.0), dense_b=(0.0, 10.0), dense_c=(50.0, 0.0), dense_d=(20.0, 0.0))
    found = behind(graph, "subtract", "dense_d", inputs=["dense_a", "dense_b", "dense_c"])
    assert [e.source for e in found.inputs("subtract_1")] == ["dense_b", "dense_d"]
    found = behind(graph, "concat", "dense_d", inputs=["dense_a", "dense_b", "dense_c", "dense_d"])
    assert [e.source for e in found.inputs("concat_1")] == ["dense_b", "dense_a", "dense_d", "dense_c"]
    assert [e.source for e in behind(graph, "subtract", "dense_d", inputs=["dense_a"]).inputs("subtract_1")] == ["dense_a", "dense_d"]


def test_what_has_no_place_behind_it_stands_alone() -> None:
    graph = edits.connect(spread(input_1=(0.0, 0.0), mse_1=(168.0, 0.0)), "input_1", "mse_1")
    for operator, source in (("input", "input_1"), ("dense", "mse_1")):
        assert joined(behind(graph, operator, source)) == joined(graph)


def test_before_a_loss_an_input_stands_alone_and_a_loss_that_reads_nothing_is_joined_by_none() -> None:
    graph = edits.connect(spread(input_1=(0.0, 0.0), mse_1=(168.0, 0.0), mae_1=(168.0, 300.0)), "input_1", "mse_1")
    assert joined(before_loss(graph, "input", "mse_1")) == joined(graph)
    assert joined(before_loss(graph, "huber", "mse_1")) == joined(graph) | {("input_1", "huber_1")}
    assert joined(before_loss(graph, "huber", "mae_1")) == joined(graph)


def test_an_activation_before_a_loss_sits_on_the_layer_it_reads(chain: Graph) -> None:
    graph = before_loss(chain, "sigmoid", "mse_1")
    assert docking.host(graph, "sigmoid_1") == "dense_2" and ("sigmoid_1", "mse_1") in joined(graph)


def test_the_ends_of_a_chain_are_what_the_loss_reads_then_what_nobody_reads_the_newest_first(chain: Graph) -> None:
    graph = edits.connect(edits.add_node(chain, "dense", node_id="old"), "input_1", "old")
    graph = edits.connect(edits.add_node(graph, "dense", node_id="new"), "input_1", "new")
    assert anchor(graph) == "dense_2"
    assert anchor(edits.remove_nodes(graph, ["mse_1", "dense_2", "tanh_1", "dense_1"])) == "new"
    assert anchor(edits.remove_nodes(graph, ["mse_1", "dense_2", "tanh_1", "dense_1", "new"])) == "old"


def test_before_the_loss_of_a_folded_group() -> None:
    """A group with a layer and the loss has no output: what is added behind it goes before its loss."""
    from nnlab.graph.annotation import group_nodes, set_group

    b = GraphBuilder()
    hidden = b.dense(b.input(features=2), units=3, id="first")
    b.mse(b.dense(hidden, units=1, id="last"), id="loss")
    graph = group_nodes(b.build(), ("last", "loss"), "End")
    folded = set_group(graph, graph.groups[0].id, collapsed=True)
    result = extend(folded, "dropout", ("last", "loss"))
    assert [edge.source for edge in result.incoming("loss")] == ["dropout_1"]
    assert [edge.source for edge in result.incoming("dropout_1")] == ["last"]
