"""What of the canvas can be watched, the most particular first."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.graph import edits
from nnlab.graph.graph import Edge
from nnlab.ui.canvas.commands.watchable import watchable
from nnlab.ui.canvas.scene.hit import Hit

GRAPH = mlp([2, 3, 1])
EDGE = Edge("tanh_1", "dense_2", "x")


@pytest.mark.parametrize(
    ("nodes", "pointed", "texts"),
    [
        ((), Hit(), []),
        ((), Hit(edge=EDGE), ["norm(act(tanh_1))", "mean(act(tanh_1))"]),
        ((), Hit(edge=EDGE, weight=(0, 2)), [
            "dense_2.weight[0, 2]", "grad(dense_2.weight)[0, 2]", "norm(dense_2.weight)", "norm(grad(dense_2.weight))",
        ]),
        (("mse_1",), Hit(), ["loss"]),
        (("dense_1", "tanh_1"), Hit(unit=2), [
            "act(dense_1)[0, 2]", "norm(act(dense_1))", "mean(act(dense_1))", "norm(dense_1.weight)", "norm(grad(dense_1.weight))",
            "norm(dense_1.bias)", "norm(grad(dense_1.bias))", "norm(act(tanh_1))", "mean(act(tanh_1))",
        ]),
        (("tanh_1", "dense_1"), Hit(unit=2), [
            "norm(act(tanh_1))", "mean(act(tanh_1))", "norm(act(dense_1))", "mean(act(dense_1))", "norm(dense_1.weight)",
            "norm(grad(dense_1.weight))", "norm(dense_1.bias)", "norm(grad(dense_1.bias))",
        ]),
        (("input_1",), Hit(unit=0), ["norm(act(input_1))", "mean(act(input_1))"]),
    ],
)  # fmt: skip
def test_of_a_card_a_neuron_an_edge_or_a_weight(nodes: tuple[str, ...], pointed: Hit, texts: list[str]) -> None:
    assert watchable(GRAPH, nodes, pointed) == texts


def test_what_is_frozen_has_no_gradient_to_watch() -> None:
    frozen = edits.freeze(GRAPH, "dense_1", ["weight"])
    assert watchable(frozen, ("dense_1",), Hit())[2:] == ["norm(dense_1.weight)", "norm(dense_1.bias)", "norm(grad(dense_1.bias))"]
