"""From any valid network, break one thing: every fix offered remedies what it is offered for, and taking it back leaves no trace."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from networks import graphs

from nnlab.core.dataset import Target
from nnlab.core.errors import NNLabError
from nnlab.core.operator import operators
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.diagnostic import DataShape
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.validation import infer, validate
from nnlab.ui.document.document import Document

BREAKS = ("remove", "disconnect", "units", "operator", "add", "append", "second", "data", "bypass")
OPERATORS = sorted(kind.name for kind in operators if kind.name.isidentifier())


def data_of(graph: Graph) -> DataShape:
    """The data a valid graph fits."""
    loss = graph.losses[0]
    outputs = infer(graph)[loss.id, loss.kind.inputs[0].name][0]
    names = tuple(f"c{i}" for i in range(outputs))
    target = Target("classes", names) if loss.kind.link == "softmax" else Target("continuous", names)
    if loss.kind.link == "sigmoid":
        target = Target("binary", ("no", "yes"))
    return DataShape(int(graph.input_nodes[0].settings["features"]), target)


@st.composite
def broken(draw: st.DrawFn) -> tuple[Graph, DataShape]:
    """A valid graph with its data, after one thing was broken."""
    graph = arrange(draw(graphs()))
    data = data_of(graph)
    node = draw(st.sampled_from(graph.nodes))
    edge = draw(st.sampled_from(graph.edges))
    choice = draw(st.sampled_from(BREAKS))
    try:
        if choice == "remove":
            return edits.remove_nodes(graph, [node.id]), data
        if choice == "disconnect":
            return edits.disconnect(graph, edge), data
        if choice == "units":
            layer = draw(st.sampled_from([n for n in graph if "units" in n.settings]))
            return edits.configure(graph, layer.id, units=draw(st.integers(1, 6))), data
        if choice == "operator":
            return edits.replace_operator(graph, node.id, draw(st.sampled_from(OPERATORS))), data
        if choice == "add":
            return edits.add_node(graph, draw(st.sampled_from(OPERATORS)), position=(draw(st.integers(0, 900)), 40.0)), data
        if choice == "append":
            result = edits.add_node(graph, draw(st.sampled_from(OPERATORS)))
            return edits.connect(result, node.id, result.nodes[-1].id), data
        if choice == "second":
            result = edits.add_node(graph, "mse")
            return edits.connect(result, node.id, result.nodes[-1].id), data
        if choice == "bypass":
            return edits.bypass_node(graph, node.id), data
    except NNLabError:
        assume(False)
    kinds = draw(st.sampled_from((Target("continuous", ("y",)), Target("classes", ("a", "b", "c")), Target("binary", ("no", "yes")))))
    return graph, DataShape(draw(st.integers(1, 5)), kinds)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(broken())
def test_every_fix_removes_its_problem_and_can_be_taken_back(case: tuple[Graph, DataShape]) -> None:
    graph, data = case
    for problem in validate(graph, data):
        assert problem.fixes or problem.is_error or problem.kind == "unread", f"{problem.message} has no fix"
        for fix in problem.fixes:
            document = Document(Project(graph))
            document.attempt(fix.name, fix.apply)
            left = validate(document.graph, data)
            assert problem.message not in [d.message for d in left], (problem.message, fix.label)
            assert document.undo_stack.undoText() == fix.name
            document.undo()
            assert document.graph == graph
            document.redo()
            assert validate(document.graph, data) == left


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(broken())
def test_first_fixes_one_after_another_lead_to_a_network_that_can_train(case: tuple[Graph, DataShape]) -> None:
    graph, data = case
    for _ in range(24):
        problem = next((d for d in validate(graph, data) if d.is_error), None)
        if problem is None:
            break
        assert problem.fixes, f"{problem.message} has no fix"
        graph = problem.fixes[0].apply(graph)
    assert [d.message for d in validate(graph, data) if d.is_error] == []
