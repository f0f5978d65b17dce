"""What a fix says beforehand: what changes, and what will be left to do."""

from __future__ import annotations

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import Fix
from nnlab.graph.graph import Graph
from nnlab.graph.validation import validate


def fixes(graph: Graph, kind: str) -> dict[str, Fix]:
    problem = next(d for d in validate(graph) if d.kind == kind)
    return {fix.label: fix for fix in problem.fixes}


def with_branch(length: int) -> Graph:
    """A plain network, and so many layers behind its input that lead nowhere."""
    b = GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(x, units=1, id="out"))
    for k in range(length):
        x = b.dense(x, units=3, id=f"lost_{k + 1}")
    return edits.configure(b._graph, "out", units=1)


def test_three_names_are_listed_and_the_others_counted() -> None:
    outlooks = [next(iter(fixes(with_branch(n), "unread").values())).outlook for n in (1, 3, 4, 6)]
    assert outlooks == [
        "Removes lost_1. No problem remains.",
        "Removes lost_1, lost_2, lost_3. No problem remains.",
        "Removes lost_1, lost_2, lost_3 and 1 more. No problem remains.",
        "Removes lost_1, lost_2, lost_3 and 3 more. No problem remains.",
    ]


def test_what_is_joined_is_said_and_what_remains_is_counted() -> None:
    """There is no loss, which is an error; what relu_1 answers is read by nobody, which is a warning."""
    graph = edits.add_node(edits.remove_nodes(with_branch(0), ["mse_1"]), "relu")
    assert fixes(graph, "missing_input")["Connect out here"].outlook == "Joins out → relu_1. 1 error and 1 warning remain."


def test_rows_of_another_length_may_get_a_layer_of_their_own() -> None:
    b = GraphBuilder()
    x = b.input(features=6)
    b.mse(b.dense(b.flatten(b.add(b.dense(b.reshape(x, shape="2, 3"), units=2), b.reshape(x, shape="2, 3"))), units=1))
    labels = fixes(b._graph, "shape")
    assert "Set units of dense_1 to 3" in labels
    assert "Add dense 2 after reshape_2" in labels or "Add dense 3 after dense_1" in labels
