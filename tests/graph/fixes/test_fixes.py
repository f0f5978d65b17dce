"""Every diagnostic there is has fixes, and every fix that is offered remedies what it is offered for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from nnlab.core.dataset import Target
from nnlab.graph import adapters, edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import DataShape, Diagnostic
from nnlab.graph.fixes import PROPOSERS
from nnlab.graph.fixes.building import insert_chain, remove_branch
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.layout import arrange
from nnlab.graph.validation import validate

DIGITS = DataShape(64, Target("classes", tuple("0123456789")))
PLANE = DataShape(2, Target("binary", ("no", "yes")))
NUMBER = DataShape(3, Target("continuous", ("y",)))


def build(make: Callable[[GraphBuilder], object]) -> Graph:
    """What a builder has made, also where `GraphBuilder.build` would refuse it."""
    b = GraphBuilder()
    make(b)
    return b._graph


def digits(b: GraphBuilder, *, flat: bool = True) -> None:
    image = b.reshape(b.input(features=64), shape="1, 8, 8")
    maps = b.relu(b.conv2d(image, filters=6, kernel_size=3))
    b.cross_entropy(b.dense(b.flatten(maps) if flat else maps, units=10))


def merged(operator: str, left: int, right: int) -> Callable[[GraphBuilder], object]:
    def make(b: GraphBuilder) -> None:
        x = b.input(features=3)
        a, c = b.tanh(b.dense(x, units=left)), b.tanh(b.dense(x, units=right))
        b.mse(b.dense(b.node(operator, a, c), units=1))

    return make


def plain(b: GraphBuilder) -> None:
    b.mse(b.dense(b.tanh(b.dense(b.input(features=3), units=4)), units=1))


def cyclic(*backwards: tuple[str, str]) -> Graph:
    graph = build(lambda b: merged("add", 4, 4)(b))
    text = graph.to_json()
    for source, target in backwards:
        text = text.replace(f'"input_1",\n   "y",\n   "{target}"', f'"{source}",\n   "y",\n   "{target}"')
    return Graph.from_json(text)


def without(graph: Graph, source: str, target: str) -> Graph:
    return edits.disconnect(graph, next(e for e in graph.edges if (e.source, e.target) == (source, target)))


PLAIN = build(plain)
CONV = build(digits)

# name: (graph, data, kind, node, the fix that comes first, words of others that must be offered)
CASES: dict[str, tuple[Graph, DataShape | None, str, str | None, str, tuple[str, ...]]] = {
    "empty": (Graph(), DIGITS, "empty", None, "Start with 64-8-10", ("Add an input with 64 features",)),
    "empty without data": (Graph(), None, "empty", None, "Start with 2-8-1", ()),
    "no input": (edits.remove_nodes(PLAIN, ["input_1"]), NUMBER, "no_input", None, "Add an input with 3 features", ()),
    "no input at all": (
        edits.add_node(Graph(), "dense"), NUMBER, "no_input", None, "Add an input with 3 features", (),
    ),
    "no loss": (edits.remove_nodes(PLAIN, ["mse_1"]), NUMBER, "no_loss", None, "Add a loss (mse)", ()),
    "no loss, wrong width": (
        edits.remove_nodes(PLAIN, ["mse_1"]), DataShape(3, DIGITS.target), "no_loss", None, "Add a dense layer of 10 and cross_entropy",
        ("Add a loss (cross_entropy)",),
    ),
    "no loss behind an image": (
        edits.remove_nodes(CONV, ["flatten_1", "dense_1", "cross_entropy_1"]), DIGITS, "no_loss", None,
        "Add a dense layer of 10 and cross_entropy", (),
    ),
    "missing input": (without(PLAIN, "tanh_1", "dense_2"), NUMBER, "missing_input", "dense_2", "Connect tanh_1 here", ("Remove dense_2",)),
    "missing loss input": (without(PLAIN, "dense_2", "mse_1"), NUMBER, "missing_input", "mse_1", "Connect dense_2 here", ()),
    "new node": (
        edits.add_node(PLAIN, "relu", position=(10.0, 0.0)), NUMBER, "missing_input", "relu_1", "Insert it into", ("Connect", "Remove"),
    ),
    "missing second input": (
        without(build(merged("subtract", 4, 4)), "tanh_2", "subtract_1"), NUMBER, "missing_input", "subtract_1", "Connect tanh_2 here",
        ("join neighbours",),
    ),
    "missing both inputs": (
        edits.add_node(build(merged("add", 4, 4)), "multiply", position=(0, 300)), NUMBER, "missing_input", "multiply_1", "Connect", (),
    ),
    "needs one more": (without(build(merged("add", 4, 4)), "tanh_1", "add_1"), NUMBER, "missing_input", "add_1", "Connect tanh_1 here", ()),
    "conv2d on flat data": (
        build(lambda b: b.cross_entropy(b.dense(b.flatten(b.conv2d(b.input(features=64))), units=10))), DIGITS, "shape", "conv2d_1",
        "Add a reshape to 1, 8, 8", ("Remove conv2d_1",),
    ),
    "conv2d on colours": (
        build(lambda b: b.mse(b.dense(b.flatten(b.conv2d(b.input(features=48))), units=1))), DataShape(48, NUMBER.target), "shape",
        "conv2d_1", "Add a reshape to 3, 4, 4", (),
    ),
    "pool on flat data": (
        build(lambda b: b.mse(b.dense(b.flatten(b.max_pool2d(b.input(features=36))), units=1))), DataShape(36, NUMBER.target), "shape",
        "max_pool2d_1", "Add a reshape to 1, 6, 6", (),
    ),
    "window too large": (
        edits.configure(CONV, "conv2d_1", kernel_size=9), DIGITS, "shape", "conv2d_1", "Set window to 8", ("Set padding to 1",),
    ),
    "padding too large": (
        edits.configure(edits.replace_operator(CONV, "relu_1", "max_pool2d"), "max_pool2d_1", padding=3), DIGITS, "shape", "max_pool2d_1",
        "Set padding to 1", ("back to 0",),
    ),
    "reshape of another length": (
        edits.configure(CONV, "reshape_1", shape="1, 7, 7"), DIGITS, "shape", "reshape_1", "Set shape to 1, 8, 8", (),
    ),
    "slice beyond the end": (
        edits.configure(edits.insert_on_edge(PLAIN, PLAIN.edges[1], "slice", (0, 0)), "slice_1", start=2, stop=9), NUMBER, "shape",
        "slice_1", "Set stop back to 0", ("Remove slice_1",),
    ),
    "range upside down": (
        edits.configure(edits.replace_operator(PLAIN, "tanh_1", "hard_tanh"), "hard_tanh_1", min_val=3.0), NUMBER, "shape", "hard_tanh_1",
        "Set least back to -1.0", (),
    ),
    "class weights": (
        edits.configure(CONV, "cross_entropy_1", class_weights="1, 2"), DIGITS, "shape", "cross_entropy_1", "Clear class weights", (),
    ),
    "transpose of a row": (
        edits.insert_on_edge(PLAIN, PLAIN.edges[1], "transpose", (0, 0)), NUMBER, "shape", "transpose_1", "Add a reshape to 1, 4",
        ("Remove transpose_1",),
    ),
    "add": (build(merged("add", 16, 4)), NUMBER, "shape", "add_1", "Set units of dense_2 to 16", ("Set units of dense_1 to 4",)),
    "multiply": (build(merged("multiply", 4, 6)), NUMBER, "shape", "multiply_1", "Set units of", ("Add dense 4 after",)),
    "subtract": (build(merged("subtract", 4, 6)), NUMBER, "shape", "subtract_1", "Set units of", ()),
    "add of the data": (
        build(lambda b: (x := b.input(features=3), b.mse(b.dense(b.add(x, b.tanh(b.dense(x, units=5))), units=1)))), NUMBER, "shape",
        "add_1", "Set units of dense_1 to 3", ("Add dense 5 after input_1",),
    ),
    "add of images": (
        build(lambda b: (i := b.reshape(b.input(features=64), shape="1, 8, 8"),
                         b.mse(b.dense(b.flatten(b.add(i, b.conv2d(i, filters=4, kernel_size=3))), units=1)))),
        DataShape(64, NUMBER.target), "shape", "add_1", "Keep the image size in conv2d_1", (),
    ),
    "add of an image and a row": (
        build(lambda b: (x := b.input(features=4), b.mse(b.dense(b.flatten(b.add(x, b.reshape(x, shape="2, 2"))), units=1)))),
        DataShape(4, NUMBER.target), "shape", "add_1", "Add a flatten", ("Reshape",),
    ),
    "three operands": (
        build(lambda b: (x := b.input(features=3),
                         b.mse(b.dense(b.add(b.dense(x, units=4), b.dense(x, units=4), b.dense(x, units=5)), units=1)))),
        NUMBER, "shape", "add_1", "Set units of dense_3 to 4", ("Disconnect dense_3",),
    ),
    "concat of an image and a row": (
        build(lambda b: (x := b.input(features=4), b.mse(b.dense(b.concat(x, b.reshape(x, shape="2, 2")), units=1)))),
        DataShape(4, NUMBER.target), "shape", "concat_1", "Add a flatten", (),
    ),
    "matmul of rows": (build(merged("matmul", 4, 4)), NUMBER, "shape", "matmul_1", "Add a reshape", ("Remove matmul_1",)),
    "matmul of the wrong side": (
        build(lambda b: (x := b.input(features=6),
                         b.mse(b.dense(b.flatten(b.matmul(b.reshape(x, shape="2, 3"), b.reshape(x, shape="2, 3"))), units=1)))),
        DataShape(6, NUMBER.target), "shape", "matmul_1", "Add a transpose after", (),
    ),
    "image into a loss": (
        build(lambda b: b.cross_entropy(b.dense(b.conv2d(b.reshape(b.input(features=64), shape="1, 8, 8")), units=10))), DIGITS,
        "shape", "cross_entropy_1", "Add a flatten", (),
    ),
    "convolution into a loss": (
        build(lambda b: b.cross_entropy(b.conv2d(b.reshape(b.input(features=64), shape="1, 8, 8"), filters=10))), DIGITS, "shape",
        "cross_entropy_1", "Add a global average pooling", ("Add a flatten and dense 10",),
    ),
    "features": (PLAIN, DataShape(13, NUMBER.target), "features", "input_1", "Set features to 13", ()),
    "wrong loss": (PLAIN, DataShape(3, DIGITS.target), "wrong_loss", "mse_1", "Use cross_entropy", ()),
    "wrong loss for numbers": (CONV, DataShape(64, NUMBER.target), "wrong_loss", "cross_entropy_1", "Use mse", ("Use huber",)),
    "wrong width": (edits.configure(CONV, "dense_1", units=7), DIGITS, "wrong_width", "dense_1", "Set units to 10", ("Add a dense layer",)),
    "wrong width behind a merge": (
        build(lambda b: (x := b.input(features=3), b.mse(b.add(b.dense(x, units=4), b.dense(x, units=4))))), NUMBER, "wrong_width",
        "mse_1", "Add a dense layer of 1", (),
    ),
    "wrong width of an image": (
        build(lambda b: b.mse(b.dense(b.relu(b.conv2d(b.reshape(b.input(features=64), shape="1, 8, 8"))), units=3))),
        DataShape(64, NUMBER.target), "wrong_width", "dense_1", "Add a flatten, set units to 1", (),
    ),
    "second input": (edits.add_node(PLAIN, "input"), NUMBER, "second_input", "input_2", "Remove input_2", ()),
    "second input that is read": (
        edits.connect(edits.add_node(build(merged("add", 4, 4)), "input", {"features": 3}), "input_2", "dense_2"), NUMBER, "second_input",
        "input_2", "Use input_1 instead", ("Remove input_2",),
    ),
    "second loss": (
        edits.connect(edits.add_node(PLAIN, "mae"), "dense_2", "mae_1"), NUMBER, "second_loss", "mae_1", "Remove mae_1", ("Remove mse_1",),
    ),
    "dead end": (
        edits.connect(edits.add_node(PLAIN, "dense"), "tanh_1", "dense_3"), NUMBER, "unread", "dense_3", "Remove dense_3", (),
    ),
    "dead branch": (
        edits.connect(edits.add_node(edits.connect(edits.add_node(PLAIN, "dense"), "input_1", "dense_3"), "relu"), "dense_3", "relu_1"),
        NUMBER, "unread", "relu_1", "Remove relu_1 and the 1 before it", (),
    ),
    "dead end beside one that waits": (
        without(PLAIN, "dense_2", "mse_1"), NUMBER, "unread", "dense_2", "Connect it to mse_1", ("Remove",),
    ),
    "unread input": (without(PLAIN, "input_1", "dense_1"), NUMBER, "unread", "input_1", "Connect it to dense_1", ("Remove input_1",)),
    "cycle": (cyclic(("add_1", "dense_2")), NUMBER, "cycle", "dense_2", "Break the cycle: remove", ()),
    "two cycles": (cyclic(("add_1", "dense_2"), ("add_1", "dense_1")), NUMBER, "cycle", "dense_1", "Break every cycle", ()),
    "softmax twice": (
        build(lambda b: b.cross_entropy(b.softmax(b.dense(b.input(features=64), units=10)))), DIGITS, "squashed_twice", "softmax_1",
        "Remove softmax_1", (),
    ),
    "sigmoid twice": (
        build(lambda b: b.binary_cross_entropy(b.sigmoid(b.dense(b.input(features=2), units=1)))), PLANE, "squashed_twice", "sigmoid_1",
        "Remove sigmoid_1", (),
    ),
    "relu before the loss": (
        build(lambda b: b.binary_cross_entropy(b.relu(b.dense(b.input(features=2), units=1)))), PLANE, "bounded_logits", "relu_1",
        "Remove relu_1", (),
    ),
    "relu twice": (edits.insert_on_edge(
        edits.replace_operator(PLAIN, "tanh_1", "relu"), Edge("relu_1", "dense_2", "x"), "relu", (0, 0)), NUMBER, "repeated", "relu_2",
        "Remove relu_2", (),
    ),
    "linear": (
        build(lambda b: b.mse(b.dense(b.dense(b.input(features=3), units=8), units=1))), NUMBER, "linear", "dense_2",
        "Add tanh between them", ("Add relu between them", "Remove dense_1"),
    ),
    "row by row": (
        edits.bypass_node(CONV, "flatten_1"), DIGITS, "row_by_row", "dense_1", "Add a flatten", (),
    ),
    "all left out": (
        edits.configure(edits.replace_operator(PLAIN, "tanh_1", "dropout"), "dropout_1", p=1.0), NUMBER, "closed", "dropout_1",
        "Set probability to 0.5", ("Remove dropout_1",),
    ),
    "nothing left of the target": (
        edits.configure(build(digits), "cross_entropy_1", label_smoothing=1.0), DIGITS, "doubtful", "cross_entropy_1",
        "Set label smoothing to 0", (),
    ),
    "softmax of one": (
        build(lambda b: b.mse(b.softmax(b.dense(b.input(features=3), units=1)))), NUMBER, "doubtful", "softmax_1", "Remove softmax_1", (),
    ),
    "a slope of one": (
        edits.configure(edits.replace_operator(PLAIN, "tanh_1", "leaky_relu"), "leaky_relu_1", negative_slope=1.0), NUMBER, "doubtful",
        "leaky_relu_1", "Set negative slope to 0.01", ("Remove leaky_relu_1",),
    ),
    "all frozen": (
        edits.set_frozen(PLAIN, ["dense_1", "dense_2"], True), NUMBER, "all_frozen", "dense_2", "Unfreeze dense_2", ("Unfreeze all",),
    ),
    "an adapter of too high a rank": (
        edits.configure(adapters.attach(PLAIN, ["dense_1"], rank=3, name="task_b"), "dense_1", units=2), NUMBER, "adapter", "dense_1",
        "Set the rank of task_b to 2", ("Remove task_b from dense_1",),
    ),
    "embedding of fractions": (
        build(lambda b: b.mse(b.dense(b.flatten(b.embedding(b.tanh(b.dense(b.input(features=3), units=4)))), units=1))), NUMBER,
        "fractions", "embedding_1", "Connect input_1 here", ("Remove embedding_1",),
    ),
}  # fmt: skip


def problem_of(graph: Graph, data: DataShape | None, kind: str, node: str | None) -> Diagnostic:
    found = [d for d in validate(graph, data) if (d.kind, d.node_id) == (kind, node)]
    assert found, [(d.kind, d.node_id, d.message) for d in validate(graph, data)]
    return found[0]


@pytest.mark.parametrize("name", CASES)
def test_the_fix_a_colleague_would_offer_comes_first(name: str) -> None:
    graph, data, kind, node, first, others = CASES[name]
    problem = problem_of(graph, data, kind, node)
    labels = [fix.label for fix in problem.fixes]
    assert labels and labels[0].startswith(first), labels
    for words in others:
        assert any(words in label for label in labels), (words, labels)
    assert len(set(labels)) == len(labels) <= 4


@pytest.mark.parametrize("name", CASES)
def test_each_fix_removes_its_problem(name: str) -> None:
    graph, data, kind, node, _, _ = CASES[name]
    before = graph.to_json()
    problem = problem_of(graph, data, kind, node)
    for fix in problem.fixes:
        after = fix.apply(graph)
        assert problem.message not in [d.message for d in validate(after, data)], fix.label
        assert not [d for d in validate(after, data) if (d.kind, d.node_id) == (kind, node)], fix.label
        assert fix.outlook.endswith(("remains.", "remain.")) and fix.name
    assert graph.to_json() == before, "an edit is a new value"


def test_every_kind_of_problem_is_tried_here() -> None:
    assert {case[2] for case in CASES.values()} == set(PROPOSERS)


def test_what_is_left_is_told_beforehand() -> None:
    graph, data, kind, node, _, _ = CASES["wrong width"]
    (fix, *_) = problem_of(graph, data, kind, node).fixes
    assert fix.outlook == "Sets units of dense_1 from 7 to 10. No problem remains."
    assert fix.name == "Set units of dense_1 to 10"


def test_fixes_are_not_sought_before_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def propose(case: object) -> object:
        asked.append("unread")
        return iter(())

    monkeypatch.setitem(PROPOSERS, "unread", propose)  # type: ignore[arg-type]
    graph, data, kind, node, _, _ = CASES["dead end"]
    problem = problem_of(replace(graph), data, kind, node)  # a graph that nobody has looked at
    assert asked == []
    assert problem.fixes == () and problem.fixes == ()
    assert asked == ["unread"], "sought once, then remembered"


def test_what_is_put_into_an_edge_has_room() -> None:
    edge = Edge("tanh_1", "dense_2", "x")
    graph = insert_chain(arrange(PLAIN), edge, (("flatten", {}), ("dense", {"units": 5})))
    places = [graph[name].position[0] for name in ("tanh_1", "flatten_1", "dense_3", "dense_2", "mse_1")]
    assert places == sorted(places) and min(b - a for a, b in pairwise(places)) > 0
    assert [d for d in validate(graph, NUMBER) if d.is_error] == []


def test_a_branch_goes_as_far_back_as_nobody_else_reads_it() -> None:
    graph = CASES["dead branch"][0]
    assert remove_branch(graph, "relu_1") == PLAIN
