"""What an adapter costs and what its update looks like, against arithmetic, real files and NumPy's SVD of the whole matrix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lora_cases
import numpy as np
import pytest

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.engine.compile import Update
from nnlab.graph import adapters, edits
from nnlab.studies.lora import measures

ADAM = Update("adam")


def trained(case: dict[str, Any]) -> nnlab.Session:
    session = nnlab.Session(lora_cases.adapted(case), dtype="float64")
    lora_cases.moved(session)
    return session


@pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
def test_the_update_is_what_the_layer_computes_more(case: dict[str, Any]) -> None:
    """W x + ΔW x, seen from outside: the merged layer's weight less W₀."""
    session = trained(case)
    layer = "hidden_2"
    delta = measures.update_of(session.graph, session.parameters, layer, "task_b")
    before = session.parameters[f"{layer}.weight"]
    session.merge("task_b")
    np.testing.assert_allclose(session.buffers[f"{layer}.merged_weight"] - before, delta, atol=1e-12)


@pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
def test_singular_values_are_those_of_the_whole_matrix(case: dict[str, Any]) -> None:
    session = trained(case)
    found = measures.singular_values(session.graph, session.parameters, "hidden_2", "task_b")
    delta = measures.update_of(session.graph, session.parameters, "hidden_2", "task_b")
    expected = np.linalg.svd(delta, compute_uv=False)
    adapter = session.graph["hidden_2"].adapter("task_b")
    assert adapter is not None
    count = 4 if case.get("dora") else 4 if case.get("init") == "pissa" else adapter.rank
    assert len(found) == count
    np.testing.assert_allclose(found, expected[:count], atol=1e-12)
    np.testing.assert_allclose(expected[count:], 0, atol=1e-12)


def test_before_the_first_update_there_is_none() -> None:
    session = nnlab.Session(lora_cases.adapted({"init": "pissa"}))
    assert measures.singular_values(session.graph, session.parameters, "out", "task_b").max() < 1e-6
    session = nnlab.Session(lora_cases.adapted({}))
    np.testing.assert_array_equal(measures.singular_values(session.graph, session.parameters, "out", "task_b"), 0)
    assert measures.share_in_first(np.zeros(3), 1) == 1.0


def test_of_full_fine_tuning() -> None:
    before, now = np.zeros((3, 2)), np.array([[3.0, 0], [0, 4], [0, 0]])
    values = measures.singular_values_of_change(before, now)
    np.testing.assert_allclose(values, [4, 3])
    assert measures.share_in_first(values, 1) == pytest.approx(16 / 25)


def test_counts_are_those_of_the_arrays(tmp_path: Path) -> None:
    """A and B: r (inputs + units) in every layer; Adam: two numbers for each and one count for each tensor; the file as it is written."""
    graph = lora_cases.adapted({"ranks": {"out": 1}})
    cost = measures.adapter_cost(graph, "task_b", ADAM)
    numbers = 2 * (6 + 5) + 2 * (5 + 4) + 1 * (4 + 3)
    assert (cost.rank, cost.parameters, cost.optimizer_bytes) == (2, numbers, 4 * (2 * numbers + 6))
    session = nnlab.Session(graph)
    session.save_adapter("task_b", tmp_path / "a")
    assert cost.file_bytes == sum(file.stat().st_size for file in (tmp_path / "a").iterdir())
    full = measures.full_cost(graph, ADAM)
    weights = 6 * 5 + 5 + 5 * 4 + 4 + 4 * 3
    assert (full.rank, full.parameters, full.optimizer_bytes) == (None, weights, 4 * (2 * weights + 5))
    assert full.file_bytes > 4 * weights


def test_an_adapter_counts_for_itself_whatever_else_is_attached() -> None:
    alone = measures.adapter_cost(lora_cases.adapted({}), "task_b", ADAM)
    both = adapters.merge(lora_cases.two_adapters({}, {"dora": True}), "task_b")
    assert measures.adapter_cost(adapters.learn(both, "task_b", False), "task_b", ADAM) == alone


def test_by_rank_with_a_sentence_where_there_is_no_room() -> None:
    costs = measures.costs_by_rank(edits.set_frozen(lora_cases.base(), ["out"], True), ["hidden_1"], (1, 5, 6), ADAM)
    assert [(c.rank, c.parameters) for c in costs] == [(1, 11), (5, 55), (6, 0), (None, 6 * 5 + 5 + 5 * 4 + 4 + 4 * 3)]
    assert costs[2].problem.startswith("hidden_1: the adapter counted has rank 6, more than the smaller side of the weight (5, 6);")
    lengths = measures.costs_by_rank(lora_cases.base(), ["hidden_1"], (1,), ADAM, dora=True)
    assert lengths[0].parameters == 11 + 5


def test_layer_by_layer_and_where_it_would_cost_more_than_the_matrix() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=100), units=60, id="wide"))
    (cost,) = measures.layer_costs(adapters.attach(b.build(), rank=4, name="t"), "t")
    assert (cost.layer, cost.rank, cost.learning, cost.full) == ("wide", 4, 4 * 160, 6000)
    assert cost.break_even == 38 and 37 * 160 < 6000 <= 38 * 160


def test_an_adapter_that_is_not_there() -> None:
    session = nnlab.Session(lora_cases.adapted({"nodes": ["out"]}))
    for function in (measures.update_of, measures.singular_values):
        with pytest.raises(NNLabError, match=r"^The adapter task_b is not on hidden_1\.$"):
            function(session.graph, session.parameters, "hidden_1", "task_b")
