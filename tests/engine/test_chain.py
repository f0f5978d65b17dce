"""The chain of a gradient: its factors are the derivatives of calculus, its products sum to the engine's gradient."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import graphs, mlp, single_operator_graph, targets, trainable_operators

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.core.operator import Operator
from nnlab.core.preparation import prepare
from nnlab.engine.chain import Chain
from nnlab.files.examples import load_example
from nnlab.graph import edits
from nnlab.graph.graph import Graph


def chain_of(graph: Graph, name: str, index: tuple[int, ...], rows: int = 2, most: int = 10_000, seed: int = 0) -> tuple[Chain, float]:
    """The chain of a weight, and the gradient of it that a training step computes."""
    generator = np.random.default_rng(seed)
    features = graph.input_nodes[0].settings["features"]
    x = generator.standard_normal((rows, int(features)))
    y = targets(graph, rows, generator)
    session = nnlab.Session(graph, dtype="float64", seed=seed)
    return session.chain(name, index, x, y, most=most), float(session.gradients(x, y)[1][name][index])


def close(found: float, wanted: float, amounts: float) -> bool:
    """To 1e-12, relative to what is added up: a sum of numbers that cancel has no more digits than they have."""
    return abs(found - wanted) <= 1e-12 * max(amounts, abs(wanted))


def test_the_factors_of_the_worked_example_are_those_in_print() -> None:
    """A Step by Step Backpropagation Example (M. Mazur, 2015): the chain of w5, and the two paths of w1."""
    project = load_example("textbook")
    data = prepare(project.data)
    session = nnlab.Session(project.graph, dtype="float64", initial_weights=project.initial)
    chain = session.chain("dense_2.weight", (0, 0), data.x, data.y)
    (path,) = chain.paths
    assert [factor.name for factor in path] == [
        "∂mse_1.loss / ∂sigmoid_2.y[0, 0]", "∂sigmoid_2.y[0, 0] / ∂dense_2.y[0, 0]", "∂dense_2.y[0, 0] / ∂dense_2.weight[0, 0]",
    ]  # fmt: skip
    np.testing.assert_allclose([factor.value for factor in path], [0.74136507, 0.186815602, 0.593269992], rtol=0, atol=6e-10)
    assert chain.total == pytest.approx(0.082167041, abs=6e-10)
    chain = session.chain("dense_1.weight", (0, 0), data.x, data.y)
    assert [[round(factor.value, 6) for factor in path] for path in chain.paths] == [
        [0.741365, 0.186816, 0.4, 0.241301, 0.05],
        [-0.217072, 0.17551, 0.5, 0.241301, 0.05],
    ]
    assert (chain.count, chain.rest, chain.is_complete) == (2, 0.0, True)
    assert [element.name for element in chain.elements[0]][-2:] == ["dense_1.y[0, 0]", "dense_1.weight[0, 0]"]
    assert chain.total == pytest.approx(0.000438568, abs=6e-10)


def test_the_paths_of_a_network_of_lines_are_products_of_weights() -> None:
    graph = mlp([2, 3, 4, 1], activation="identity")
    generator = np.random.default_rng(1)
    x, y = generator.standard_normal((3, 2)), np.zeros((3, 1))
    session = nnlab.Session(graph, dtype="float64", seed=2)
    chain = session.chain("dense_3.weight", (0, 2), x, y)
    output = session.predict(x)
    before = session.activations(x, [f"{graph.incoming('dense_3')[0].source}.y"]).popitem()[1]
    wanted = 2 * output[:, 0] / 3 * before[:, 2]  # of the mean of squares
    assert chain.count == 3
    np.testing.assert_allclose(sorted(chain.products), sorted(wanted), rtol=1e-12)


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in trainable_operators()])
def test_every_operator_has_local_derivatives(kind: Operator) -> None:
    graph = single_operator_graph(kind)
    for name, values in itertools.islice(nnlab.Session(graph).parameters.items(), 2):
        chain, gradient = chain_of(graph, name, (0,) * values.ndim, rows=3, most=20)
        amounts = float(np.sum(np.abs(chain.products)))
        assert close(chain.whole, gradient, amounts * max(1.0, chain.count / max(len(chain.paths), 1)))
        assert len(chain.paths) == min(20, chain.count)


@settings(max_examples=40)
@given(graphs(most_layers=5), st.integers(0, 2**16))
def test_products_sum_to_the_gradient_whatever_the_graph(graph: Graph, seed: int) -> None:
    parameters = nnlab.Session(graph).parameters
    name = sorted(parameters)[seed % len(parameters)]
    index = tuple(seed % length for length in parameters[name].shape)
    chain, gradient = chain_of(graph, name, index, rows=2, most=3000, seed=seed)
    amounts = float(np.sum(np.abs(chain.products)))
    assert chain.total == gradient
    if chain.is_complete:
        assert close(float(np.sum(chain.products)), gradient, amounts)
    sizes = np.abs(chain.products)
    assert (sizes[:-1] >= sizes[1:] * (1 - 1e-12)).all()  # the largest first


def test_of_many_paths_the_largest_are_listed_and_the_others_counted_and_summed() -> None:
    graph = mlp([3, 6, 5, 2])
    few, gradient = chain_of(graph, "dense_1.weight", (0, 1), most=4)
    every, _ = chain_of(graph, "dense_1.weight", (0, 1))
    assert every.count == few.count == len(every.paths) == 2 * 5 * 2 and len(few.paths) == 4
    assert few.paths == every.paths[:4]
    assert sorted(np.abs(every.products))[-4:] == sorted(np.abs(few.products))
    assert few.rest == pytest.approx(gradient - sum(few.products), abs=1e-15)


def test_a_frozen_weight_an_activation_and_a_penalty_have_chains() -> None:
    graph = mlp([3, 4, 2])
    free, gradient = chain_of(graph, "dense_1.weight", (1, 1))
    frozen, _ = chain_of(edits.set_frozen(graph, ["dense_1"], True), "dense_1.weight", (1, 1))
    assert frozen.paths == free.paths and gradient != 0.0
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((2, 3)), targets(graph, 2, generator)
    session = nnlab.Session(graph, dtype="float64")
    hidden = f"{graph.incoming('dense_2')[0].source}.y"
    chain = session.chain(hidden, (1, 2), x, y)
    assert chain.count == 2 and all(element.index[0] == 1 for path in chain.elements for element in path[1:])
    costly = edits.configure(graph, "dense_1", l2=0.5)
    with_cost = nnlab.Session(costly, dtype="float64", initial_weights=session.parameters).chain("dense_1.weight", (1, 1), x, y)
    direct = [path for path in with_cost.paths if len(path) == 1]
    assert [path[0].value for path in direct] == [2 * 0.5 * session.parameters["dense_1.weight"][1, 1]]


@pytest.mark.parametrize(
    ("name", "index", "words"),
    [
        ("dense_9.weight", (0, 0), "'dense_9.weight' has no gradient; this network has those of dense_1.bias"),
        ("input_1.y", (0, 0), "'input_1.y' has no gradient"),
        ("dense_1.weight", (0,), r"dense_1.weight has shape \(4, 3\); there is no element \(0,\)"),
        ("dense_1.weight", (4, 0), r"there is no element \(4, 0\)"),
    ],
)
def test_what_has_no_chain_is_said(name: str, index: tuple[int, ...], words: str) -> None:
    session = nnlab.Session(mlp([3, 4, 2]))
    with pytest.raises(NNLabError, match=words):
        session.chain(name, index, np.zeros((2, 3)), np.zeros((2, 2)))
    with pytest.raises(NNLabError, match="at least one sample"):
        session.chain("dense_1.weight", (0, 0), np.zeros((0, 3)), np.zeros((0, 2)))


def test_more_elements_than_can_be_worked_out_are_refused() -> None:
    session = nnlab.Session(mlp([3, 300, 300, 2]))
    with pytest.raises(NNLabError, match="pass more than 50,000 elements, too many to work out; give fewer samples"):
        session.chain("dense_1.weight", (0, 0), np.ones((200, 3)), np.zeros((200, 2)))
