"""Kept runs as tables: one row a run with what differs and how it ended, and one row per block of iterations with the curves."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.training.kept_run import KeptRun
from nnlab.training.run_settings import differing, settings_of


@dataclass(frozen=True)
class RunRow:
    """`settings` are those in which the runs of the table differ; figures are those of the median seed, NaN for what there is none of."""

    run: KeptRun
    settings: dict[str, str]
    training_loss: float
    validation_loss: float
    score: float


def run_rows(runs: Sequence[KeptRun]) -> tuple[RunRow, ...]:
    """A row for each of the runs."""
    known = [settings_of(run.project, run.start, run.code) for run in runs]
    keys = differing(known)
    rows = []
    for run, settings in zip(runs, known, strict=True):
        median = run.median
        own = {key: settings.get(key, "") for key in keys}
        rows.append(RunRow(run, own, median.training_loss, median.validation_loss, median.score))
    return tuple(rows)


def runs_csv(runs: Sequence[KeptRun]) -> str:
    """One row a run: number, name, seeds, iterations, settings that differ, losses and score."""
    rows = run_rows(runs)
    keys = next((tuple(row.settings) for row in rows), ())
    head = ("number", "name", "pinned", "seeds", "iterations", *keys, "training_loss", "validation_loss", "score")
    body = (
        (
            row.run.number, row.run.name, str(row.run.is_pinned).lower(), " ".join(str(seed.seed) for seed in row.run.seeds),
            row.run.iteration, *row.settings.values(), *map(_written, (row.training_loss, row.validation_loss, row.score)),
        )
        for row in rows
    )  # fmt: skip
    return _csv(head, body)


def curves_csv(runs: Sequence[KeptRun]) -> str:
    """One row per block of iterations of every seed: lowest, highest and mean batch loss, and what was evaluated within the block."""
    head = ("number", "name", "seed", "iteration", "lowest_loss", "highest_loss", "mean_loss", "training_loss", "validation_loss")
    return _csv(head, (row for run in runs for row in _curve_rows(run)))


def _curve_rows(run: KeptRun) -> Iterable[tuple[object, ...]]:
    for seed in run.seeds:
        curves = seed.curves
        iterations = curves.iterations
        checks = np.full((len(iterations), 2), np.nan)
        rows = np.searchsorted(iterations, curves.validation_iterations)
        inside = rows < len(iterations)
        checks[rows[inside]] = np.column_stack([curves.training_losses, curves.validation_losses])[inside]
        for k, iteration in enumerate(iterations):
            losses = (curves.minimum[k], curves.maximum[k], curves.mean[k], *checks[k])
            yield (run.number, run.name, seed.seed, int(iteration), *map(_written, losses))


def _written(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
