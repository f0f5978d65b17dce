"""Whose kernels a graph needs, those inside its layers included."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import mlp

from nnlab.graph import edits
from nnlab.graph.kernel_names import inner_names, kernel_names
from nnlab.graph.lora_adapter import LoraAdapter
from nnlab.graph.node import make_node


def test_every_operator_once_in_the_order_of_the_nodes() -> None:
    assert kernel_names(mlp([2, 8, 8, 1]))[:3] == ("input", "dense", "tanh") and len(kernel_names(mlp([2, 8, 8, 1]))) == 4
    costly = edits.configure(mlp([2, 8, 8, 1]), "dense_2", l2=0.1)
    assert kernel_names(costly)[-1] == "penalty" and kernel_names(costly).count("dense") == 1


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, ("lora_down", "lora_up")), ({"dora": True}, ("lora_down", "lora_norm", "dora")),
        ({"dropout": 0.5}, ("lora_down", "lora_up", "dropout")),
        ({"init": "pissa"}, ("lora_down", "lora_up")), ({"init": "pissa", "dora": True}, ("lora_down", "lora_norm", "dora", "lora_up")),
    ],
)  # fmt: skip
def test_an_adapter_brings_its_own(settings: dict[str, object], names: tuple[str, ...]) -> None:
    node = replace(make_node("d", "dense"), adapters=(LoraAdapter("a", **settings),))  # type: ignore[arg-type]
    assert inner_names(node) == names


@pytest.mark.parametrize(("settings", "names"), [({"l1": 0.1}, ("penalty",)), ({"l2": 0.1}, ("penalty",)), ({"l1": 0.0, "l2": 0.0}, ())])
def test_a_penalty_has_a_kernel(settings: dict[str, float], names: tuple[str, ...]) -> None:
    assert inner_names(make_node("d", "dense", settings)) == names
