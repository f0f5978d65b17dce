"""A kept run: what its figures are, worked out from a few rows by hand."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings
from nnlab.graph.builder import GraphBuilder
from nnlab.training.kept_run import MOST_LETTERS, KeptRun, SeedCurve
from nnlab.training.project import Project
from nnlab.training.run_table import curves_csv

NAN = math.nan


def curve(checks: list[list[float]], seed: int = 0, losses: tuple[float, ...] = (3.0, 1.0), iteration: int = 20) -> SeedCurve:
    """Blocks of ten iterations with these mean losses."""
    blocks = np.array([[loss - 0.5, loss + 0.5, loss] for loss in losses])
    return SeedCurve(seed, iteration, 0, 10, blocks, np.array(checks).reshape(-1, 5), losses[-1])


@pytest.fixture(scope="module")
def project() -> Project:
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    return Project(b.build(), DataSettings("plane"))


def test_losses_and_score_are_those_that_were_evaluated_last() -> None:
    """iteration, validation loss, training loss, validation score, training score"""
    found = curve([[10, 5, 4, 0.1, 0.2], [20, 0.7, 0.6, 0.8, 0.9]])
    assert (found.validation_loss, found.training_loss, found.score) == (0.7, 0.6, 0.8)


def test_without_validation_samples_the_score_is_that_of_training() -> None:
    assert curve([[10, NAN, 0.8, NAN, 0.4], [20, NAN, 0.6, NAN, 0.9]]).score == 0.9


def test_without_evaluations_the_training_loss_is_the_smoothed_batch_loss() -> None:
    """Of two blocks the window is one: the newest."""
    found = curve([])
    assert found.training_loss == 1.0
    assert math.isnan(found.validation_loss) and math.isnan(found.score)


def test_its_curves_have_lowest_highest_and_mean_loss_and_the_evaluations() -> None:
    found = curve([[10, 5, 4, 0.1, 0.2], [20, 0.7, 0.6, 0.8, 0.9]]).curves
    assert (found.minimum.tolist(), found.maximum.tolist(), found.mean.tolist()) == ([2.5, 0.5], [3.5, 1.5], [3.0, 1.0])
    assert (found.iterations.tolist(), found.last) == ([10, 20], 1.0)
    assert found.validation_iterations.tolist() == [10, 20]
    assert (found.validation_losses.tolist(), found.training_losses.tolist()) == ([5, 0.7], [4, 0.6])
    assert (found.validation_scores.tolist(), found.training_scores.tolist()) == ([0.1, 0.8], [0.2, 0.9])


def test_its_size_is_that_of_its_numbers() -> None:
    """2 × 3 and 1 × 5 numbers of eight bytes, 6 of four."""
    found = replace(curve([[20, 0.7, 0.6, 0.8, 0.9]]), weights={"a.weight": np.zeros((2, 3), dtype=np.float32)})
    assert found.nbytes == 6 * 8 + 5 * 8 + 6 * 4
    again = pickle.loads(pickle.dumps(found))
    assert (again.nbytes, again.score, again.block_size) == (found.nbytes, 0.8, 10)


def test_best_and_median_go_by_the_validation_loss_and_what_failed_comes_last(project: Project) -> None:
    seeds = tuple(
        curve([[20, validation, training, 0.5, 0.5]], seed)
        for seed, (validation, training) in enumerate([(0.4, 0.1), (0.2, 0.9), (NAN, NAN), (0.3, 0.2)])
    )
    seeds = (*seeds[:2], replace(seeds[2], blocks=np.full((2, 3), NAN)), seeds[3])
    run = KeptRun(1, "run 1", project, seeds)
    assert run.best.seed == 1
    assert run.median.seed == 3, "of four the second by its loss"
    assert KeptRun(1, "run 1", project, seeds[:3]).median.seed == 0, "the one that failed counts as the worst"


def test_it_came_as_far_as_its_longest_seed_and_is_as_large_as_all(project: Project) -> None:
    run = KeptRun(1, "run 1", project, (curve([], 0, iteration=20), curve([], 1, iteration=50), curve([], 2, iteration=30)))
    assert (run.iteration, run.nbytes) == (50, 3 * 6 * 8)


def test_a_name_has_letters_but_not_too_many(project: Project) -> None:
    assert KeptRun(1, "x" * MOST_LETTERS, project, (curve([]),)).name == "x" * MOST_LETTERS
    for name in ("", "  ", "x" * (MOST_LETTERS + 1)):
        with pytest.raises(NNLabError, match="at most 80 letters"):
            KeptRun(1, name, project, (curve([]),))
    with pytest.raises(NNLabError, match="holds no curves"):
        KeptRun(1, "run 1", project, ())


def test_what_was_evaluated_within_a_block_stands_in_its_row(project: Project) -> None:
    """At iteration 4 within the first block of ten, at 20 at the end of the second; at 25 in a block that is not complete."""
    checks = [[4, 5, 4, 0, 0], [20, 0.75, 0.5, 0, 0], [25, 9, 9, 0, 0]]
    run = KeptRun(3, "run 3", project, (curve(checks, seed=8, iteration=25),))
    assert curves_csv((run,)).splitlines() == [
        "number,name,seed,iteration,lowest_loss,highest_loss,mean_loss,training_loss,validation_loss",
        "3,run 3,8,10,2.5,3.5,3.0,4.0,5.0", "3,run 3,8,20,0.5,1.5,1.0,0.5,0.75",
    ]  # fmt: skip
