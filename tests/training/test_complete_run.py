"""Runs from beginning to end: the same bits every time, in slices of any length, in one go or after a break."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import GraphError, TrainingError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.examples import load_example
from nnlab.training import complete_run
from nnlab.training.complete_run import prepare_run, result_of, steps_of_epochs, train
from nnlab.training.settings import TrainingSettings
from nnlab.training.snapshots import take_snapshot

GRAPH = mlp([2, 8, 1], loss="binary_cross_entropy")
DATA = prepare(DataSettings("circle"))  # 400 samples to train on
SETTINGS = TrainingSettings(learning_rate=0.02, batch_size=30)


def bits(run) -> bytes:  # type: ignore[no-untyped-def]
    return b"".join(values.tobytes() for values in run.state.parameters().values())


def nothing(done: int) -> None:
    pass


def test_the_same_run_ends_in_the_same_bits():
    runs = [prepare_run(GRAPH, DATA, SETTINGS) for _ in range(2)]
    for run in runs:
        train(run, 500, nothing)
    assert bits(runs[0]) == bits(runs[1])
    assert result_of(runs[0], DATA) == result_of(runs[1], DATA)


def test_slices_do_not_touch_the_numbers():
    whole, sliced = prepare_run(GRAPH, DATA, SETTINGS), prepare_run(GRAPH, DATA, SETTINGS)
    whole.train(333)
    for count in (1, 2, 30, 100, 200):
        train(sliced, count, nothing)
    assert bits(whole) == bits(sliced)


def test_a_run_continued_from_a_snapshot_ends_in_the_same_bits():
    whole = prepare_run(GRAPH, DATA, SETTINGS)
    train(whole, 333, nothing)
    first = prepare_run(GRAPH, DATA, SETTINGS)
    train(first, 100, nothing)  # in the middle of an epoch of 14 batches
    second = prepare_run(GRAPH, DATA, SETTINGS, take_snapshot(first))
    train(second, 233, nothing)
    assert bits(whole) == bits(second)
    assert second.iteration == 333


def test_progress_adds_up_to_the_steps():
    done: list[int] = []
    train(prepare_run(GRAPH, DATA, SETTINGS), 1234, done.append)
    assert sum(done) == 1234


def test_epochs_count_from_where_the_run_stands():
    run = prepare_run(GRAPH, DATA, SETTINGS)
    assert steps_of_epochs(run, 3) == 3 * 14
    train(run, 20, nothing)
    assert steps_of_epochs(run, 1) == 8  # the begun epoch is finished
    train(run, steps_of_epochs(run, 2), nothing)
    assert result_of(run, DATA).epoch == 3


def test_losses_and_metrics_are_of_all_samples_with_the_final_weights():
    run = prepare_run(GRAPH, DATA, SETTINGS)
    train(run, 700, nothing)
    found = result_of(run, DATA)
    run.evaluator.load(run.state.arena)
    logits = run.evaluator.predict(DATA.x)[:, 0].astype(np.float64)
    loss = np.mean(np.logaddexp(0.0, logits) - logits * DATA.y)
    assert found.loss == pytest.approx(loss, rel=1e-5)
    assert found.training_metrics["accuracy"] == np.mean((logits > 0) == DATA.y)
    held_out = run.evaluator.predict(DATA.validation_x)[:, 0]
    assert found.metrics["accuracy"] == np.mean((held_out > 0) == DATA.validation_y)
    assert (found.step, found.epoch, found.parameters, found.seed) == (700, 50, 33, 0)


def test_without_validation_data_metrics_are_of_the_training_part():
    data = prepare(DataSettings("circle", validation_share=0.0))
    run = prepare_run(GRAPH, data, SETTINGS)
    train(run, 10, nothing)
    found = result_of(run, data)
    assert found.validation_loss is None and found.metrics == found.training_metrics != {}


def test_a_graph_that_does_not_fit_the_data_is_refused():
    with pytest.raises(GraphError, match="takes 3 features, but the data has 2"):
        prepare_run(mlp([3, 1], loss="binary_cross_entropy"), DATA, SETTINGS)


def test_numbers_that_explode_stop_the_run_with_the_last_good_weights():
    run = prepare_run(mlp([2, 8, 1]), prepare(DataSettings("plane")), replace(SETTINGS, optimizer="sgd", learning_rate=1e3))
    with pytest.raises(TrainingError, match="Training stopped at iteration"):
        train(run, 1000, nothing)
    assert all(np.isfinite(values).all() for values in run.state.parameters().values())


def test_ctrl_c_leaves_the_run_after_a_whole_step():
    run = prepare_run(GRAPH, DATA, SETTINGS)

    def interrupt(done: int) -> None:
        if run.iteration > 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(run, 10**9, interrupt)
    other = prepare_run(GRAPH, DATA, SETTINGS)
    other.train(run.iteration)
    assert bits(run) == bits(other)


@pytest.mark.parametrize(
    ("taken", "slices"),
    [
        (itertools.repeat(0.5), [1, 2, 4, 8, 16, 9]),
        (itertools.repeat(1.5), [1] * 40),
        (itertools.repeat(3.0), [1] * 40),
        (itertools.chain([0.1] * 3, [3.0], itertools.repeat(1.5)), [1, 2, 4, 8, 4, 4, 4, 4, 4, 4, 1]),
    ],
    ids=["short", "as long as they should be", "too long", "short, then one too long"],
)
def test_slices_grow_while_they_are_short_and_are_halved_when_too_long(
    taken: Iterator[float], slices: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`taken`: what slices take one after the other, in lengths that a slice should have; up to twice as long is left alone."""
    clock, found = [0.0], []

    class Timed:
        stopped_by = None

        def train(self, steps: int) -> int:
            clock[0] += next(taken) * complete_run.SLICE_SECONDS
            found.append(steps)
            return steps

    monkeypatch.setattr(complete_run, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    run: Any = Timed()
    train(run, 40, lambda done: None)
    assert found == slices


def test_a_single_validation_sample_is_one() -> None:
    project = load_example("iris")
    data = prepare(project.data)
    single = replace(data, validation_x=data.validation_x[:1], validation_y=data.validation_y[:1])
    run = prepare_run(project.graph, single, project.training)
    found = result_of(run, single)
    assert found.validation_loss is not None and found.validation_loss != found.loss
    assert found.metrics["accuracy"] in (0.0, 1.0) and found.training_metrics["accuracy"] not in (0.0, 1.0)
