"""Frozen parameters: nothing of theirs is updated or even computed, all else learns exactly as with PyTorch's requires_grad = False."""

from __future__ import annotations

from typing import Any

import networks
import numpy as np
import pytest

import nnlab
from nnlab.core.operator import Operator
from nnlab.core.optimizer import optimizers
from nnlab.engine.compile import Update, compile
from nnlab.engine.program import BACKWARD, UPDATE
from nnlab.graph import edits

GRAPH = networks.mlp([3, 5, 4, 1])
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(16, 3)), RNG.normal(size=(16, 1))


@pytest.mark.parametrize("optimizer", optimizers.names())
def test_a_frozen_layer_stays_to_the_bit_and_the_others_learn(optimizer: str) -> None:
    session = nnlab.Session(edits.set_frozen(GRAPH, ["dense_2"], True), optimizer=optimizer, learning_rate=0.01)
    before = session.parameters
    for _ in range(5):
        session.step(X, Y)
    after = session.parameters
    for name in before:
        assert (name.startswith("dense_2")) == np.array_equal(before[name], after[name]), name


def test_gradients_of_the_others_are_those_of_the_unfrozen_network() -> None:
    free, frozen = nnlab.Session(GRAPH, dtype="float64"), nnlab.Session(edits.set_frozen(GRAPH, ["dense_2"], True), dtype="float64")
    loss, gradients = free.gradients(X, Y)
    loss_frozen, gradients_frozen = frozen.gradients(X, Y)
    assert loss == loss_frozen and set(gradients) == set(gradients_frozen)
    for name, gradient in gradients.items():
        np.testing.assert_array_equal(gradients_frozen[name], 0.0 if name.startswith("dense_2") else gradient)


def test_nothing_is_computed_below_the_lowest_layer_that_learns() -> None:
    program = compile(edits.set_frozen(GRAPH, ["dense_1", "dense_2"], True), 16, update=Update("adam"))
    assert [i.node_id for i in program.instructions if i.phase == BACKWARD] == ["mse_1", "dense_3"]
    assert {i.node_id for i in program.instructions if i.phase == UPDATE} == {"dense_3"}
    assert "dense_1.d_weight" not in program.places and not any(name.startswith("dense_1") for name in program.moments)
    assert program.parameter_count == compile(GRAPH, 16).parameter_count


def test_clipping_looks_at_what_is_trained_alone() -> None:
    """PyTorch's clip_grad_norm_ over the parameters that require a gradient."""
    frozen = nnlab.Session(edits.set_frozen(GRAPH, ["dense_1"], True), optimizer="sgd", learning_rate=1.0, dtype="float64", clip_norm=0.01)
    before = frozen.parameters
    _, gradients = frozen.gradients(X, Y)
    frozen.step(X, Y)
    norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
    for name, gradient in gradients.items():
        np.testing.assert_allclose(before[name] - frozen.parameters[name], gradient * 0.01 / (norm + 1e-6), atol=1e-12)


@pytest.mark.parametrize("kind", [k for k in networks.trainable_operators() if k.parameters], ids=lambda kind: kind.name)
def test_every_operator_with_parameters_freezes(kind: Operator) -> None:
    """Its parameters stay to the bit, also where the kernel cannot leave their gradient out; those below it learn."""
    graph = networks.single_operator_graph(kind)
    node = next(n for n in graph.nodes if n.operator == kind.name)
    x = RNG.normal(size=(8, 3))
    y = networks.targets(graph, 8, RNG)
    free = nnlab.Session(graph, dtype="float64")
    frozen = nnlab.Session(edits.set_frozen(graph, [node.id], True), dtype="float64", learning_rate=0.1)
    expected = free.gradients(x, y)[1]
    for name, gradient in frozen.gradients(x, y)[1].items():
        np.testing.assert_array_equal(gradient, 0.0 if name.startswith(f"{node.id}.") else expected[name])
    before = frozen.parameters
    for _ in range(3):
        frozen.step(x, y)
    assert all(np.array_equal(before[n], v) for n, v in frozen.parameters.items() if n.startswith(f"{node.id}."))
    assert any(not np.array_equal(before[n], v) for n, v in frozen.parameters.items())


def test_a_frozen_batch_norm_stays_one_network() -> None:
    """Its statistics go on as PyTorch's do; without them training normalised by the batch and prediction by statistics never taken."""
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(b.batch_norm(b.dense(x, units=4)), units=1))
    session = nnlab.Session(edits.set_frozen(b.build(), ["batch_norm_1"], True), optimizer="adam", learning_rate=0.02)
    inputs = RNG.normal(20.0, 3.0, size=(64, 2))
    outputs = inputs[:, :1] - inputs[:, 1:]
    session.fit(inputs, outputs, epochs=400, batch_size=64)
    assert session.loss(inputs, outputs) < 0.1


def test_everything_frozen_trains_nothing() -> None:
    session = nnlab.Session(edits.set_frozen(GRAPH, ["dense_1", "dense_2", "dense_3"], True), optimizer="adam")
    before = session.parameters
    history = session.fit(X, Y, epochs=3, batch_size=4)
    assert all(np.array_equal(before[name], session.parameters[name]) for name in before) and history is not None


def test_stepping_a_frozen_network_is_running_it() -> None:
    graph = edits.set_frozen(GRAPH, ["dense_2"], True)
    stepped, run = nnlab.Session(graph, optimizer="adam"), nnlab.Session(graph, optimizer="adam")
    list(stepped.trace(X, Y))
    run.step(X, Y)
    assert all(np.array_equal(stepped.parameters[name], run.parameters[name]) for name in run.parameters)


TENSORS = [
    pytest.param((kind, settings, parameter.name), id="-".join([kind.name, *map(str, settings.values()), parameter.name]))
    for kind, settings in (case.values[0] for case in networks.operator_cases())
    for parameter in kind.parameters_for({s.name: s.default for s in kind.settings} | settings)
]


@pytest.mark.parametrize("case", TENSORS)
def test_every_parameter_freezes_by_itself(case: tuple[Operator, dict[str, Any], str]) -> None:
    """It stays to the bit without gradient, moments and update; all others have the gradients they had and learn."""
    kind, settings, frozen_parameter = case
    graph = networks.single_operator_graph(kind, settings)
    node = next(n for n in graph.nodes if n.operator == kind.name)
    name = f"{node.id}.{frozen_parameter}"
    partly = edits.freeze(graph, node.id, [frozen_parameter])
    x, y = RNG.normal(size=(8, 3)), networks.targets(graph, 8, RNG)
    expected = nnlab.Session(graph, dtype="float64").gradients(x, y)
    session = nnlab.Session(partly, dtype="float64", optimizer="adam", learning_rate=0.1)
    found = session.gradients(x, y)
    assert found[0] == expected[0]
    for other, gradient in found[1].items():
        np.testing.assert_array_equal(gradient, 0.0 if other == name else expected[1][other], err_msg=other)
    before = session.parameters
    for _ in range(3):
        session.step(x, y)
    assert np.array_equal(before[name], session.parameters[name])
    learning = {n for n, gradient in expected[1].items() if n != name and gradient.any()}
    assert learning and all(not np.array_equal(before[n], session.parameters[n]) for n in learning)
    program, whole = compile(partly, 8, update=Update("adam")), compile(graph, 8, update=Update("adam"))
    assert not any(moment.startswith(f"{name}.") for moment in program.moments)
    assert set(whole.moments) - set(program.moments) == {f"{name}.{moment}" for moment in ("mean", "square", "step")}
    assert name not in {i.parameter for i in program.instructions} and name not in {info.name for info in program.trained}


def test_a_frozen_bias_costs_nothing() -> None:
    """No place for its gradient, none of the optimiser's numbers: Adam keeps two for every weight and one for every tensor."""
    program = compile(edits.freeze(GRAPH, "dense_1", ["bias"]), 16, update=Update("adam"))
    assert "dense_1.d_bias" not in program.places and "dense_1.d_weight" in program.places
    kept = {name: place.row for name, place in program.moments.items()}
    assert sum(kept.values()) == sum(2 * info.place.row + 1 for info in program.parameters if info.name != "dense_1.bias")


def test_a_penalty_on_a_frozen_weight_pulls_at_nothing() -> None:
    graph = edits.configure(GRAPH, "dense_2", l2=0.5)
    frozen = edits.freeze(graph, "dense_2", ["weight"])
    backward = [i for i in compile(frozen, 4, update=Update()).instructions if i.phase == BACKWARD and i.operator == "penalty"]
    assert not backward
    loss, gradients = nnlab.Session(frozen, dtype="float64").gradients(X, Y)
    expected_loss, expected = nnlab.Session(graph, dtype="float64").gradients(X, Y)
    assert loss == expected_loss  # it still costs
    np.testing.assert_array_equal(gradients["dense_2.bias"], expected["dense_2.bias"])


def test_stepping_is_running_with_a_frozen_weight() -> None:
    graph = edits.freeze(edits.freeze(GRAPH, "dense_2", ["weight"]), "dense_1", ["bias"])
    stepped, run = nnlab.Session(graph, optimizer="adam"), nnlab.Session(graph, optimizer="adam")
    list(stepped.trace(X, Y))
    run.step(X, Y)
    assert all(np.array_equal(stepped.parameters[name], run.parameters[name]) for name in run.parameters)
