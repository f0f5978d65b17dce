"""Which parts of an adapter's strand an instruction is about, for every instruction that the compiler makes of a layer with adapters."""

from __future__ import annotations

import pytest

from nnlab.engine.compile import Update, compile
from nnlab.graph import adapters
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.ui.canvas.model.strands import ADD, LENGTHS, SCALE, WAY_IN, A, B, H, StrandMoment, moment_of, strands_of


def graph(*names: str, **options: object) -> Graph:
    b = GraphBuilder()
    b.mse(b.dense(b.dense(b.input(features=6), units=5, id="first"), units=4, id="hidden"))
    found = b.build()
    for name in names:
        found = adapters.attach(found, rank=2, name=name, **options)
    return found


def moments(of: Graph) -> dict[tuple[str, bool], list[StrandMoment | None]]:
    """Of layer hidden, by the operator and whether it is a backward instruction."""
    found: dict[tuple[str, bool], list[StrandMoment | None]] = {}
    for each in compile(of, 4, "float64", Update("sgd", 0.1)).instructions:
        if each.node_id == "hidden":
            backward = any(name.startswith(("hidden.d_", "first.d_")) for name in each.writes)
            moment = moment_of(strands_of(of["hidden"]), each.reads, each.writes)
            found.setdefault((each.operator, backward), []).append(moment)
    return found


@pytest.mark.parametrize("backward", [False, True])
def test_down_is_a_and_up_is_b_scale_and_sum(backward: bool) -> None:
    found = moments(graph("task_b"))
    assert found["lora_down", backward] == [StrandMoment("task_b", frozenset({A, H}), backward)]
    assert found["lora_up", backward] == [StrandMoment("task_b", frozenset({H, B, SCALE, ADD}), backward)]
    assert found["dense", backward] == [None], "the frozen weights are the layer's own"


def test_an_update_is_of_the_matrix_alone() -> None:
    of = graph("task_b")
    strand, = strands_of(of["hidden"])
    assert strand.moment(("hidden.d_lora_A.task_b",), ("hidden.lora_A.task_b",)) == StrandMoment("task_b", frozenset({A}))
    assert strand.moment(("hidden.d_lora_B.task_b",), ("hidden.lora_B.task_b",)) == StrandMoment("task_b", frozenset({B}))
    assert strand.moment(("first.d_lora_B.task_b",), ("first.lora_B.task_b",)) is None


def test_learned_lengths_have_a_part_of_their_own() -> None:
    found = moments(graph("task_b", dora=True, dropout=0.2))
    assert found["lora_norm", False] == [StrandMoment("task_b", frozenset({A, B, LENGTHS}))]
    for backward in (False, True):
        moment, = found["dora", backward]
        assert moment is not None and moment.parts >= {B, SCALE, ADD, LENGTHS, H} and moment.is_backward is backward
    assert found["dropout", False] == [StrandMoment("task_b", frozenset({WAY_IN}))]


def test_what_pissa_takes_away_is_told_from_what_learns() -> None:
    found = moments(graph("task_b", init="pissa"))
    assert [moment and moment.of_start for moment in found["lora_down", False]] == [True, False]
    assert [moment and moment.of_start for moment in found["lora_up", False]] == [True, False]


def test_of_two_adapters_the_one_that_is_stepped_through() -> None:
    found = moments(graph("one", "two"))
    assert [moment and moment.strand for moment in found["lora_up", False]] == ["one", "two"]
    assert [moment and moment.strand for moment in found["lora_up", True]] == ["two", "one"]
    assert all(moment is not None and ADD in moment.parts for moment in found["lora_up", False])


def test_the_tensors_in_the_places_of_the_matrices() -> None:
    strand, = strands_of(graph("task_b", dora=True, init="pissa")["hidden"])
    assert strand.tensors("weights") == ("hidden.lora_A.task_b", "hidden.lora_B.task_b", "hidden.lora_magnitude_vector.task_b")
    assert strand.tensors("gradients")[0] == "hidden.d_lora_A.task_b"
    assert strand.tensors("gradients", of_start=True)[:2] == ("hidden.lora_A_start.task_b", "hidden.lora_B_start.task_b")
