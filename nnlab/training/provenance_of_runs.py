"""Where the figures of kept runs and of distributions over the time of a run come from. See `nnlab.training.provenance`.

A kept run has the weights it ended with and no keyframes: what was evaluated at its very end is worked out of them once more; of what was
evaluated before, the weights are gone, and that is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nnlab.core.preparation import Data, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Frame
from nnlab.engine.setup import some_rows
from nnlab.engine.steps import gradient_name, tensor_name
from nnlab.graph.targets import encoded
from nnlab.training.distributions import BATCHES, MOST_NUMBERS, LayerRow, activation_of, row_of_frame
from nnlab.training.kept_run import ITERATION, KeptRun, SeedCurve
from nnlab.training.metrics import metrics
from nnlab.training.provenance import Provenance, Replay, ShownMoment, counted, of_frame

TRAINING, VALIDATION, SCORE, ITERATIONS, SEEDS = range(5)  # figures of a kept run, as its row in the table has them
NOT_KEPT = "The weights of this iteration are not kept, only those the run ended with."
RATIOS = {
    "saturated": ("Share of activations that pass hardly any gradient", r"|f'(z)| \leq 0.05 \max_z |f'(z)|"),
    "dead": ("Dead units, share of the layer", r"\frac{1}{n}\sum_i [\forall r: f'(z_{ri}) \approx 0]"),
    "update": ("Update / weight", r"\frac{\|w_t - w_{t-1}\|}{\|w_{t-1}\|}"),
    "signal": ("Signal / noise of the gradient", r"\frac{\|\mathrm{mean}\,g\|}{\|\mathrm{std}\,g\|}"),
}  # fmt: skip


def kept_figure(run: KeptRun, figure: int) -> Provenance | None:
    """A figure of a run that is kept: of the seed in the middle where there are several; None where it has none."""
    seed = run.median
    if figure == ITERATIONS:
        return counted(f"Iterations of {run.name}", run.iteration, "iteration", run.iteration, "Counted by the engine: updates of the run.")
    if figure == SEEDS:
        numbers = ", ".join(str(each.seed) for each in run.seeds)
        return counted(f"Seeds of {run.name}", len(run.seeds), "seed", None, f"Counted: the seeds {numbers}.")
    value = (seed.training_loss, seed.validation_loss, seed.score)[figure]
    if math.isnan(value):
        return None
    if not len(seed.checks):
        return _smoothed(run, seed, value)
    at, data = int(seed.checks[-1, ITERATION]), prepare(run.project.data)
    held = figure == VALIDATION or (figure == SCORE and len(data.validation_x) > 0)
    again = _from_weights(run, seed, data, figure, held) if at == seed.iteration and seed.weights else None
    name = ("Training loss", "Validation loss", "R²" if not data.target.classes else "Accuracy")[figure]
    rows = f"all {len(data.validation_x):,} validation rows" if held else f"{len(_rows(data, held)[0]):,} of {len(data.x):,} training rows"
    of = f", seed {seed.seed}" if len(run.seeds) > 1 else ""
    return Provenance(f"{name} of {run.name}{of}", value, _loss_name(run), at, rows, "", "" if again else NOT_KEPT, again)


def _smoothed(run: KeptRun, seed: SeedCurve, value: float) -> Provenance:
    curves = seed.curves
    note = "Nothing was evaluated yet: it is the mean of the newest batch losses, which the kept curve still has."
    window = curves.losses.window
    return Provenance(
        f"Smoothed loss of {run.name}", value, _loss_name(run), seed.iteration, f"the batches of the last {window:,} iterations",
        r"\frac{1}{k}\sum_i L_i", note, lambda: curves.losses.smoothed,
    )  # fmt: skip


def _loss_name(run: KeptRun) -> str:
    return f"{run.project.graph.losses[0].id}.loss"


def _rows(data: Data, held: bool) -> tuple[np.ndarray, np.ndarray]:
    """The rows that are evaluated while training: beside few validation samples as few of training."""
    if held:
        return data.validation_x, data.validation_y
    chosen = some_rows(len(data.x), len(data.validation_x))
    return data.x[chosen], data.y[chosen]


def _from_weights(run: KeptRun, seed: SeedCurve, data: Data, figure: int, held: bool) -> Callable[[], float]:
    graph = run.project.graph

    def again() -> float:
        evaluator = Evaluator(graph)
        evaluator.state.set_parameters(seed.weights)
        x, y = _rows(data, held)
        if figure != SCORE:
            return float(evaluator.loss(x, encoded(graph, data.target, y))[0])
        found = metrics(evaluator.predict(x), y, data.target, graph.losses[0].kind.link)
        return found["accuracy" if data.target.classes else "r2"]

    return again


def ratio(moment: ShownMoment, layer: str, row: LayerRow, field: str, replay: Replay) -> Provenance | None:
    """One of the four ratios of a layer at an iteration that was looked at."""
    value = float(getattr(row, field))
    if math.isnan(value):
        return None
    name, formula = RATIOS[field]
    if field == "signal":
        note = f"Over the gradients of the last {BATCHES} batches that were looked at, at most; which those were is not kept."
        return Provenance(f"{name}, {layer}", value, gradient_name(f"{layer}.weight"), row.iteration, "these batches", formula, note)
    return _of_row(moment, f"{name}, {layer}", value, _tensor(moment.frame, layer, field), formula, row, replay, _reader(layer, field))


def end_of_spread(moment: ShownMoment, layer: str, row: LayerRow, field: str, is_greatest: bool, replay: Replay) -> Provenance | None:
    """The least or the greatest of the numbers a ridge is of."""
    spread = getattr(row, field)
    if spread is None:
        return None

    def read(frame: Frame) -> float:
        found = getattr(row_of_frame(frame, layer), field)
        return math.nan if found is None else _end(found.high if is_greatest else found.low, field)

    tensor, which = _tensor(moment.frame, layer, field), "Greatest" if is_greatest else "Least"
    of = "|∂L/∂w|" if field == "gradients" else field
    formula = rf"\{'max' if is_greatest else 'min'}_i v_i"
    value = _end(spread.high if is_greatest else spread.low, field)
    return _of_row(moment, f"{which} of {of}, {layer}", value, tensor, formula, row, replay, read)


def _end(logarithm: float, field: str) -> float:
    """Gradients are spread by their logarithms."""
    return 10.0**logarithm if field == "gradients" else logarithm


def _reader(layer: str, field: str) -> Callable[[Frame], float]:
    return lambda frame: float(getattr(row_of_frame(frame, layer), field))


def _tensor(frame: Frame, layer: str, field: str) -> str:
    graph = frame.program.graph
    if field in ("weights", "update"):
        return f"{layer}.weight"
    if field == "gradients":
        return gradient_name(f"{layer}.weight")
    reader = activation_of(graph, graph[layer]) if layer in graph else None
    return tensor_name(layer if reader is None else reader.id, "y")


def _of_row(
    moment: ShownMoment, name: str, value: float, tensor: str, formula: str, row: LayerRow, replay: Replay, read: Callable[[Frame], float]
) -> Provenance:
    """At the iteration of a row, which is had once more."""
    if row.iteration == moment.frame.iteration:
        return of_frame(moment, name, value, tensor, read, formula=formula, replay=replay)
    note = f"Of every tensor at most {MOST_NUMBERS:,} numbers are counted, always those of the same places."
    return Provenance(
        name, value, tensor, row.iteration, "the batch of this iteration", formula, note,
        lambda: read(replay(row.iteration, row.iteration - 1).frame),
    )  # fmt: skip
