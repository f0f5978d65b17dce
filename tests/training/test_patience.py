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
from nnlab.training.patience import Patience, PatienceEnded
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


def looked(epochs: int, rate: float, times: int) -> list[PatienceEnded | None]:
    """What is said after each of so many epochs."""
    run = prepare_run(PROJECT.graph, DATA, replace(PROJECT.training, learning_rate=rate))
    patience, said = Patience(epochs), []
    patience.begin(run)
    for _ in range(times):
        run.train(run.steps_to_end_of_epoch)
        said.append(patience.look(run))
        assert patience.look(run) is None, "the same moment is looked at once"
    return said


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_an_equal_loss_is_no_lower_one_and_patience_begins_anew_where_it_has_run_out(epochs: int) -> None:
    """Steps too small to move a weight: the loss of every epoch is that of the beginning."""
    said = looked(epochs, 1e-30, 7)
    assert [ended is not None for ended in said] == [k % epochs == 0 for k in range(1, 8)]
    words = "an epoch" if epochs == 1 else f"{epochs} epochs"
    ended = next(one for one in said if one is not None)
    assert ended.text.startswith(f"no lower validation loss for {words}. The weights are those of iteration 0, where it was ")


def test_who_looks_before_it_began_begins_with_that() -> None:
    run = prepare_run(PROJECT.graph, DATA, PROJECT.training)
    run.train(run.steps_to_end_of_epoch)
    patience = Patience(1)
    assert patience.last is None and patience.look(run) is None
    assert patience.last is not None and patience.last.best_iteration == run.iteration
    first, batches = run.iteration, run.steps_to_end_of_epoch
    for _ in range(3):
        run.train(batches)
        patience.look(run)
    last = patience.last
    assert last is not None and last.iteration == run.iteration
    patience._forget_after(first + batches)
    assert patience.last is not None and patience.last.iteration == first + batches, "steps taken back take looks back"


def test_where_an_epoch_is_a_single_step_the_first_is_looked_at() -> None:
    """With steps so small that it makes nothing better."""
    one = RunGroup(np.zeros(machine.CONTROL_WORDS, dtype=np.int64))
    training = replace(PROJECT.training, patience=1, learning_rate=1e-30, batch_size=len(DATA.x))
    run = one.main.load(Load(Change.opening(replace(PROJECT, training=training)), DATA, 1))
    one.train_alone(10)
    assert isinstance(run.stopped_by, PatienceEnded) and (run.iteration, run.stopped_by.best_iteration) == (1, 0)
