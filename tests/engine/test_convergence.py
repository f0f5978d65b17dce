"""Verdicts on runs: each fires on networks that do just that, with its beginning, and stays silent on healthy ones."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import TrainingError
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.convergence import (
    CONVERGING,
    DIVERGING,
    OSCILLATING,
    OVERFITTING,
    PLATEAU,
    TOO_EARLY,
    VERDICTS,
    Series,
    judge,
)  # fmt: skip
from nnlab.engine.history import Curves
from nnlab.files.examples import load_example
from nnlab.graph.graph import Graph
from nnlab.training.complete_run import prepare_run
from nnlab.training.settings import TrainingSettings

GENERATOR = np.random.default_rng(3)
NONE = np.empty(0)


def series(mean: np.ndarray, validation: np.ndarray = NONE, training: np.ndarray = NONE) -> Series:
    step = len(mean) // max(1, len(validation))
    return Series(0, 1, mean, step * (np.arange(len(validation)) + 1.0), validation, training)


def curves(graph: Graph, data: Data, steps: int, **settings: object) -> Curves:
    """The history of a run that may end at a number that is not finite."""
    run = prepare_run(graph, data, TrainingSettings(**settings))  # type: ignore[arg-type]
    with contextlib.suppress(TrainingError):
        run.train(steps)
    return run.history.curves()


def test_a_falling_loss_converges_with_its_slope() -> None:
    at = np.arange(1, 6401)
    found = judge(series(np.exp(-0.002 * at)))
    assert found.verdict == CONVERGING
    assert found.figures["percent_per_1000_iterations"] == pytest.approx(-200.0)


def test_a_plateau_begins_where_the_fall_ends() -> None:
    fall = np.exp(-np.arange(2000) / 400)
    mean = np.append(fall, np.full(4000, fall[-1])) * np.exp(0.02 * GENERATOR.standard_normal(6000))
    found = judge(series(mean))
    assert found.verdict == PLATEAU
    assert found.since is not None
    assert 1700 <= found.since <= 2300


@pytest.mark.parametrize(
    ("name", "sizes", "activation", "rate"),
    [("xor", [2, 1], "tanh", 0.05), ("spiral", [2, 1], "tanh", 0.05), ("circle", [2, 8, 8, 8, 8, 1], "sigmoid", 0.01)],
)
def test_networks_that_can_learn_no_more_stand_on_a_plateau(name: str, sizes: list[int], activation: str, rate: float) -> None:
    """A line cannot divide these classes; four layers of sigmoids pass hardly any gradient to a careful rate."""
    optimizer = "adam" if len(sizes) == 2 else "sgd"
    graph = mlp(sizes, activation, "binary_cross_entropy")
    found = curves(graph, prepare(DataSettings(name)), 3000, optimizer=optimizer, learning_rate=rate, batch_size=32).convergence
    assert found.verdict == PLATEAU and found.since is not None and found.since < 1000, found


@pytest.mark.parametrize(
    ("name", "sizes", "activation", "loss"),
    [
        ("circle", [2, 8, 1], "tanh", "binary_cross_entropy"), ("diabetes", [10, 8, 8, 1], "tanh", "mse"),
        ("digits", [64, 32, 10], "relu", "cross_entropy"),
    ],
)  # fmt: skip
def test_networks_that_learn_converge(name: str, sizes: list[int], activation: str, loss: str) -> None:
    found = curves(mlp(sizes, activation, loss), prepare(DataSettings(name)), 300, learning_rate=0.003, batch_size=32).convergence
    assert found.verdict == CONVERGING, found


def test_the_interval_of_a_slope_is_that_of_textbooks() -> None:
    """Independent residuals: the interval is Student's t, here by scipy's own standard error."""
    from scipy.stats import linregress, t

    from nnlab.engine.convergence import _line

    at, noise = np.arange(40.0), np.tile([0.3, -0.3], 20)
    fit, line = linregress(at, noise - 0.1 * at), _line(at, np.exp(noise - 0.1 * at))
    assert line.slope == pytest.approx(fit.slope)
    assert line.high - line.slope == pytest.approx(t.ppf(0.975, 38) * fit.stderr)


def test_a_loss_that_is_exactly_constant_is_a_plateau() -> None:
    """As a network of dead units has it: residuals of zero, for which there is no standard error."""
    falling = 0.5 * np.exp(-np.arange(4000) / 2000)
    found = judge(series(np.append(falling, np.full(6000, falling[-1]))))
    assert found.verdict == PLATEAU
    assert found.since == pytest.approx(4000, abs=500)
    assert found.trend is not None
    assert found.trend[1] == (10_000, pytest.approx(falling[-1], rel=0.05))


def test_a_leap_is_a_divergence_though_the_loss_falls_again_afterwards() -> None:
    fallen = np.exp(-np.arange(6000) / 1000)
    back = 0.6 * np.exp(-np.arange(2000) / 9000)
    noise = np.exp(0.02 * GENERATOR.standard_normal(8000))
    found = judge(series(np.append(fallen, back) * noise))
    assert found.verdict == DIVERGING
    assert found.since == pytest.approx(6000, abs=200)
    assert found.figures["times_lowest_level"] > 100


def test_noise_that_hides_everything_is_no_verdict() -> None:
    assert judge(series(np.exp(GENERATOR.standard_normal(30)))).verdict == TOO_EARLY
    assert judge(series(np.linspace(2, 1, 10))).verdict == TOO_EARLY
    assert judge(series(NONE)).verdict == TOO_EARLY


def test_batches_that_differ_do_not_oscillate() -> None:
    mean = 0.3 * np.exp(0.5 * GENERATOR.standard_normal(4000))
    assert judge(series(mean)).verdict == PLATEAU
    held = np.full(100, 0.3) + 0.001 * GENERATOR.standard_normal(100)
    assert judge(series(mean, held, held)).verdict == PLATEAU


@pytest.mark.parametrize(
    ("name", "sizes", "rate", "activation"),
    [("function", [1, 8, 1], 0.6, "tanh"), ("plane", [2, 16, 1], 0.5, "relu"), ("diabetes", [10, 8, 8, 1], 0.5, "tanh")],
)
def test_a_rate_beyond_what_is_stable_diverges(name: str, sizes: list[int], rate: float, activation: str) -> None:
    data = prepare(DataSettings(name))
    found = curves(mlp(sizes, activation), data, 400, optimizer="sgd", learning_rate=rate, batch_size=64).convergence
    assert found.verdict == DIVERGING, found
    assert found.figures["times_first_loss"] > 100


@pytest.mark.parametrize("factor", [2.01, 2.1, 3.0])
def test_gradient_descent_on_a_quadratic_diverges_beyond_two_over_its_curvature(factor: float) -> None:
    """w falls by (1 - rate · curvature) per step, so |w|² grows when the product passes 2 (Goh, Why Momentum Really Works, 2017)."""
    loss = (1.0 - factor) ** (2 * np.arange(300))
    found = judge(series(loss))
    assert found.verdict == DIVERGING
    assert found.since is not None
    assert found.since <= 12


def test_a_loss_that_rises_from_its_lowest_level_diverges_from_there() -> None:
    mean = np.append(np.exp(-np.arange(1000) / 300), np.exp(-1000 / 300) * np.exp(np.arange(1000) / 400))
    found = judge(series(mean))
    assert (found.verdict, found.since) == (DIVERGING, pytest.approx(1000, abs=150))


@pytest.mark.parametrize(("end", "diverges"), [(0.09, False), (0.25, True)])
def test_a_rise_that_loses_less_than_a_tenth_of_what_was_gained_is_no_divergence(end: float, diverges: bool) -> None:
    """From 1 down to 0.05 it gained 0.95: a rise to 0.09 is by a factor of 1.8, but loses 0.04 of it; a rise to 0.25 loses 0.2."""
    losses = np.concatenate([np.full(640, 1.0), np.linspace(1.0, 0.05, 2560), np.linspace(0.05, end, 2560), np.full(640, end)])
    assert (judge(series(losses)).verdict == DIVERGING) == diverges


@pytest.mark.parametrize(
    ("name", "sizes", "optimizer", "rate", "batch_size"),
    [("curve", [2, 8, 8, 1], "sgd", 4.0, 16), ("function", [1, 12, 1], "adam", 0.4, 8), ("diabetes", [10, 8, 1], "sgd", 0.1, 8)],
)
def test_steps_that_overshoot_oscillate(name: str, sizes: list[int], optimizer: str, rate: float, batch_size: int) -> None:
    """What such steps lead to is chaotic, so other bits are another run: of four, three at least oscillate on any processor."""
    data = prepare(DataSettings(name))
    graph = mlp(sizes, "tanh", "binary_cross_entropy" if data.target.classes else "mse")
    settings = {"optimizer": optimizer, "learning_rate": rate, "batch_size": batch_size}
    found = [curves(graph, data, 1500, seed=seed, **settings).convergence.verdict for seed in range(4)]
    assert found.count(OSCILLATING) >= 3, found


def test_alternating_losses_oscillate_without_evaluations() -> None:
    mean = 0.5 + 0.2 * (-1.0) ** np.arange(400)
    found = judge(series(mean))
    assert found.verdict == OSCILLATING
    assert found.figures["swing_of_level"] == pytest.approx(0.4, rel=0.01)


@pytest.mark.parametrize(("name", "hidden", "rate"), [("wine", [16, 16], 0.01), ("digits", [40], 0.02), ("diabetes", [16, 16], 0.05)])
def test_too_many_weights_for_few_samples_overfit(name: str, hidden: list[int], rate: float) -> None:
    data = prepare(DataSettings(name, validation_share=0.8))
    outputs, loss = (data.target.classes, "cross_entropy") if data.target.classes else (1, "mse")
    history = curves(mlp([data.x.shape[1], *hidden, outputs], "tanh", loss), data, 1500, learning_rate=rate, batch_size=32)
    found = history.convergence
    assert found.verdict == OVERFITTING
    lowest = history.validation_iterations[np.argmin(history.validation_losses)]
    assert found.since == pytest.approx(lowest, abs=0.1 * 1500)


@pytest.mark.parametrize("name", ["circle", "sine", "xor", "spiral", "plane", "ripple", "multi_gaussian", "points_above_curve"])
def test_examples_learn_at_every_stage(name: str) -> None:
    project = load_example(name)
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    for epochs in (4, 40, 160):
        run.train(epochs * -(-len(data.x) // run.batch_size) - run.iteration)
        found = run.history.curves().convergence
        assert found.verdict in (TOO_EARLY, CONVERGING, PLATEAU), (epochs, found)


def test_a_session_tells_the_verdict_of_its_history() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=1), units=1))
    session = nnlab.Session(b.build(), optimizer="sgd", learning_rate=0.1)
    x = np.linspace(-1, 1, 16)
    history = session.fit(x, 3 * x, epochs=50)
    assert history.verdict == CONVERGING
    assert history.convergence.sentence.startswith("Converging: the loss changes by −")
    assert set(VERDICTS) >= {history.until(3).verdict}
    assert history.until(3).verdict == TOO_EARLY


def noisy(at: np.ndarray, rate: float, spread: float, seed: int) -> np.ndarray:
    """exp(-rate · iteration), with batches that differ by `spread`."""
    return 0.7 * np.exp(-rate * at + spread * np.random.default_rng(seed).standard_normal(len(at)))


@pytest.mark.parametrize("length", [93, 120, 200, 400])
def test_a_young_run_that_falls_all_the_time_is_no_plateau(length: int) -> None:
    """Seen in the spiral: "Plateau since 71" of 93 iterations, while the loss fell on. Here it halves in 700 iterations."""
    at = np.arange(1.0, length + 1)
    found = [judge(series(noisy(at, 0.001, spread, seed))) for spread in (0.01, 0.03) for seed in range(30)]
    assert [f.title for f in found if f.verdict == PLATEAU] == []
    assert [f.verdict for f in found].count(CONVERGING) > len(found) / 2  # and most are told


@pytest.mark.parametrize("spread", [0.3, 0.5])
def test_a_steady_fall_is_no_plateau_where_the_last_quarter_alone_might_be_one(spread: float) -> None:
    """By 8 % per half of the run, from first to last: what the last quarter leaves open the longer windows have seen."""
    at = np.arange(1.0, 6401.0)
    found = [judge(series(noisy(at, 0.08 / 3200, spread, seed))).verdict for seed in range(60)]
    assert found.count(PLATEAU) <= 1, found  # a 95 % interval may miss


@pytest.mark.parametrize(("rate", "verdict"), [(1.9e-5, PLATEAU), (2.1e-5, CONVERGING)])
def test_a_young_run_hardly_falls_below_one_percent_in_500_iterations(rate: float, verdict: str) -> None:
    assert judge(series(np.exp(-rate * np.arange(400.0)))).verdict == verdict


@pytest.mark.parametrize(("rate", "verdict"), [(1.9e-6, PLATEAU), (2.1e-6, CONVERGING)])
def test_a_long_run_hardly_falls_below_one_percent_in_its_half(rate: float, verdict: str) -> None:
    assert judge(series(np.exp(-rate * np.arange(10_000.0)))).verdict == verdict


@pytest.mark.parametrize("spread", [0.02, 0.1])
def test_losses_that_stand_still_after_a_fall_are_a_plateau(spread: float) -> None:
    """The fall is a third of the run; what follows changes by nothing but its batches."""
    fall = np.append(np.exp(-np.arange(2000) / 500), np.full(4000, np.exp(-4.0)))
    found = [judge(series(fall * noisy(np.zeros(6000), 0.0, spread, seed))) for seed in range(30)]
    assert [f.verdict for f in found].count(PLATEAU) >= 25, [f.verdict for f in found]  # three windows, each wrong in a fortieth
    assert all(1500 <= f.since <= 3000 for f in found if f.verdict == PLATEAU and f.since is not None)


def test_losses_that_never_fell_are_a_plateau() -> None:
    found = [judge(series(noisy(np.arange(6000.0), 0.0, 0.1, seed))).verdict for seed in range(30)]
    assert found.count(PLATEAU) >= 25, found
