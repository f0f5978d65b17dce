"""Why a connection cannot be, asked of one node, is what inferring the whole graph with the connection in place would say."""

from __future__ import annotations

import networks
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer, known_shape_reason


def in_full(graph: Graph, source: str, target: str, port: str | None) -> str | None:
    """The definition: connect, infer everything, and look for what is new at the target."""
    reason = edits.refusal(graph, source, target, port)
    if reason:
        return reason
    before = {d.message for d in infer(graph).errors}
    try:
        after = infer(edits.connect(graph, source, target, port))
    except NNLabError as error:
        return str(error)
    new = [d.message for d in after.errors if d.node_id == target and d.kind == "shape" and d.message not in before]
    return new[0] if new else None


@given(graph=networks.graphs(), data=st.data())
@settings(max_examples=80, deadline=None)
def test_one_node_says_what_the_whole_graph_would(graph: Graph, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 2))):  # unfinished graphs, too
        if graph.edges:
            graph = edits.disconnect(graph, data.draw(st.sampled_from(graph.edges)))
    names = [node.id for node in graph]
    for _ in range(6):
        source, target = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
        ports = graph.ports(target)
        port = data.draw(st.sampled_from([None, *ports])) if ports else None
        assert known_shape_reason(graph, source, target, port) == in_full(graph, source, target, port)


@given(networks.graphs())
@settings(max_examples=30, deadline=None)
def test_ancestors_are_what_values_flow_from(graph: Graph) -> None:
    for node in graph:
        direct = {edge.source for edge in graph.incoming(node.id)}
        assert graph.ancestors(node.id) == direct.union(*(graph.ancestors(source) for source in direct))
        assert node.id not in graph.ancestors(node.id)


def test_a_drag_over_a_large_graph_looks_at_each_card_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a whole inference for each port: with 200 nodes and 2,000 edges that took 18 seconds."""
    b = nnlab.GraphBuilder()
    x = b.input(features=4)
    layers = [b.dense(x, units=4) for _ in range(30)]
    b.mse(b.add(*layers))
    graph = b.build()
    infer(graph)
    inferred: list[Graph] = []
    monkeypatch.setattr("nnlab.graph.validation._infer", lambda g: inferred.append(g) or pytest.fail("the whole graph is inferred again"))
    assert known_shape_reason(graph, "input_1", "add_1", "c") is None
    assert not inferred
