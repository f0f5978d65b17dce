"""The same project and seed end in the same bits, whatever happens in between."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.snapshots import restore_snapshot, take_snapshot

STEPS = 40
X = np.random.default_rng(0).standard_normal((50, 3))
Y = np.sin(X.sum(axis=1, keepdims=True))


def network() -> Graph:
    """Everything that keeps something between steps: random masks, running statistics, moments, a schedule that watches the loss."""
    b = GraphBuilder()
    h = b.dropout(b.relu(b.batch_norm(b.dense(b.input(features=3), units=12))), p=0.3)
    b.mse(b.dense(b.prelu(b.dense(h, units=6, l1=1e-3, l2=1e-3)), units=1))
    return b.build()


def new_run() -> Run:
    update = Update("muon", 0.02, {"clip_value": 1.0, "clip_norm": 2.0}, "plateau", {"patience": 0, "factor": 0.7})
    return Run(Setup(network(), X, Y, X[:10], Y[:10], update=update, batch_size=8, seed=4))


def bits(run: Run) -> tuple[bytes, int]:
    return run.state.arena[: run.program.moments_end].tobytes(), run.iteration


@cache
def straight() -> tuple[bytes, int]:
    run = new_run()
    run.train(STEPS)
    return bits(run)


@given(slices=st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["frame", "validate", "predict", "step", "back", "save"]))))
@settings(max_examples=60, deadline=None)
def test_slices_pauses_probes_steps_and_snapshots_leave_no_trace(slices: list[tuple[int, str]]) -> None:
    run = new_run()
    for steps, between in slices:
        run.train(min(steps, STEPS - run.iteration))
        if run.iteration == STEPS:
            break
        if between == "frame":
            run.control[1] = 1
            run.publish()
        elif between == "validate":
            run.validate()
        elif between == "predict":
            run.evaluator.load(run.state.arena)
            run.evaluator.predict(X)
        elif between == "step":
            for _ in range(7):
                run.stepper.forward()
            run.stepper.finish()
        elif between == "back":
            for _ in range(9):
                run.stepper.forward()
            for _ in range(9):
                run.stepper.back()
        else:
            snapshot = take_snapshot(run)
            run = new_run()
            restore_snapshot(run, snapshot)
    run.train(STEPS - run.iteration)
    assert bits(run) == straight()


def test_any_iteration_can_be_replayed_from_a_snapshot() -> None:
    run = new_run()
    run.train(13)
    snapshot = take_snapshot(run)
    run.train(1)
    expected = bits(run)
    run.train(20)
    restore_snapshot(run, snapshot)
    run.train(1)
    assert bits(run) == expected
