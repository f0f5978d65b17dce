"""How many floating-point operations a step's matrix products are, counted by hand: twice a multiplication, forward and twice backward."""

from __future__ import annotations

import pytest
from networks import mlp

import nnlab
from nnlab.engine.operation_count import matrix_operations
from nnlab.graph.validation import infer


def test_dense_layers_are_rows_times_the_numbers_of_their_weights() -> None:
    graph = mlp([3, 5, 2])
    shapes = infer(graph)
    assert matrix_operations(graph, shapes, 10) == 6 * 10 * (3 * 5 + 5 * 2)
    assert matrix_operations(graph, shapes, 10, {"dense_1"}) == 6 * 10 * 5 * 2, "those done in parts do not count"
    assert matrix_operations(graph, shapes, 10, {"dense_1", "dense_2"}) == 0.0


def test_a_convolution_uses_its_weights_at_every_place() -> None:
    b = nnlab.GraphBuilder()
    maps = b.conv2d(b.reshape(b.input(features=64), shape="1, 8, 8"), filters=3, kernel_size=3)  # (3, 6, 6)
    b.mse(b.dense(b.layer_norm(b.flatten(maps)), units=2))
    graph = b.build()
    assert matrix_operations(graph, infer(graph), 4) == pytest.approx(6 * 4 * (3 * 1 * 3 * 3 * 36 + 108 * 2)), "norms multiply no matrices"


def test_what_has_no_weights_has_no_products() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.tanh(b.input(features=2)))
    assert matrix_operations(b.build(), infer(b.build()), 1000) == 0.0
