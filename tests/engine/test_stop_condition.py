"""Training stops by itself at exactly the step that a loop of single steps finds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.core.kernel import kernel
from nnlab.core.optimizer import Optimizer, optimizers
from nnlab.core.optimizer import register as register_optimizer
from nnlab.engine.compile import Update
from nnlab.engine.run import Former, Run
from nnlab.engine.setup import Setup
from nnlab.engine.stop_condition import StopCondition
from nnlab.graph import edits

GENERATOR = np.random.default_rng(8)
X = GENERATOR.standard_normal((40, 2))
Y = np.tanh(X[:, :1] * X[:, 1:])
GRADIENT = "norm(grad(dense_1.weight))"


def made(graph=None, former: Former | None = None, frames: bool = False) -> Run:  # type: ignore[no-untyped-def]
    setup = Setup(graph or mlp([2, 8, 1]), X, Y, X[:8], Y[:8], update=Update("adam", 1e-2), batch_size=8, seed=6)
    return Run(setup, former, frames=frames)


def first_step(holds: Callable[[Run], bool], times: int = 1, most: int = 2000) -> Run:
    """A run left after the step at which it begins to hold for the `times`-th time, found a step at a time."""
    run, held = made(), False
    for _ in range(most):
        run.train(1)
        holds_now = holds(run)
        times -= holds_now and not held
        held = holds_now
        if not times:
            return run
    raise AssertionError("it never holds")


def gradient(run: Run) -> float:
    return float(np.linalg.norm(run.state["dense_1.d_weight"].astype(np.float64)))


CASES: dict[str, tuple[StopCondition, Callable[[Run], bool]]] = {
    "loss below": (StopCondition("loss < 0.05"), lambda run: run.history.last < 0.05),
    "loss above for the 5th time": (StopCondition("loss > 0.3", times=5), lambda run: run.history.last > 0.3),
    "gradient at most": (StopCondition(f"{GRADIENT} <= 0.12"), lambda run: gradient(run) <= 0.12),
    "gradient at least": (StopCondition(f"{GRADIENT} >= 0.6"), lambda run: gradient(run) >= 0.6),
    "iteration": (StopCondition("iteration >= 137"), lambda run: run.iteration >= 137),
    "an activation, the least of a layer": (
        StopCondition("min(act(dense_1)) < -0.9 and tanh_1.y[2, 1] < 0"),
        lambda run: bool(run.state["tanh_1.y"].min() < -0.9 and run.state["tanh_1.y"][2, 1] < 0),
    ),
    "two weights and a sum over biases": (
        StopCondition("dense_1.weight[3, 1] ** 2 > dense_2.weight[0, 5] + sum(dense_1.bias)"),
        lambda run: bool(
            float(run.state["dense_1.weight"][3, 1]) ** 2
            > float(run.state["dense_2.weight"][0, 5]) + run.state["dense_1.bias"].astype(np.float64).sum()
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_stops_at_the_step_a_plain_loop_finds(case: str) -> None:
    condition, holds = CASES[case]
    expected = first_step(holds, condition.times)
    run = made()
    run.stop_when([condition])
    done = run.train(100_000)
    assert done == run.iteration == expected.iteration > 0
    assert run.stopped_by == condition and run.step.conditions.hits == [condition.times]
    assert run.state.arena[: run.program.moments_end].tobytes() == expected.state.arena[: run.program.moments_end].tobytes()
    np.testing.assert_array_equal(run.history.curves().mean, expected.history.curves().mean)
    np.testing.assert_array_equal(run.history.curves().validation_losses, expected.history.curves().validation_losses)


def test_of_several_the_first_to_come_true_stops_and_all_are_counted() -> None:
    late, soon, never = StopCondition("iteration >= 50"), StopCondition("mod(iteration, 2) == 0", times=4), StopCondition("loss < -1")
    run = made()
    run.stop_when([late, soon, never])
    assert run.train(1000) == 8 and run.stopped_by == soon
    assert run.step.conditions.hits == [0, 4, 0]
    assert run.train(1000) == 2 and run.stopped_by == soon, "and every time that it becomes true from then on"
    run.stop_when([late, never])
    assert run.train(1000) == 40 and run.stopped_by == late
    assert run.train(1000) == 1000 and run.stopped_by is None, "it stays true, and has become so once"
    run.stop_when([])
    assert run.train(100) == 100 and run.stopped_by is None


def test_one_that_is_off_is_not_evaluated() -> None:
    run = made()
    run.stop_when([StopCondition("iteration > 3", is_on=False), StopCondition("iteration > 5")])
    assert run.train(100) == 6 and run.conditions.hits == [0, 1]


def test_conditions_change_no_bits_whatever_the_slices() -> None:
    plain, watched = made(), made()
    watched.stop_when([StopCondition("loss < 0.05", times=3), StopCondition(f"not isfinite({GRADIENT})")])
    while watched.iteration < 300:
        watched.train(min(7, 300 - watched.iteration))
    plain.train(300)
    assert plain.state.arena[: plain.program.moments_end].tobytes() == watched.state.arena[: plain.program.moments_end].tobytes()


def test_a_stepped_iteration_counts_and_going_back_takes_the_count_back() -> None:
    run = made()
    condition = StopCondition("mod(iteration, 2) == 1", times=2)
    run.stop_when([condition])
    for _ in range(2 * len(run.program.instructions)):
        run.stepper.forward()
    assert run.step.conditions.hits == [1] and run.stopped_by is None
    for _ in run.program.instructions:
        run.stepper.forward()
    assert run.step.conditions.hits == [2] and run.stopped_by == condition
    run.stepper.back()
    assert run.step.conditions.hits == [1]
    run.stepper.forward()
    assert run.step.conditions.hits == [2], "it becomes true again"


@kernel
def _overflows(parameter, gradient, learning_rate):  # type: ignore[no-untyped-def]
    """Plain descent in steps that grow until an activation is infinite, though no weight is."""
    for i in range(parameter.size):
        parameter[i] *= 1e6


@pytest.fixture
def overflowing():  # type: ignore[no-untyped-def]
    register_optimizer(Optimizer("overflowing", "Overflowing", _overflows))
    yield "overflowing"
    optimizers.remove("overflowing")


def test_not_finite_finds_what_training_itself_accepts(overflowing: str) -> None:
    """relu(-inf) is 0: loss and gradients stay finite, the layer's own output is not."""
    def made_large() -> Run:
        run = Run(Setup(mlp([2, 3, 1], "relu"), np.abs(X) * 1e9, Y, update=Update(overflowing), batch_size=8, seed=1), frames=False)
        run.state["dense_1.weight"][...] = -1.0
        run.state["dense_2.weight"][...] = 0.0
        return run

    condition = StopCondition("not isfinite(max_abs(dense_1.y))")
    run, before = made_large(), made_large()
    run.stop_when([condition])
    steps = run.train(100)
    assert run.stopped_by == condition and np.isneginf(run.state["dense_1.y"]).any()
    before.train(steps - 1)
    assert steps > 1 and np.isfinite(before.state["dense_1.y"]).all()


def test_an_edit_keeps_conditions_and_counts() -> None:
    odd = "mod(iteration, 2) == 1"
    gone, kept = StopCondition(f"{odd} and mean(dense_1.y) > -1e9", times=40), StopCondition(odd, times=15)
    run = made()
    run.stop_when([gone, kept])
    run.train(10)
    other = made(edits.rename_node(run.program.graph, "dense_1", "hidden"), Former(run))
    assert other.train(100) == 19 and other.stopped_by == kept
    assert other.conditions.hits == [5, 15]
    assert other.conditions.faults[0] == "mean(dense_1.y): there is no tensor 'dense_1.y' in this network; did you mean 'dense_2.y'?"


def test_a_rewound_run_counts_from_the_beginning() -> None:
    run = made()
    run.stop_when([StopCondition("mod(iteration, 2) == 0", times=3)])
    assert run.train(100) == 6
    run.reset(6)
    assert run.train(100) == 6


def test_steps_done_again_count_once() -> None:
    run = made()
    run.stop_when([StopCondition("mod(iteration, 2) == 1", times=2)])
    with run.without_conditions():
        assert run.train(10) == 10
    assert run.step.conditions.hits == [0] and run.train(10) == 3


def test_what_was_not_measured_is_not_claimed() -> None:
    """The step a condition stops at could not be known before its update: how far it moved the weights is unknown, not the value before."""
    run = made(frames=True)
    run.train(5)
    run.stop_when([StopCondition("iteration >= 9")])
    run.train(100)
    assert np.isnan(run.moved).all()


@pytest.mark.parametrize("text", ["1 / (iteration - 7) > 0", "mod(3, iteration - 7) > 0", "loss > 0 and 5 % (iteration - 7) > 9"])
def test_a_division_by_zero_is_said_and_training_goes_on(text: str) -> None:
    run = made()
    run.stop_when([StopCondition(text, times=1000)])
    assert run.train(40) == 40 and run.conditions.faults == ("Division by zero at iteration 7: neither true nor false there.",)


def test_what_is_no_number_is_not_true() -> None:
    run = made()
    run.stop_when([StopCondition("sqrt(-1)"), StopCondition("log(0 - 1) > 0"), StopCondition("max(act(dense_1)[100, 0], 0)")])
    assert run.train(40) == 40 and run.conditions.hits == [0, 0, 0]


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(NNLabError, match="once or more often, not 0 times"):
        StopCondition("loss < 1", times=0)
    run = made()
    run.stop_when([StopCondition("mean(tanh_7.y) > 1"), StopCondition("iteration > 4")])
    assert run.train(10) == 5, "the other one works"
    with pytest.raises(NNLabError, match="no tensor 'tanh_7.y' in this network; did you mean 'tanh_1.y'"):
        run.conditions.require()


def test_it_counts_from_once_to_a_thousand_million_times() -> None:
    assert [StopCondition("loss < 1", times=times).times for times in (1, 1_000_000_000)] == [1, 1_000_000_000]
    for times in (0, 1_000_000_001):
        with pytest.raises(NNLabError, match=f"not {times} times"):
            StopCondition("loss < 1", times=times)
    assert (StopCondition(" loss < 1 ").text, StopCondition("loss < 1").times, StopCondition("loss < 1").is_on) == ("loss < 1", 1, True)
