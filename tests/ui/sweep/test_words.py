"""What is said of a sweep: the best with its spread, how far it is, and which columns lead to which."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nnlab.studies.sweeps.best import rank
from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.sweep.columns import SweepColumns
from nnlab.ui.sweep.run import SweepRun
from nnlab.ui.sweep.words import HINT, axes_of, best_words, status_words


def trial(rate: float, seed: int, loss: float, error: str = "") -> TrialResult:
    return TrialResult(Trial({"learning_rate": rate, "seed": seed}), {} if error else {"loss": loss}, 0.1, error)


THREE = [trial(0.1, 0, 0.5), trial(0.1, 1, 0.25), trial(0.1, 2, 0.125), *(trial(0.2, k, 1.0 + k) for k in range(3))]


@pytest.fixture
def run(qapp: object) -> Iterator[SweepRun]:
    jobs = LiveJobs()
    yield SweepRun(jobs)
    jobs.close()


def test_the_best_is_said_with_its_spread_over_the_seeds(run: SweepRun) -> None:
    assert best_words(run, None) == HINT
    assert best_words(run, rank(THREE, "loss")) == "Best: loss 0.250 (0.125 to 0.500 over 3 seeds) · learning rate 0.1"
    assert best_words(run, rank(THREE[:1], "loss")) == "Best: loss 0.500 · learning rate 0.1"


def test_how_far_it_is_what_failed_and_whether_the_best_is_clear(run: SweepRun) -> None:
    assert status_words(run, None) == ""
    run.total = 1200
    run.columns = SweepColumns(("learning_rate", "seed"), ("loss",))
    run.columns.add([*THREE, trial(0.3, 0, 0.0, "It broke."), trial(0.3, 1, 0.0, "It broke.")])
    assert status_words(run, None) == "8 of 1,200 trials · 2 failed"
    ranking = rank(THREE, "loss")
    assert ranking is not None
    assert status_words(run, ranking) == f"8 of 1,200 trials · 2 failed · {ranking.verdict}"


def test_axes_are_the_settings_that_vary_then_losses_and_the_measure(columns: Callable[..., SweepColumns]) -> None:
    found = columns(6)
    assert axes_of(found, "iterations") == ["units", "optimizer", "loss", "iterations"]
    assert axes_of(found, "loss") == ["units", "optimizer", "loss"]
    alone = SweepColumns(("seed",), ("loss", "validation_loss"))
    alone.add([TrialResult(Trial({"seed": k}), {"loss": 0.5, "validation_loss": None}, 0.1, "") for k in range(2)])
    assert axes_of(alone, "loss") == ["seed", "loss"], "a seed that is all that varies, and no column without a number"
