"""A run from its beginning to its end, without a window: what `nnlab train` does.

The steps are dealt out in slices of a tenth of a second, so that progress can be shown and Ctrl-C noticed; the slices do not
touch the numbers, so the same project and seed end in the same bits on every run of one machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from nnlab.core.kernel.context import EPOCH
from nnlab.core.preparation import Data
from nnlab.engine.batch_order import updates_in
from nnlab.engine.run import Run
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, check
from nnlab.training.commands import Snapshot
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.metrics import metrics
from nnlab.training.problems import check_batches
from nnlab.training.settings import TrainingSettings
from nnlab.training.snapshots import restore_snapshot
from nnlab.training.update import setup_of

SLICE_SECONDS = 0.1


@dataclass(frozen=True)
class Result:
    """Where a run stands. Losses are means over all samples with the present weights; `metrics` are of the validation part if any."""

    step: int
    epoch: int
    loss: float
    validation_loss: float | None
    metrics: dict[str, float]
    training_metrics: dict[str, float]
    parameters: int
    seed: int


def prepare_run(
    graph: Graph, data: Data, settings: TrainingSettings, snapshot: Snapshot | None = None, start: InitialWeights | None = None
) -> Run:
    """A run at iteration 0, from weights drawn from the seed or those of `start`, or where `snapshot` stood.

    Raises GraphError when the graph does not fit the data.
    """
    check(graph, DataShape(data.x.shape[1], data.target))
    check_batches(graph, len(data.x), settings.batch_size)
    run = Run(setup_of(graph, data, settings, start), frames=False)
    if snapshot is not None:
        restore_snapshot(run, snapshot)
    return run


def steps_of_epochs(run: Run, epochs: int) -> int:
    """Steps until `epochs` more epochs are complete; an epoch that was begun counts as the first."""
    per_epoch = updates_in(len(run.samples.x), run.batch_size, run.program.accumulate)
    return run.steps_to_end_of_epoch + (epochs - 1) * per_epoch


def train(run: Run, steps: int, progress: Callable[[int], None]) -> None:
    """Runs `steps` steps, fewer when a condition of the run ends it; `progress(done)` follows every slice with the steps done in it.

    Raises TrainingError when a number is not finite; the weights are then those before that step. KeyboardInterrupt leaves the
    run after a whole step as well.
    """
    slice_steps, remaining = 1, steps
    while remaining:
        start = time.perf_counter()
        done = run.train(min(slice_steps, remaining))
        seconds = time.perf_counter() - start
        remaining -= done
        progress(done)
        if run.stopped_by is not None:
            return
        if seconds < SLICE_SECONDS:
            slice_steps = min(slice_steps * 2, 1_000_000)
        elif seconds > 2 * SLICE_SECONDS:
            slice_steps = max(1, slice_steps // 2)


def result_of(run: Run, data: Data) -> Result:
    """Losses and metrics with the present weights."""
    validation_loss, validation_outputs = run.validate()  # also loads the present weights into the evaluator
    loss, outputs = run.evaluator.loss(run.samples.x, run.samples.y)
    assert run.program.loss_node is not None
    link = run.program.graph[run.program.loss_node].kind.link
    training = metrics(outputs, data.y, data.target, link)
    held_out = metrics(validation_outputs, data.validation_y, data.target, link)
    has_validation = len(validation_outputs) > 0
    return Result(
        step=run.iteration,
        epoch=int(run.state.context[EPOCH]),
        loss=loss,
        validation_loss=validation_loss if has_validation else None,
        metrics=held_out if has_validation else training,
        training_metrics=training,
        parameters=run.program.parameter_count,
        seed=run.seed,
    )
