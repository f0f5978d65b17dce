"""Gradient accumulation: several batches are one update, stepped as run; gradients that nobody zeroes stay."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import SettingError, TrainingError
from nnlab.core.kernel.context import BATCH, BATCH_START, EPOCH
from nnlab.engine.compile import Update
from nnlab.engine.gradient_check import GradientChecker
from nnlab.engine.local_derivatives import LocalDerivatives
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph

GENERATOR = np.random.default_rng(0)
X = GENERATOR.standard_normal((50, 2))
Y = np.tanh(X[:, :1] - X[:, 1:])


def run(batch: int, accumulate: int = 1, graph: Graph | None = None, real: str = "float64", zero: bool = True, **update: object) -> Run:
    rule = Update("adam", 1e-2, accumulate=accumulate, zero_gradients=zero, **update)  # type: ignore[arg-type]
    return Run(Setup(graph or mlp([2, 8, 8, 1]), X, Y, X[:20], Y[:20], update=rule, batch_size=batch, seed=1, real=real))


def learned(one: Run) -> np.ndarray:
    return one.state.arena[: one.program.parameters_end]


def weights(one: Run) -> bytes:
    return one.state.arena[: one.program.moments_end].tobytes()


@pytest.mark.parametrize(("batch", "accumulate"), [(4, 3), (7, 2), (6, 4), (1, 10)])  # 50 rows: short batches, and short updates
def test_several_batches_are_one_large_batch(batch: int, accumulate: int) -> None:
    parts, whole = run(batch, accumulate), run(batch * accumulate)
    for _ in range(3):
        for one in (parts, whole):
            one.train(one.steps_to_end_of_epoch)
        np.testing.assert_allclose(learned(parts), learned(whole), rtol=0, atol=1e-9)
    assert parts.iteration == whole.iteration == 3 * -(-50 // (batch * accumulate))
    np.testing.assert_allclose(parts.history.curves().mean, whole.history.curves().mean, rtol=1e-9)
    assert (int(parts.state.context[EPOCH]), int(parts.state.context[BATCH])) == (3, 0)


def test_classes_with_weights_count_by_their_weights() -> None:
    """With class weights the mean of the batches' means is another number than the mean over all their samples."""
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.input(features=2), units=2), class_weights="0.2, 1.8")
    graph = b.build()
    classes = (Y > 0.3).astype(np.float64)
    parts, whole = (
        Run(Setup(graph, X, classes, update=Update("sgd", 0.1, accumulate=k), batch_size=60 // k, seed=1, real="float64")) for k in (6, 1)
    )
    for one in (parts, whole):
        one.train(3)
    np.testing.assert_allclose(learned(parts), learned(whole), rtol=0, atol=1e-12)


@pytest.mark.parametrize("zero", [True, False])
def test_stepped_leaves_the_same_bits_as_run(zero: bool) -> None:
    b = GraphBuilder()
    b.mse(b.dense(b.dropout(b.tanh(b.batch_norm(b.dense(b.input(features=2), units=6)))), units=1))
    graph = b.build()
    whole, stepped = (run(7, 3, graph, "float32", zero) for _ in range(2))
    whole.train(7)
    for iteration in range(7):
        if iteration == 4:
            stepped.train(1)
            continue
        batches = 0
        while True:
            stepped.stepper.forward()
            batches += stepped.stepper.is_between_batches
            if not stepped.stepper.inside:
                break
        assert batches + 1 == (3 if iteration % 3 < 2 else 2)  # 50 rows are 8 batches: 3, 3 and 2
    assert weights(whole) == weights(stepped)
    assert whole.history.curves().mean.tolist() == stepped.history.curves().mean.tolist()


def test_back_and_forth_across_batches_is_exact() -> None:
    one = run(7, 3)
    one.train(1)
    states = []
    while True:
        states.append((one.state.arena.tobytes(), one.state.context.tobytes()))
        one.stepper.forward()
        if not one.stepper.inside:
            break
    count = len(states)
    assert count == 3 * one.program.batch_end + len(one.program.instructions) - one.program.batch_end
    for _ in range(count):
        assert one.stepper.back()
        arena, context = states.pop()
        assert one.state.context.tobytes() == context
        assert one.state.arena.tobytes() == arena
    assert not one.stepper.inside


def test_gradients_that_are_not_zeroed_add_up() -> None:
    """SGD without zeroing: w = w - rate * (g1 + … + gn), which is momentum that forgets nothing."""
    forgetful = Run(Setup(mlp([2, 4, 1]), X, Y, update=Update("sgd", 1e-3, zero_gradients=False), batch_size=10, seed=1, real="float64"))
    plain = Run(Setup(mlp([2, 4, 1]), X, Y, update=Update("sgd", 1e-3), batch_size=10, seed=1, real="float64"))
    total = np.zeros(0)
    for _ in range(12):
        plain.state.arena[: plain.program.parameters_end] = learned(forgetful)
        before = learned(plain).copy()
        plain.train(1)
        step = learned(plain) - before
        total = total + step if len(total) else step
        forgetful.train(1)
        np.testing.assert_allclose(learned(forgetful), before + total, rtol=0, atol=1e-12)


def test_numbers_that_go_wrong_in_a_later_batch_leave_the_update_undone() -> None:
    x = X.copy()
    x[40] = 1e300
    b = GraphBuilder()
    b.mse(b.dense(b.batch_norm(b.dense(b.input(features=2), units=4)), units=1))
    graph = b.build()
    one = Run(Setup(graph, x, Y, update=Update("sgd", 1e-3, accumulate=3), batch_size=10, seed=1, real="float64", shuffle=False))
    one.train(1)
    before, place = weights(one), (int(one.state.context[BATCH]), int(one.state.context[BATCH_START]))
    with pytest.raises(TrainingError, match="sample 40|iteration 2"):
        one.train(1)
    assert weights(one) == before
    assert (int(one.state.context[BATCH]), int(one.state.context[BATCH_START])) == place == (3, 30)


def test_what_is_no_number_of_batches_is_refused() -> None:
    with pytest.raises(SettingError, match="accumulate is 0; it must be from 1"):
        run(8, 0)


def test_a_frame_says_whether_a_batch_is_under_way() -> None:
    one = run(7, 3)
    one.train(1)
    one.publish()
    frame = one.mailbox.newest()
    assert frame is not None and (frame.batch, frame.is_inside) == (3, False)
    for _ in range(one.program.batch_end + 2):
        one.stepper.forward()
    one.publish()
    frame = one.mailbox.newest(frame.sequence)
    assert frame is not None and (frame.batch, frame.is_inside, one.stepper.batch) == (4, True, 1)
    assert frame.samples.tolist() == one.order[28:35].tolist()


def test_the_gradient_check_drops_what_that_batch_of_the_update_dropped() -> None:
    """Every batch of an update has a mask of its own; a check in double precision draws it again."""
    b = GraphBuilder()
    b.mse(b.dense(b.dropout(b.tanh(b.dense(b.input(features=2), units=9)), p=0.4), units=1))
    one = run(10, 3, b.build())
    one.train(2)
    masks = []
    for batch in range(3):
        while not (one.stepper.batch == batch and one.stepper.pc == one.program.batch_end - 1):
            one.stepper.forward()
        state = one.state
        x, y = X[one.order[state.context[BATCH_START] :][: state.rows]], Y[one.order[state.context[BATCH_START] :][: state.rows]]
        found = LocalDerivatives(one.program.graph, state.stored(), x, y, 1, one.iteration, batch)
        masks.append(state["dropout_1.mask"].copy())
        assert np.array_equal(found.state["dropout_1.mask"], masks[-1]), batch
        assert GradientChecker(one.program.graph, state.stored(), x, y, 1, one.iteration, batch).check("dense_1.weight", (2, 1)).agrees
    assert not np.array_equal(masks[0], masks[1]) and not np.array_equal(masks[1], masks[2])
