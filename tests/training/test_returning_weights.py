"""What an edit takes away comes back when it is undone, and with nothing else."""

from __future__ import annotations

import networks
import numpy as np

from nnlab.engine.carry_over import carry_over, lost
from nnlab.engine.compile import Update, compile
from nnlab.engine.state import initial, new_state
from nnlab.graph import edits

GRAPH = networks.mlp([3, 6, 5, 1])


def state(graph, seed=0):
    return initial(compile(graph, 16, update=Update("adam")), 8, seed)


def fresh(graph):
    return new_state(compile(graph, 16, update=Update("adam")), 8, 0)


def test_a_deleted_layer_comes_back_with_what_it_had_learned() -> None:
    old = state(GRAPH, seed=3)
    without = fresh(edits.bypass_node(GRAPH, "dense_2"))
    carry_over(old, without)
    taken = lost(old, without)
    assert {name for name, _ in taken} >= {"dense_2.weight", "dense_2.bias"}
    back = fresh(GRAPH)
    carry_over(without, back, taken)
    for name, value in old.stored().items():
        np.testing.assert_array_equal(back.stored()[name], value)


def test_narrowing_and_widening_again_brings_every_weight_back() -> None:
    old = state(GRAPH, seed=3)
    narrow = fresh(edits.configure(GRAPH, "dense_1", units=2))
    carry_over(old, narrow)
    back = fresh(GRAPH)
    carry_over(narrow, back, lost(old, narrow))
    for name, value in old.stored().items():
        np.testing.assert_array_equal(back.stored()[name], value)


def test_what_is_still_there_keeps_what_it_learned_since() -> None:
    old = state(GRAPH, seed=3)
    without = fresh(edits.bypass_node(GRAPH, "dense_2"))
    carry_over(old, without)
    taken = lost(old, without)
    without["dense_1.weight"][...] += 1.0
    back = fresh(GRAPH)
    carry_over(without, back, taken)
    np.testing.assert_array_equal(back.stored()["dense_1.weight"], old.stored()["dense_1.weight"] + 1.0)


def test_nothing_returns_unless_it_is_asked_for() -> None:
    old = state(GRAPH, seed=3)
    old["dense_2.weight"][...] += 1.0
    without = fresh(edits.bypass_node(GRAPH, "dense_2"))
    carry_over(old, without)
    new = fresh(GRAPH)
    carry_over(without, new)
    assert not np.array_equal(new.stored()["dense_2.weight"], old.stored()["dense_2.weight"])
