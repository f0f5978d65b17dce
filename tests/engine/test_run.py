"""Runs: determinism, history, carrying over, numbers that go wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import graphs, mlp, targets

from nnlab.core.errors import DataError, TrainingError
from nnlab.core.kernel.context import BATCH, EPOCH
from nnlab.engine import machine
from nnlab.engine.compile import Update, compile
from nnlab.engine.quantity import GRADIENT_NORM
from nnlab.engine.run import Former, Run, _size_of
from nnlab.engine.setup import Setup
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph

GENERATOR = np.random.default_rng(0)
X = GENERATOR.standard_normal((50, 2))
Y = np.tanh(X[:, :1] - X[:, 1:])


def run(
    graph: Graph | None = None, x: np.ndarray = X, y: np.ndarray = Y, *,
    optimizer: str = "adam", rate: float = 1e-2, seed: int = 1, former: Former | None = None,
) -> Run:  # fmt: skip
    graph = graph or mlp([2, 8, 8, 1])
    return Run(Setup(graph, x, y, X[:20], Y[:20], update=Update(optimizer, rate), batch_size=8, seed=seed), former)


def weights(one: Run) -> bytes:
    return one.state.arena[: one.program.moments_end].tobytes()


@given(slices=st.lists(st.integers(1, 40), min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_the_same_bits_whatever_the_slices_and_frames(slices: list[int]) -> None:
    whole, cut = run(), run()
    whole.train(sum(slices))
    for steps in slices:
        cut.control[machine.FRAME] = 1
        cut.train(steps)
    assert weights(whole) == weights(cut)


def test_another_seed_is_another_run() -> None:
    one, other = run(seed=1), run(seed=2)
    one.train(3)
    other.train(3)
    assert weights(one) != weights(other)


def test_rewind_returns_to_the_same_weights() -> None:
    one = run()
    first = weights(one)
    one.train(30)
    trained = weights(one)
    one.reset(1)
    assert weights(one) == first
    one.train(30)
    assert weights(one) == trained


def test_counters_mean_what_the_words_mean() -> None:
    one = run()  # 50 samples in batches of 8: 7 batches, the last of 2
    rows = []
    for _ in range(7):
        one.train(1)
        rows.append(one.state.rows)
    assert rows == [8] * 6 + [2]
    one.train(1)
    assert (one.state.context[EPOCH], one.state.context[BATCH]) == (1, 1)


def test_every_sample_once_per_epoch_in_a_new_order() -> None:
    one = run()
    seen = []
    for epoch in range(2):
        order = []
        for _ in range(7):
            one.train(1)
            one.publish()
            frame = one.mailbox.newest()
            assert frame is not None
            order.extend(frame.samples.tolist())
        assert sorted(order) == list(range(50)), epoch
        seen.append(order)
    assert seen[0] != seen[1]


def test_history_stays_bounded_and_true() -> None:
    one = run(mlp([2, 3, 1]))
    losses = []
    for _ in range(300):
        one.train(1)
        losses.append(one.history.last)
    curves = one.history.curves()
    assert curves.block_size == 1
    np.testing.assert_array_equal(curves.mean, losses)

    long = run(mlp([2, 3, 1]))
    long.train(20_000)
    curves = long.history.curves()
    assert len(curves.mean) < 4096
    assert curves.block_size > 1
    again = run(mlp([2, 3, 1]))
    every = []
    for _ in range(curves.block_size * 4):
        again.train(1)
        every.append(again.history.last)
    blocks = np.array(every).reshape(4, -1)
    np.testing.assert_array_equal(curves.minimum[:4], blocks.min(axis=1))
    np.testing.assert_array_equal(curves.maximum[:4], blocks.max(axis=1))
    np.testing.assert_allclose(curves.mean[:4], blocks.mean(axis=1), rtol=1e-12)
    assert curves.iterations[-1] <= 20_000 < curves.iterations[-1] + curves.block_size


def test_gradient_norms_are_those_of_the_step() -> None:
    one = run()
    one.train(5)
    norms = one.history.curves().norms[-1]
    for column, name in enumerate(one.history.names):
        node, tensor = name.rsplit(".", 1)
        assert norms[column] == pytest.approx(np.linalg.norm(one.state[f"{node}.d_{tensor}"]), rel=1e-6)


def test_the_norm_of_the_whole_gradient_is_over_all_parameters_and_nothing_else() -> None:
    one = run()
    one.record([GRADIENT_NORM])
    one.train(5)
    gradients = [one.state[f"{node}.d_{tensor}"] for node, tensor in (name.rsplit(".", 1) for name in one.history.names)]
    assert len(gradients) == len(one.program.parameters)
    whole = float(np.sqrt(sum(float((g.astype(np.float64) ** 2).sum()) for g in gradients)))
    assert one.history.curves().value_of(GRADIENT_NORM)[-1] == pytest.approx(whole, rel=1e-6)


def test_validation_is_the_mean_over_all_held_out_samples() -> None:
    one = run()
    one.train(7)
    loss, outputs = one.validate()
    assert loss == pytest.approx(float(np.mean((outputs - Y[:20]) ** 2)), rel=1e-5)
    assert one.history.losses.validation == pytest.approx(loss, rel=1e-6)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_weights() -> None:
    one = run(rate=1e3, optimizer="sgd")
    with pytest.raises(TrainingError, match=r"stopped at iteration \d+: .* became (NaN|infinite)"):
        one.train(1000)
    assert np.isfinite(one.state.arena[: one.program.parameters_end]).all()
    iteration = one.iteration
    with pytest.raises(TrainingError):
        one.train(1)
    assert one.iteration == iteration


def test_nan_in_the_data_is_named() -> None:
    x = X.copy()
    x[3, 1] = np.nan
    with pytest.raises(DataError, match=r"x contains NaN, or a number too large for float32 at \[3, 1\]; only finite numbers"):
        run(x=x)


def test_the_machine_leaves_when_asked() -> None:
    one = run()
    one.control[machine.LEAVE] = 1
    assert one.train(10**9) == 0


def test_editing_keeps_what_did_not_change() -> None:
    one = run()
    one.train(25)
    before = one.state.parameters()
    graph = edits.configure(one.program.graph, "dense_2", units=12)
    other = run(graph, former=Former(one))
    after = other.state.parameters()
    np.testing.assert_array_equal(after["dense_1.weight"], before["dense_1.weight"])
    assert after["dense_2.weight"].shape == (12, 8)
    assert other.iteration == 25
    np.testing.assert_array_equal(other.history.curves().mean, one.history.curves().mean)
    other.train(10)
    assert other.iteration == 35


def test_a_renamed_layer_keeps_its_weights() -> None:
    one = run()
    one.train(25)
    graph = edits.rename_node(one.program.graph, "dense_2", "hidden")
    other = run(graph, former=Former(one))
    np.testing.assert_array_equal(other.state["hidden.weight"], one.state["dense_2.weight"])


def test_data_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match=r"takes samples of shape \(N, 2\), but x has shape \(50, 3\)"):
        run(x=np.zeros((50, 3)))
    with pytest.raises(DataError, match=r"mse_1 needs targets of shape \(50,\), but y has shape \(49, 1\)"):
        run(y=Y[:49])
    classes = mlp([2, 4, 3], loss="cross_entropy")
    with pytest.raises(DataError, match="takes class numbers from 0 to 2, but y has 3 for sample"):
        Run(Setup(classes, X, np.arange(50) % 4, update=Update(), batch_size=8))


@given(graph=graphs())
@settings(max_examples=25, deadline=None)
def test_random_networks_step_to_the_bits_of_running(graph: Graph) -> None:
    generator = np.random.default_rng(2)
    features = graph.input_nodes[0].settings["features"]
    assert isinstance(features, int)
    x, y = generator.standard_normal((6, features)), targets(graph, 6, generator)
    whole = Run(Setup(graph, x, y, update=Update("adam", 1e-2), batch_size=4))
    stepped = Run(Setup(graph, x, y, update=Update("adam", 1e-2), batch_size=4))
    whole.train(3)
    while stepped.iteration < 3:
        stepped.stepper.forward()
        if generator.random() < 0.3:
            stepped.stepper.back()
    assert weights(whole) == weights(stepped)


def test_a_changed_rate_survives_rewind_and_stepping_back() -> None:
    one = run(rate=0.1, optimizer="sgd")
    offset = one.program.constants["optimizer/learning_rate"][0]
    one.stepper.forward()
    one.state.set_constant("optimizer/learning_rate", 0.5)
    one.stepper.back()
    assert one.state.arena[offset] == np.float32(0.5)
    one.reset(1)
    assert one.state.arena[offset] == np.float32(0.5)


def test_a_stepped_iteration_refuses_what_training_refuses() -> None:
    whole, stepped = (run(mlp([2, 1]), x=X * 1e30, optimizer="sgd") for _ in range(2))  # the squared error is beyond float32
    before = weights(stepped)
    for attempt in (lambda: whole.train(1), stepped.stepper.finish):
        if attempt == stepped.stepper.finish:
            stepped.stepper.forward()
        with pytest.raises(TrainingError, match="stopped at iteration 1"):
            attempt()
    assert weights(stepped) == before == weights(whole)
    assert not stepped.stepper.inside


def test_no_training_samples_is_said() -> None:
    with pytest.raises(DataError, match="no training samples"):
        run(x=X[:0], y=Y[:0])


def test_stepping_through_an_epoch_validates_like_training() -> None:
    whole, stepped = run(), run()
    whole.train(14)
    while stepped.iteration < 14:
        stepped.stepper.forward()
    np.testing.assert_array_equal(stepped.history.curves().validation_losses, whole.history.curves().validation_losses)
    assert len(whole.history.curves().validation_losses) == 2


def test_frames_leave_out_what_an_optimiser_works_in() -> None:
    one = run(optimizer="muon")
    assert "dense_1.weight.room" in one.program.places
    assert not {name for name in one.mailbox.spans_by_name if name.rsplit(".", 1)[-1] in ("room", "gram", "polynomial", "direction")}


def test_the_training_loss_beside_the_validation_loss_is_measured_as_that_is() -> None:
    """With the same weights and without dropout; on a fixed part of the samples that is not larger than the validation part."""
    b = GraphBuilder()
    b.mse(b.dense(b.dropout(b.dense(b.input(features=2), units=8), p=0.5), units=1))
    one = run(b.build())
    one.train(14)
    curves = one.history.curves()
    assert curves.validation_iterations.tolist() == [7, 14]
    x, y = one.samples.some_training(20)
    assert len(x) == 20 and {row.tobytes() for row in x} < {row.tobytes() for row in one.samples.x}
    one.evaluator.load(one.state.arena)
    assert one.history.losses.training == curves.training_losses[-1] == pytest.approx(one.evaluator.loss(x, y)[0], rel=1e-6)
    everything = one.samples.some_training(50)[0]
    assert np.array_equal(everything, one.samples.x) and np.shares_memory(everything, one.samples.x), "not copied"
    assert np.array_equal(one.samples.some_training(20)[0], x), "always the same"


def test_how_far_weights_move_is_measured_for_frames_alone() -> None:
    setup = Setup(mlp([2, 8, 8, 1]), X, Y, update=Update("adam", 1e-2), batch_size=8, seed=1)
    seen, unseen = Run(setup), Run(setup, frames=False)
    for one in (seen, unseen):
        one.train(5)
    moved = seen.step.update.arrays.moved
    assert len(moved) == len(seen.program.trained)
    assert np.isfinite(moved).all()
    assert unseen.step.update.arrays.moved.shape == (0, 2)
    assert weights(seen) == weights(unseen)


def test_larger_batches_than_there_is_room_for_need_another_run() -> None:
    one = run()
    room = one.program.capacity
    assert one.set_batch_size(room + 1) is False and one.batch_size == 8
    assert one.set_batch_size(room) is True and one.batch_size == room
    assert one.set_batch_size(5) is True and one.batch_size == 5
    one.train(1)
    assert one.state.rows == 5


@pytest.mark.parametrize(("real", "size"), [("float32", 4), ("float64", 8)])
def test_the_memory_a_run_needs_is_counted_before_it_is_taken(real: str, size: int) -> None:
    """The arena, two frames with every parameter if anybody looks, and the largest parameter as it is drawn, in float64."""
    program = compile(mlp([3, 5, 2]), 4, real, Update("adam"))
    assert _size_of(program, False) == size * program.arena_size + 8 * 15
    assert _size_of(program, True) == size * (program.arena_size + 2 * program.parameters_end) + 8 * 15
    b = GraphBuilder()
    b.mse(b.input(features=2))
    nothing = compile(b.build(), 4, real)
    assert _size_of(nothing, False) == size * nothing.arena_size


def test_steps_are_counted_to_the_end_of_the_epoch() -> None:
    """Fifty samples in batches of eight are seven steps."""
    one, left = run(), []
    for _ in range(8):
        left.append(one.steps_to_end_of_epoch)
        one.train(1)
    assert left == [7, 6, 5, 4, 3, 2, 1, 7]


def test_the_loss_is_known_once_the_forward_pass_is_done() -> None:
    one = run()
    assert np.isnan(one.current_loss()), "no batch was seen yet"
    for pc in range(len(one.program.instructions)):
        assert np.isnan(one.current_loss()) == (pc < one.program.forward_end), pc
        one.stepper.forward()
    assert np.isfinite(one.current_loss()) and not one.stepper.inside


def test_without_validation_data_there_is_no_validation_loss() -> None:
    one = Run(Setup(mlp([2, 3, 2]), X, np.hstack([Y, Y]), update=Update("adam"), batch_size=8))
    loss, outputs = one.validate()
    assert np.isnan(loss) and outputs.shape == (0, 2)
