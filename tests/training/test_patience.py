"""Patience as a setting of a project: where a window stops, it is where `train_with_patience` does; stepped or run, replayed or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnlab.core.preparation import prepare
from nnlab.engine import machine
from nnlab.files.examples import load_example
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Load
from nnlab.training.complete_run import prepare_run
from nnlab.training.early_stopping import EarlyStopping, train_with_patience
from nnlab.training.patience import PatienceEnded
from nnlab.training.runs import RunGroup

EXAMPLE = load_example("gaussians")
PATIENCE = 3
PROJECT = replace(EXAMPLE, training=replace(EXAMPLE.training, patience=PATIENCE, learning_rate=0.1))
DATA = prepare(PROJECT.data)


def group(patience: int = PATIENCE) -> RunGroup:
    found = RunGroup(np.zeros(machine.CONTROL_WORDS, dtype=np.int64))
    project = replace(PROJECT, training=replace(PROJECT.training, patience=patience))
    found.main.load(Load(Change.opening(project), DATA, 1))
    return found


def bits(run) -> dict[str, bytes]:  # type: ignore[no-untyped-def]
    return {name: values.tobytes() for name, values in run.state.stored().items()}


def stopped(one: RunGroup, most: int = 100_000) -> PatienceEnded:
    run = one.main.run
    assert run is not None
    one.train_alone(most)
    assert isinstance(run.stopped_by, PatienceEnded)
    return run.stopped_by


@pytest.fixture(scope="module")
def expected() -> tuple[int, int, dict[str, bytes]]:
    run = prepare_run(PROJECT.graph, DATA, PROJECT.training)
    stop = train_with_patience(run, 100_000, EarlyStopping(PATIENCE), run.train)
    assert stop.stopped is not None
    return stop.stopped, stop.best_iteration, bits(run)


def test_it_stops_where_the_command_line_does_with_the_same_bits(expected: tuple) -> None:
    one = group()
    ended = stopped(one)
    assert (one.main.run.iteration, ended.best_iteration, bits(one.main.run)) == expected  # type: ignore[union-attr]
    assert ended.text.startswith(f"no lower validation loss for 3 epochs. The weights are those of iteration {expected[1]:,}")
    in_pieces = group()
    while in_pieces.main.run.stopped_by is None:  # type: ignore[union-attr]
        in_pieces.train_alone(7)
    assert (in_pieces.main.run.iteration, bits(in_pieces.main.run)) == (expected[0], expected[2])  # type: ignore[union-attr]


def test_stepped_through_the_last_epoch_it_stops_with_the_same_bits(expected: tuple) -> None:
    one = group()
    one.train_alone(expected[0] - 1)
    run = one.main.run
    assert run is not None and run.stopped_by is None
    while run.iteration < expected[0]:
        run.stepper.forward()
    one.follow_time()  # as after every command
    assert isinstance(run.stopped_by, PatienceEnded) and bits(run) == expected[2]


def test_a_replay_past_the_stop_has_the_same_bits(expected: tuple) -> None:
    one = group()
    stopped(one)
    one.train_alone(5)
    run, after = one.main.run, bits(one.main.run)
    assert run is not None
    one.back_to(expected[0] - 2, lambda: True)
    assert bits(run) != after
    one.back_to(expected[0] + 5, lambda: True)
    assert bits(run) == after and run.iteration == expected[0] + 5


def test_it_is_switched_on_while_the_run_goes_on_and_off_again(expected: tuple) -> None:
    one = group(patience=0)
    one.train_alone(expected[0] + 40)
    run = one.main.run
    assert run is not None and run.iteration == expected[0] + 40 and run.stopped_by is None
    before = replace(PROJECT, training=replace(PROJECT.training, patience=0))
    change = Change(Version(0, before), Version(1, PROJECT))
    assert change.is_adjustment
    one.main.adjust(Adjust(change))
    one.train_alone(100_000)
    assert isinstance(run.stopped_by, PatienceEnded)


def test_without_validation_samples_nobody_waits() -> None:
    one = RunGroup(np.zeros(machine.CONTROL_WORDS, dtype=np.int64))
    project = replace(PROJECT, data=replace(PROJECT.data, validation_share=0.0))
    run = one.main.load(Load(Change.opening(project), prepare(project.data), 1))
    assert one.train_alone(500) == 500 and run.stopped_by is None
