"""`nnlab compare FILE`: variants of a project from the same start, and which of them is the best.

They differ in what `--vary KEY=A,B` says, or in what the project is compared with in the window and saved with it. `--start wrong` lets all
begin confidently wrong, `--start fresh` with weights drawn from the seed; else they begin as the project does.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnlab.commands.common import AsJson, Source, announce_compiling, count_option, finite, progress_bar, read_source
from nnlab.core.errors import SettingError, shown

if TYPE_CHECKING:
    from nnlab.files.project import Project
    from nnlab.studies.comparison import Comparison, RunOutcome
    from nnlab.training.difference import Difference


VARY = "What differs, such as loss=mse,binary_cross_entropy, dense_1.units=4,16 or fine_tuning=full,lora; default: what is saved"
START = "Weights drawn from the seed, or weights that learned swapped labels first; default: as the project starts"
STARTS = ("fresh", "wrong")


def compare(
    source: Source,
    vary: Annotated[str | None, typer.Option(metavar="KEY=A,B", help=VARY)] = None,
    start: Annotated[str | None, typer.Option(metavar="fresh|wrong", help=START)] = None,
    steps: Annotated[int | None, count_option("Iterations of every run; default: the project's epochs", 1, 10**9)] = None,
    seeds: Annotated[int | None, count_option("Seeds to repeat every variant with; default: 3", 1, 1000)] = None,
    as_json: AsJson = False,
) -> None:
    """Trains two to four variants in lock-step from the same start and says which is the best."""
    if start is not None and start not in STARTS:
        raise SettingError(f"--start is {shown(start)}; choose one of {', '.join(STARTS)}.")
    project, _, name = read_source(source)
    from nnlab.core.preparation import prepare
    from nnlab.training.difference import differences

    found, data = _saved(project, name) if vary is None else differences(vary), prepare(project.data)
    announce_compiling(project)
    from nnlab.engine.batch_order import updates_in
    from nnlab.studies.comparison import compare as study
    from nnlab.studies.comparison import variants

    training = project.training
    total = steps if steps is not None else training.epochs * updates_in(len(data.x), training.batch_size, training.accumulate)
    variants(project, data, found)  # a mistake is told before anything is learned
    if start == "fresh":
        project = replace(project, initial=None)
    elif start == "wrong":
        from nnlab.studies.wrong_start import wrong_start

        with progress_bar(name) as context:
            project = replace(project, initial=wrong_start(project, data, context=context))
    with progress_bar(name) as context:
        comparison = study(project, data, found, total, seeds, context)
    _print(name, comparison, total, sys.stderr if as_json else sys.stdout)
    if as_json:
        print(json.dumps(_document(comparison), allow_nan=False), flush=True)


def _saved(project: Project, name: str) -> tuple[Difference, ...]:
    """The project itself and what it is compared with in the window."""
    from nnlab.training.varied import with_project

    if not project.comparison:
        raise SettingError(f"{name} is not compared with anything yet; add a run in the window, or give --vary KEY=A,B.")
    return with_project(project, project.comparison)


def _print(name: str, comparison: Comparison, steps: int, stream: Any) -> None:
    width, measure = max(len(band.setting) for band in comparison.bands), comparison.measure
    seeds = len(comparison.runs) // len(comparison.bands)
    print(f"{name}: {steps:,} iterations, {seeds} seed{'s' if seeds > 1 else ''}, measured by {measure}", file=stream)
    for band in comparison.bands:
        own = [run for run in comparison.runs if run.setting == band.setting]
        losses = ", ".join("stopped" if run.stopped else f"{run.result.loss:.4g}" for run in own)
        score = "no result" if math.isnan(band.median) else f"{measure} {band.median:.4g} ({band.lowest:.4g} to {band.highest:.4g})"
        first = f", first gradient {own[0].first_gradient:.3g}"
        print(f"  {band.setting:{width}}  {score}, loss {losses}{first}", file=stream)
    for run in comparison.runs:
        if run.stopped:
            print(f"  {run.setting}, seed {run.seed}: {run.stopped}", file=stream)
    if comparison.start is not None:
        print(f"  start: {comparison.start.name}. {comparison.start.words}", file=stream)
    weights = "but for the adapters" if comparison.equal_base and not comparison.equal_weights else _yes(comparison.equal_weights)
    print(f"  same initial weights: {weights}; same batches: {_yes(comparison.equal_batches)}", file=stream)
    print(comparison.verdict, file=stream)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _document(comparison: Comparison) -> dict[str, Any]:
    return {
        "runs": [_run(run) for run in comparison.runs],
        "differs": [comparison.key],
        "winner": comparison.winner,
        "verdict": comparison.verdict,
        "measure": comparison.measure,
        "equal": {
            "initial_weights": comparison.equal_weights, "without_adapters": comparison.equal_base, "batches": comparison.equal_batches,
        },
        "start": None if comparison.start is None else {"name": comparison.start.name, "words": comparison.start.words},
        "bands": [
            {"setting": b.setting, "lowest": finite(b.lowest), "median": finite(b.median), "highest": finite(b.highest)}
            for b in comparison.bands
        ],
    }


def _run(run: RunOutcome) -> dict[str, Any]:
    result = run.result
    return {
        "setting": run.setting,
        "seed": run.seed,
        "step": result.step,
        "loss": finite(result.loss),
        "validation_loss": finite(result.validation_loss),
        "metrics": {key: finite(value) for key, value in result.metrics.items()},
        "training_metrics": {key: finite(value) for key, value in result.training_metrics.items()},
        "initial_weights_sha256": run.initial_weights_sha256,
        "without_adapters_sha256": run.base_sha256,
        "batches_sha256": run.batches_sha256,
        "first_gradient": finite(run.first_gradient),
        "seconds": round(run.seconds, 4),
        "stopped": run.stopped or None,
    }
