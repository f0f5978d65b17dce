"""The order of merging: what would move outputs is refused in one sentence, everything else computes the same to rounding."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import lora_cases
import numpy as np
import pytest
from thoroughness import cases

import nnlab
from nnlab.core.errors import GraphError
from nnlab.graph import adapters
from nnlab.graph.graph import Graph
from nnlab.graph.merge_order import all_beside, check_merge_order, merged_in_order

X, _ = lora_cases.data(20)


def several(*are_dora: bool) -> Graph:
    """task_1, task_2, … on every dense layer, with DoRA where it is said."""
    graph = lora_cases.base()
    for k, dora in enumerate(are_dora, 1):
        graph = adapters.attach(graph, rank=2, name=f"task_{k}", dora=dora)
    return graph


def test_an_order_that_would_move_outputs_is_refused_and_names_what_to_do() -> None:
    graph = several(False, True)
    with pytest.raises(GraphError) as caught:
        adapters.merge(graph, "task_2")
    assert str(caught.value) == (
        "With DoRA the order of adapters counts: task_2 can be merged into hidden_1 only while task_1, attached before it, is merged too "
        "or off; merge or switch off task_1 first, or unmerge task_2."
    )
    both = adapters.merge(adapters.merge(graph, "task_1"), "task_2")
    with pytest.raises(GraphError, match="or unmerge task_2"):
        adapters.unmerge(both, "task_1")
    assert adapters.unmerge(adapters.unmerge(both, "task_2"), "task_1") == graph


def test_what_would_come_beside_below_a_merged_one_is_refused_too() -> None:
    merged = adapters.merge(adapters.enable(several(True, False), "task_1", False), "task_2")
    for edit in (lambda: adapters.enable(merged, "task_1"), lambda: adapters.blend(merged, {"task_1": 0.5, "task_2": 1.0})):
        with pytest.raises(GraphError, match="With DoRA the order"):
            edit()
    plain = adapters.merge(adapters.enable(several(False, False), "task_1", False), "task_2")
    assert adapters.enable(plain, "task_1").nodes, "updates that are only added may change places"
    beside = adapters.merge(several(False, False), "task_2")
    with pytest.raises(GraphError, match="With DoRA the order"):
        adapters.configure_adapter(beside, "task_1", dora=True)


def test_a_project_of_before_that_is_out_of_order_can_still_be_edited() -> None:
    """Only an edit that makes it so is refused: what was saved so is unmerged and goes on."""
    both = several(True, False)
    odd = replace(both, nodes=tuple(
        replace(node, adapters=tuple(replace(a, merged=a.name == "task_2") for a in node.adapters)) for node in both.nodes
    ))  # fmt: skip
    assert adapters.configure_adapter(odd, "task_2", alpha=3.0)["out"].adapters[1].alpha == 3.0
    assert check_merge_order(odd, odd) is odd and adapters.unmerge(odd, "task_2") == all_beside(odd) == both


@pytest.mark.parametrize("are_dora", [(True, False, False), (False, True, False), (False, False, True), (True, True, True)], ids=str)
def test_whatever_is_merged_or_unmerged_outputs_stay(are_dora: tuple[bool, ...]) -> None:
    """Random walks over merging and unmerging three adapters: an edit is refused, or outputs differ by rounding alone."""
    session, random = nnlab.Session(several(*are_dora), seed=1, dtype="float64"), Random(3)
    lora_cases.moved(session)
    before, refused = session.predict(X), 0
    base = session.parameters["hidden_1.weight"].tobytes()
    for _ in range(cases(25, 200)):
        name, merges = f"task_{random.randint(1, 3)}", random.random() < 0.6
        try:
            (session.merge if merges else session.unmerge)(name)
        except GraphError:
            refused += 1
        np.testing.assert_allclose(session.predict(X), before, rtol=0, atol=1e-12)
    assert refused > 0 and session.parameters["hidden_1.weight"].tobytes() == base


def test_what_merging_changes_is_measured_in_the_order_that_is_allowed() -> None:
    graph = merged_in_order(several(True, True, True), "task_2")
    assert [adapter.merged for adapter in graph["hidden_1"].adapters] == [True, True, False]
    off = merged_in_order(adapters.enable(several(True, True), "task_1", False), "task_2")
    assert [(adapter.merged, adapter.enabled) for adapter in off["hidden_1"].adapters] == [(False, False), (True, True)]
