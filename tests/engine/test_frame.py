"""What a frame holds: what is asked for, under one sequence of numbers, and how far the last update moved the weights."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from endings import join
from networks import mlp

from nnlab.core.optimizer import optimizers
from nnlab.engine import machine
from nnlab.engine.compile import Update
from nnlab.engine.frame import BATCH, GRADIENTS, OUTPUTS, UPDATES, Frame
from nnlab.engine.program import RATE
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph import edits
from nnlab.graph.graph import Graph

GENERATOR = np.random.default_rng(3)
X, Y = GENERATOR.standard_normal((24, 2)), GENERATOR.standard_normal((24, 1))
GRAPH = mlp([2, 5, 1])


def made(graph: Graph = GRAPH, update: Update | None = None, **more: object) -> Run:
    return Run(Setup(graph, X, Y, update=update or Update("adam", 0.01), batch_size=8, seed=1), **more)  # type: ignore[arg-type]


def newest(run: Run, seen: int = 0) -> Frame:
    frame = run.mailbox.newest(seen)
    assert frame is not None
    return frame


def norms(run: Run, before: dict[str, np.ndarray], name: str) -> tuple[float, float]:
    """By NumPy, in float64: (‖w − w before‖, ‖w before‖)."""
    old = before[name].astype(np.float64).ravel()
    return float(np.linalg.norm(run.state[name].astype(np.float64).ravel() - old)), float(np.linalg.norm(old))


@pytest.mark.parametrize("optimizer", optimizers.names())
def test_the_last_update_is_the_difference_of_the_weights_under_every_optimiser(optimizer: str) -> None:
    update = Update(optimizer, 0.01, {"weight_decay": 0.1} if any(s.name == "weight_decay" for s in optimizers[optimizer].settings) else {})
    run, twin = made(update=update), made(update=update)
    twin.train(6)
    before = twin.state.parameters()
    run.train(7)
    run.publish()
    frame = newest(run)
    for info in run.program.parameters:
        found = frame.update_of(info.name)
        assert found == pytest.approx(norms(run, before, info.name), rel=1e-9)
        assert found is not None and found[0] > 0
    assert frame.update_of("input_1.y") is None


def test_before_the_first_update_and_after_a_reset_there_is_none() -> None:
    run = made()
    run.publish()
    assert newest(run).update_of("dense_1.weight") is None
    run.train(3)
    run.publish()
    assert newest(run).update_of("dense_1.weight") is not None
    run.reset(5)
    run.publish()
    assert newest(run).update_of("dense_1.weight") is None


def test_a_frozen_layer_does_not_move() -> None:
    run = made(edits.set_frozen(GRAPH, ["dense_1"], True))
    run.train(2)
    run.publish()
    frame = newest(run)
    assert frame.update_of("dense_1.weight") == (0.0, 0.0)
    assert frame.update_of("dense_2.weight")[0] > 0  # type: ignore[index]


def test_a_stepped_iteration_measures_the_same() -> None:
    stepped, whole = made(), made()
    whole.train(2)
    stepped.train(1)
    first = stepped.moved.copy()
    while True:
        stepped.stepper.forward()
        if not stepped.stepper.inside:
            break
        np.testing.assert_array_equal(stepped.moved, first)  # still the update before
    np.testing.assert_array_equal(stepped.moved, whole.moved)
    stepped.stepper.back()
    np.testing.assert_array_equal(stepped.moved, first)


def test_after_a_refused_step_the_last_update_is_not_known() -> None:
    run = made(update=Update("sgd", 1000.0))
    with pytest.raises(Exception, match="Training stopped"):
        run.train(50)
    assert np.isnan(run.moved).all()


def test_every_frame_at_full_speed_tells_of_its_own_last_update_when_asked() -> None:
    """Frames asked for from another thread while the machine runs, each compared with a run that stops there."""
    run = made(watched=(UPDATES,))
    frames: list[Frame] = []
    done = threading.Event()

    def look() -> None:
        seen = 0
        while not done.is_set():
            run.control[machine.FRAME] = 1
            frame = run.mailbox.newest(seen)
            if frame is not None:
                seen = frame.sequence
                frames.append(frame)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        run.train(20_000)
    finally:
        done.set()
    join(thread)
    assert frames
    for frame in (frames[0], frames[len(frames) // 2]):
        twin = made()
        twin.train(frame.iteration - 1)
        before = twin.state.parameters()
        twin.train(1)
        assert frame.update_of("dense_1.weight") == pytest.approx(norms(twin, before, "dense_1.weight"), rel=1e-9)


def test_frames_at_full_speed_say_nothing_of_updates_that_nobody_asked_for() -> None:
    run = made(watched=())
    run.control[machine.FRAME] = 1
    run.train(10)
    assert newest(run).iteration == 1 and newest(run).update_of("dense_1.weight") is None
    run.publish()
    assert newest(run).update_of("dense_1.weight") is not None  # at rest it is always known


def test_frames_are_made_at_regular_iterations_when_asked_for() -> None:
    run = made(watched=())
    run.control[machine.FRAME], run.control[machine.EVERY] = 5, 3
    found = []
    for _ in range(12):
        run.train(1)
        frame = run.mailbox.newest(found[-1].sequence if found else 0)
        if frame is not None:
            found.append(frame)
    assert [frame.iteration for frame in found] == [5, 8, 11]


def test_looking_changes_no_bits() -> None:
    """Watched and unwatched, changed while it runs, left and entered again: the same weights, moments and history."""
    plain, looked_at = made(frames=False), made(watched=())
    plain.train(40)
    for k, watched in enumerate(((UPDATES,), (OUTPUTS, GRADIENTS), (), ("dense_1.y", BATCH, UPDATES))):
        looked_at.watch(watched)
        looked_at.control[machine.FRAME] = k % 2
        looked_at.train(10)
        looked_at.publish()
    end = plain.program.moments_end
    np.testing.assert_array_equal(plain.state.arena[:end], looked_at.state.arena[:end])
    np.testing.assert_array_equal(plain.history.curves().mean, looked_at.history.curves().mean)
    np.testing.assert_array_equal(plain.history.curves().norms, looked_at.history.curves().norms)
    assert len(plain.moved) == 0


def test_a_frame_holds_what_is_asked_for() -> None:
    run = made(watched=(OUTPUTS, "dense_2.d_bias", "there.is_no_such"))
    run.train(1)
    run.publish()
    frame = newest(run)
    for name in ("input_1.y", "dense_1.y", "tanh_1.y", "dense_2.y", "mse_1.loss", "dense_2.d_bias", "dense_1.weight", "dense_2.bias"):
        np.testing.assert_array_equal(frame.get(name), run.state[name])
    assert frame.get("dense_1.d_weight") is None and frame.get("dense_1.d_y") is None and frame.get("there.is_no_such") is None
    run.watch((GRADIENTS, BATCH))
    run.publish()
    frame = newest(run)
    for name in ("dense_1.d_weight", "dense_1.d_bias", "dense_2.d_weight", run.program.input_name, run.program.target_name):
        np.testing.assert_array_equal(frame.get(str(name)), run.state[str(name)])
    assert frame.get("tanh_1.y") is None


def test_the_rate_that_a_schedule_worked_out_is_always_there() -> None:
    """Halved after every two updates: the third uses half of 0.01."""
    run = made(update=Update("sgd", 0.01, schedule="step", schedule_settings={"step_size": 2, "gamma": 0.5}), watched=())
    run.train(3)
    run.publish()
    assert newest(run).get(RATE) == pytest.approx(0.005)


def test_another_choice_continues_the_numbers_of_frames() -> None:
    run = made(watched=())
    run.publish()
    run.publish()
    seen = newest(run)
    assert seen.sequence == 2
    run.watch((GRADIENTS,))
    assert run.mailbox.newest(0) is None  # nothing of the new kind yet, and never an empty half
    run.publish()
    frame = newest(run, seen.sequence)
    assert frame.sequence == 3 and frame.iteration == 0


def test_a_frame_is_as_large_as_what_is_asked_for() -> None:
    """2-5-1: 21 gradients; outputs of 2, 5, 5 and 1 numbers a row, for which 16 rows have room, and the loss."""
    run = made(watched=())
    parameters = run.program.parameters_end
    assert run.mailbox.frames.shape == (8, parameters)
    run.watch((GRADIENTS,))
    assert run.mailbox.frames.shape[1] == parameters + 21
    run.watch((OUTPUTS,))
    assert run.mailbox.frames.shape[1] == parameters + 16 * (2 + 5 + 5 + 1) + 1


def test_the_last_frames_are_there_the_oldest_first() -> None:
    run = made()
    for _ in range(20):
        run.train(1)
        run.publish()
    found = run.mailbox.newer()
    # One slot of the eight may be under way.
    assert [frame.iteration for frame in found] == [14, 15, 16, 17, 18, 19, 20]
    assert [frame.iteration for frame in run.mailbox.newer(found[4].sequence)] == [19, 20]
    assert run.mailbox.newer(found[-1].sequence) == []
    twin = made()
    twin.train(17)
    assert np.array_equal(found[3].get("dense_1.weight"), twin.state["dense_1.weight"])


def test_frames_of_a_large_network_take_two_slots() -> None:
    assert len(made(mlp([2, 1500, 1000, 1])).mailbox.meta) == 2


@pytest.mark.parametrize(
    ("graph", "real", "slots"),
    [(GRAPH, "float32", 8), (mlp([2, 500, 500, 1]), "float32", 7), (mlp([2, 500, 500, 1]), "float64", 3)],
)
def test_frames_take_no_more_than_eight_million_bytes_where_they_are_more_than_two(graph: Graph, real: str, slots: int) -> None:
    """1000 + 500 + 250,000 + 500 + 500 + 1 parameters, each place rounded up to 16: 252,528 numbers; 8,000,000 / 1,010,112 is 7.9."""
    run = Run(Setup(graph, X, Y, update=Update("sgd", 0.01), batch_size=8, real=real), watched=())
    assert len(run.mailbox.frames) == len(run.mailbox.meta) == len(run.mailbox.batches) == slots


def test_a_frame_knows_how_much_of_the_epoch_has_been_seen() -> None:
    """24 samples in batches of 8."""
    run, found = made(), []
    for _ in range(4):
        run.train(1)
        run.publish()
        frame = newest(run, found[-1].sequence if found else 0)
        found.append(frame)
    assert [(f.epoch, f.batch, f.position, f.rows, len(f.samples)) for f in found] == [
        (0, 1, 8, 8, 8), (0, 2, 16, 8, 8), (1, 0, 0, 8, 8), (1, 1, 8, 8, 8),
    ]  # fmt: skip
    assert not any(frame.is_inside for frame in found)
    run.stepper.forward()
    run.publish()
    assert newest(run, found[-1].sequence).is_inside


def test_before_the_first_batch_parameters_alone_have_values() -> None:
    run = made()
    run.revision = 5
    run.publish()
    frame = newest(run)
    assert frame.get("dense_1.y") is None and frame.get("dense_1.d_weight") is None and frame.revision == 5
    for name in ("dense_1.weight", "dense_2.bias"):
        np.testing.assert_array_equal(frame.get(name), run.state[name])
    np.testing.assert_array_equal(frame.parameters, run.state.arena[: run.program.parameters_end])
    run.train(1)
    run.publish()
    assert newest(run).get("dense_1.y") is not None and newest(run).get("dense_1.weight.mean") is None, "moments are nobody's to see"


def test_a_run_that_nobody_looks_at_has_no_room_for_frames() -> None:
    mailbox = made(frames=False).mailbox
    assert (len(mailbox.spans), mailbox.frames.shape, mailbox.moves.shape, mailbox.holds_updates) == (0, (2, 1), (2, 0, 2), False)
    assert [made(watched=watched).mailbox.holds_updates for watched in (None, (UPDATES,), (OUTPUTS,))] == [True, True, False]


def test_a_slot_that_may_be_under_way_is_nobodys_to_read() -> None:
    """Of eight slots the machine writes the next into the one whose frame is seven older than the newest."""
    run = made()
    for _ in range(12):
        run.publish()
    assert [run.mailbox._copy(number) is not None for number in (4, 5, 6, 12)] == [False, False, True, True]
