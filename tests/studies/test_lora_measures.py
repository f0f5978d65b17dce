"""What an adapter costs, against arithmetic and real files."""

from __future__ import annotations

import time
from pathlib import Path

import lora_cases
import pytest

import nnlab
from nnlab.core.errors import GraphError
from nnlab.core.preparation import prepare
from nnlab.engine.compile import Update
from nnlab.graph import adapters, edits
from nnlab.studies.lora import measures
from nnlab.studies.lora.scenarios import SCENARIOS, task_project

ADAM = Update("adam")


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
    assert costs[2].problem == "No room: a weight here has at most rank 5."
    # 6-5-4-3: at rank 5 hidden_2 (4, 5) has 4 and out (3, 4) has 3.
    all_layers = measures.costs_by_rank(lora_cases.base(), None, (5,), ADAM)
    assert all_layers[0].parameters == 5 * (6 + 5) + 4 * (5 + 4) + 3 * (4 + 3)
    graph = adapters.attach(lora_cases.base(), rank=1, name="t")
    # W: 30 + 20 + 12 = 62; rank 2 has 2 (11 + 9 + 7) = 54, rank 3 has 81.
    assert measures.break_even(graph, "t", ["hidden_1", "hidden_2", "out"]) == 3 and measures.break_even(graph, "t", ["out"]) == 2
    lengths = measures.costs_by_rank(lora_cases.base(), ["hidden_1"], (1,), ADAM, dora=True)
    assert lengths[0].parameters == 11 + 5


def test_layer_by_layer_and_where_it_would_cost_more_than_the_matrix() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=100), units=60, id="wide"))
    (cost,) = measures.layer_costs(adapters.attach(b.build(), rank=4, name="t"), "t")
    assert (cost.layer, cost.rank, cost.learning, cost.full) == ("wide", 4, 4 * 160, 6000)
    assert cost.break_even == 38 and 37 * 160 < 6000 <= 38 * 160


def test_a_layer_that_nothing_leads_into_has_nothing_to_count() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=3), units=2, id="free"))
    whole = b.build()
    graph = adapters.attach(edits.disconnect(whole, whole.incoming("free")[0]), rank=1, name="t")
    with pytest.raises(GraphError, match=r"^free has no size yet, because no shape is known of what leads into it; connect its input\.$"):
        measures.layer_costs(graph, "t")


def test_a_step_takes_time_with_an_adapter_and_without() -> None:
    """Times belong to a machine; the sum of the phases is at most what the whole step takes by the clock."""
    project = task_project(SCENARIOS["shifted-sine"], "lora", rank=2)
    begun = time.perf_counter()
    own, full = measures.step_seconds(project, prepare(project.data), rounds=8)
    assert own > 0 and full > 0 and 8 * (own + full) < time.perf_counter() - begun
