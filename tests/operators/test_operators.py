"""One suite over every registered operator and optimiser: gradients, stepping, storage, declarations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import mlp, operator_cases, single_operator_graph, targets, trainable_operators

import nnlab
from nnlab.core.operator import CATEGORIES, Operator, operators
from nnlab.core.optimizer import optimizers
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup

ALL = [pytest.param(kind, id=kind.name) for kind in trainable_operators()]
ROWS = 5


def numeric_gradient(session: nnlab.Session, name: str, x: np.ndarray, y: np.ndarray, step: float = 1e-6) -> np.ndarray:
    value = session.parameters[name]
    result = np.zeros_like(value)
    for index in np.ndindex(value.shape):
        for sign in (1, -1):
            moved = value.copy()
            moved[index] += sign * step
            session.set_parameters({name: moved})
            result[index] += sign * session.gradients(x, y)[0] / (2 * step)  # the loss as in training, with its dropout mask
    session.set_parameters({name: value})
    return result


CASES = operator_cases()
Case = tuple[Operator, dict[str, Any]]


@pytest.mark.parametrize("case", CASES)
def test_gradients_equal_finite_differences(case: Case) -> None:
    generator = np.random.default_rng(3)
    graph = single_operator_graph(*case)
    x, y = generator.standard_normal((ROWS, 3)), targets(graph, ROWS, generator)
    session = nnlab.Session(graph, seed=1, dtype="float64")
    _, gradients = session.gradients(x, y)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, numeric_gradient(session, name, x, y), rtol=1e-5, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("optimizer", [pytest.param(o.name, id=o.name) for o in optimizers])
@pytest.mark.parametrize("kind", ALL)
def test_stepping_in_any_order_leaves_the_bits_of_running(kind: Operator, optimizer: str) -> None:
    generator = np.random.default_rng(4)
    graph = single_operator_graph(kind)
    x, y = generator.standard_normal((7, 3)), targets(graph, 7, generator)
    settings = {"momentum": 0.9} if optimizer == "sgd" else {}

    def run() -> Run:
        return Run(Setup(graph, x, y, update=Update(optimizer, 1e-2, settings), batch_size=3, seed=5))

    whole, stepped = run(), run()
    whole.train(4)
    while stepped.iteration < 4 or stepped.stepper.inside:
        if generator.random() < 0.4:
            stepped.stepper.back()
        else:
            stepped.stepper.forward()
    end = whole.program.moments_end
    assert whole.state.arena[:end].tobytes() == stepped.state.arena[:end].tobytes()
    assert whole.history.curves().mean.tolist() == stepped.history.curves().mean.tolist()


@pytest.mark.parametrize("kind", ALL)
def test_a_graph_survives_its_text(kind: Operator) -> None:
    graph = single_operator_graph(kind)
    assert nnlab.Graph.from_json(graph.to_json()) == graph


@pytest.mark.parametrize("kind", ALL)
def test_declaration_is_complete(kind: Operator) -> None:
    assert kind.category in CATEGORIES
    assert kind.title
    assert kind.formula
    assert all(setting.tip for setting in kind.settings), "every setting says what it does"
    assert kind.forward is not None or kind.is_input
    written = {e.target for e in kind.explain_forward} | {e.target for e in kind.explain_backward}
    known = set(kind.tensors) | {f"d_{name}" for name in kind.tensors}
    assert written <= known
    if not kind.is_input:
        assert kind.explain_forward and kind.explain_backward, "the stepper has a formula for both directions"


def test_variadic_operators_take_more_than_two() -> None:
    generator = np.random.default_rng(0)
    x = generator.standard_normal((4, 2))
    for name, expected in {
        "add": x + x + x,
        "multiply": x * x * x,
        "concat": np.concatenate([x, x, x], axis=1),
    }.items():
        b = nnlab.GraphBuilder()
        source = b.input(features=2)
        b.mse(b.node(name, source, source, source))
        session = nnlab.Session(b.build(), dtype="float64")
        np.testing.assert_allclose(session.predict(x), expected, rtol=1e-15)


def test_losses_are_stable_for_huge_logits() -> None:
    b = nnlab.GraphBuilder()
    b.binary_cross_entropy(b.dense(b.input(features=1), units=1))
    session = nnlab.Session(b.build(), dtype="float64")
    session.set_parameters({"dense_1.weight": np.array([[1.0]])})
    # -log sigmoid(-1000) is 1000 to the last digit of a double
    assert session.loss([[1000.0]], [0.0]) == 1000.0
    assert session.loss([[1000.0]], [1.0]) == 0.0
    classes = mlp([1, 2], loss="cross_entropy")
    wide = nnlab.Session(classes, dtype="float64")
    wide.set_parameters({"dense_1.weight": np.array([[1000.0], [0.0]]), "dense_1.bias": np.zeros(2)})
    assert wide.loss([[1.0]], [1]) == 1000.0


def test_a_nan_is_not_swallowed() -> None:
    x = np.zeros((3, 9))  # more than a vector register holds, so that the rest of a loop is met too
    x[1] = np.nan
    for kind in trainable_operators():
        if kind.category == "Activations":
            b = nnlab.GraphBuilder()
            b.mse(b.node(kind.name, b.input(features=9)))
            for dtype in ("float32", "float64"):
                found = np.isnan(nnlab.Session(b.build(), dtype=dtype).predict(x))
                assert (found == np.isnan(x)).all(), (kind.name, dtype)


def test_registry_names_what_it_knows() -> None:
    with pytest.raises(nnlab.NNLabError, match="no operator named 'denes'; known are"):
        operators["denes"]
