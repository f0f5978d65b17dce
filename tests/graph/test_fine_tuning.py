"""Ways of fine-tuning: what learns is what was asked for, ranks differ at one scale, and a way that cannot be is one sentence."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.graph import adapters
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.edits import freeze
from nnlab.graph.fine_tuning import suggested_ways, title_of, way_of, with_way
from nnlab.graph.graph import Graph

NETWORK = mlp([6, 8, 5, 1], loss="mse")  # dense_1 (8, 6), dense_2 (5, 8), dense_3 (1, 5)


def learning(graph: Graph) -> set[str]:
    return {f"{node.id}.{p.name}" for node in graph for p in node.trained}


def ranks(graph: Graph) -> dict[str, list[int]]:
    return {node.id: [adapter.rank for adapter in node.adapters] for node in graph if node.adapters}


def test_the_whole_network_its_last_layer_or_adapters_learn() -> None:
    assert way_of(NETWORK) == "full" and with_way(NETWORK, "full") is NETWORK
    head = with_way(NETWORK, "head")
    assert learning(head) == {"dense_3.weight", "dense_3.bias"} and way_of(head) == "head"
    lora = with_way(head, "lora")
    assert all(".lora_" in name for name in learning(lora)) and way_of(lora) == "lora_4"
    assert with_way(lora, "full") == NETWORK, "adapters are gone and nothing stays frozen"
    assert with_way(lora, "head") == head


def test_a_layer_with_a_short_side_gets_that_rank_and_the_scale_is_the_same_everywhere() -> None:
    lora = with_way(NETWORK, "lora_8")
    assert ranks(lora) == {"dense_1": [6], "dense_2": [5], "dense_3": [1]} and way_of(lora) == "lora_6"
    assert {adapter.scaling for node in lora for adapter in node.adapters} == {2.0}


def test_another_rank_of_the_adapters_there_are_keeps_their_layers_and_their_scale() -> None:
    own = adapters.attach(NETWORK, ["dense_2"], rank=2, alpha=3.0, name="mine")
    other = with_way(own, "lora_4")
    assert ranks(other) == {"dense_2": [4]} and other["dense_2"].adapters[0].scaling == 1.5
    assert with_way(own, "lora") is own, "these are adapters already"
    assert learning(other) == {"dense_2.lora_A.mine", "dense_2.lora_B.mine"}


def test_what_learns_in_part_is_said_and_can_be_compared_but_not_chosen() -> None:
    part = freeze(NETWORK, "dense_2", ["bias"])
    assert way_of(part) == "part" and suggested_ways(part)[0] == "part" and with_way(part, "part") is part
    assert way_of(adapters.enable(with_way(NETWORK, "lora"), "task_a", False)) == "part", "nothing learns at all"
    assert suggested_ways(NETWORK) == ("full", "head", "lora_1", "lora_4")
    with pytest.raises(NNLabError, match="choose full, head, lora"):
        with_way(NETWORK, "part")


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("ful", r"^fine_tuning='ful' is not known \(did you mean full\?\); choose"),
        ("lora_0", "has no rank; give a whole number from 1"),
        ("lora_x", "has no rank"),
    ],
)
def test_what_is_no_way_is_one_sentence(way: str, words: str) -> None:
    with pytest.raises(NNLabError, match=words):
        with_way(NETWORK, way)


def test_a_network_in_which_no_layer_takes_an_adapter_has_no_ways() -> None:
    b = GraphBuilder()
    b.mse(b.tanh(b.input(features=2)))
    bare = b.build()
    assert suggested_ways(bare) == ()
    with pytest.raises(NNLabError, match="no dense layer"):
        with_way(bare, "lora")
    with pytest.raises(NNLabError, match="no layer makes the output"):
        with_way(bare, "head")


def test_ways_are_written_for_people() -> None:
    assert [title_of(way) for way in ("full", "head", "lora_4")] == ["full", "last layer", "LoRA rank 4"]


@pytest.mark.parametrize(
    ("widths", "ways"),
    [
        ([8, 8, 1], ("full", "head", "lora_1", "lora_4", "lora_8")), ([8, 7, 1], ("full", "head", "lora_1", "lora_4")),
        ([4, 4, 1], ("full", "head", "lora_1", "lora_4")), ([3, 3, 1], ("full", "head", "lora_1")), ([1, 1], ("full", "head", "lora_1")),
    ],
)  # fmt: skip
def test_ranks_are_suggested_up_to_the_longest_of_the_layers_short_sides(widths: list[int], ways: tuple[str, ...]) -> None:
    assert suggested_ways(mlp(widths, loss="mse")) == ways


def test_the_lowest_rank_is_one() -> None:
    assert way_of(with_way(NETWORK, "lora_1")) == "lora_1"


@pytest.mark.parametrize("way", ["full", "head"])
def test_beside_adapters_that_are_switched_off_only_a_part_learns(way: str) -> None:
    """What they were attached to is neither the whole network nor its last layer."""
    graph = with_way(NETWORK, way)
    resting = adapters.enable(adapters.attach(graph, ["dense_2"], rank=2, alpha=2.0, name="mine"), "mine", False)
    resting = freeze(freeze(freeze(resting, "dense_1", []), "dense_2", []), "dense_3", [])
    if way == "head":
        resting = freeze(freeze(resting, "dense_1", ["weight", "bias"]), "dense_2", ["weight", "bias"])
    assert way_of(resting) == "part"
