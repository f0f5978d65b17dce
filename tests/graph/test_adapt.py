"""A network fits other data after the first fix of every error that the data brings; what has no fix stays as it is."""

from __future__ import annotations

from networks import mlp

from nnlab.core.dataset import Target
from nnlab.graph import edits
from nnlab.graph.adapt import adapt
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import DataShape
from nnlab.graph.validation import validate

THREE = DataShape(5, Target("classes", ("a", "b", "c")))


def test_features_outputs_and_loss_become_the_datas() -> None:
    found = adapt(mlp([2, 8, 1]), THREE)
    assert [node.operator for node in found.topological()] == ["input", "dense", "tanh", "dense", "cross_entropy"]
    assert (found["input_1"].settings["features"], found["dense_1"].settings["units"], found["dense_2"].settings["units"]) == (5, 8, 3)
    assert not [d for d in validate(found, THREE) if d.is_error]


def test_what_fits_is_not_touched_and_a_warning_is_no_error() -> None:
    """A layer that nobody reads is a warning: it may be meant, so it stays."""
    b = GraphBuilder()
    x = b.input(features=5)
    b.cross_entropy(b.dense(x, units=3))
    b.dense(x, units=7, id="unread")
    graph = b._graph
    assert [d.kind for d in validate(graph, THREE) if d.fixes and not d.is_error] == ["unread"]
    assert adapt(graph, THREE) == graph


def test_an_error_without_a_fix_is_passed_over() -> None:
    """Of two losses one has to go, which is a question of its own; the features are set all the same."""
    graph = edits.add_node(mlp([2, 8, 1]), "mse")
    found = adapt(graph, THREE)
    assert found["input_1"].settings["features"] == 5
