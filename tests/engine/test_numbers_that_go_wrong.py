"""NaN and infinity: caught at the step where they appear, named, and nothing of that step is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import TrainingError
from nnlab.core.kernel import kernel
from nnlab.core.kernel.reductions import finite, sum_of_squares
from nnlab.core.optimizer import Moment, Optimizer, optimizers
from nnlab.core.optimizer import register as register_optimizer
from nnlab.engine import machine
from nnlab.engine.compile import Update
from nnlab.engine.program import UPDATE
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup

X = np.random.default_rng(0).standard_normal((8, 2))
Y = np.random.default_rng(1).standard_normal((8, 1))


def run_with(update: Update, real: str = "float32", y: np.ndarray = Y) -> Run:
    return Run(Setup(mlp([2, 3, 1]), X, y, update=update, batch_size=4, seed=1, real=real))


@kernel
def _explodes(parameter, gradient, learning_rate, count):  # type: ignore[no-untyped-def]
    """Plain descent, whose third step leaves the range of the numbers."""
    count[0] += 1.0
    for i in range(parameter.size):
        parameter[i] -= learning_rate * gradient[i]
    if count[0] >= 3.0:
        parameter[0] += 1e200 * 1e200


@pytest.fixture
def exploding() -> Any:
    register_optimizer(Optimizer("exploding", "Exploding", _explodes, moments=(Moment("count", "one"),)))
    yield "exploding"
    optimizers.remove("exploding")


@pytest.mark.parametrize("real", ["float32", "float64"])
def test_a_weight_that_overflows_is_named_and_its_step_taken_back(exploding: str, real: str) -> None:
    before = run_with(Update(exploding, 0.01), real)
    before.train(2)
    run = run_with(Update(exploding, 0.01), real)
    with pytest.raises(TrainingError, match=r"stopped at iteration 3: dense_1\.weight became infinite \(update of dense_1\)") as caught:
        run.train(100)
    assert "The weights from before this iteration are kept" in str(caught.value)
    assert run.iteration == 2
    end = run.program.moments_end  # the moments too: nothing of the step is left
    assert run.state.arena[:end].tobytes() == before.state.arena[:end].tobytes()


def test_stepping_into_it_keeps_the_weights_too(exploding: str) -> None:
    before = run_with(Update(exploding, 0.01))
    before.train(2)
    run = run_with(Update(exploding, 0.01))
    for _ in range(3 * len(run.program.instructions) - 1):
        run.stepper.forward()
    with pytest.raises(TrainingError, match="iteration 3"):
        run.stepper.forward()
    assert not run.stepper.inside
    for name, values in before.state.parameters().items():
        np.testing.assert_array_equal(run.state.parameters()[name], values)


def test_a_session_keeps_its_weights(exploding: str) -> None:
    session = nnlab.Session(mlp([2, 3, 1]), exploding, 0.01, dtype="float64")
    session.step(X, Y)
    session.step(X, Y)
    before = session.parameters
    with pytest.raises(TrainingError, match=r"dense_1\.weight became infinite"):
        session.step(X, Y)
    for name, values in before.items():
        np.testing.assert_array_equal(session.parameters[name], values)


def test_a_gradient_too_large_for_its_type_is_named() -> None:
    run = run_with(Update("sgd", 1e-3), y=Y * 1e30)  # the squares of the errors overflow
    weights = run.state.parameters()
    with pytest.raises(TrainingError, match=r"stopped at iteration 1: mse_1\.\w+ became infinite \(loss of mse_1\)"):
        run.train(5)
    for name, values in weights.items():
        np.testing.assert_array_equal(run.state.parameters()[name], values)


def test_large_gradients_are_looked_after_though_the_optimiser_is_bounded() -> None:
    run = run_with(Update("sgd", 1e3), y=Y * 1e18)
    with pytest.raises(TrainingError, match="stopped at iteration"):
        run.train(50)
    assert all(np.isfinite(values).all() for values in run.state.parameters().values())
    assert all(np.isfinite(run.program.places[name].view(run.state.arena, 1)).all() for name in run.program.moments)


def test_a_decay_of_more_than_the_weight_is_not_bounded() -> None:
    run = run_with(Update("adamw", 1.0, {"weight_decay": 0.9}))
    assert run.layout[machine.LAYOUT_BOUNDED]
    run.set_learning_rate(2.0)
    assert not run.layout[machine.LAYOUT_BOUNDED]


@pytest.mark.parametrize("eps", [1e-50, 1e-40, 0.0])
def test_an_epsilon_lost_in_float32_bounds_nothing(eps: float) -> None:
    run = run_with(Update("adam", 0.01, {"eps": eps}))
    assert not run.layout[machine.LAYOUT_BOUNDED]


def test_after_an_immoderate_gradient_every_update_is_looked_at() -> None:
    run = run_with(Update("sgd", 1e-30, {"momentum": 0.9}), y=Y * 1e15)
    assert run.layout[machine.LAYOUT_BOUNDED]
    run.train(1)
    assert not run.layout[machine.LAYOUT_BOUNDED]


def test_adam_without_epsilon_divides_zero_by_zero() -> None:
    """A weight that never had a gradient is 0 / 0: not bounded, so it is looked at."""
    x = np.hstack([X[:, :1], np.zeros((8, 1))])
    run = Run(Setup(mlp([2, 1]), x, Y, update=Update("adam", 0.01, {"eps": 0.0}), batch_size=4, seed=1))
    before = run.state.parameters()
    with pytest.raises(TrainingError, match=r"iteration 1: dense_1\.weight became NaN \(update of dense_1\)"):
        run.train(3)
    np.testing.assert_array_equal(run.state.parameters()["dense_1.weight"], before["dense_1.weight"])
    run.train(0)


@pytest.mark.parametrize("kind", [pytest.param(o.name, id=o.name) for o in optimizers])
def test_bounded_means_that_moderate_gradients_leave_weights_finite(kind: str) -> None:
    """At the edge of what counts as moderate, from the largest weights there are."""
    optimizer = optimizers[kind]
    rate = 10.0 if "weight_decay" in {s.name for s in optimizer.settings if s.default} else 1e3
    defaults = {"learning_rate": rate, **{s.name: s.default for s in optimizer.all_settings}}
    if not optimizer.bounded(defaults):
        assert kind == "rmsprop"  # its centred variance may round below 0
        return
    run = run_with(Update(kind, rate))
    for instruction in run.program.instructions:
        if instruction.phase == UPDATE:
            for operand in instruction.operands:
                if operand.tensor and operand.argument.name == "gradient":
                    run.state[operand.tensor][...] = 1e10
                elif operand.tensor and operand.argument.name == "parameter":
                    run.state[operand.tensor][...] = 3e38
    p = run.program
    for _ in range(20):
        run.step.update.execute(p.update_start, len(p.instructions))
    assert all(np.isfinite(values).all() for values in run.state.parameters().values())


@pytest.mark.parametrize("real", ["float32", "float64"])
def test_nothing_infinite_escapes_the_look(real: str) -> None:
    values = np.random.default_rng(0).standard_normal(37).astype(real)
    assert finite(values)
    largest = np.full(37, np.finfo(real).max, dtype=real)
    assert finite(largest)
    assert sum_of_squares(values) == pytest.approx(float((values.astype(np.float64) ** 2).sum()), rel=1e-12)
    for place in range(37):
        for bad in (np.nan, np.inf, -np.inf):
            spoilt = values.copy()
            spoilt[place] = bad
            assert not finite(spoilt)
