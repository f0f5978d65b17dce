"""The command line: `nnlab FILE` opens the window, the commands do the same work without one.

Errors are one line on stderr that says what, where and what to do: exit status 2 for bad usage or input, 1 for a run that could not
finish. A traceback comes only with `--debug`. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import io
import json
import math
import os
import platform
import re
import sys
import time
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO

import typer
from typer.core import TyperGroup

from nnlab import __version__
from nnlab.commands.advise import advise
from nnlab.commands.compare import compare
from nnlab.core.errors import FileError, NNLabError, SettingError, TrainingError

if TYPE_CHECKING:
    from nnlab.core.preparation import Data
    from nnlab.engine.run import Run
    from nnlab.files.project import Project
    from nnlab.graph.validation import Diagnostic
    from nnlab.training.commands import Snapshot

BAD_INPUT, UNFINISHED = 2, 1


class _OpensByDefault(TyperGroup):
    """`nnlab FILE` means `nnlab open FILE`; a file named like a command is given as ./name."""

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        first = next((a for a in arguments if not a.startswith("-")), None)
        options_only = first is None and not any(a in ("--help", "--version") for a in arguments)
        if options_only or (first is not None and first not in self.commands):
            at = arguments.index(first) if first is not None else len(arguments)
            arguments = [*arguments[:at], "open", *arguments[at:]]
        return super().parse_args(context, arguments)


app = typer.Typer(cls=_OpensByDefault, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
Source = Annotated[str, typer.Argument(help="An example's name, or a project (.nnlab), graph (.json) or table (.csv)", metavar="FILE")]


def _count(help_text: str, minimum: int, maximum: int) -> Any:
    """An option that takes a whole number."""
    return typer.Option(metavar="N", min=minimum, max=maximum, help=help_text)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"NN Lab {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Shows the version")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Shows tracebacks of errors")] = False,
) -> None:
    """NN Lab: draw a neural network, watch it learn, step through backpropagation."""


@app.command("open")
def open_command(source: Annotated[str | None, typer.Argument(metavar="FILE")] = None) -> None:
    """Opens the window (what `nnlab FILE` does)."""
    if source is not None:
        _read(source)  # a mistake in the name or the file is told before a window opens
    _require_display()
    from nnlab.app import main as open_application

    raise typer.Exit(open_application(source))


@app.command()
def train(
    source: Source,
    epochs: Annotated[int | None, _count("Epochs (passes over the training data); default: the project's setting", 1, 10**7)] = None,
    steps: Annotated[int | None, _count("Iterations (updates) to train, instead of epochs", 1, 2**62)] = None,
    seed: Annotated[int | None, _count("Starts over from the initial weights of this seed", 0, 2**31 - 1)] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Writes the trained project here (.nnlab)")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line on stdout")] = False,
) -> None:
    """Trains without a window; a project that was trained before goes on where it stood."""
    if epochs is not None and steps is not None:
        raise SettingError("--epochs and --steps cannot be combined; give one of them.")
    if out is not None:
        _check_output(out, ".nnlab", "--out")
    project, snapshot, name = _read(source)
    if seed is not None:
        project, snapshot = replace(project, training=replace(project.training, seed=seed)), None
    from nnlab.core.preparation import prepare
    from nnlab.graph.validation import DataShape, check

    data = prepare(project.data)
    check(project.graph, DataShape(data.x.shape[1], data.target))  # a mistake is told before anything is compiled
    _announce_compiling(project)
    from nnlab.training.complete_run import prepare_run, steps_of_epochs

    run = prepare_run(project.graph, data, project.training, snapshot)
    total = steps if steps is not None else steps_of_epochs(run, epochs or project.training.epochs)
    failure, seconds, begun = None, 0.0, run.iteration
    if begun:
        print(f"{name}: continues at iteration {begun:,}; --seed {run.seed} starts over.", file=sys.stderr)
    try:
        seconds = _train_with_bar(run, total, name)
    except _Stopped as stopped:
        failure, seconds = stopped.reason, stopped.seconds
    report = _report(run, data, begun, seconds)
    if out is not None:
        _save_trained(out, project, run)
    _summary(name, report, out, sys.stderr if as_json else sys.stdout)
    if as_json:
        print(json.dumps(report, allow_nan=False), flush=True)
    if failure is not None:
        raise TrainingError(failure)


class _Stopped(Exception):
    """Training ended early, after whole steps: by Ctrl-C, or by a number that is not finite."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.reason, self.seconds = reason, seconds


def _train_with_bar(run: Run, total: int, name: str) -> float:
    """Trains with a bar on stderr that also shows the running loss; returns the seconds it took."""
    from tqdm import tqdm

    from nnlab.training.complete_run import train as train_steps

    interval = 0.1 if sys.stderr.isatty() else 5.0  # a log file needs no ten lines a second
    start = time.perf_counter()
    with tqdm(total=total, desc=name, unit="step", file=sys.stderr, dynamic_ncols=True, leave=False, mininterval=interval) as bar:

        def show(done: int) -> None:
            bar.set_postfix_str(f"loss {run.history.losses.smoothed:.4g}", refresh=False)
            bar.update(done)

        try:
            train_steps(run, total, show)
        except KeyboardInterrupt:
            raise _Stopped(f"Interrupted after {bar.n:,} of {total:,} steps.", time.perf_counter() - start) from None
        except TrainingError as error:
            raise _Stopped(str(error), time.perf_counter() - start) from error
    return time.perf_counter() - start


def _report(run: Run, data: Data, begun: int, seconds: float) -> dict[str, Any]:
    """What `--json` prints. `metrics` are of the validation part, or of all samples when none are set aside; null: not a number."""
    from nnlab.training.complete_run import result_of

    result = result_of(run, data)

    def finite(value: float | None) -> float | None:
        return value if value is not None and math.isfinite(value) else None

    return {
        "step": result.step,
        "epoch": result.epoch,
        "loss": finite(result.loss),
        "validation_loss": finite(result.validation_loss),
        "metrics": {name: finite(value) for name, value in result.metrics.items()},
        "training_metrics": {name: finite(value) for name, value in result.training_metrics.items()},
        "steps_per_second": round((result.step - begun) / max(seconds, 1e-9), 1),
        "parameters": result.parameters,
        "seed": result.seed,
    }


def _save_trained(out: Path, project: Project, run: Run) -> None:
    from nnlab.files.project import SavedProject
    from nnlab.files.project_file import save_project
    from nnlab.training.snapshots import take_snapshot

    save_project(out, SavedProject(project, take_snapshot(run)))


def _summary(name: str, report: dict[str, Any], out: Path | None, stream: TextIO) -> None:
    def show(value: float | None) -> str:
        return "not a number" if value is None else f"{value:.4g}"

    validation = "" if report["validation_loss"] is None else f", validation loss {show(report['validation_loss'])}"
    scores = "".join(f", {key} {show(value)}" for key, value in report["metrics"].items())
    print(
        f"{name}: {report['step']:,} steps, {report['epoch']:,} epochs, loss {show(report['loss'])}{validation}{scores} "
        f"({report['parameters']:,} parameters, {report['steps_per_second']:,.0f} steps/s, seed {report['seed']})", file=stream,
    )  # fmt: skip
    if out is not None:
        print(f"Written to {out}", file=stream)


app.command()(compare)
app.command()(advise)


@app.command()
def picture(
    source: Source,
    output: Annotated[Path, typer.Option("-o", "--output", help="The PNG to write")],
    steps: Annotated[int, typer.Option(min=0, help="Iterations to train first")] = 0,
    workspace: Annotated[str | None, typer.Option(help="build, train or step")] = None,
    theme: Annotated[str, typer.Option(help="light or dark")] = "dark",
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT in pixels")] = "1280x800",
    scale: Annotated[float, typer.Option(min=0.5, max=4.0, help="Device pixels per window pixel")] = 1.0,
) -> None:
    """Writes the real window as a PNG, without a screen."""
    if theme not in ("light", "dark"):
        raise SettingError(f"--theme {theme}: choose light or dark.")
    width, height = _size(size)
    _check_output(output, ".png", "-o")
    project, *_ = _read(source)  # a mistake in the name or the file is told before a window is made
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _announce_compiling(project)
    from nnlab.app import picture as write_picture

    write_picture(source, output, steps=steps, workspace=workspace, theme=theme, size=(width, height), scale=scale)
    print(f"Written to {output}", file=sys.stderr)


def _size(text: str) -> tuple[int, int]:
    """(width, height) of "1280x800"."""
    match = re.fullmatch(r"(\d{3,5})[x×](\d{3,5})", text.strip().lower())
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (320 <= width <= 16384 and 240 <= height <= 16384):
        raise SettingError(f"--size {text}: give width and height in pixels from 320x240 to 16384x16384, such as 1280x800.")
    return width, height


@app.command()
def check(
    source: Source, as_json: Annotated[bool, typer.Option("--json", help="The diagnostics as one JSON array")] = False
) -> None:
    """Says what keeps a project or graph from running; exit status 1 if anything does, 2 if the file cannot be read."""
    name, found = _diagnose(source)
    errors = sum(d.severity == "error" for d in found)
    if as_json:
        print(json.dumps([{"severity": d.severity, "node": d.node_id, "message": d.message} for d in found]))
    else:
        for diagnostic in found:
            print(f"{name}: {diagnostic.severity}: {diagnostic.message}")
        if not errors:
            print(f"{name}: can be trained")
    if errors:
        print(f"nnlab: {source} cannot run: {errors} error{'s' if errors > 1 else ''}.", file=sys.stderr)
        raise typer.Exit(UNFINISHED)


def _diagnose(source: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """(name, diagnostics). Raises FileError for what is no readable file; everything wrong inside one is a diagnostic."""
    from nnlab.core.preparation import prepare
    from nnlab.graph.validation import DataShape, Diagnostic, validate

    try:
        project, _, name = _read(source)
    except FileError:
        raise
    except NNLabError as error:
        return Path(source).stem, (Diagnostic("error", str(error), getattr(error, "node_id", None)),)
    try:
        data = prepare(project.data)
    except NNLabError as error:
        return name, (*validate(project.graph), Diagnostic("error", str(error)))
    return name, validate(project.graph, DataShape(data.x.shape[1], data.target))


@app.command("examples")
def list_examples() -> None:
    """Lists the examples that ship with NN Lab."""
    from nnlab.files.examples import examples

    width = max(len(example.name) for example in examples())
    for example in examples():
        print(f"{example.name:{width}}  {example.title}: {example.description}")


@app.command()
def doctor() -> None:
    """Versions, kernel cache, display, thread counts."""
    import shutil

    import numba
    import numpy
    import threadpoolctl

    from nnlab.core.kernel import cache_folder
    from nnlab.files.places import home
    from nnlab.training.warm import is_warm

    folder = cache_folder()
    native = "system" if sys.platform in ("win32", "darwin") else "none"
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or native
    threads = "; ".join(f"{p['internal_api']} {p['num_threads']} thread(s)" for p in threadpoolctl.threadpool_info()) or "none loaded"
    for label, value in {
        "NN Lab": __version__, "Python": f"{platform.python_version()} on {platform.platform()}", "NumPy": numpy.__version__,
        "numba": numba.__version__, "PySide6": metadata.version("PySide6-Essentials"),
        "kernel cache": f"{folder} ({'compiled' if is_warm() else 'not compiled yet'})",
        "free disk space": f"{shutil.disk_usage(folder).free / 1e9:.1f} GB", "settings": home(), "display": display,
        "Qt platform": os.environ.get("QT_QPA_PLATFORM", "default"), "cores": os.cpu_count(), "BLAS": threads,
    }.items():  # fmt: skip
        print(f"{label:13} {value}")


@app.command()
def bench(
    window: Annotated[bool, typer.Option("--window", help="Measures training with the window open")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line")] = False,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="How long each measurement takes (1; with --window 10)")] = None,
    against: Annotated[str, typer.Option(help="Systems to compare with: torch,jax,sklearn")] = "",
) -> None:
    """Measures speed."""
    from nnlab.bench import main as run_bench

    raise typer.Exit(run_bench(window, as_json, seconds, [name.strip() for name in against.split(",") if name.strip()]))


def _read(source: str) -> tuple[Project, Snapshot | None, str]:
    """(project, state of its run or None, name)."""
    from nnlab.files.examples import open_any

    saved, name = open_any(source)
    return saved.project, saved.snapshot, name


def _check_output(path: Path, suffix: str, option: str) -> None:
    """Tells a mistake in the name of a file to be written before the work, not after it."""
    if path.suffix.lower() != suffix:
        raise FileError(f"{option} {path}: the file's name must end in {suffix}.")
    if path.is_dir():
        raise FileError(f"{option} {path}: this is a folder; name a file in it.")
    if not path.absolute().parent.is_dir():
        raise FileError(f"{option} {path}: there is no folder {path.absolute().parent}; create it first.")


def _require_display() -> None:
    """Qt aborts the process without a display; a sentence is better."""
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not has_display:
        raise TrainingError("There is no display to open a window on; use `nnlab train FILE` or `nnlab picture FILE -o PNG` instead.")


def _announce_compiling(project: Project) -> None:
    from nnlab.training.warm import adapters_of, is_warm

    names = (*(node.operator for node in project.graph), project.training.optimizer, project.training.schedule)
    if not is_warm(adapters_of(names)):
        print("Compiling NN Lab's kernels for this computer. This happens once and takes about 10 seconds.", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Entry point of the `nnlab` command; always ends in SystemExit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show "×" shows "?" and no traceback
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    given = [argument for argument in given if argument != "--debug"]  # understood in any place
    try:
        sys.exit(_run(given))
    except Exception as error:
        if debug:
            raise
        status, text = _explain(error)
        print(f"nnlab: {text}", file=sys.stderr)
        sys.exit(status)


def _run(arguments: list[str]) -> int:
    """The exit status of a command that ended by itself or was stopped."""
    try:
        status = app(args=arguments, prog_name="nnlab", standalone_mode=False)
        sys.stdout.flush()
    except typer.Exit as stop:
        return stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        print("nnlab: Interrupted.", file=sys.stderr)
        return UNFINISHED
    except BrokenPipeError:  # whoever read our output, `head` for instance, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        return 0
    return status if isinstance(status, int) else 0


def _explain(error: Exception) -> tuple[int, str]:
    """Exit status and one line for the person: what, where, what to do."""
    if isinstance(error, typer.TyperException):  # the command line itself was not understood
        return BAD_INPUT, f"{' '.join(error.format_message().split()).rstrip('.')}. `nnlab --help` lists the commands."
    if isinstance(error, TrainingError):
        return UNFINISHED, str(error)
    if isinstance(error, NNLabError):
        return BAD_INPUT, str(error)
    if isinstance(error, MemoryError):
        return UNFINISHED, "There is not enough memory for this network and batch; use fewer units or a smaller batch."
    if isinstance(error, OSError) and error.filename is not None:
        return UNFINISHED, f"{error.filename}: {error.strerror}."
    return UNFINISHED, f"Unexpected error: {type(error).__name__}: {error}. Run again with --debug and report it."
