"""Whether a learning rate is too high or too low, on a line through two points, where the loss after any number of steps is known.

y = 3 x at ±1, full batches: with the rate r a step makes the loss (1 − 2 r)² of what it was, so that 50 steps make it (1 − 2 r)¹⁰⁰ of it.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import TrainingError
from nnlab.core.written import rounded
from nnlab.training.diagnosis import Diagnosis

X = np.array([[1.0], [-1.0]] * 8)


def found(kind: str, rate: float, epochs: int) -> Diagnosis | None:
    session = nnlab.Session(mlp([1, 1]), "sgd", rate, dtype="float64")
    with suppress(TrainingError):  # where the rate is far too high
        session.fit(X, 3 * X, epochs=epochs, batch_size=16)
    return next((one for one in session.diagnose() if one.kind == kind), None)


@pytest.mark.parametrize(("rate", "speaks"), [(1.0002, False), (1.0003, True)])
def test_a_loss_that_is_a_twentieth_higher_after_fifty_steps_is_worse(rate: float, speaks: bool) -> None:
    """1.0004¹⁰⁰ is 1.041, and 1.0006¹⁰⁰ 1.062."""
    assert (found("learning_rate_too_high", rate, 10) is not None) == speaks


@pytest.mark.parametrize(("rate", "factor"), [(1.5, 10), (20.0, 100), (300.0, 1000)])
def test_the_first_rate_that_does_better_is_suggested(rate: float, factor: float) -> None:
    """A tenth, a hundredth or a thousandth: up to 1 the loss falls."""
    one = found("learning_rate_too_high", rate, 10)
    assert one is not None
    figures = dict(one.figures)
    assert figures["suggested"] == pytest.approx(rate / factor)
    assert figures["loss_at_suggested"] == pytest.approx(figures["first_loss"] * (1 - 2 * rate / factor) ** 100, abs=1e-12)
    expected = figures["first_loss"] * (1 - 2 * rate) ** 100
    assert figures["loss"] == pytest.approx(expected if rate < 2 else np.inf, rel=1e-9) or rate > 2
    assert (one.harm, one.chart is not None and one.chart.meant) == (0.92, (1,))
    (remedy,) = one.remedies
    assert remedy.starts_over and f"a rate {factor:g} times smaller" in one.evidence


def test_a_rate_that_does_hardly_better_than_the_beginning_is_suggested_where_the_present_one_does_worse() -> None:
    """A tenth of 9.998 makes the loss 0.9996¹⁰⁰ of it, 0.961."""
    one = found("learning_rate_too_high", 9.998, 3)
    assert one is not None and dict(one.figures)["suggested"] == pytest.approx(0.9998)


def test_three_digits_of_every_loss_are_said() -> None:
    one = found("learning_rate_too_high", 1.0003, 10)
    assert one is not None
    first, reached, smaller = (rounded(dict(one.figures)[name], 3) for name in ("first_loss", "loss", "loss_at_suggested"))
    assert one.evidence.endswith(f"the start the rate leads from {first} to {reached}, a rate 10 times smaller to {smaller}.")
    assert len(reached.replace(".", "").lstrip("0")) == 3


@pytest.mark.parametrize(("rate", "speaks"), [(2e-6, False), (3e-6, True), (2e-4, True), (3e-4, False)])
def test_a_hundred_times_the_rate_has_to_be_worth_it(rate: float, speaks: bool) -> None:
    """By a twentieth of the loss: 1 − 0.9996¹⁰⁰ is 0.039 and 1 − 0.9994¹⁰⁰ 0.058; and twenty times as much as the rate itself does:
    1 − 0.96¹⁰⁰ is 25 times 1 − 0.9996¹⁰⁰, and 1 − 0.94¹⁰⁰ 17 times 1 − 0.9994¹⁰⁰."""
    assert (found("learning_rate_too_low", rate, 20) is not None) == speaks


@pytest.mark.parametrize(("epochs", "speaks"), [(19, False), (20, True), (850, True), (880, False)])
def test_after_twenty_steps_and_as_long_as_the_loss_is_above_half_of_the_first(epochs: int, speaks: bool) -> None:
    """0.9996 to the 1,700th is 0.507, and to the 1,760th 0.495."""
    one = found("learning_rate_too_low", 2e-4, epochs)
    assert (one is not None) == speaks
    if one is not None:
        figures = dict(one.figures)
        assert figures["suggested"] == 0.007, "a third of the hundredfold, with one digit"
        assert figures["loss_after"] == pytest.approx(figures["loss"] * 0.9996**100, rel=1e-6)
        assert figures["loss_at_higher"] == pytest.approx(figures["loss"] * 0.96**100, rel=1e-6)
        assert (one.harm, one.chart is not None and one.chart.meant) == (0.55, (1,))
