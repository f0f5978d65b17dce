"""What changed between two graphs, and whether anything has to be computed anew."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.graph import adapters, annotation, edits
from nnlab.graph.diff import diff
from nnlab.graph.graph import Edge, Graph

BEFORE = mlp([2, 3, 1])
MOVED = edits.move_nodes(BEFORE, {"dense_1": (1.0, 2.0)})
NOTED = annotation.add_comment(BEFORE, "why", (0.0, 0.0))
GROUPED = annotation.group_nodes(BEFORE, ["dense_1", "tanh_1"])


@pytest.mark.parametrize(
    ("after", "same", "empty", "only_moves"),
    [
        (BEFORE, True, True, True), (MOVED, True, False, True), (NOTED, True, False, False), (GROUPED, True, False, False),
        (edits.configure(BEFORE, "dense_1", units=4), False, False, False), (edits.add_node(BEFORE, "relu"), False, False, False),
        (edits.remove_nodes(BEFORE, ["mse_1"]), False, False, False), (edits.set_frozen(BEFORE, ["dense_1"], True), False, False, False),
        (adapters.attach(BEFORE, ["dense_1"], rank=1), False, False, False),
        (edits.disconnect(BEFORE, Edge("tanh_1", "dense_2", "x")), False, False, False),
    ],
)  # fmt: skip
def test_places_and_words_compute_the_same(after: Graph, same: bool, empty: bool, only_moves: bool) -> None:
    found = diff(BEFORE, after)
    assert (found.computes_the_same, found.is_empty, found.only_moves) == (same, empty, only_moves)
    assert diff(after, BEFORE).computes_the_same == same


def test_what_came_went_changed_and_moved_is_listed() -> None:
    after = edits.connect(edits.add_node(edits.remove_nodes(MOVED, ["tanh_1"]), "relu"), "dense_1", "relu_1")
    found = diff(BEFORE, edits.configure(after, "dense_2", units=2))
    assert (found.added, found.removed, found.changed, found.moved) == (("relu_1",), ("tanh_1",), ("dense_2",), ("dense_1",))
    assert found.added_edges == (Edge("dense_1", "relu_1", "x"),)
    assert found.removed_edges == (Edge("dense_1", "tanh_1", "x"), Edge("tanh_1", "dense_2", "x"))
    assert not found.annotated and diff(BEFORE, NOTED).annotated and diff(BEFORE, GROUPED).annotated
