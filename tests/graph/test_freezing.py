"""What is frozen of a node: by edits, by what its settings leave of its parameters, and in the text of older versions."""

from __future__ import annotations

import json

import pytest
from networks import mlp

from nnlab.core.errors import GraphError
from nnlab.graph import edits
from nnlab.graph.diff import diff
from nnlab.graph.graph import Graph

GRAPH = mlp([2, 8, 8, 1])


def test_frozen_nodes_need_something_to_freeze() -> None:
    frozen = edits.set_frozen(GRAPH, ["dense_1"], True)
    assert frozen["dense_1"].frozen and diff(GRAPH, frozen).changed == ("dense_1",)
    assert edits.configure(frozen, "dense_1", units=4)["dense_1"].is_frozen
    assert not edits.replace_operator(frozen, "dense_1", "relu").nodes[1].frozen
    with pytest.raises(GraphError, match="tanh_1 has no parameters"):
        edits.set_frozen(GRAPH, ["tanh_1"], True)


def test_parameters_are_frozen_one_by_one() -> None:
    frozen = edits.freeze(GRAPH, "dense_1", ["bias"])
    node = frozen["dense_1"]
    assert node.frozen == {"bias"} and [p.name for p in node.trained] == ["weight"] and not node.is_frozen
    assert node.frozen_words == "bias frozen" and diff(GRAPH, frozen).changed == ("dense_1",)
    assert Graph.from_json(frozen.to_json()) == frozen
    assert edits.freeze(frozen, "dense_1", ["bias", "weight"])["dense_1"].frozen_words == "frozen"
    assert edits.freeze(frozen, "dense_1", []) == GRAPH
    with pytest.raises(GraphError, match="dense_1 has no parameter 'gain' that could be frozen; it has weight and bias"):
        edits.freeze(GRAPH, "dense_1", ["gain"])


def test_what_is_frozen_follows_the_parameters_there_are() -> None:
    """A layer frozen as a whole stays so; one frozen in part keeps what it still has."""
    whole = edits.set_frozen(GRAPH, ["dense_1"], True)
    without = edits.configure(whole, "dense_1", bias=False)
    assert without["dense_1"].frozen == {"weight"} and without["dense_1"].is_frozen
    assert edits.configure(without, "dense_1", bias=True)["dense_1"].is_frozen
    part = edits.freeze(GRAPH, "dense_1", ["bias"])
    assert edits.configure(part, "dense_1", bias=False)["dense_1"].frozen == frozenset()
    assert edits.replace_operator(part, "dense_1", "layer_norm").nodes[1].frozen == frozenset()
    assert edits.replace_operator(whole, "dense_1", "layer_norm").nodes[1].frozen == {"gain", "shift"}


def test_an_older_graph_says_of_a_whole_node_that_it_is_frozen() -> None:
    older = json.loads(GRAPH.to_json()) | {"format": 2}
    older["nodes"][1]["frozen"] = True
    assert Graph.from_json(json.dumps(older))["dense_1"].frozen == {"weight", "bias"}
    older["nodes"][1]["frozen"] = False
    assert Graph.from_json(json.dumps(older)) == GRAPH
    for version, frozen, words in ((2, ["weight"], "true or false"), (3, True, "the names"), (3, ["gain"], "no parameter 'gain'")):
        older["format"], older["nodes"][1]["frozen"] = version, frozen
        with pytest.raises(GraphError, match=words):
            Graph.from_json(json.dumps(older))
