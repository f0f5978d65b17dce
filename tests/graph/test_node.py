"""Nodes: what of them learns, what is frozen and how that is said, and which names they may have."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from nnlab.core.errors import GraphError, SettingError
from nnlab.graph.lora_adapter import LoraAdapter
from nnlab.graph.node import Node, check_frozen, check_id, make_node

DENSE = make_node("d", "dense", {"units": 3})


def names(parameters: object) -> list[str]:
    return [parameter.name for parameter in parameters]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("frozen", "trained", "is_frozen", "words"),
    [
        ((), ["weight", "bias"], False, ""), (("weight",), ["bias"], False, "weight frozen"), (("bias",), ["weight"], False, "bias frozen"),
        (("weight", "bias"), [], True, "frozen"),
    ],
)  # fmt: skip
def test_what_is_frozen_is_said(frozen: tuple[str, ...], trained: list[str], is_frozen: bool, words: str) -> None:
    node = replace(DENSE, frozen=frozenset(frozen))
    assert (names(node.trained), node.is_frozen, node.frozen_words) == (trained, is_frozen, words)
    assert node.kept == set(frozen)


def test_a_node_without_parameters_is_not_frozen() -> None:
    node = make_node("t", "tanh")
    assert (node.parameters, node.is_frozen, node.frozen_words, node.has_merged) == ((), False, "", False)


def test_an_adapter_learns_beside_a_layer_that_is_kept() -> None:
    node = replace(DENSE, frozen=frozenset({"weight", "bias"}), adapters=(LoraAdapter("t"),))
    assert names(node.own_parameters) == ["weight", "bias"]
    assert names(node.adapter_parameters) == ["lora_A.t", "lora_B.t"]
    assert names(node.parameters) == ["weight", "bias", "lora_A.t", "lora_B.t"]
    assert names(node.trained) == ["lora_A.t", "lora_B.t"]
    assert node.kept == {"weight", "bias"}
    assert (node.is_frozen, node.frozen_words) == (False, "weight and bias frozen")
    assert node.adapter("t") == LoraAdapter("t") and node.adapter("u") is None
    assert {"lora_A.t", "lora_B.t", "base_y", "weight", "y"} <= set(node.tensors)


def test_an_adapter_that_is_off_keeps_its_numbers() -> None:
    node = replace(DENSE, adapters=(LoraAdapter("t", enabled=False), LoraAdapter("u")))
    assert node.kept == {"lora_A.t", "lora_B.t"}
    assert names(node.trained) == ["weight", "bias", "lora_A.u", "lora_B.u"]
    assert [p.symbol for p in node.adapter_parameters] == ["A t", "B t", "A u", "B u"], "of several their letters tell whose they are"
    assert [p.symbol for p in replace(DENSE, adapters=(LoraAdapter("t"),)).adapter_parameters] == ["A", "B"]


def test_a_merged_adapter_makes_a_weight_of_its_own() -> None:
    node = replace(DENSE, adapters=(LoraAdapter("t", merged=True),))
    assert node.has_merged and names(node.buffers) == ["merged_weight"]
    assert node.kept == {"weight", "lora_A.t", "lora_B.t"}
    assert names(node.trained) == ["bias"]
    off = replace(DENSE, adapters=(LoraAdapter("t", merged=True, enabled=False),))
    assert not off.has_merged and names(off.buffers) == []


def test_what_pissa_starts_from_does_not_learn() -> None:
    node = replace(DENSE, adapters=(LoraAdapter("t", init="pissa"),))
    assert node.kept == {"lora_A_start.t", "lora_B_start.t"}


def test_settings_are_checked_filled_in_and_kept() -> None:
    given = {"units": 3}
    node = make_node("d", "dense", given, (1.0, 2.0))
    given["units"] = 9
    assert node.settings["units"] == 3 and "bias" in node.settings
    assert node.position == (1.0, 2.0)
    with pytest.raises(TypeError):
        node.settings["units"] = 4  # type: ignore[index]
    with pytest.raises(SettingError, match="d: units is 0"):
        make_node("d", "dense", {"units": 0})
    with pytest.raises(GraphError, match="d: there is no operator named .dens.; known are add,"):
        make_node("d", "dens")
    back = pickle.loads(pickle.dumps(replace(node, frozen=frozenset({"bias"}), adapters=(LoraAdapter("t"),))))
    assert back == replace(node, frozen=frozenset({"bias"}), adapters=(LoraAdapter("t"),)) and isinstance(back, Node)


def test_only_parameters_can_be_frozen() -> None:
    assert check_frozen(DENSE, ["bias"]) == {"bias"}
    with pytest.raises(GraphError, match="d has no parameter 'gain' that could be frozen; it has weight and bias"):
        check_frozen(DENSE, ["bias", "gain"])
    with pytest.raises(GraphError, match="t has no parameters that could be frozen"):
        check_frozen(make_node("t", "tanh"), ["weight"])


@pytest.mark.parametrize("name", ["a", "dense_1", "Layer 2", "<b>", "x" * 64, "ä-ö"])
def test_names_of_nodes(name: str) -> None:
    check_id(name)
    assert make_node(name, "tanh").id == name


@pytest.mark.parametrize("name", ["", " a", "a ", "a.b", "a/b", "a\\b", "a\nb", "a\tb", "x" * 65, ".", None, 3])
def test_what_is_no_name_of_a_node(name: object) -> None:
    with pytest.raises(GraphError, match="cannot be the name of a node"):
        check_id(name)  # type: ignore[arg-type]
