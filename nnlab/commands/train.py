"""`nnlab train FILE`: trains without a window, with a bar on stderr."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from nnlab.commands.common import ROOM, AsJson, Source, announce_compiling, check_output, count_option, data_sentence, finite
from nnlab.core.errors import SettingError, TrainingError

if TYPE_CHECKING:
    from nnlab.core.preparation import Data
    from nnlab.engine.run import Run
    from nnlab.files.project import Project
    from nnlab.training.diagnosis import Diagnosis
    from nnlab.training.early_stopping import EarlyStop
    from nnlab.training.kept_runs import KeptRuns


def train(
    source: Source,
    epochs: Annotated[int | None, count_option("Epochs (passes over the training data); default: the project's setting", 1, 10**7)] = None,
    steps: Annotated[int | None, count_option("Iterations (updates) to train, instead of epochs", 1, 2**62)] = None,
    patience: Annotated[
        int | None, count_option("Stops after so many epochs without a lower validation loss; default: the project's; 0: never", 0, 10**6)
    ] = None,
    accumulate: Annotated[
        int | None, count_option("One update takes the gradients of so many batches, as if they were one; default: the project's", 1, 1024)
    ] = None,
    zero_gradients: Annotated[
        bool | None, typer.Option("--zero-gradients/--no-zero-gradients", help="Whether gradients are zeroed after every update")
    ] = None,
    stop_when: Annotated[
        list[str] | None, typer.Option("--stop-when", metavar="FORMULA", help="Stops after the step at which it becomes true: 'loss < 0.1'")
    ] = None,
    seed: Annotated[int | None, count_option("Starts over from the initial weights of this seed", 0, 2**31 - 1)] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Writes the trained project here (.nnlab)")] = None,
    as_json: AsJson = False,
) -> None:
    """Trains without a window; a project that was trained before goes on where it stood."""
    if epochs is not None and steps is not None:
        raise SettingError("--epochs and --steps cannot be combined; give one of them.")
    if out is not None:
        check_output(out, ".nnlab", "--out")
    from nnlab.files.examples import open_any

    saved, name = open_any(source)
    project = saved.project if seed is None else saved.project.with_seed(seed)
    project = _with_accumulation(project, accumulate, zero_gradients)
    data = _prepared_data(project, name)
    from nnlab.training.complete_run import prepare_run, steps_of_epochs

    run = prepare_run(project.graph, data, project.training, saved.snapshot if seed is None else None, project.initial)
    run.follow(stop_when or ())
    if out is not None:
        _check_room(out, run)
    total = steps if steps is not None else steps_of_epochs(run, epochs or project.training.epochs)
    _tell_problems(name, project, len(data.x), run.iteration + total)
    patience = _patience_of(project, data, patience)
    failure, fault, seconds, begun, stopped_early = None, "", 0.0, run.iteration, None
    if begun:
        print(f"{name}: continues at iteration {begun:,}; --seed {run.seed} starts over.", file=sys.stderr)
    try:
        seconds, stopped_early = _train_with_bar(run, total, name, patience)
    except _Stopped as stopped:
        failure, fault, seconds = stopped.reason, stopped.fault, stopped.seconds
    stream = sys.stderr if as_json else sys.stdout
    try:
        report = _report(run, data, project, begun, seconds, fault) | {"early_stopping": _early_stop(stopped_early)}
        report["stopped_by"] = run.stopped_by.text if run.stopped_by is not None else None
        _summary(name, report, stream)
        if as_json:
            print(json.dumps(report, allow_nan=False), flush=True)
    finally:  # what was learned is not lost because no report can be made or nobody takes it, nor the report because the disk is full
        if out is not None:
            _save_trained(out, project, run, data, saved.runs)
            print(f"Written to {out}", file=stream, flush=True)
    if failure is not None:
        raise TrainingError(failure)


def _prepared_data(project: Project, name: str) -> Data:
    """Read and told of, after the network was checked against it: a mistake is told before anything is compiled."""
    from nnlab.core.preparation import prepare
    from nnlab.graph.validation import DataShape, check

    data = prepare(project.data)
    check(project.graph, DataShape(data.x.shape[1], data.target))
    announce_compiling(project)
    print(f"{name}: {data_sentence(data)}", file=sys.stderr)
    return data


def _with_accumulation(project: Project, accumulate: int | None, zero_gradients: bool | None) -> Project:
    """The project with what was given of the two; the trained file keeps it."""
    from dataclasses import replace

    training = project.training
    if accumulate is not None:
        training = replace(training, accumulate=accumulate)
    if zero_gradients is not None:
        training = replace(training, zero_gradients=zero_gradients)
    return replace(project, training=training)


def _patience_of(project: Project, data: Data, given: int | None) -> int | None:
    """In epochs, the project's own unless another was given; 0 or None: never."""
    if given and not len(data.validation_x):
        raise SettingError("--patience watches the validation loss, but no samples are set aside; set a validation share above 0.")
    return project.training.patience if given is None and len(data.validation_x) else given


def _tell_problems(name: str, project: Project, samples: int, last: int) -> None:
    """What trains, but probably not as meant, when it ends at the iteration `last`."""
    from nnlab.training.problems import too_short_for_schedule, training_problems

    found = [problem.message for problem in training_problems(project.graph, samples, project.training)]
    for sentence in filter(None, (*found, too_short_for_schedule(project.training, last))):
        print(f"{name}: {sentence}", file=sys.stderr)


class _Stopped(Exception):
    """Training ended early, after whole steps: by Ctrl-C, or by a number that is not finite."""

    def __init__(self, reason: str, seconds: float, fault: str = "") -> None:
        super().__init__(reason)
        self.reason, self.seconds, self.fault = reason, seconds, fault


def _train_with_bar(run: Run, total: int, name: str, patience: int | None) -> tuple[float, EarlyStop | None]:
    """Trains with a bar on stderr that also shows the running loss; returns the seconds it took, and how patience ended it."""
    from tqdm import tqdm

    from nnlab.training.complete_run import train as train_steps
    from nnlab.training.early_stopping import EarlyStopping, train_with_patience

    stop = None
    interval = 0.1 if sys.stderr.isatty() else 5.0  # a log file needs no ten lines a second
    start = time.perf_counter()
    with tqdm(total=total, desc=name, unit="step", file=sys.stderr, dynamic_ncols=True, leave=False, mininterval=interval) as bar:

        def show(done: int) -> None:
            bar.set_postfix_str(f"loss {run.history.losses.smoothed:.4g}", refresh=False)
            bar.update(done)

        try:
            if not patience:
                train_steps(run, total, show)
            else:
                stop = train_with_patience(run, total, EarlyStopping(patience), lambda steps: train_steps(run, steps, show))
        except KeyboardInterrupt:
            raise _Stopped(f"Interrupted after {bar.n:,} of {total:,} steps.", time.perf_counter() - start) from None
        except TrainingError as error:
            raise _Stopped(str(error), time.perf_counter() - start, str(error)) from error
    return time.perf_counter() - start, stop


def _early_stop(stop: EarlyStop | None) -> dict[str, Any] | None:
    """Null where nobody was asked to stop early."""
    if stop is None:
        return None
    return {
        "stopped": stop.stopped, "best_iteration": stop.best_iteration, "best_validation_loss": finite(stop.best_loss),
        "sentence": stop.sentence,
    }  # fmt: skip


def _report(run: Run, data: Data, project: Project, begun: int, seconds: float, fault: str) -> dict[str, Any]:
    """What `--json` prints. `metrics` are of the validation part, or of all samples when none are set aside; null: not a number.

    `fault`: the sentence with which numbers stopped being finite, if they did.
    """
    from nnlab.training.complete_run import result_of
    from nnlab.training.diagnosis import diagnose
    from nnlab.training.observation import Observation
    from nnlab.training.probes.scores import part_scores

    result = result_of(run, data)
    seen = Observation.of_run(run, project.training, data, fault)
    convergence = seen.curves.convergence
    scored = part_scores(run.evaluator, data, None)  # with the weights that `result_of` loaded
    told = scored.validation or scored.training

    return {
        "step": result.step,
        "epoch": result.epoch,
        "loss": finite(result.loss),
        "validation_loss": finite(result.validation_loss),
        "metrics": told.values,
        "undefined": told.remarks,
        "training_metrics": scored.training.values,
        "verdict": convergence.verdict,
        "convergence": {
            "since": convergence.since,
            "sentence": convergence.sentence,
            "test": convergence.test,
            "figures": {name: finite(value) for name, value in convergence.figures.items()},
        },
        "diagnosis": [_diagnosis(found) for found in diagnose(seen)],
        "steps_per_second": round((result.step - begun) / max(seconds, 1e-9), 1),
        "parameters": result.parameters,
        "seed": result.seed,
        "features": list(data.features),
        "target": {"kind": data.target.kind, "names": list(data.target.names)},
    }


def _diagnosis(found: Diagnosis) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "node": found.node,
        "evidence": found.evidence,
        "remedy": found.remedy,
        "remedies": [remedy.label for remedy in found.remedies],
        "figures": {name: finite(value) for name, value in found.figures.items()},
    }


def _check_room(out: Path, run: Run) -> None:
    """Raises WriteError when the weights and moments of the run would not fit on the disk now."""
    from nnlab.core.atomic import check_room

    check_room(out, ROOM + run.program.moments_end * run.program.dtype.itemsize)


def _save_trained(out: Path, project: Project, run: Run, data: Data, runs: KeptRuns) -> None:
    """The project goes on from here; this run is kept among those it had before."""
    from nnlab.files.project import SavedProject
    from nnlab.files.project_file import save_project
    from nnlab.training.kept_run import seed_curve
    from nnlab.training.snapshots import take_snapshot

    kept = seed_curve(run)
    if kept.iteration > kept.origin:
        runs = runs.adding(project, (kept,))
    save_project(out, SavedProject(project, take_snapshot(run), preparation=data.preparation, runs=runs))


def _summary(name: str, report: dict[str, Any], stream: TextIO) -> None:
    from nnlab.graph.mlp import counted

    def show(value: float | None) -> str:
        return "undefined" if value is None else f"{value:.4g}"

    validation = "" if report["validation_loss"] is None else f", validation loss {show(report['validation_loss'])}"
    scores = "".join(f", {key} {show(value)}" for key, value in report["metrics"].items())
    print(
        f"{name}: {counted(report['step'], 'step')}, {counted(report['epoch'], 'epoch')}, loss {show(report['loss'])}{validation}{scores} "
        f"({report['parameters']:,} parameters, {report['steps_per_second']:,.0f} steps/s, seed {report['seed']})", file=stream, flush=True,
    )  # fmt: skip
    if report["early_stopping"] is not None:
        print(f"{name}: {report['early_stopping']['sentence']}", file=stream, flush=True)
    if report["stopped_by"] is not None:
        print(f"{name}: stopped at iteration {report['step']:,}: {report['stopped_by']}", file=stream, flush=True)
    for found in report["diagnosis"]:
        remedy = f" Try: {found['remedy']}." if found["remedy"] else ""
        print(f"{name}: {found['evidence']}{remedy}", file=stream, flush=True)
    print(f"{name}: {report['convergence']['sentence']} {report['convergence']['test']}", file=stream, flush=True)
