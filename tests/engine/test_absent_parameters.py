"""Parameters that follow from settings: a layer without a bias has none, in the program as in every count."""

from __future__ import annotations

import networks
import numpy as np
import pytest

import nnlab
from nnlab.engine.carry_over import carry_over, lost
from nnlab.engine.compile import Update, compile
from nnlab.engine.state import initial, new_state
from nnlab.graph import edits
from nnlab.graph.graph import Graph

RNG = np.random.default_rng(3)


def layers(bias: bool) -> Graph:
    """Two layers, the first of which may have a bias, the second does not."""
    b = nnlab.GraphBuilder()
    hidden = b.tanh(b.dense(b.input(features=3), units=5, bias=bias))
    b.mse(b.dense(hidden, units=2, bias=False))
    return b.build()


def test_a_layer_without_a_bias_is_a_matrix_product() -> None:
    session = nnlab.Session(layers(False), dtype="float64")
    parameters = session.parameters
    assert set(parameters) == {"dense_1.weight", "dense_2.weight"}
    x = RNG.normal(size=(7, 3))
    expected = np.tanh(x @ parameters["dense_1.weight"].T) @ parameters["dense_2.weight"].T
    np.testing.assert_allclose(session.predict(x), expected, rtol=1e-14)


@pytest.mark.parametrize("kind", ["dense", "conv2d"])
@pytest.mark.parametrize("units", [1, 3])
def test_it_is_the_layer_whose_bias_is_frozen_at_zero(kind: str, units: int) -> None:
    """Same bits: the bias that is not there is 0, and nobody needs its gradient."""
    settings = {"units": units} if kind == "dense" else {"filters": units}

    def session(graph: Graph) -> nnlab.Session:
        return nnlab.Session(graph, optimizer="adam", learning_rate=0.01, seed=5)

    def network(bias: bool) -> Graph:
        b = nnlab.GraphBuilder()
        x = b.input(features=16)
        x = b.reshape(x, shape="1, 4, 4") if kind == "conv2d" else x
        y = b.node(kind, x, id="layer", bias=bias, **settings)
        b.mse(b.dense(b.flatten(y) if kind == "conv2d" else y, units=1))
        return b.build()

    without, frozen = session(network(False)), session(edits.freeze(network(True), "layer", ["bias"]))
    x, y = RNG.normal(size=(6, 16)), RNG.normal(size=(6, 1))
    for _ in range(4):
        assert without.step(x, y) == frozen.step(x, y)
    assert set(frozen.parameters) - set(without.parameters) == {"layer.bias"}
    assert all(np.array_equal(values, frozen.parameters[name]) for name, values in without.parameters.items())


def test_the_program_knows_nothing_of_what_is_not_there() -> None:
    program = compile(layers(False), 4, update=Update("adam"))
    assert not any("bias" in name for name in (*program.places, *program.constants, *program.moments))
    assert program.parameter_count == 3 * 5 + 5 * 2


def test_weights_stay_when_a_bias_comes_and_goes_and_comes_back() -> None:
    with_bias, without = (compile(layers(bias), 4, update=Update("adam")) for bias in (True, False))
    old = initial(with_bias, 4, seed=1)
    old["dense_1.bias"][...] = RNG.normal(size=5)
    old.program.moments["dense_1.weight.mean"].view(old.arena, 1)[...] = 0.25
    removed = new_state(without, 4, seed=1)
    carry_over(old, removed)
    assert np.array_equal(removed["dense_1.weight"], old["dense_1.weight"])
    assert (removed.program.moments["dense_1.weight.mean"].view(removed.arena, 1) == 0.25).all()
    again = new_state(with_bias, 4, seed=1)
    carry_over(removed, again)
    assert np.array_equal(again["dense_1.weight"], old["dense_1.weight"]) and not again["dense_1.bias"].any()
    undone = new_state(with_bias, 4, seed=1)
    carry_over(removed, undone, lost(old, removed))
    assert np.array_equal(undone["dense_1.bias"], old["dense_1.bias"])


def test_text_and_edits_keep_the_choice() -> None:
    graph = layers(False)
    assert Graph.from_json(graph.to_json()) == graph
    assert [p.name for p in graph["dense_1"].parameters] == ["weight"]
    assert [p.name for p in edits.configure(graph, "dense_1", bias=True)["dense_1"].parameters] == ["weight", "bias"]
    assert [p.name for p in networks.mlp([2, 3, 1])["dense_1"].parameters] == ["weight", "bias"]  # the default
