"""What a fix says beforehand: what changes, and what will be left to do."""

from __future__ import annotations

from functools import partial

import pytest

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import Diagnostic, Fix
from nnlab.graph.fixes.case import Case, Removal, offer
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


# Which proposals are offered, with what remains as these tests say it does

PROBLEM = Diagnostic("error", "", "a", "shape")


def place(graph: Graph, x: float) -> Graph:
    return edits.move_nodes(graph, {"a": (x, 0.0)})


def offered(fixes: list[Fix], remaining: dict[float, list[Diagnostic]] | None = None, problem: Diagnostic = PROBLEM) -> list[str]:
    """Labels of what is offered for a problem of node a; `remaining` is found where a fix has moved the node to this place."""
    graph = edits.add_node(Graph(), "dense", node_id="a")

    def diagnose(found: Graph) -> tuple[Diagnostic, ...]:
        return tuple((remaining or {}).get(found["a"].position[0], [])) if found != graph else (problem,)

    return [fix.label for fix in offer(Case(graph, problem, {}, None, diagnose), lambda case: iter(fixes))]


def moving(label: str, x: float, kind: type[Fix] = Fix) -> Fix:
    return kind(label, partial(place, x=x))


def test_twenty_four_proposals_are_tried() -> None:
    nothing = [Fix(f"nothing {k}", lambda graph: graph) for k in range(24)]
    assert offered([*nothing[:23], moving("good", 1.0)]) == ["good"]
    assert offered([*nothing, moving("late", 1.0)]) == []


def test_four_are_offered_and_doing_without_is_one_of_them() -> None:
    ways = [moving(f"way {k}", k) for k in range(1, 6)]
    assert offered(ways) == ["way 1", "way 2", "way 3", "way 4"]
    assert offered([moving("away", 9.0, Removal), *ways]) == ["way 1", "way 2", "way 3", "away"]
    assert offered([moving("away", 9.0, Removal), *ways[:2], moving("out", 8.0, Removal)]) == ["way 1", "way 2", "away", "out"]
    assert offered([moving("same", 1.0), moving("same", 2.0)]) == ["same"]


def test_what_leaves_fewer_errors_comes_first_then_what_leaves_fewer_warnings() -> None:
    error, warning = Diagnostic("error", "", "b", "x"), Diagnostic("warning", "", "b", "y")
    remaining = {1.0: [error], 2.0: [warning] * 3, 3.0: [warning], 4.0: [error, warning]}
    fixes = [moving("both", 4.0), moving("error", 1.0), moving("three", 2.0), moving("one", 3.0)]
    assert offered(fixes, remaining) == ["one", "three", "error", "both"]
    assert offered([moving("away", 5.0, Removal), moving("error", 1.0)], remaining) == ["error", "away"], "nothing goes that may stay"


def test_what_cannot_be_done_is_not_offered() -> None:
    assert offered([Fix("refused", lambda graph: edits.connect(graph, "a", "a")), moving("good", 1.0)]) == ["good"]


@pytest.mark.parametrize(
    ("told", "left", "is_mended"),
    [
        (("shape", "a"), ("shape", "a"), False), (("shape", "a"), ("shape", "b"), True), (("shape", "a"), ("unread", "a"), True),
        (("cycle", "a"), ("cycle", "b"), False), (("cycle", "a"), ("no_loss", "b"), True),
        (("shape", "a"), ("missing_input", "a"), False), (("missing_input", "a"), ("shape", "a"), False),
        (("missing_input", "a"), ("shape", "b"), True), (("unread", "a"), ("shape", "a"), True),
    ],
)  # fmt: skip
def test_a_problem_is_not_mended_by_saying_it_in_other_words(told: tuple[str, str], left: tuple[str, str], is_mended: bool) -> None:
    """A graph has one cycle at most; at a node a missing input and a wrong shape are the same trouble."""
    problem, other = (Diagnostic("error", "", node, kind) for kind, node in (told, left))
    assert (offered([moving("way", 1.0)], {1.0: [other]}, problem) == ["way"]) == is_mended


def test_what_is_cut_is_said_unless_something_was_put_between() -> None:
    graph = edits.connect(edits.add_node(with_branch(0), "relu"), "input_1", "relu_1")
    case = Case(graph, Diagnostic("error", "", "relu_1", "unread"), {}, None, lambda found: ())
    edge = graph.incoming("relu_1")[0]
    ways = [Fix("cut", partial(edits.disconnect, edge=edge)), Fix("between", lambda g: edits.insert_on_edge(g, edge, "tanh", (0.0, 0.0)))]
    outlooks = [fix.outlook for fix in offer(case, lambda _: iter(ways))]
    assert outlooks == ["Cuts input_1 → relu_1. No problem remains.", "Adds tanh_1. No problem remains."]
