"""A copy of a run that is trained for a few steps can be given up within one of them, and has the bits of any other run."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.run import Run
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.jobs.context import Cancelled, TaskContext
from nnlab.training import asked_steps
from nnlab.training.asked_steps import AskedSteps
from nnlab.training.complete_run import prepare_run
from nnlab.training.diagnosis import diagnose
from nnlab.training.learning_rate_finder import rate_curve
from nnlab.training.observation import Observation
from nnlab.training.settings import TrainingSettings


def network() -> Graph:
    b = GraphBuilder()
    hidden = b.tanh(b.dense(b.tanh(b.dense(b.input(features=2), units=8)), units=8))
    b.binary_cross_entropy(b.dense(hidden, units=1))
    return b.build()


@pytest.fixture(params=[1, 3])
def run(request: pytest.FixtureRequest) -> Run:
    data = prepare(DataSettings("spiral"))
    return prepare_run(network(), data, TrainingSettings("adam", {}, 1e-2, 32, accumulate=request.param))


@pytest.fixture(autouse=True)
def every_step_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_steps, "LONG", 0.0)
    monkeypatch.setattr(asked_steps, "LARGE_ARENA", 0)


class Ended(Exception):
    """Whoever asked wants no more."""


def test_long_steps_leave_the_bits_of_short_ones(run: Run) -> None:
    data = prepare(DataSettings("spiral"))
    other = prepare_run(run.program.graph, data, TrainingSettings("adam", {}, 1e-2, 32, accumulate=run.program.accumulate))
    asked = AskedSteps(run, lambda: None)
    for _ in range(25):
        asked.step()
    other.train(25)
    np.testing.assert_array_equal(run.state.arena[: run.program.moments_end], other.state.arena[: other.program.moments_end])
    np.testing.assert_array_equal(run.history.curves().mean, other.history.curves().mean)


def test_a_step_ends_within_when_that_is_wanted(run: Run) -> None:
    asked_for = 0

    def check() -> None:
        nonlocal asked_for
        asked_for += 1
        if asked_for == 5:
            raise Ended

    with pytest.raises(Ended):
        AskedSteps(run, check).step()
    assert asked_for == 5 and run.iteration == 0


def test_the_finder_and_diagnoses_ask_between_two_instructions(run: Run) -> None:
    asked_for = 0

    def is_wanted_no_more() -> bool:
        nonlocal asked_for
        asked_for += 1
        return asked_for > 12  # of one step

    with pytest.raises(Cancelled):
        rate_curve(run, context=TaskContext(is_cancelled=is_wanted_no_more))
    assert run.iteration == 0
    data = prepare(DataSettings("spiral"))
    settings = TrainingSettings("adam", {}, 1e-2, 32)
    trained = prepare_run(run.program.graph, data, settings)
    trained.train(200)
    calls = []

    def count() -> None:
        calls.append(None)

    seen = Observation(trained.program.graph, settings, data.x, data.y, trained.state.stored(), trained.history.curves(), check=count)
    diagnose(seen, count)
    assert len(calls) > len(trained.program.instructions) * 50, "at least one trial of fifty steps"
