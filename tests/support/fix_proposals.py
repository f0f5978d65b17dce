"""What a proposer of `nnlab.graph.fixes` proposes for a diagnostic, before anything is tried or left out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from nnlab.core.errors import NNLabError
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import DataShape, Fix
from nnlab.graph.fixes import PROPOSERS, Case
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer, validate
from tests.support.graph_changes import changes


def drawn(make: Callable[[GraphBuilder], object]) -> Graph:
    """What a builder has made, also where it could not be trained."""
    b = GraphBuilder()
    make(b)
    return b._graph


def case_of(graph: Graph, kind: str, node: str | None = None, data: DataShape | None = None) -> Case:
    """The one problem of this kind, told of this node."""
    (problem,) = [d for d in validate(graph, data) if (d.kind, d.node_id) == (kind, node)]
    return Case(graph, problem, infer(graph).shapes, data, partial(validate, data=data))


def proposed(graph: Graph, kind: str, node: str | None = None, data: DataShape | None = None) -> list[tuple[str, str, set[str]]]:
    """(label, name in the undo history, what it changes) of everything that is proposed, in order.

    "refused" stands for what the graph does not allow, which nobody is ever offered.
    """
    return [(fix.label, fix.name, _changes_of(fix, graph)) for fix in PROPOSERS[kind](case_of(graph, kind, node, data))]


def _changes_of(fix: Fix, graph: Graph) -> set[str]:
    try:
        return changes(graph, fix.apply(graph))
    except NNLabError:
        return {"refused"}


def between(source: str, new: str, target: str, settings: str = "") -> set[str]:
    """The changes of a new node with one input put into a connection; `target` with its port ("add_1.b")."""
    return {f"+{new}{settings}", f"-{source}>{target}", f"+{source}>{new}.x", f"+{new}>{target}"}
