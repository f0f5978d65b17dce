"""The training thread: commands, events, frames, failures."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from endings import LIMIT
from networks import mlp
from variants import another_seed

from nnlab.core.errors import NNLabError
from nnlab.core.memory import NotEnoughMemory
from nnlab.core.operator import operators
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.compile import Update
from nnlab.engine.frame import Frame
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.weight_change import Entries
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.training.change import Change, Version
from nnlab.training.commands import (
    Adjust,
    Block,
    Event,
    Failed,
    FinishEpoch,
    FinishStep,
    Iterate,
    Load,
    Loaded,
    NotLoaded,
    Pause,
    Play,
    ReadParameters,
    Refused,
    RemoveRun,
    Restore,
    Rewind,
    RunStopped,
    SetParameters,
    SetSpeed,
    Snapshot,
    StateChanged,
    StepBack,
    StepForward,
    Stepped,
    StepTo,
    TakeSnapshot,
    Together,
)  # fmt: skip
from nnlab.training.member import Member
from nnlab.training.project import Project
from nnlab.training.runs import RunGroup
from nnlab.training.settings import TrainingSettings
from nnlab.training.trainer import Trainer

GRAPH = mlp([2, 8, 8, 1], loss="binary_cross_entropy")
SPIRAL = DataSettings("spiral")
DATA = prepare(SPIRAL)
SETTINGS = TrainingSettings("adam", {}, 1e-2, 10)
E = TypeVar("E", bound=Event)


class Ear:
    """Collects events and waits for the one a test expects."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()

    def wait(self, kind: type[E], seconds: float = 60.0, **fields: object) -> E:
        end = time.monotonic() + seconds
        while True:
            event = self.events.get(timeout=max(0.0, end - time.monotonic()))
            if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
                return event


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def trainer(ear: Ear) -> Iterator[Trainer]:
    one = Trainer(ear.events.put)
    yield one
    one.close()
    assert not one.is_alive


def load(trainer: Trainer, ear: Ear, revision: int = 1, keep: bool = True, graph=GRAPH) -> None:  # type: ignore[no-untyped-def]
    project = Project(graph, SPIRAL, SETTINGS)
    trainer.send(Load(Change(Version(0, project), Version(0, project)) if keep else Change.opening(project), DATA, revision))
    ear.wait(Loaded, revision=revision)


def change(graph: Graph, training: TrainingSettings) -> Change:
    return Change(Version(0, Project(GRAPH, SPIRAL, SETTINGS)), Version(1, Project(graph, SPIRAL, training)))


def snapshot(trainer: Trainer) -> Snapshot:
    answer: Future[Snapshot] = Future()
    trainer.send(TakeSnapshot(answer))
    return answer.result(timeout=20)


def test_exactly_the_iterations_asked_for(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(Iterate(37))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    frame = trainer.newest_frame()
    assert frame is not None and frame.iteration == 37


def test_how_the_time_of_a_step_divides_is_known_after_a_while_and_of_the_present_network(trainer: Trainer, ear: Ear) -> None:
    """Slices of 1, 8, 64 and more steps, of which one in sixteen is timed: 0, 1, 4 and 8."""
    load(trainer, ear)
    trainer.send(Iterate(9))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    assert trainer.phase_shares is None
    trainer.send(Iterate(800))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    shares = trainer.phase_shares
    assert shares is not None and len(shares) == 4 and sum(shares) == pytest.approx(1.0) and min(shares) >= 0.0
    load(trainer, ear, revision=2, graph=mlp([2, 9, 1], loss="binary_cross_entropy"))
    assert trainer.phase_shares is None


def test_progress_is_of_a_run_and_nothing_is_known_of_one_that_is_not_there(trainer: Trainer, ear: Ear) -> None:
    """Batches of 10."""
    load(trainer, ear)
    trainer.send(Iterate(20))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    found = trainer.progress()
    assert found.epochs_at(np.array([0, 20])).tolist() == pytest.approx([0.0, 20 * 10 / len(DATA.x)])
    assert np.isnan(trainer.progress(3).epochs_at(np.array([20])))


def test_the_rest_of_a_stepped_iteration_is_the_one_that_is_asked_for(trainer: Trainer, ear: Ear) -> None:
    """With one instruction done, one iteration more is the end of this one; three more are the end of this one and three whole ones."""
    load(trainer, ear)
    for count, iteration in ((1, 1), (3, 5), (2, 8)):
        trainer.send(StepForward(1))
        ear.wait(Stepped, inside=True)
        trainer.send(Iterate(count))
        if count > 1:
            ear.wait(StateChanged, playing=True)
        ear.wait(StateChanged, playing=False)
        frame = trainer.newest_frame()
        assert frame is not None and frame.iteration == iteration


def test_weights_do_not_depend_on_pauses_frames_and_speed(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(SetSpeed(500.0))
    trainer.send(Play())
    ear.wait(StateChanged, playing=True)
    trainer.want_frame()
    trainer.send(Pause())
    ear.wait(StateChanged, playing=False)
    trainer.send(SetSpeed(None))
    trainer.send(StepForward(3))
    trainer.send(StepBack(2))
    ear.wait(Stepped)
    here = snapshot(trainer)
    trainer.send(Iterate(200 - int(here.context[1])))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    end = snapshot(trainer)
    run = Run(Setup(GRAPH, DATA.x, DATA.y, update=Update("adam", 1e-2), batch_size=10))
    run.train(200)
    assert all(run.state.parameters()[k].tobytes() == v.tobytes() for k, v in end.parameters.items())


def test_an_epoch_ends_where_it_should(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(Iterate(3))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    trainer.send(FinishEpoch())
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    frame = trainer.newest_frame()
    assert frame is not None and (frame.epoch, frame.batch, frame.iteration) == (1, 0, 40)  # 400 samples in tens


def test_an_edit_while_playing_keeps_training_and_weights(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(Play())
    ear.wait(StateChanged, playing=True)
    wider = edits.configure(GRAPH, "dense_2", units=5)
    load(trainer, ear, revision=2, graph=wider)
    assert ear.wait(StateChanged).playing
    trainer.send(Pause())
    ear.wait(StateChanged, playing=False)
    frame = trainer.newest_frame()
    assert frame is not None and frame.revision == 2
    weight = frame.get("dense_2.weight")
    assert weight is not None and weight.shape == (5, 8)


def test_a_blocked_document_keeps_what_was_learned(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(Iterate(50))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    learned = snapshot(trainer)
    trainer.send(Block(change(GRAPH, SETTINGS), "dense_2 has no input"))
    assert ear.wait(StateChanged).reason == "dense_2 has no input"
    trainer.send(Play())
    assert not ear.wait(StateChanged).playing
    load(trainer, ear, revision=2)
    back = snapshot(trainer)
    assert all((learned.parameters[k] == v).all() for k, v in back.parameters.items())
    assert back.context[1] == 50


def test_stepping_to_any_moment_and_back(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(StepTo(9))
    assert ear.wait(Stepped, pc=9).inside
    trainer.send(StepTo(2))
    event = ear.wait(Stepped, pc=2)
    assert event.trace is not None and event.trace.instruction.node_id == "tanh_1"
    trainer.send(StepBack(2))
    assert not ear.wait(Stepped, pc=0).inside


def test_a_snapshot_restores_the_run(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(Iterate(60))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    middle = snapshot(trainer)
    for _ in range(2):
        trainer.send(Iterate(30))
        ear.wait(StateChanged, playing=True)
        ear.wait(StateChanged, playing=False)
        end = snapshot(trainer)
        trainer.send(Restore(middle))
    trainer.send(Iterate(30))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    assert all((snapshot(trainer).parameters[k] == v).all() for k, v in end.parameters.items())


def test_rewind_and_learning_rate(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    first = snapshot(trainer)
    trainer.send(Adjust(change(GRAPH, replace(SETTINGS, learning_rate=0.0))))
    trainer.send(Iterate(5))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    still = snapshot(trainer)
    assert all((first.parameters[k] == v).all() for k, v in still.parameters.items()), "a rate of 0 moves nothing"
    trainer.send(Adjust(replace(change(GRAPH, replace(SETTINGS, learning_rate=0.0, seed=99)), keep=False)))
    other = snapshot(trainer)
    trainer.send(Rewind())
    assert all((snapshot(trainer).parameters[k] == v).all() for k, v in other.parameters.items()), "the same seed again"
    assert (other.parameters["dense_1.weight"] != first.parameters["dense_1.weight"]).any()


def test_a_failing_operator_shows_and_the_thread_lives_on(trainer: Trainer, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    load(trainer, ear)

    def broken(self: Run, steps: int) -> int:
        raise ZeroDivisionError("a fault in an operator")

    with monkeypatch.context() as patch:
        patch.setattr(Run, "train", broken)
        trainer.send(Play())
        failure = ear.wait(Failed)
    assert "ZeroDivisionError: a fault in an operator" in failure.message
    assert "Traceback" in failure.detail
    assert trainer.is_alive
    trainer.send(Iterate(2))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)


def test_divergence_is_one_sentence_and_keeps_the_weights(trainer: Trainer, ear: Ear) -> None:
    b_graph = mlp([2, 8, 1])
    data = prepare(DataSettings("plane"))
    project = Project(b_graph, DataSettings("plane"), TrainingSettings("sgd", {}, 500.0, 10))
    trainer.send(Load(Change.opening(project), data, 1))
    ear.wait(Loaded)
    trainer.send(Play())
    failure = ear.wait(Failed)
    assert "Training stopped at iteration" in failure.message and "learning rate" in failure.message
    assert failure.detail == ""
    assert all(np.isfinite(v).all() for v in snapshot(trainer).parameters.values())


def test_everything_registered_has_a_name_for_a_thread_report() -> None:
    assert len(operators) >= 13


def one_weight(value: float, shape: tuple[int, ...] = (8, 2)) -> SetParameters:
    return SetParameters({"dense_1.weight": Entries(shape, np.array([3]), np.array([value]))})


def read(trainer: Trainer, *names: str) -> dict[str, np.ndarray]:
    answer: Future[dict[str, np.ndarray]] = Future()
    trainer.send(ReadParameters(answer, names))
    return answer.result(timeout=20)


def test_single_weights_are_read_and_set_and_shown_at_once(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    before = read(trainer, "dense_1.weight", "dense_1.bias")
    trainer.send(one_weight(0.5))
    after = read(trainer, "dense_1.weight")["dense_1.weight"]
    assert np.argwhere(before["dense_1.weight"] != after).tolist() == [[1, 1]] and after[1, 1] == 0.5
    frame = trainer.newest_frame()
    assert frame is not None and frame.get("dense_1.weight")[1, 1] == 0.5  # type: ignore[index]


@pytest.mark.parametrize("command", [one_weight(np.inf), one_weight(0.5, (8, 3))])
def test_what_cannot_be_set_is_told_and_training_goes_on(trainer: Trainer, ear: Ear, command: SetParameters) -> None:
    load(trainer, ear)
    trainer.send(Iterate(200))
    trainer.send(command)
    assert ear.wait(Refused).message.startswith("dense_1.weight")
    ear.wait(StateChanged, playing=False)
    frame = trainer.newest_frame()
    assert frame is not None and frame.iteration == 200


def test_without_a_network_there_are_no_weights(trainer: Trainer, ear: Ear) -> None:
    trainer.send(one_weight(1.0))
    assert ear.wait(Refused).message == "There is no network whose weights could be set."
    with pytest.raises(NNLabError, match="There are no weights to change: There is no network yet"):
        read(trainer, "dense_1.weight")
    load(trainer, ear)
    with pytest.raises(NNLabError, match="There is no parameter 'nobody'"):
        read(trainer, "nobody")


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError("a fault")


def test_a_failure_to_report_a_failure_does_not_end_the_thread(trainer: Trainer, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame of the moment of failure cannot be made either."""
    load(trainer, ear)
    with monkeypatch.context() as patch:
        patch.setattr(Run, "train", broken)
        patch.setattr(Run, "publish", broken)
        trainer.send(Play())
        assert ear.wait(Failed).message == "Training failed: ZeroDivisionError: a fault."
    trainer.send(Iterate(2))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False, reason="")


def test_a_listener_that_fails_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    trainer = Trainer(broken)
    project = Project(GRAPH, SPIRAL, SETTINGS)
    trainer.send(Load(Change.opening(project), DATA, 1))
    assert snapshot(trainer).parameters.keys() >= {"dense_1.weight"}
    trainer.close()
    assert "an event could not be told" in caplog.text


@pytest.mark.parametrize("request_", [TakeSnapshot, lambda answer: ReadParameters(answer, ("dense_1.weight",))])
def test_every_request_is_answered_with_its_error(trainer: Trainer, ear: Ear, monkeypatch: pytest.MonkeyPatch, request_) -> None:  # type: ignore[no-untyped-def]
    load(trainer, ear)
    monkeypatch.setattr(Member, "snapshot", broken)
    monkeypatch.setattr(Member, "parameters", broken)
    answer: Future[object] = Future()
    trainer.send(request_(answer))
    with pytest.raises(ZeroDivisionError, match="a fault"):
        answer.result(timeout=20)
    assert trainer.is_alive


def test_a_request_that_nobody_waits_for_is_not_carried_out(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    answer: Future[Snapshot] = Future()
    answer.cancel()
    trainer.send(TakeSnapshot(answer))
    assert snapshot(trainer).parameters and answer.cancelled()


class Crash(BaseException):
    """Nothing that a thread can go on after."""


def crash_in_a_step(trainer: Trainer, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object] = lambda: None) -> None:
    """The thread dies in a step; `meanwhile` is called while it is in it."""
    reached, go_on = threading.Event(), threading.Event()

    def crash(self: Run, steps: int) -> int:
        reached.set()
        go_on.wait(20)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Run, "train", crash)
        trainer.send(Play())
        assert reached.wait(20)
        meanwhile()
        go_on.set()
        trainer._thread.join(20)


def test_a_dead_thread_is_noticed_and_everyone_who_waits_is_told(trainer: Trainer, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    load(trainer, ear)
    assert not trainer.has_died
    before: Future[Snapshot] = Future()
    crash_in_a_step(trainer, monkeypatch, lambda: trainer.send(TakeSnapshot(before)))  # waits behind the step in which the thread dies
    with pytest.raises(NNLabError, match="The training thread has ended"):
        before.result(timeout=20)
    with pytest.raises(NNLabError, match="try again in a moment"):
        snapshot(trainer)
    assert trainer.has_died


def test_a_new_thread_goes_on_where_the_dead_one_was(trainer: Trainer, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent meanwhile is not lost, and the bits are those of a run that nothing ever happened to."""
    load(trainer, ear)
    trainer.send(Iterate(5))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    crash_in_a_step(trainer, monkeypatch, lambda: trainer.send(Iterate(7)))
    trainer.restart()
    assert not trainer.has_died
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    after = snapshot(trainer)
    project = Project(GRAPH, SPIRAL, SETTINGS)
    trainer.send(Load(Change.opening(project), DATA, 2))
    trainer.send(Iterate(12))
    ear.wait(Loaded, revision=2)
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    straight = snapshot(trainer)
    assert after.context[0] == straight.context[0]
    assert all(after.parameters[name].tobytes() == values.tobytes() for name, values in straight.parameters.items())


def test_a_request_in_which_the_thread_dies_is_answered(trainer: Trainer, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    load(trainer, ear)

    def crash(self: Member, undisturbed: bool) -> Snapshot:
        raise Crash

    monkeypatch.setattr(Member, "snapshot", crash)
    with pytest.raises(NNLabError, match="The training thread has ended"):
        snapshot(trainer)


def test_weights_that_cannot_be_copied_for_want_of_memory_are_told_in_words(
    trainer: Trainer, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(trainer, ear)

    def no_room(self: Member, undisturbed: bool) -> Snapshot:
        raise MemoryError

    monkeypatch.setattr(Member, "snapshot", no_room)
    with pytest.raises(NotEnoughMemory, match="not enough memory to copy the weights; close other programs"):
        snapshot(trainer)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "There is not enough memory for this network and batch; use fewer units or a smaller batch."),
        (ZeroDivisionError("a fault"), "Training failed: ZeroDivisionError: a fault."),
        (Crash("a fault"), "Training failed: Crash: a fault."),
    ],
)
def test_a_network_that_cannot_be_loaded_is_told_with_the_reason(
    error: BaseException, reason: str, trainer: Trainer, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Play then answers with it, what was learned before is kept, and the next version trains."""
    load(trainer, ear)
    learned = snapshot(trainer)

    def no_room(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("nnlab.training.member.Run", no_room)
        trainer.send(Load(change(mlp([2, 9, 1]), SETTINGS), DATA, 2))
        assert ear.wait(NotLoaded) == NotLoaded(2, reason)
        if isinstance(error, Crash):
            trainer._thread.join(20)
            trainer.restart()
        else:
            assert ear.wait(Failed).message == reason
    trainer.send(Play())
    ear.wait(StateChanged, playing=False, reason=reason)
    kept = snapshot(trainer)
    assert all((kept.parameters[name] == values).all() for name, values in learned.parameters.items())
    load(trainer, ear, revision=3)
    trainer.send(Iterate(1))
    ear.wait(StateChanged, playing=True)


def test_closing_does_not_wait_for_ever_for_a_step(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(ear.events.put)
    load(trainer, ear)
    reached, go_on = threading.Event(), threading.Event()

    def long(self: Run, steps: int) -> int:
        reached.set()
        go_on.wait(20)
        return 0

    monkeypatch.setattr(Run, "train", long)
    trainer.send(Play())
    assert reached.wait(20)
    waiting: Future[Snapshot] = Future()
    trainer.send(TakeSnapshot(waiting))
    assert not trainer.close(timeout=0.05)
    with pytest.raises(NNLabError, match="The training thread has ended"):
        waiting.result(timeout=20)
    go_on.set()
    trainer._thread.join(20)
    assert not trainer.is_alive and not trainer.has_died


def test_a_thread_that_was_closed_has_not_died(ear: Ear) -> None:
    trainer = Trainer(ear.events.put)
    assert trainer.close()
    assert not trainer.has_died and not trainer.is_alive
    with pytest.raises(NNLabError, match="The training thread has ended"):
        snapshot(trainer)


OTHER = another_seed(1)


def with_another_seed(trainer: Trainer, ear: Ear, revision: int = 1) -> None:
    """Two runs of the spiral; the second catches up with what the first has done."""
    trainer.send(Load(OTHER.follow(Change.opening(Project(GRAPH, SPIRAL, SETTINGS))), DATA, revision, run=1))
    snapshot(trainer)


def frames(trainer: Trainer) -> tuple[Frame, Frame]:
    first, second = trainer.newest_frame(), trainer.newest_frame(number=1)
    assert first is not None and second is not None
    return first, second


def weights_alone(seed: int, steps: int) -> np.ndarray:
    run = Run(Setup(GRAPH, DATA.x, DATA.y, update=Update("adam", 1e-2), batch_size=10, seed=seed))
    run.train(steps)
    return run.state["dense_2.weight"]


def test_two_runs_play_and_pause_as_one(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    with_another_seed(trainer, ear)
    trainer.send(Play())
    ear.wait(StateChanged, playing=True)
    moments: tuple[set[int], set[int]] = (set(), set())
    end = time.monotonic() + LIMIT
    while frames(trainer)[0].iteration < 500 or len(moments[0] & moments[1]) < 10:
        assert time.monotonic() < end, moments
        trainer.want_frame()
        for found, frame in zip(moments, frames(trainer), strict=True):
            found.add(frame.iteration)
    trainer.send(Pause())
    ear.wait(StateChanged, playing=False)
    first, second = frames(trainer)
    assert first.iteration == second.iteration >= 500
    for seed, frame in ((0, first), (1, second)):
        assert (frame.get("dense_2.weight") == weights_alone(seed, frame.iteration)).all()  # type: ignore[union-attr]
    trainer.send(Rewind())
    ear.wait(StateChanged, playing=False)
    assert [frame.iteration for frame in frames(trainer)] == [0, 0]


def test_exactly_the_iterations_asked_for_in_company(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(Iterate(30))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    with_another_seed(trainer, ear)
    trainer.send(Iterate(7))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    assert [frame.iteration for frame in frames(trainer)] == [37, 37]
    trainer.send(StepForward(4))
    trainer.send(FinishStep())
    ear.wait(Stepped, pc=0, inside=False)
    snapshot(trainer)
    assert [frame.iteration for frame in frames(trainer)] == [38, 38]
    assert (frames(trainer)[1].get("dense_2.weight") == weights_alone(1, 38)).all()  # type: ignore[union-attr]


def test_a_late_run_catches_up_while_training_is_paused(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    trainer.send(Iterate(300))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    caught_up = threading.Event()
    publish = RunGroup.publish

    def noticed(self: RunGroup) -> None:
        publish(self)
        caught_up.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunGroup, "publish", noticed)
        with_another_seed(trainer, ear)
        assert caught_up.wait(20)
    assert [frame.iteration for frame in frames(trainer)] == [300, 300]


def test_changes_of_all_runs_have_no_step_between_them(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    with_another_seed(trainer, ear)
    trainer.send(Play())
    ear.wait(StateChanged, playing=True)
    edit = change(edits.configure(GRAPH, "dense_2", units=5), SETTINGS)
    trainer.send(Together((Load(edit, DATA, 2), Load(OTHER.follow(edit), DATA, 2, run=1))))
    ear.wait(Loaded, revision=2)
    trainer.send(Pause())
    ear.wait(StateChanged, playing=False)
    first, second = frames(trainer)
    assert (first.revision, first.iteration) == (second.revision, second.iteration)
    assert second.get("dense_2.weight").shape == (5, 8)  # type: ignore[union-attr]


def test_one_of_two_that_goes_wrong_stops_alone(trainer: Trainer, ear: Ear) -> None:
    data, plane = prepare(DataSettings("plane")), DataSettings("plane")
    good = Project(mlp([2, 8, 1]), plane, TrainingSettings("sgd", {}, 1e-3, 10))
    wild = replace(good, training=replace(good.training, learning_rate=500.0))
    trainer.send(Load(Change.opening(good), data, 1))
    trainer.send(Load(Change.opening(wild), data, 1, run=1))
    trainer.send(Iterate(60))
    stopped = ear.wait(RunStopped, run=1)
    assert "Training stopped at iteration" in stopped.reason
    ear.wait(StateChanged, playing=False)
    first, second = frames(trainer)
    assert first.iteration == 60 and second.iteration < 60


def test_when_all_have_gone_wrong_training_stops(trainer: Trainer, ear: Ear) -> None:
    data = prepare(DataSettings("plane"))
    wild = Project(mlp([2, 8, 1]), DataSettings("plane"), TrainingSettings("sgd", {}, 500.0, 10))
    trainer.send(Load(Change.opening(wild), data, 1))
    trainer.send(Load(OTHER.follow(Change.opening(wild)), data, 1, run=1))
    trainer.send(Play())
    ear.wait(StateChanged, playing=True)
    assert {ear.wait(RunStopped).run, ear.wait(RunStopped).run} == {0, 1}
    ear.wait(StateChanged, playing=False)


def test_a_run_that_is_removed_leaves_the_other_alone(trainer: Trainer, ear: Ear) -> None:
    load(trainer, ear)
    with_another_seed(trainer, ear)
    trainer.send(RemoveRun(1))
    trainer.send(Iterate(12))
    ear.wait(StateChanged, playing=True)
    ear.wait(StateChanged, playing=False)
    assert trainer.newest_frame(number=1) is None
    frame = trainer.newest_frame()
    assert frame is not None and frame.iteration == 12
