"""Which sample is looked at, and its way through the network."""

import queue
import time

import numpy as np
import pytest
from endings import LIMIT

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.frame import OUTPUTS
from nnlab.graph.builder import GraphBuilder
from nnlab.training import commands
from nnlab.training.change import Change
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.training.trainer import Trainer
from nnlab.ui.canvas.neurons.sample import FrameSample, SampleChoice, SamplePass


class TestChoice:
    batch = np.array([40, 7, 12])

    def test_the_first_of_the_batch_until_one_is_chosen(self):
        choice = SampleChoice()
        choice.follow(self.batch, 100, playing=False)
        assert (choice.number, choice.place(self.batch)) == (40, 0)
        choice.step(1, self.batch, 100)
        assert (choice.number, choice.place(self.batch)) == (7, 1)
        choice.follow(np.array([1, 2]), 100, playing=False)
        assert (choice.number, choice.place(np.array([1, 2]))) == (7, None)

    def test_it_stays_the_same_while_training_plays(self):
        choice = SampleChoice()
        choice.follow(self.batch, 100, playing=False)
        choice.follow(np.array([1, 2]), 100, playing=True)
        assert choice.number == 40

    def test_stepping_goes_round_the_batch_or_the_data(self):
        choice = SampleChoice()
        choice.follow(self.batch, 100, playing=False)
        choice.step(-1, self.batch, 100)
        assert choice.number == 12
        choice.step(-1, np.zeros(0, np.int64), 13)
        assert choice.number == 11
        choice.follow(np.zeros(0, np.int64), 5, playing=True)  # other data, with fewer samples
        assert choice.number == 0

    def test_after_other_data_came_it_follows_the_batch_again(self):
        choice = SampleChoice()
        choice.step(1, self.batch, 100)
        assert choice.number == 40, "the first of a batch it was not in"
        choice.step(1, self.batch, 100)
        choice.reset()
        assert choice.number == 0
        choice.follow(np.array([12, 40]), 100, playing=False)
        assert choice.number == 12
        choice.step(1, np.array([12, 40]), 100)
        choice.follow(np.array([5]), 41, playing=False)
        assert choice.number == 40, "the last of 41 samples is there"
        choice.follow(np.array([5]), 40, playing=False)
        assert choice.number == 0, "of 40 it is not"
        choice.follow(np.array([5]), 40, playing=False)
        assert choice.number == 5, "and nobody has chosen one"

    def test_without_samples_there_is_only_the_first(self):
        choice = SampleChoice()
        choice.step(3, np.zeros(0, np.int64), 0)
        assert choice.number == 0


@pytest.fixture(scope="module")
def data():
    return prepare(DataSettings("spiral"))


@pytest.fixture(scope="module")
def frames(data):
    """The frames before the first step and after 20 large ones."""
    b = GraphBuilder()
    b.binary_cross_entropy(b.dense(b.tanh(b.dense(b.input(features=2), units=4)), units=1))
    events: queue.Queue[commands.Event] = queue.Queue()
    trainer = Trainer(events.put)

    def wait(kind):
        end = time.monotonic() + LIMIT
        while not isinstance(events.get(timeout=30), kind):
            assert time.monotonic() < end, kind

    project = Project(b.build(), DataSettings("spiral"), TrainingSettings("sgd", {}, 2.0, 10))
    trainer.send(commands.Watch(frozenset({OUTPUTS})))
    trainer.send(commands.Load(Change.opening(project), data, 1))
    wait(commands.Loaded)
    first = trainer.newest_frame()
    trainer.send(commands.Iterate(20))
    while (last := trainer.newest_frame()) is None or last.iteration < 20:
        events.get(timeout=30)
    trainer.close()
    return first, last


def residue(sample) -> float:
    """How far w · x + b is from z in the first layer."""
    z = sample.parameter("dense_1.weight") @ sample.row("input_1.y") + sample.parameter("dense_1.bias")
    return float(np.abs(z - sample.row("dense_1.y")).max())


def test_a_pass_adds_up_where_the_frame_itself_cannot(frames, data):
    """A frame's activations belong to the weights before its step."""
    _, frame = frames
    assert frame.iteration == 20
    number = int(frame.samples[3])
    sample = SamplePass().run(frame, data, number)
    assert np.array_equal(sample.row("input_1.y"), data.x[number].astype(np.float32))
    assert residue(sample) < 1e-6
    assert residue(FrameSample(frame.get, 3)) > 1e-4
    assert sample.row("binary_cross_entropy_1.sample_loss").shape == ()


def test_there_are_numbers_before_the_first_step(frames, data):
    frame, _ = frames
    assert frame.rows == 0
    assert residue(SamplePass().run(frame, data, 0)) < 1e-6


def test_what_was_handed_out_stays(frames, data):
    one = SamplePass()
    before = one.run(frames[1], data, 0).row("dense_1.y")
    copy = before.copy()
    one.run(frames[1], data, 1)
    assert np.array_equal(before, copy)


def test_what_does_not_exist_is_unknown(frames, data):
    sample = SamplePass().run(frames[1], data, 0)
    assert sample.row("nothing.y") is None
    assert sample.row("dense_1.weight") is None
    assert sample.parameter("dense_1.y") is None
