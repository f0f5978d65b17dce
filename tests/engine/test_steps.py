"""What a graph computes step by step, which gradients are needed for it, and which of them nobody has to zero."""

from __future__ import annotations

import pytest

import nnlab
from nnlab.engine.step import gradient_name, source_name, tensor_name
from nnlab.engine.steps import by_step, mark_flow, overwritten, penalties, steps_of
from nnlab.graph import edits
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import infer


def sums() -> Graph:
    """Four layers of the input that are added, three of them of frozen weights."""
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.add(*(b.dense(x, units=3, id=name) for name in ("a", "b", "c", "d")), id="sum"), id="loss")
    return edits.set_frozen(b.build(), {"a", "b", "c"}, True)


def test_names() -> None:
    assert tensor_name("dense_1", "lora_A.task") == "dense_1.lora_A.task"
    assert gradient_name("dense_1.lora_A.task") == "dense_1.d_lora_A.task"
    assert source_name(Edge("tanh_1", "mse_1", "prediction", "y")) == "tanh_1.y"


def test_many_inputs_are_folded_two_by_two() -> None:
    steps = [step for step in steps_of(sums(), infer(sums())) if step.node.id == "sum"]
    assert [(step.inputs, step.outputs) for step in steps] == [
        (("a.y", "b.y"), ("sum.y~1",)), (("sum.y~1", "c.y"), ("sum.y~2",)), (("sum.y~2", "d.y"), ("sum.y",)),
    ]  # fmt: skip


def test_lengths_add_up_where_inputs_stand_side_by_side() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.concat(b.dense(x, units=3), b.dense(x, units=4), b.dense(x, units=5)))
    shapes = [step.shapes["y"] for step in steps_of(b.build(), infer(b.build())) if step.kind.name == "concat"]
    assert shapes == [(7,), (12,)]


def test_the_loss_comes_last_whatever_else_is_computed() -> None:
    b = nnlab.GraphBuilder()
    hidden = b.dense(b.input(features=2), units=1)
    b.mse(hidden)
    b.tanh(hidden)
    assert [step.kind.name for step in steps_of(b._graph, infer(b._graph))][-2:] == ["tanh", "mse"]


def flow(graph: Graph) -> tuple[set[str], set[str]]:
    """Names of the values that need a gradient, and the nodes through which gradients flow."""
    steps = steps_of(graph, infer(graph))
    return mark_flow(steps), {step.node.id for step in steps if step.flows_back}


def test_gradients_flow_between_what_learns_and_the_loss_alone() -> None:
    """Of the sum's inputs only d's layer learns; of the folded steps only the last is on its way."""
    needed, through = flow(sums())
    assert through == {"loss", "sum", "d"}
    assert {"d.y", "sum.y"} <= needed and not {"a.y", "b.y", "c.y", "input_1.x"} & needed


def test_a_branch_that_leads_nowhere_needs_no_gradient() -> None:
    b = nnlab.GraphBuilder()
    hidden = b.dense(b.input(features=2), units=2, id="used")
    b.mse(b.dense(hidden, units=1, id="last"))
    b.dense(hidden, units=3, id="lost")
    needed, through = flow(b._graph)
    assert through == {"used", "last", "mse_1"}
    assert "lost.y" not in needed and {"used.y", "last.y"} <= needed


def test_behind_the_last_layer_that_learns_nothing_flows() -> None:
    b = nnlab.GraphBuilder()
    hidden = b.tanh(b.dense(b.input(features=2), units=2, id="first"))
    b.mse(b.dense(hidden, units=1, id="last"))
    assert flow(edits.set_frozen(b.build(), {"first"}, True))[1] == {"last", "mse_1"}
    assert flow(edits.set_frozen(b.build(), {"last"}, True))[1] == {"first", "tanh_1", "last", "mse_1"}
    assert flow(edits.set_frozen(b.build(), {"first", "last"}, True))[1] == set()


def set_first(graph: Graph) -> dict[str, str]:
    """Which gradient is set by which node, in the order of backward instructions."""
    steps = steps_of(graph, infer(graph))
    mark_flow(steps)
    backward = [step for step in reversed(steps) if step.flows_back]
    found = overwritten(backward)
    assert {gradient for names in by_step(found).values() for gradient in names} == set(found)
    return {gradient: step.node.id for gradient, step in found.items()}


def test_the_first_reader_on_the_way_back_sets_a_gradient() -> None:
    b = nnlab.GraphBuilder()
    hidden = b.dense(b.input(features=2), units=3, id="low")
    b.mse(b.dense(b.concat(b.tanh(hidden), b.relu(hidden)), units=1, id="top"))
    found = set_first(b.build())
    assert found["top.d_weight"] == "top" and found["low.d_weight"] == "low"
    assert found["low.d_y"] in {"tanh_1", "relu_1"}


def test_what_one_kernel_reads_twice_is_added_up() -> None:
    """x · x gives two contributions to one gradient within a single instruction, so nobody sets it."""
    b = nnlab.GraphBuilder()
    hidden = b.dense(b.input(features=2), units=3, id="low")
    b.mse(b.dense(b.multiply(hidden, hidden), units=1, id="top"))
    assert "low.d_y" not in set_first(b.build())


@pytest.mark.parametrize(
    ("settings", "frozen", "expected"),
    [
        ({"l2": 0.1}, (), [("dense_1.weight", True)]), ({"l1": 0.1}, (), [("dense_1.weight", True)]), ({}, (), []),
        ({"l2": 0.1}, ("dense_1",), [("dense_1.weight", False)]),
    ],
)  # fmt: skip
def test_penalties_are_steps_behind_the_loss(settings: dict[str, float], frozen: tuple[str, ...], expected: list[tuple[str, bool]]) -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=3))
    graph = edits.set_frozen(edits.configure(b.build(), "dense_1", **settings), set(frozen), True)
    found = penalties(graph, infer(graph), "mse_1.loss")
    assert [(step.names["weight"], step.flows_back) for step in found] == expected
    for step in found:
        assert (step.names["loss"], step.shapes["weight"], step.shapes["loss"]) == ("mse_1.loss", (3, 2), (1,))
        assert step.title.endswith(" of dense_1")
