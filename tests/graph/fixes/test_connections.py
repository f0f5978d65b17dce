"""What is offered for a node without an input: unread nodes first, then what is near, and what lies before it rather than behind."""

from __future__ import annotations

import pytest

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import validate
from tests.support.fix_proposals import proposed


def scattered(**places: tuple[float, float]) -> Graph:
    """An input, layers that read it at these places, and `here`, a layer at (1000, 0) that reads nothing."""
    graph = edits.add_node(Graph(), "input", {"features": 2}, (-3000.0, 0.0))
    for name, place in places.items():
        graph = edits.connect(edits.add_node(graph, "dense", position=place, node_id=name), "input_1", name)
    return edits.add_node(graph, "dense", position=(1000.0, 0.0), node_id="here")


def labels(graph: Graph, kind: str = "missing_input", node_id: str = "here") -> list[str]:
    problem = next(d for d in validate(graph) if (d.kind, d.node_id) == (kind, node_id))
    return [fix.label for fix in problem.fixes]


@pytest.mark.parametrize(
    ("first", "second", "nearer"),
    [
        ((900.0, 0.0), (800.0, 0.0), "a"), ((700.0, 0.0), (900.0, 199.0), "b"), ((700.0, 0.0), (900.0, 201.0), "a"),
        ((900.0, -90.0), (900.0, 91.0), "a"), ((1100.0, 0.0), (564.0 + 1.0, 0.0), "b"), ((1100.0, 0.0), (564.0 - 1.0, 0.0), "a"),
        ((1000.0, 300.0), (1001.0, 0.0), "a"), ((1000.0, 338.0), (1001.0, 0.0), "b"),
    ],
)  # fmt: skip
def test_the_nearest_comes_first_and_two_columns_count_for_what_lies_behind(first: tuple, second: tuple, nearer: str) -> None:
    """Distances are dx + dy; a node to the right is 2 · 168 further away than it looks."""
    assert labels(scattered(a=first, b=second))[0] == f"Connect {nearer} here"


def test_above_and_below_are_told_apart() -> None:
    graph = edits.move_nodes(scattered(a=(800.0, 100.0), b=(900.0, -100.0)), {"here": (1000.0, 100.0)})
    assert labels(graph)[0] == "Connect a here"


def test_what_nobody_reads_comes_before_what_is_near() -> None:
    graph = edits.connect(edits.add_node(scattered(read=(900.0, 0.0), unread=(0.0, 0.0)), "mse"), "read", "mse_1")
    assert labels(graph)[0] == "Connect unread here"


def test_it_goes_into_the_edge_whose_middle_is_nearest() -> None:
    graph = edits.add_node(scattered(left=(600.0, 0.0)), "mse", position=(1400.0, 100.0))
    graph = edits.connect(edits.connect(graph, "left", "mse_1"), "input_1", "left")
    assert "Insert it into left → mse_1" in labels(graph)
    moved = edits.move_nodes(graph, {"here": (-1300.0, 0.0)})  # between (-3000, 0) and (600, 0)
    assert "Insert it into input_1 → left" in labels(moved)


def test_a_cycle_is_cut_first_where_it_runs_furthest_backwards() -> None:
    names = ("one", "two", "three")
    graph = Graph()
    for k, name in enumerate(names):
        graph = edits.add_node(graph, "dense", position=(200.0 * k, 0.0), node_id=name)
    edges = tuple(Edge(a, b, "x") for a, b in (("one", "two"), ("two", "three"), ("three", "one")))
    problem = next(d for d in validate(Graph(graph.nodes, edges)) if d.kind == "cycle")
    assert problem.fixes[0].label == "Break the cycle: remove three → one"


@pytest.mark.parametrize("shape", ["1, 4", "2, 2", "1, 2, 2"])
def test_behind_rows_of_numbers_the_output_layer_reads_them_flat(shape: str) -> None:
    b = GraphBuilder()
    b.reshape(b.tanh(b.dense(b.input(features=2), units=4)), shape=shape)
    problem = next(d for d in validate(b._graph) if d.kind == "no_loss")
    after = next(fix for fix in problem.fixes if fix.label == "Add a dense layer of 1 and mse").apply(b._graph)
    assert [node.operator for node in after.topological()][-4:] == ["reshape", "flatten", "dense", "mse"]
    assert [d for d in validate(after) if d.is_error] == []


def test_an_image_may_be_flattened_into_as_many_units_as_the_other_has() -> None:
    b = GraphBuilder()
    x = b.input(features=4)
    b.mse(b.dense(b.add(b.dense(x, units=3), b.reshape(x, shape="2, 2")), units=1))
    assert "Flatten reshape_1 into 3 units" in labels(b._graph, "shape", "add_1")


def test_who_waits_for_an_input_is_offered_by_distance() -> None:
    """“near” is 50 below, “far” 100 to the right and 400 below."""
    graph = edits.add_node(Graph(), "input", {"features": 2}, (500.0, 100.0), node_id="here")
    graph = edits.add_node(graph, "dense", position=(600.0, 500.0), node_id="far")
    graph = edits.add_node(graph, "dense", position=(500.0, 150.0), node_id="near")
    assert labels(graph, "unread") == ["Connect it to near", "Connect it to far", "Remove here"]


def test_the_six_nearest_are_offered_and_sixteen_choices_of_two_of_them() -> None:
    graph = scattered(**{f"n{k}": (900.0 - 10.0 * k, 0.0) for k in range(8)})
    joins = [label for label, _, _ in proposed(graph, "missing_input", "here") if label.startswith("Connect ")]
    assert joins == [f"Connect n{k} here" for k in range(6)]
    two = edits.add_node(graph, "subtract", position=(1000.0, 0.0), node_id="pair")
    joins = [label for label, _, _ in proposed(two, "missing_input", "pair") if label.startswith("Connect ")]
    assert joins[:2] == ["Connect here and n0 here", "Connect here and n1 here"] and len(joins) == 16


def test_a_loss_is_offered_first_at_the_end_that_lies_furthest_along() -> None:
    """“deep” was added first, but reads what was added last; in a cycle no order says more than who was added last."""
    graph = edits.add_node(Graph(), "input", {"features": 2}, node_id="x")
    for name in ("deep", "flat", "hidden"):
        graph = edits.add_node(graph, "dense", node_id=name)
    for source, target in (("x", "flat"), ("x", "hidden"), ("hidden", "deep")):
        graph = edits.connect(graph, source, target)
    assert losses_after(graph) == ["Add mse after deep", "Add mse after flat"]
    cyclic = Graph(graph.nodes, (*(e for e in graph.edges if e.target != "hidden"), Edge("deep", "hidden", "x")))
    assert losses_after(edits.add_node(cyclic, "dense", node_id="last")) == ["Add mse after last", "Add mse after flat"]


def losses_after(graph: Graph) -> list[str]:
    return [name for label, name, _ in proposed(graph, "no_loss") if label == "Add a loss (mse)"]
