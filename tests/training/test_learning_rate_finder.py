"""The finder's curve, its suggestion, and that it leaves alone whatever it tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import NNLabError, SettingError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.run import Run
from nnlab.files.examples import load_example
from nnlab.jobs.context import JobContext, Progress
from nnlab.jobs.service import Cancelled
from nnlab.studies.learning_rate import find_learning_rate, with_suggestion
from nnlab.training.complete_run import prepare_run, result_of
from nnlab.training.learning_rate_finder import _judged, rate_curve
from nnlab.training.settings import TrainingSettings


@pytest.mark.parametrize("name", ["circle", "iris", "ripple", "sine", "wine"])
def test_the_suggestion_trains_better_than_ten_times_and_a_tenth_of_it(name: str) -> None:
    project = load_example(name)
    data = prepare(project.data)
    curve = find_learning_rate(project, data)
    assert curve.suggestion is not None
    losses = {}
    for factor in (0.1, 1.0, 10.0):
        run = prepare_run(project.graph, data, replace(project.training, learning_rate=factor * curve.suggestion))
        run.train(600)
        losses[factor] = result_of(run, data).loss
    assert losses[1.0] < min(losses[0.1], losses[10.0]), losses
    assert with_suggestion(project, curve).training.learning_rate == curve.suggestion


def test_the_rates_grow_by_equal_factors_and_the_first_loss_is_that_of_the_start() -> None:
    data = prepare(DataSettings("circle"))
    training = TrainingSettings("sgd", batch_size=len(data.x))
    graph = mlp([2, 4, 1], "tanh", "binary_cross_entropy")
    curve = rate_curve(prepare_run(graph, data, training), steps=50, lowest=1e-4, highest=1e-1)
    assert curve.rates[[0, -1]] == pytest.approx([1e-4, 1e-1])
    np.testing.assert_allclose(curve.rates[1:] / curve.rates[:-1], 1000 ** (1 / 49))
    assert curve.losses[0] == pytest.approx(result_of(prepare_run(graph, data, training), data).loss, rel=1e-5)
    assert curve.smoothed[0] == pytest.approx(curve.losses[0])
    mean = sum(0.95 ** (2 - k) * 0.05 * curve.losses[k] for k in range(3)) / (1 - 0.95**3)  # Adam's bias correction, as in fastai
    assert curve.smoothed[2] == pytest.approx(mean)
    assert np.all(np.diff(curve.losses) < 0), "full batches at rates that are small enough"
    assert curve.words.endswith("it did not rise within the rates tested.")


def test_it_ends_where_the_loss_runs_away() -> None:
    curve = rate_curve(prepare_run(mlp([1, 8, 1]), prepare(DataSettings("function")), TrainingSettings("sgd")))
    assert len(curve.rates) < 200
    assert curve.rates[0] == pytest.approx(1e-6) and curve.rates[1] / curve.rates[0] == pytest.approx(1e7 ** (1 / 199)), "of 200 up to 10"
    assert curve.suggestion is not None and curve.suggestion < curve.rates[-1]
    assert f"of the rate {float(f'{curve.lowest:.2g}'):g} at which the loss is lowest." in curve.words, "two digits say enough"


def test_nothing_is_suggested_where_nothing_can_be_learned() -> None:
    data = prepare(DataSettings("function"))
    unlearnable = replace(data, x=np.zeros_like(data.x), y=np.random.default_rng(0).choice([-1.0, 1.0], data.y.shape))
    curve = rate_curve(prepare_run(mlp([1, 1]), unlearnable, TrainingSettings("sgd", batch_size=len(data.x))), highest=1e-2)
    assert (curve.suggestion, "nothing is suggested" in curve.words) == (None, True)
    with pytest.raises(NNLabError, match="nothing is suggested"):
        with_suggestion(load_example("sine"), curve)


def test_bad_rates_and_too_few_steps_are_one_sentence() -> None:
    run = prepare_run(mlp([1, 1]), prepare(DataSettings("function")), TrainingSettings("sgd"))
    with pytest.raises(NNLabError, match="the first has to be above 0 and below the second"):
        rate_curve(run, lowest=1.0, highest=0.1)
    with pytest.raises(SettingError, match="learning-rate finder"):
        rate_curve(run, steps=19)
    assert len(rate_curve(run, steps=20).rates) <= 20
    with pytest.raises(SettingError, match="learning-rate finder"):
        rate_curve(run, steps=100_001)
    with pytest.raises(SettingError, match="learning-rate finder"):
        rate_curve(run, highest=1e9)
    with pytest.raises(NNLabError, match="not finite already at a learning rate of 1e\\+02"):
        rate_curve(prepare_run(mlp([1, 6, 1], "relu"), replace(prepare(DataSettings("function")), y=1e30 * np.ones((205, 1))),
                               TrainingSettings("sgd")), lowest=100.0, highest=1000.0)  # fmt: skip


def test_a_loss_that_only_grew_is_not_said_to_be_no_number() -> None:
    """At a rate of 10 a line jumps over its goal at once, and further away with every step: thousands, and all of them finite."""
    run = prepare_run(mlp([1, 1]), prepare(DataSettings("function")), TrainingSettings("sgd"))
    with pytest.raises(NNLabError, match=r"^The loss is 4 times as high already at a learning rate of 1\d; test lower rates\.$"):
        rate_curve(run, lowest=10.0, highest=20.0)
    assert np.isfinite(run.history.last)


def test_it_reports_and_can_be_cancelled() -> None:
    seen: list[Progress] = []
    context = JobContext(seen.append)
    find_learning_rate(load_example("sine"), steps=20, context=context)
    assert seen[0].words == "Rate 1e-06" and seen[-1].fraction == 1.0

    def cancel(progress: Progress) -> None:
        if progress.done == 7:
            stopped._is_cancelled = lambda: True

    stopped = JobContext(cancel)
    with pytest.raises(Cancelled):
        find_learning_rate(load_example("sine"), context=stopped)


def test_a_session_keeps_its_weights_and_goes_on_with_the_same_bits() -> None:
    x = np.random.default_rng(2).standard_normal((60, 2))
    one, other = (nnlab.Session(mlp([2, 6, 1]), "adam", learning_rate=0.01) for _ in range(2))
    for session in (one, other):
        session.fit(x, x[:, 0] * x[:, 1], epochs=2)
    curve = one.find_learning_rate(x, x[:, 0] * x[:, 1], batch_size=20)
    assert curve.suggestion is not None and 1e-3 < curve.suggestion < 3.0
    for session in (one, other):
        session.fit(x, x[:, 0] * x[:, 1], epochs=2)
    for name, values in one.parameters.items():
        np.testing.assert_array_equal(values, other.parameters[name])


# What is read from a curve: t is the logarithm of the rate, in steps of 1 / 20


def bent(least: float = -1.0, fall: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """(rates, losses): ln of the loss falls by `fall` per decade up to 10^least and rises by 3 behind it."""
    t = np.linspace(-4.0, 0.0, 81)
    return 10.0**t, np.exp(np.where(t <= least, -fall * (t + 4), -fall * (least + 4) + 3 * (t - least)))


def test_the_suggestion_is_a_share_of_the_rate_of_the_lowest_loss() -> None:
    rates, losses = bent()
    curve = _judged(rates, losses, losses, 0.1)
    assert (curve.lowest, curve.suggestion) == (pytest.approx(0.1), 0.01)
    assert curve.slope == pytest.approx(-2.0, rel=1e-6)
    assert 1e-4 < curve.steepest < 0.1
    assert curve.words == "Use 0.01, 10 % of the rate 0.1 at which the loss is lowest."


def test_a_curve_that_ends_at_its_lowest_point_says_so() -> None:
    rates, losses = bent()
    curve = _judged(rates[:61], losses[:61], losses[:61], 0.25)
    assert curve.words == "Use 0.025, 25 % of the rate 0.1 at which the loss is lowest; it did not rise within the rates tested."


def test_rates_are_said_with_two_digits() -> None:
    rates, losses = bent(least=-0.95)
    curve = _judged(rates, losses, losses, 1 / 3)
    assert curve.lowest == pytest.approx(10**-0.95)  # 0.1122
    assert curve.suggestion == 0.037
    assert curve.words.startswith("Use 0.037, 33 % of the rate 0.11 at which")


@pytest.mark.parametrize(("end", "suggests"), [(0.981, False), (0.979, True)])
def test_a_fall_of_less_than_a_fiftieth_suggests_nothing(end: float, suggests: bool) -> None:
    rates, losses = 10.0 ** np.linspace(-4.0, 0.0, 81), np.linspace(1.0, end, 81)
    curve = _judged(rates, losses, losses, 0.1)
    assert (curve.suggestion is not None) == suggests
    if not suggests:
        assert curve.words == "The loss does not fall at any rate from 0.0001 to 1: nothing is suggested."


def test_the_steepest_fall_is_looked_for_before_the_lowest_point() -> None:
    """Behind the lowest point of the smoothed loss the losses fall faster, which is no fall of what is smoothed."""
    rates, losses = bent(least=-2.0, fall=1.0)
    losses[60:] *= np.exp(-8.0 * np.linspace(0.0, 1.0, 21))
    smoothed = bent(least=-2.0, fall=1.0)[1]
    curve = _judged(rates, losses, smoothed, 0.1)
    assert curve.lowest == pytest.approx(0.01)
    assert curve.slope == pytest.approx(-1.0, rel=1e-3)
    assert curve.steepest <= 0.01


def test_the_steepest_fall_may_be_at_the_lowest_point_and_not_behind_it() -> None:
    """Of losses that fall most steeply at the 41st rate, or between it and the next."""
    rates, _ = bent()
    smoothed = np.abs(np.arange(81.0) - 40.0) + 1.0
    for centre in (40.0, 40.8):
        curve = _judged(rates, np.exp(-np.tanh((np.arange(81.0) - centre) / 3)), smoothed, 0.1)
        assert curve.steepest == rates[40] == curve.lowest, centre


@pytest.mark.parametrize(
    ("smoothed", "suggests"),
    [((50.0, 49.5, 49.0), True), ((50.0, 49.5, 49.01), False), ((1.0, 0.975, 0.97), True), ((1.0, 10.0, 0.95), True)],
)
def test_the_fall_is_that_from_the_first_loss(smoothed: tuple[float, ...], suggests: bool) -> None:
    """By a fiftieth of it."""
    values = np.array([*smoothed, *smoothed[-1:] * 10]) + np.array([0, 0, 0, *np.arange(10)])
    assert (_judged(np.geomspace(1e-3, 1.0, 13), values, values, 0.1).suggestion is not None) == suggests


def test_where_the_loss_does_not_fall_the_rates_are_said_with_two_digits() -> None:
    values = np.linspace(1.0, 2.0, 20)
    words = _judged(np.geomspace(1.234e-4, 0.5678, 20), values, values, 0.1).words
    assert words == "The loss does not fall at any rate from 0.00012 to 0.57: nothing is suggested."


def test_a_curve_that_rises_at_its_end_did_rise() -> None:
    rates, losses = bent()
    assert "did not rise" not in _judged(rates[:62], losses[:62], losses[:62], 0.25).words


def line_through_two_points() -> Run:
    """y = 3 x at ±1: with every full batch the loss becomes (1 − 2 rate)² of itself."""
    x = np.array([[1.0], [-1.0]] * 8)
    data = replace(prepare(DataSettings("function")), x=x, y=3 * x)
    return prepare_run(mlp([1, 1]), data, TrainingSettings("sgd", batch_size=16))


@pytest.mark.parametrize(("factor", "losses"), [(2.0, 5), (1.5, 7)])
def test_it_ends_at_four_times_the_lowest_smoothed_loss(factor: float, losses: int) -> None:
    rate = (1 + factor**0.5) / 2
    curve = rate_curve(line_through_two_points(), lowest=rate, highest=rate * (1 + 1e-9))
    np.testing.assert_allclose(curve.losses / curve.losses[0], factor ** np.arange(losses), rtol=1e-4)
    assert curve.smoothed[-1] > 4 * curve.smoothed[0] >= curve.smoothed[-2]


def test_fewer_than_five_losses_are_no_curve() -> None:
    rate = (1 + 2.2**0.5) / 2
    with pytest.raises(NNLabError, match="test lower rates"):
        rate_curve(line_through_two_points(), lowest=rate, highest=rate * (1 + 1e-9))
