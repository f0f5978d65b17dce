"""What an adapter starts as, and what is merged into a layer, by NumPy from the layer's own numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import lora_cases
import numpy as np
import pytest

import nnlab
from nnlab.engine.adapter_start import from_others, merged, product, stretch
from nnlab.engine.compile import Update, compile
from nnlab.engine.program import Program
from nnlab.engine.state import new_state

LAYER, NAME = "hidden_1", lora_cases.NAME  # 5 units of 6 inputs


def started(case: dict[str, Any]) -> dict[str, np.ndarray]:
    session = nnlab.Session(lora_cases.adapted(case), dtype="float64", seed=3)
    return {name.removeprefix(f"{LAYER}."): values for name, values in session.parameters.items() if name.startswith(LAYER)}


def best(weight: np.ndarray, rank: int) -> np.ndarray:
    """The best approximation of this rank (Eckart and Young 1936)."""
    left, sizes, right = np.linalg.svd(weight)
    return left[:, :rank] * sizes[:rank] @ right[:rank]


@pytest.mark.parametrize(
    ("alpha", "rslora", "scale"), [(5.0, False, 2.5), (1.0, False, 0.5), (5.0, True, 5 / np.sqrt(2)), (0.0, False, 1.0)]
)
def test_pissa_starts_as_the_largest_directions_of_the_weight(alpha: float, rslora: bool, scale: float) -> None:
    """s B A is the best approximation of W₀, its singular values shared evenly by both; where alpha is 0 there is nothing to divide by."""
    found = started({"init": "pissa", "alpha": alpha, "rslora": rslora})
    a, b, weight = found[f"lora_A.{NAME}"], found[f"lora_B.{NAME}"], found["weight"]
    np.testing.assert_allclose(scale * b @ a, best(weight, 2), atol=1e-12)
    sizes = np.linalg.svd(weight, compute_uv=False)[:2]
    np.testing.assert_allclose(np.linalg.norm(a, axis=1), np.sqrt(sizes / scale))
    np.testing.assert_allclose(np.linalg.norm(b, axis=0), np.sqrt(sizes / scale))
    np.testing.assert_array_equal(found[f"lora_A_start.{NAME}"], a)
    np.testing.assert_array_equal(found[f"lora_B_start.{NAME}"], b)


def test_pissa_with_a_negative_alpha_starts_at_nothing() -> None:
    found = started({"init": "pissa", "alpha": -1.0})
    assert not found[f"lora_A.{NAME}"].any() and not found[f"lora_B.{NAME}"].any()


@pytest.mark.parametrize("init", ["kaiming", "pissa"])
def test_learned_lengths_start_as_those_of_the_weights_rows(init: str) -> None:
    found = started({"dora": True, "init": init})
    np.testing.assert_allclose(found[f"lora_magnitude_vector.{NAME}"], np.linalg.norm(found["weight"], axis=1), rtol=1e-12)


# With numbers of its own


def layer(case: dict[str, Any], **changed: Any) -> tuple[Program, np.ndarray, dict[str, np.ndarray]]:
    """A program whose first layer has an adapter with these fields changed, its arena with drawn numbers, and those by their names."""
    graph = lora_cases.adapted({"nodes": [LAYER], **case})
    graph = replace(
        graph,
        nodes=tuple(
            replace(node, adapters=tuple(replace(each, **changed) for each in node.adapters)) if node.id == LAYER else node
            for node in graph.nodes
        ),
    )
    program = compile(graph, 4, "float64", Update("sgd"))
    state = new_state(program, 4, 1)
    generator, numbers = np.random.default_rng(7), {}
    for name, info in program.stored.items():
        if name.startswith(LAYER):
            view = info.place.view(state.arena, 1)
            view[...] = generator.uniform(0.5, 2.0, view.shape)
            numbers[name.removeprefix(f"{LAYER}.").removesuffix(f".{NAME}")] = view.copy()
    return program, state.arena, numbers


def test_the_product_is_less_what_it_started_as() -> None:
    program, arena, n = layer({})
    node = program.graph[LAYER]
    np.testing.assert_allclose(product(program, arena, node, node.adapters[0]), n["lora_B"] @ n["lora_A"])
    program, arena, n = layer({"init": "pissa"})
    node = program.graph[LAYER]
    expected = n["lora_B"] @ n["lora_A"] - n["lora_B_start"] @ n["lora_A_start"]
    np.testing.assert_allclose(product(program, arena, node, node.adapters[0]), expected)


@pytest.mark.parametrize("init", ["kaiming", "pissa"])
@pytest.mark.parametrize("dora", [False, True])
def test_a_merged_update_stands_in_the_weight(init: str, dora: bool) -> None:
    """W₀ + w s B A, with DoRA brought to the learned lengths; w is the weight in a blend, s is 5 / 2."""
    program, arena, n = layer({"init": init, "dora": dora}, merged=True, weight=0.5)
    node = program.graph[LAYER]
    update = n["lora_B"] @ n["lora_A"] - (n["lora_B_start"] @ n["lora_A_start"] if init == "pissa" else 0.0)
    expected = n["weight"] + 0.5 * 2.5 * update
    if dora:
        factors = n["lora_magnitude_vector"] / np.linalg.norm(expected, axis=1)
        np.testing.assert_allclose(stretch(program, arena, node, node.adapters[0]), factors, rtol=1e-10)
        expected = expected * factors[:, None]
    np.testing.assert_allclose(merged(program, arena, node), expected, rtol=1e-10)
    kept = next(info for info in program.stored.values() if info.name.endswith("merged_weight"))
    np.testing.assert_allclose(from_others(program, arena, kept), expected, rtol=1e-10)


def test_what_is_beside_the_weight_or_not_in_use_is_not_merged() -> None:
    program, arena, n = layer({})
    np.testing.assert_array_equal(merged(program, arena, program.graph[LAYER]), n["weight"])
    program, arena, n = layer({}, merged=True, enabled=False)
    np.testing.assert_array_equal(merged(program, arena, program.graph[LAYER]), n["weight"])
