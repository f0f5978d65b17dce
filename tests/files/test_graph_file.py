"""Graphs from text: what the editor would never make is refused, what is only unfinished is not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from networks import graphs, mlp

from nnlab.core.errors import NNLabError
from nnlab.files.graph_file import read_graph
from nnlab.graph.graph import Graph

GRAPH = json.loads(mlp([2, 3, 1]).to_json())


def changed(**changes: object) -> str:
    return json.dumps({**GRAPH, **changes})


def refused(text: str | bytes) -> str:
    with pytest.raises(NNLabError) as caught:
        read_graph(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(graphs())
def test_round_trip(graph: Graph):
    assert read_graph(graph.to_json()) == graph


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([{"id": "a", "operator": "densee"}], "a: there is no operator named 'densee'"),
        ([{"id": "a", "operator": "dense", "settings": {"units": 0}}], "a: units is 0; it must be"),
        ([{"id": "a", "operator": "dense", "settings": {"unit": 3}}], "a: there is no setting 'unit'"),
        ([{"id": "a", "operator": "dense", "settings": {"units": "many"}}], "a: units is 'many'; it must be a number"),
        ([{"id": "a", "operator": "dense"}, {"id": "a", "operator": "relu"}], "Two nodes have the id 'a'"),
        ([{"id": "", "operator": "dense"}], "empty id"),
        ([{"id": "a.b", "operator": "dense"}], "'a.b' cannot be the name of a node"),
        ([{"id": "a/b", "operator": "dense"}], "cannot be the name of a node"),
        ([{"id": "a", "operator": "dense", "colour": "red"}], "unknown field `colour`"),
        ([{"id": "a"}], "missing required field `operator`"),
    ],
)
def test_wrong_nodes(nodes: list[object], words: str):
    assert words in refused(changed(nodes=nodes, edges=[]))


@pytest.mark.parametrize(
    ("edge", "words"),
    [
        (["input_1", "y", "nowhere", "x"], "no node 'nowhere'"),
        (["input_1", "z", "dense_1", "x"], "input_1 has no such output"),
        (["input_1", "y", "dense_1", "q"], "dense_1 has no such input; it has x"),
        (["mse_1", "loss", "dense_1", "x"], "mse_1 has no such output"),
        (["dense_1", "y", "input_1", "x"], "it is an input, which reads the data"),
        (["input_1", "y", "dense_1", "x"], "Two edges lead into the port x of dense_1"),
    ],
)
def test_wrong_edges(edge: list[str], words: str):
    assert words in refused(changed(edges=[*GRAPH["edges"], edge]))


def test_a_port_that_no_merge_ever_has():
    nodes = [{"id": "in", "operator": "input"}, {"id": "sum", "operator": "add"}]
    assert "sum has no such input" in refused(json.dumps({"nodes": nodes, "edges": [["in", "y", "sum", "anything"]]}))


def test_two_losses_a_cycle_and_missing_inputs_are_no_faults_of_the_file():
    nodes = [{"id": name, "operator": kind} for name, kind in (("a", "relu"), ("b", "relu"), ("l", "mse"), ("m", "mse"))]
    graph = read_graph(json.dumps({"nodes": nodes, "edges": [["a", "y", "b", "x"], ["b", "y", "a", "x"]]}))
    assert len(graph) == 4


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"nodes": 3}', "[" * 100_000, b"\xff\xfe\x00", '{"nodes": [], "format": 99}'])
def test_what_is_no_graph(text: str | bytes):
    assert refused(text)
