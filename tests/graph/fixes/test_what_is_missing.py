"""What is proposed for what is not connected, connected in a circle, there twice or not there at all: every proposal, and where it lies.

Columns are 168 apart and rows 136.
"""

from __future__ import annotations

import pytest

from nnlab.core.dataset import Target
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import DataShape
from nnlab.graph.fixes import PROPOSERS
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import validate
from tests.support.fix_proposals import case_of, drawn, proposed
from tests.support.graph_changes import moves

THREE = DataShape(5, Target("classes", ("a", "b", "c")))
TWO_NUMBERS = DataShape(5, Target("continuous", ("u", "v")))


def nodes(**places: tuple[float, float]) -> Graph:
    """Nodes that are not connected; the operator is what stands before the underscore."""
    graph = Graph()
    for name, place in places.items():
        graph = edits.add_node(graph, name.partition("_")[0], position=place, node_id=name)
    return graph


def joined(graph: Graph, *pairs: str) -> Graph:
    """With these connections, "a>b" into the first free port."""
    for pair in pairs:
        graph = edits.connect(graph, *pair.split(">"))
    return graph


def labels(graph: Graph, kind: str, node: str | None = None, data: DataShape | None = None) -> list[str]:
    return [label for label, _, _ in proposed(graph, kind, node, data)]


def applied(graph: Graph, kind: str, node: str | None, label: str, data: DataShape | None = None) -> Graph:
    fix = next(fix for fix in PROPOSERS[kind](case_of(graph, kind, node, data)) if fix.label == label)
    return fix.apply(graph)


# An empty canvas


@pytest.mark.parametrize(
    ("data", "features", "outputs", "loss"),
    [
        (None, 2, 1, "mse"), (THREE, 5, 3, "cross_entropy"), (TWO_NUMBERS, 5, 2, "mse"),
        (DataShape(4, Target("binary", ("a", "b"))), 4, 1, "binary_cross_entropy"),
    ],
)  # fmt: skip
def test_a_first_network_fits_the_data(data: DataShape | None, features: int, outputs: int, loss: str) -> None:
    given, units = "" if features == 2 else f" features={features}", f" units={outputs}"
    chain = {"+input_1>dense_1.x", "+dense_1>tanh_1.x", "+tanh_1>dense_2.x", f"+dense_2>{loss}_1.x"}
    assert proposed(Graph(), "empty", None, data) == [
        (f"Start with {features}-8-{outputs}", "Start a network",
         {f"+input_1{given}", "+dense_1", "+tanh_1", f"+dense_2{units}", f"+{loss}_1", *chain}),
        (f"Add an input with {features} features", "Add an input", {f"+input_1{given}"}),
    ]  # fmt: skip
    graph = applied(Graph(), "empty", None, f"Start with {features}-8-{outputs}", data)
    assert [node.position for node in graph] == [(168.0 * k, 0.0) for k in range(5)]


# No input


def test_the_input_stands_a_column_before_what_reads_it() -> None:
    graph = nodes(dense_b=(500.0, 40.0), dense_a=(300.0, 20.0))
    found = list(PROPOSERS["no_input"](case_of(graph, "no_input", None, THREE)))
    assert [(fix.label, fix.name) for fix in found] == [("Add an input with 5 features", "Add an input")] * 2
    after = [fix.apply(graph) for fix in found]
    assert [moves(graph, each) for each in after] == [{"input_1": (132.0, 20.0)}, {"input_1": (332.0, 40.0)}]
    assert [[e.target for e in each.edges] for each in after] == [["dense_a"], ["dense_b"]], "from left to right"


def test_six_that_wait_are_tried() -> None:
    graph = nodes(**{f"dense_{k}": (10.0 * k, 0.0) for k in range(8)})
    targets = [fix.apply(graph).edges[0].target for fix in PROPOSERS["no_input"](case_of(graph, "no_input"))]
    assert targets == [f"dense_{k}" for k in range(6)]


def test_where_nobody_waits_the_input_stands_before_the_leftmost() -> None:
    """An add takes two: it is not joined to the input by itself."""
    graph = nodes(add_1=(300.0, 50.0), add_2=(200.0, 90.0))
    assert proposed(graph, "no_input", None, None) == [("Add an input with 2 features", "Add an input", {"+input_1"})]
    assert moves(graph, applied(graph, "no_input", None, "Add an input with 2 features")) == {"input_1": (32.0, 90.0)}


# No loss


def test_the_loss_goes_behind_the_end_that_comes_last() -> None:
    graph = joined(nodes(input_1=(0.0, 0.0), dense_short=(168.0, 200.0), dense_long=(168.0, 0.0), tanh_end=(336.0, 0.0)),
                   "input_1>dense_long", "dense_long>tanh_end", "input_1>dense_short")  # fmt: skip
    alone = {"+cross_entropy_1", "+tanh_end>cross_entropy_1.x"}
    layer = {"+dense_1 units=3", "+tanh_end>dense_1.x", "+cross_entropy_1", "+dense_1>cross_entropy_1.x"}
    found = proposed(graph, "no_loss", None, THREE)
    assert found[:2] == [
        ("Add a loss (cross_entropy)", "Add cross_entropy after tanh_end", alone),
        ("Add a dense layer of 3 and cross_entropy", "Add cross_entropy after tanh_end", layer),
    ]
    assert [name for _, name, _ in found[2:]] == ["Add cross_entropy after dense_short"] * 2


def test_behind_an_image_the_output_layer_reads_it_flat() -> None:
    graph = drawn(lambda b: b.reshape(b.input(features=4), shape="2, 2"))
    assert proposed(graph, "no_loss", None, TWO_NUMBERS) == [
        ("Add a loss (mse)", "Add mse after reshape_1", {"+mse_1", "+reshape_1>mse_1.x"}),
        ("Add a dense layer of 2 and mse", "Add mse after reshape_1",
         {"+flatten_1", "+reshape_1>flatten_1.x", "+dense_1 units=2", "+flatten_1>dense_1.x", "+mse_1", "+dense_1>mse_1.x"}),
    ]  # fmt: skip
    flat = drawn(lambda b: b.tanh(b.input(features=4)))
    assert [len(change) for _, _, change in proposed(flat, "no_loss", None, TWO_NUMBERS)] == [2, 4], "no flatten before a row"


def test_in_a_circle_there_is_no_deepest_end() -> None:
    graph = nodes(dense_a=(0.0, 0.0), dense_b=(168.0, 0.0), dense_end=(336.0, 0.0))
    edges = (Edge("dense_a", "dense_b", "x"), Edge("dense_b", "dense_a", "x"))
    assert labels(Graph(graph.nodes, edges), "no_loss") == ["Add a loss (mse)", "Add a dense layer of 1 and mse"]


# Unread


def test_whoever_waits_nearest_reads_it_first() -> None:
    """Distances: 100 + 30 = 130 before 90 + 50 = 140, whichever way they lie."""
    places = {"input_1": (0.0, 0.0), "dense_1": (1000.0, 500.0), "relu_far": (1090.0, 550.0), "relu_near": (1100.0, 470.0)}
    graph = joined(nodes(**places), "input_1>dense_1")
    assert proposed(graph, "unread", "dense_1") == [
        ("Connect it to relu_near", "Connect dense_1 to relu_near", {"+dense_1>relu_near.x"}),
        ("Connect it to relu_far", "Connect dense_1 to relu_far", {"+dense_1>relu_far.x"}),
        ("Remove dense_1", "Remove dense_1", {"-dense_1"}),
    ]
    moved = edits.move_nodes(graph, {"relu_near": (900.0, 530.0), "relu_far": (910.0, 450.0)})
    assert labels(moved, "unread", "dense_1")[0] == "Connect it to relu_near"


def test_an_operator_with_two_inputs_waits_until_it_has_both() -> None:
    graph = joined(nodes(input_1=(0.0, 0.0), dense_1=(100.0, 0.0), add_1=(200.0, 0.0), subtract_1=(300.0, 0.0), tanh_1=(100.0, 90.0)),
                   "input_1>dense_1", "input_1>tanh_1", "tanh_1>add_1", "tanh_1>subtract_1")  # fmt: skip
    assert labels(graph, "unread", "dense_1")[:2] == ["Connect it to add_1", "Connect it to subtract_1"]
    full = joined(graph, "input_1>add_1", "input_1>subtract_1")
    assert labels(full, "unread", "dense_1") == ["Remove dense_1"]


def test_what_was_computed_for_it_alone_goes_with_it() -> None:
    graph = joined(nodes(input_1=(0.0, 0.0), dense_1=(1.0, 0.0), tanh_1=(2.0, 0.0), relu_1=(3.0, 0.0)), "input_1>dense_1", "dense_1>tanh_1",
                   "tanh_1>relu_1")  # fmt: skip
    assert proposed(graph, "unread", "relu_1") == [
        ("Remove relu_1 and the 2 before it", "Remove relu_1 and the 2 before it", {"-relu_1", "-tanh_1", "-dense_1"}),
    ]


def test_an_input_that_nobody_reads_goes_alone() -> None:
    graph = nodes(input_1=(0.0, 0.0), dense_1=(100.0, 0.0))
    assert proposed(graph, "unread", "input_1") == [
        ("Connect it to dense_1", "Connect input_1 to dense_1", {"+input_1>dense_1.x"}), ("Remove input_1", "Remove input_1", {"-input_1"}),
    ]  # fmt: skip


# Two of what there should be one


def test_the_first_input_takes_over_what_the_second_feeds() -> None:
    graph = joined(nodes(input_1=(0.0, 0.0), input_2=(0.0, 90.0), add_1=(100.0, 0.0)), "input_1>add_1", "input_2>add_1")
    assert proposed(graph, "second_input", "input_2") == [
        ("Use input_1 instead", "Use input_1 instead of input_2", {"-input_2", "+input_1>add_1.b"}),
        ("Remove input_2", "Remove input_2", {"-input_2"}),
    ]
    alone = nodes(input_1=(0.0, 0.0), input_2=(0.0, 90.0))
    assert proposed(alone, "second_input", "input_2") == [("Remove input_2", "Remove input_2", {"-input_2"})]


def test_either_loss_may_go_with_its_branch_or_alone() -> None:
    places = dict.fromkeys(("input_1", "dense_1", "mse_1", "dense_2", "mse_2", "mse_3"), (0.0, 0.0))
    graph = joined(nodes(**places), "input_1>dense_1", "dense_1>mse_1", "input_1>dense_2", "dense_2>mse_2")
    first = [("Remove mse_1", "Remove mse_1", {"-mse_1"}), ("Remove mse_1 and its branch",) * 2 + ({"-mse_1", "-dense_1"},)]
    assert proposed(graph, "second_loss", "mse_2") == [
        ("Remove mse_2", "Remove mse_2", {"-mse_2"}), ("Remove mse_2 and its branch",) * 2 + ({"-mse_2", "-dense_2"},), *first,
    ]  # fmt: skip
    assert proposed(graph, "second_loss", "mse_3") == [("Remove mse_3", "Remove mse_3", {"-mse_3"}), *first]


# Circles


def test_each_connection_of_a_circle_may_be_cut_and_all_that_run_backwards_together() -> None:
    """a → b → a and b → c → b; places decide, not heights. d stands outside."""
    graph = nodes(add_a=(0.0, 900.0), add_b=(200.0, 600.0), add_c=(400.0, 300.0), dense_d=(500.0, 0.0))
    pairs = (("add_a", "add_b", "a"), ("add_b", "add_a", "a"), ("add_b", "add_c", "a"), ("add_c", "add_b", "b"), ("add_c", "dense_d", "x"))
    circles = Graph(graph.nodes, tuple(Edge(*pair) for pair in pairs))
    (node,) = [d.node_id for d in validate(circles) if d.kind == "cycle"]
    found = proposed(circles, "cycle", node)
    assert [label for label, _, _ in found] == [
        "Break the cycle: remove add_b → add_a", "Break the cycle: remove add_c → add_b", "Break the cycle: remove add_a → add_b",
        "Break the cycle: remove add_b → add_c", "Break every cycle",
    ]  # fmt: skip
    assert found[0][2] == {"-add_b>add_a.a"}
    assert found[-1][2] == {"-add_b>add_a.a", "-add_c>add_b.b"}


# A node that reads nothing


def test_what_is_near_is_joined_and_a_node_between_two_goes_between_them() -> None:
    graph = joined(nodes(input_1=(0.0, 0.0), dense_1=(200.0, 0.0), mse_1=(600.0, 40.0), relu_1=(390.0, 30.0)), "input_1>dense_1",
                   "dense_1>mse_1")  # fmt: skip
    found = proposed(graph, "missing_input", "relu_1")
    assert found == [
        ("Connect dense_1 here", "Connect dense_1 to relu_1", {"+dense_1>relu_1.x"}),
        ("Connect input_1 here", "Connect input_1 to relu_1", {"+input_1>relu_1.x"}),
        ("Insert it into dense_1 → mse_1", "Insert relu_1 into dense_1 → mse_1",
         {"-dense_1>mse_1.x", "+dense_1>relu_1.x", "+relu_1>mse_1.x"}),
        ("Remove relu_1", "Remove relu_1", {"-relu_1"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "edge"),
    [
        ((149.0, 0.0), "input_1 → dense_1"), ((151.0, 0.0), "dense_1 → dense_2"),
        ((150.0, 103.0), "dense_1 → dense_2"), ((150.0, 99.0), "input_1 → dense_1"),
    ],
)  # fmt: skip
def test_it_goes_into_the_connection_whose_middle_is_nearest(place: tuple[float, float], edge: str) -> None:
    """The middles are (100, 0) and (200, 0), or with the y that differs (100, 100) and (200, 102); distances are dx + dy."""
    tilted = place[1] > 0.0
    y = (60.0, 140.0, 64.0) if tilted else (0.0, 0.0, 0.0)
    graph = joined(nodes(input_1=(40.0, y[0]), dense_1=(160.0, y[1]), dense_2=(240.0, y[2]), mse_1=(2000.0, 0.0), relu_1=place),
                   "input_1>dense_1", "dense_1>dense_2", "dense_2>mse_1")  # fmt: skip
    assert f"Insert it into {edge}" in labels(graph, "missing_input", "relu_1")


def test_both_ports_of_a_node_are_joined_at_once() -> None:
    graph = joined(nodes(input_1=(0.0, 0.0), dense_1=(100.0, 0.0), dense_2=(100.0, 90.0), subtract_1=(200.0, 0.0)), "input_1>dense_1",
                   "input_1>dense_2")  # fmt: skip
    found = proposed(graph, "missing_input", "subtract_1")
    assert found[0] == (
        "Connect dense_1 and dense_2 here",
        "Connect dense_1 and dense_2 to subtract_1",
        {"+dense_1>subtract_1.a", "+dense_2>subtract_1.b"},
    )
    assert found[-1] == ("Remove subtract_1", "Remove subtract_1", {"-subtract_1"})
    assert len([label for label, _, _ in found if label.startswith("Connect")]) == 6, "ordered pairs of three"
    half = joined(graph, "input_1>subtract_1")
    found = proposed(half, "missing_input", "subtract_1")
    assert [change for _, _, change in found] == [
        {"+dense_1>subtract_1.b"}, {"+dense_2>subtract_1.b"}, {"-input_1>dense_1.x", "+input_1>subtract_1.b", "+subtract_1>dense_1.x"},
        {"-subtract_1"}, {"-subtract_1"},
    ]  # fmt: skip
    assert found[3][:2] == ("Remove subtract_1, join neighbours", "Remove subtract_1")


def test_sixteen_choices_of_six_neighbours_are_tried() -> None:
    places = {f"dense_{k}": (100.0 * k, 0.0) for k in range(8)}
    graph = nodes(**places, subtract_1=(900.0, 0.0))
    graph = joined(edits.add_node(graph, "input"), *(f"input_1>{name}" for name in places))
    found = labels(graph, "missing_input", "subtract_1")
    joins = [label for label in found if label.startswith("Connect")]
    assert len(joins) == 16 and joins[0] == "Connect dense_7 and dense_6 here" and joins[5] == "Connect dense_6 and dense_7 here"
    assert not any("dense_1 " in label for label in joins), "the six nearest"


def test_without_an_input_one_is_added_for_the_node() -> None:
    graph = nodes(dense_1=(200.0, 30.0))
    assert proposed(graph, "missing_input", "dense_1", THREE) == [
        ("Add an input with 5 features", "Add an input for dense_1", {"+input_1 features=5", "+input_1>dense_1.x"}),
        ("Remove dense_1", "Remove dense_1", {"-dense_1"}),
    ]
    assert moves(graph, applied(graph, "missing_input", "dense_1", "Add an input with 5 features", THREE)) == {"input_1": (32.0, 30.0)}
    assert labels(graph, "missing_input", "dense_1")[0] == "Add an input with 2 features"
    assert labels(nodes(add_1=(0.0, 0.0)), "missing_input", "add_1") == ["Remove add_1"], "two are missing there"


def test_a_loss_or_what_is_read_is_not_put_between_others() -> None:
    graph = joined(nodes(input_1=(0.0, 0.0), dense_1=(200.0, 0.0), mse_1=(600.0, 40.0), relu_1=(390.0, 30.0), dense_2=(420.0, 90.0)),
                   "input_1>dense_1", "dense_1>mse_1", "relu_1>dense_2")  # fmt: skip
    assert not any(label.startswith("Insert") for label in labels(graph, "missing_input", "relu_1"))
    loss = joined(nodes(input_1=(0.0, 0.0), dense_1=(200.0, 0.0), dense_2=(300.0, 0.0), mse_1=(250.0, 0.0)), "input_1>dense_1",
                  "dense_1>dense_2")  # fmt: skip
    assert not any(label.startswith("Insert") for label in labels(loss, "missing_input", "mse_1"))


def test_an_activation_on_its_card_has_no_connection_to_go_into() -> None:
    """dense_1 and its tanh are one card: nothing fits between."""

    def make(b: GraphBuilder) -> None:
        b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=3)), units=1))

    graph = edits.move_nodes(drawn(make), {"input_1": (0.0, 0.0), "dense_1": (200.0, 0.0), "tanh_1": (200.0, 0.0), "dense_2": (400.0, 0.0),
                                           "mse_1": (600.0, 0.0)})  # fmt: skip
    graph = edits.add_node(graph, "relu", position=(201.0, 0.0))
    inserted = [label for label in labels(graph, "missing_input", "relu_1") if label.startswith("Insert")]
    assert inserted in (["Insert it into input_1 → dense_1"], ["Insert it into tanh_1 → dense_2"])
    assert inserted == ["Insert it into tanh_1 → dense_2"], "99 to its middle, 101 to the other"
