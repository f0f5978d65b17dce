"""The path of a run through its weights: evenly thinned from its beginning to where it stands, every row the weights of then."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp

from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.training import weight_path
from nnlab.training.weight_path import WeightPath

X = np.random.default_rng(3).standard_normal((24, 3))
STEPS = 200


@pytest.fixture(scope="module")
def known() -> tuple[Run, dict[int, np.ndarray]]:
    """A run after 200 iterations, and what it had learned after each before."""
    run = Run(Setup(mlp([3, 4, 1]), X, X[:, :1], update=Update("adam", 0.01), batch_size=8), frames=False)
    states = {}
    for iteration in range(STEPS):
        states[iteration] = run.stepper.learned_before.copy()
        run.train(1)
    return run, states


def rows(run: Run, states: dict[int, np.ndarray], path: WeightPath) -> None:
    """Every row holds the parameters after its iteration, and nothing that lies behind them."""
    width = run.program.parameters_end
    assert path.weights.shape == (len(path.iterations), width)
    for iteration, row in zip(path.iterations.tolist(), path.weights, strict=True):
        np.testing.assert_array_equal(row, (states.get(iteration, run.stepper.learned_before))[:width])


def test_a_long_path_is_thinned_evenly_and_keeps_both_ends(known: tuple[Run, dict[int, np.ndarray]]) -> None:
    run, states = known
    path = WeightPath.of_states(run, states)
    assert len(path.iterations) == 128
    assert (path.iterations[0], path.iterations[-1], path.now) == (0, STEPS, 127)
    assert set(np.diff(path.iterations).tolist()) == {1, 2}  # 200 steps in 127
    rows(run, states, path)


def test_a_short_one_is_whole(known: tuple[Run, dict[int, np.ndarray]]) -> None:
    run, states = known
    few = {at: states[at] for at in range(73, STEPS)}  # with where it stands: 128
    path = WeightPath.of_states(run, few)
    assert path.iterations.tolist() == list(range(73, STEPS + 1))
    rows(run, states, path)


@pytest.mark.parametrize(("points", "iterations"), [(5, [0, 50, 100, 150, 200]), (4, [0, 67, 133, 200]), (1, [0, 100, 200])])
def test_it_takes_no_more_memory_than_it_may(
    known: tuple[Run, dict[int, np.ndarray]], monkeypatch: pytest.MonkeyPatch, points: int, iterations: list[int]
) -> None:
    run, states = known
    monkeypatch.setattr(weight_path, "BUDGET", points * run.program.parameters_end * 4 + 3)
    assert WeightPath.of_states(run, states).iterations.tolist() == iterations


def test_a_run_in_its_past_stands_among_the_others(known: tuple[Run, dict[int, np.ndarray]]) -> None:
    run, states = known
    later = {STEPS + 50: states[0], STEPS + 100: states[1]}
    path = WeightPath.of_states(run, {**states, **later})
    assert STEPS in path.iterations
    assert path.iterations[path.now] == STEPS
    assert path.iterations[-1] == STEPS + 100
    few = WeightPath.of_states(run, {0: states[0], **later})
    assert (few.iterations.tolist(), few.now) == ([0, STEPS, STEPS + 50, STEPS + 100], 1)
