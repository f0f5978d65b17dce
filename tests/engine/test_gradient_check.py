"""The gradient check: agrees where the backward pass is right, disagrees where it is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from networks import mlp, single_operator_graph, targets, trainable_operators
from renamed import ADAPTER, renamed

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.core.operator import Operator
from nnlab.engine.gradient_check import STEP, GradientCheck, GradientChecker
from nnlab.graph.graph import Graph

ROWS = 5


def checker(graph: Graph, seed: int = 1) -> GradientChecker:
    generator = np.random.default_rng(3)
    x, y = generator.standard_normal((ROWS, 3)), targets(graph, ROWS, generator)
    return GradientChecker(graph, nnlab.Session(graph, seed=seed, dtype="float64").parameters, x, y)


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in trainable_operators()])
def test_backward_agrees_with_the_difference_for_every_weight(kind: Operator) -> None:
    graph = single_operator_graph(kind)
    check = checker(graph)
    for name, values in nnlab.Session(graph).parameters.items():
        for index in np.ndindex(values.shape):
            result = check.check(name, index)
            assert result.agrees, (name, index, result)


def test_the_numbers_are_those_of_the_session() -> None:
    graph = mlp([3, 4, 2])
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((ROWS, 3)), generator.standard_normal((ROWS, 2))
    session = nnlab.Session(graph, dtype="float64", seed=4)
    loss, gradients = session.gradients(x, y)
    result = GradientChecker(graph, session.parameters, x, y).check("dense_1.weight", (3, 0))
    assert result.value == session.parameters["dense_1.weight"][3, 0]
    assert result.gradient == gradients["dense_1.weight"][3, 0]
    assert result.loss == loss
    assert result.step == STEP
    assert result.relative_error < 1e-8


def test_a_large_weight_gets_a_larger_step_and_the_step_can_be_given() -> None:
    graph = mlp([3, 4, 2])
    session = nnlab.Session(graph, dtype="float64")
    session.set_parameters({"dense_2.bias": np.array([50.0, 0.0])})
    x, y = np.ones((2, 3)), np.zeros((2, 2))
    check = GradientChecker(graph, session.parameters, x, y)
    assert check.check("dense_2.bias", (0,)).step == pytest.approx(50 * STEP)
    assert check.check("dense_2.bias", (0,), step=1e-3).step == 1e-3
    assert check.check("dense_2.bias", (0,), step=1e-3).agrees


def test_checking_changes_nothing() -> None:
    check = checker(mlp([3, 4, 2]))
    first = check.check("dense_1.weight", (0, 0))
    check.check("dense_1.bias", (2,))
    assert check.check("dense_1.weight", (0, 0)) == first


def test_single_precision_weights_are_accepted() -> None:
    graph = mlp([3, 4, 2])
    session = nnlab.Session(graph, dtype="float32", seed=2)
    result = GradientChecker(graph, session.parameters, np.ones((2, 3)), np.zeros((2, 2))).check("dense_1.weight", (1, 1))
    assert result.agrees


def test_a_wrong_gradient_is_found_out() -> None:
    right = checker(mlp([3, 4, 2])).check("dense_1.weight", (0, 0))
    wrong = dataclasses.replace(right, gradient=right.gradient * 1.001)
    assert right.agrees
    assert not wrong.agrees
    assert wrong.relative_error == pytest.approx(1e-3, rel=0.01)


def test_a_dead_unit_has_no_gradient_and_agrees() -> None:
    graph = mlp([3, 4, 2], "relu")
    session = nnlab.Session(graph, dtype="float64")
    session.set_parameters({"dense_1.bias": np.full(4, -100.0)})
    result = GradientChecker(graph, session.parameters, np.ones((2, 3)), np.zeros((2, 2))).check("dense_1.weight", (0, 0))
    assert result.gradient == 0
    assert result.relative_error == 0


def test_noise_of_the_losses_is_not_taken_for_a_gradient() -> None:
    noise = GradientCheck("w", (0,), 1.0, 0.0, 1e-11, STEP, loss=1.0)
    assert noise.agrees
    real = GradientCheck("w", (0,), 1.0, 0.0, 1e-3, STEP, loss=1.0)
    assert real.relative_error == 1


def test_wrong_names_and_places_are_refused() -> None:
    check = checker(mlp([3, 4, 2]))
    with pytest.raises(NNLabError, match=r"no parameter 'dense_9.weight' to check; this network has dense_1.weight"):
        check.check("dense_9.weight", (0, 0))
    with pytest.raises(NNLabError, match=r"dense_1.weight has shape \(4, 3\); there is no element \(4, 0\)"):
        check.check("dense_1.weight", (4, 0))
    with pytest.raises(NNLabError, match="at least one sample"):
        GradientChecker(mlp([3, 4, 2]), {}, np.empty((0, 3)), np.empty((0, 2)))


def test_a_parameter_whose_name_has_two_dots_is_checked() -> None:
    """An adapter's, as the contract names it: dense_1.lora_A.task_b."""
    known, other = checker(mlp([3, 4, 2])), checker(mlp([3, 4, 2]))
    other._state.program = renamed(other._state.program, "dense_1")
    plain, found = known.check("dense_1.weight", (3, 0)), other.check(f"dense_1.{ADAPTER}", (3, 0))
    assert (found.gradient, found.difference) == (plain.gradient, plain.difference)


def test_the_loss_along_one_number_of_a_line_is_the_parabola_of_calculus() -> None:
    """L = ½ Σ (w x − t)² over one sample of a network of lines; an activation likewise."""
    graph = mlp([3, 4, 2])
    session = nnlab.Session(graph, dtype="float64", seed=2)
    x, y = np.array([[0.5, -1.0, 2.0]]), np.array([[0.3, -0.2]])
    check = GradientChecker(graph, session.parameters, x, y)
    found = check.slice("dense_2.weight", (1, 2))
    middle = len(found.at) // 2
    assert found.at[middle] == found.check.value and found.losses[middle] == found.check.loss
    assert found.at[-1] - found.check.value == pytest.approx(max(1.0, abs(found.check.value)))
    assert np.diff(found.losses, 3) == pytest.approx(np.zeros(len(found.at) - 3), abs=1e-12)  # squared error of a line: no cube
    assert check.check("dense_2.weight", (1, 2)).loss == found.check.loss  # the number was put back


def test_an_activation_is_moved_with_what_follows_it_alone() -> None:
    graph = mlp([3, 4, 2])
    check = checker(graph)
    name = next(name for name in ("tanh_1.y", "relu_1.y", "dense_1.y") if name in check._state.program.places)
    for index in np.ndindex(ROWS, 4):
        result = check.check(name, index)
        assert result.agrees, (index, result)
    assert check.check("dense_1.weight", (0, 0)).agrees
    with pytest.raises(NNLabError, match="no element"):
        check.check(name, (ROWS, 0))


@pytest.mark.parametrize(("difference", "agrees"), [(1e6 - 1.0, True), (1e6 + 1.0, True), (1e6 - 1.01, False), (1e6 + 1.01, False)])
def test_they_agree_up_to_a_millionth(difference: float, agrees: bool) -> None:
    found = GradientCheck("dense_1.weight", (0, 0), 0.5, 1e6, difference, 1e-5, 0.0)
    assert found.agrees == agrees


@pytest.mark.parametrize("name", ["input_1.y", "dense_9.weight", "mse_1.sample_loss", "weight"])
def test_only_what_has_a_gradient_can_be_checked(name: str) -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    checker = GradientChecker(b.build(), {}, np.ones((3, 2)), np.ones((3, 1)))
    with pytest.raises(NNLabError, match=f"There is no parameter '{name}' to check; this network has dense_1.weight, dense_1.bias"):
        checker.check(name, (0, 0))
    assert checker.check("dense_1.y", (0, 0)).agrees


@pytest.mark.parametrize("index", [(0,), (0, 2), (1, 0), (-1, 0), (0, 0, 0)])
def test_an_element_outside_of_its_tensor_is_refused(index: tuple[int, ...]) -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    checker = GradientChecker(b.build(), {}, np.ones((3, 2)), np.ones((3, 1)))
    with pytest.raises(NNLabError, match=r"dense_1.weight has shape \(1, 2\); there is no element "):
        checker.check("dense_1.weight", index)


@pytest.mark.parametrize(
    ("gradient", "difference", "error"),
    [(0.0, 1.0, 0.0), (0.0, 1.5, 1.0), (1e6, 1e6 - 1.0, 0.0), (2e6, 2e6 - 1.0, 5e-7), (1e6, 1e6 - 1.5, 1.5e-6), (-4.0, 4.0, 2.0)],
)
def test_what_the_losses_round_to_counts_as_nothing_beside_a_gradient_of_a_million_times_as_much(
    gradient: float, difference: float, error: float
) -> None:
    """With a loss of 1 and a step as small as the last bit of it, the losses tell a slope to within 1."""
    step = float(np.finfo(np.float64).eps)
    assert GradientCheck("w", (0,), 0.5, gradient, difference, step, loss=1.0).relative_error == pytest.approx(error, rel=1e-9, abs=0.0)


def test_random_operators_draw_as_at_the_start_of_the_first_run_unless_told_otherwise() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.dropout(b.dense(b.input(features=3), units=16), p=0.5), units=1))
    graph, x, y = b.build(), np.ones((ROWS, 3)), np.zeros((ROWS, 1))
    parameters = nnlab.Session(graph, seed=1, dtype="float64").parameters

    def loss(**words: int) -> float:
        return GradientChecker(graph, parameters, x, y, **words).check("dense_2.bias", (0,)).loss

    assert loss() == loss(seed=0, iteration=0, accumulated=0)
    assert len({loss(), loss(seed=1), loss(iteration=1), loss(accumulated=1)}) == 4
