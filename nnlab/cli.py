"""The command line: `nnlab FILE` opens the window, the commands do the same work without one.

Errors are one line on stderr that says what, where and what to do: exit status 2 for bad usage or input, 1 for a run that could not
finish. A traceback comes only with `--debug`. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nnlab import __version__
from nnlab.core.errors import NNLabError, TrainingError

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
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training data")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Updates, instead of epochs")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Decides initial weights and order of the samples")] = None,
    out: Annotated[Path | None, typer.Option(help="Writes the trained project here (.nnlab)")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line")] = False,
) -> None:
    """Trains without a window."""
    from dataclasses import replace

    project, snapshot, name = _read(source)
    if seed is not None:
        project = replace(project, training=replace(project.training, seed=seed))
    if out is not None and out.suffix != ".nnlab":
        raise NNLabError(f"--out {out}: name a project file, ending in .nnlab.")
    _announce_compiling()
    from nnlab.core.preparation import prepare
    from nnlab.files.project import SavedProject
    from nnlab.files.project_file import save_project
    from nnlab.training.complete_run import prepare_run, result_of, steps_of_epochs
    from nnlab.training.complete_run import train as train_run
    from nnlab.training.trainer import take_snapshot

    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training, None if seed is not None else snapshot)
    total = steps if steps is not None else steps_of_epochs(run, epochs or project.training.epochs)
    begun, interrupted = time.perf_counter(), False
    with _Progress(total, name, run) as progress:
        try:
            train_run(run, total, progress)
        except KeyboardInterrupt:
            interrupted = True
    seconds = time.perf_counter() - begun
    result = result_of(run, data)
    done = result.step - (int(snapshot.context[1]) if snapshot is not None and seed is None else 0)
    if out is not None:
        save_project(out, SavedProject(project, take_snapshot(run)))
    report = {
        "step": result.step, "epoch": result.epoch, "loss": result.loss, "validation_loss": result.validation_loss,
        "metrics": result.metrics, "training_metrics": result.training_metrics, "steps_per_second": round(done / max(seconds, 1e-9), 1),
        "parameters": result.parameters, "seed": result.seed,
    }  # fmt: skip
    _summary(name, report, out, sys.stderr if as_json else sys.stdout)
    if as_json:
        print(json.dumps(report))
    if interrupted:
        raise TrainingError(f"Interrupted after {done:,} of {total:,} steps.")


class _Progress:
    """A tqdm bar on stderr that also shows the running loss."""

    def __init__(self, total: int, name: str, run: Any) -> None:
        from tqdm import tqdm

        self._run = run
        self._bar = tqdm(total=total, desc=name, unit="step", file=sys.stderr, dynamic_ncols=True, leave=False)

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, done: int) -> None:
        self._bar.set_postfix_str(f"loss {self._run.history.smoothed:.4g}", refresh=False)
        self._bar.update(done)

    def __exit__(self, *error: object) -> None:
        self._bar.close()


def _summary(name: str, report: dict[str, Any], out: Path | None, stream: Any) -> None:
    validation = "" if report["validation_loss"] is None else f", validation loss {report['validation_loss']:.4g}"
    scores = "".join(f", {key.replace('_', ' ')} {value:.4g}" for key, value in report["metrics"].items())
    print(
        f"{name}: {report['step']:,} steps, {report['epoch']:,} epochs, loss {report['loss']:.4g}{validation}{scores} "
        f"({report['parameters']:,} parameters, {report['steps_per_second']:,.0f} steps/s, seed {report['seed']})", file=stream,
    )  # fmt: skip
    if out is not None:
        print(f"Written to {out}", file=stream)


@app.command()
def picture(
    source: Source,
    output: Annotated[Path, typer.Option("-o", "--output", help="The PNG to write")],
    steps: Annotated[int, typer.Option(min=0, help="Iterations to train first")] = 0,
    workspace: Annotated[str | None, typer.Option(help="build, train or step")] = None,
    theme: Annotated[str, typer.Option(help="light or dark")] = "dark",
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT in pixels")] = "1280x800",
    scale: Annotated[float, typer.Option(min=0.5, max=4.0, help="Device pixels per pixel")] = 1.0,
) -> None:
    """Writes the real window as a PNG, without a screen."""
    if theme not in ("light", "dark"):
        raise NNLabError(f"--theme {theme}: choose light or dark.")
    try:
        width, height = (int(part) for part in size.lower().split("x"))
        if not (320 <= width <= 16384 and 240 <= height <= 16384):
            raise ValueError
    except ValueError:
        raise NNLabError(f"--size {size}: give width and height in pixels from 320x240 to 16384x16384, such as 1280x800.") from None
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _announce_compiling()
    from nnlab.app import picture as write_picture

    write_picture(source, output, steps=steps, workspace=workspace, theme=theme, size=(width, height), scale=scale)  # type: ignore[arg-type]
    print(f"Written to {output}", file=sys.stderr)


@app.command()
def check(
    source: Source, as_json: Annotated[bool, typer.Option("--json", help="The diagnostics as one JSON array")] = False
) -> None:
    """Says what keeps a project or graph from running; exit status 1 if anything does."""
    from nnlab.core.preparation import prepare
    from nnlab.graph.validation import DataShape, Diagnostic, validate

    project, _, name = _read(source)
    try:
        data = prepare(project.data)
        found = validate(project.graph, DataShape(data.x.shape[1], data.target))
    except NNLabError as error:
        found = (*validate(project.graph), Diagnostic("error", str(error)))
    if as_json:
        print(json.dumps([{"severity": d.severity, "node": d.node_id, "message": d.message} for d in found]))
    else:
        for diagnostic in found:
            print(f"{name}: {diagnostic.severity}: {diagnostic.message}")
        if not found:
            print(f"{name}: can be trained")
    if any(d.severity == "error" for d in found):
        raise typer.Exit(1)


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
    from PySide6 import __version__ as pyside_version

    from nnlab.core.kernel import cache_folder
    from nnlab.files.places import home
    from nnlab.training.warm import is_warm

    folder = cache_folder()
    native = "system" if sys.platform in ("win32", "darwin") else "none"
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or native
    threads = "; ".join(f"{p['internal_api']} {p['num_threads']} thread(s)" for p in threadpoolctl.threadpool_info()) or "none loaded"
    for label, value in {
        "NN Lab": __version__, "Python": f"{platform.python_version()} on {platform.platform()}", "NumPy": numpy.__version__,
        "numba": numba.__version__, "PySide6": pyside_version, "kernel cache": f"{folder} ({'warm' if is_warm() else 'to be compiled'})",
        "free there": f"{shutil.disk_usage(folder).free / 1e9:.1f} GB", "settings": home(), "display": display,
        "Qt platform": os.environ.get("QT_QPA_PLATFORM", "default"), "cores": os.cpu_count(), "BLAS": threads,
    }.items():  # fmt: skip
        print(f"{label:13} {value}")


@app.command()
def bench(
    window: Annotated[bool, typer.Option("--window", help="Trains beside the open window")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line")] = False,
    seconds: Annotated[float, typer.Option(min=1.0, help="How long each workload is measured")] = 10.0,
) -> None:
    """Measures speed."""
    from nnlab.bench import main as run_bench

    raise typer.Exit(run_bench(window, as_json, seconds))


def _read(source: str) -> tuple[Any, Any, str]:
    """(project, snapshot or None, name)."""
    from nnlab.files.examples import open_any
    from nnlab.files.project import SavedProject

    opened, name = open_any(source)
    return (opened.project, opened.snapshot, name) if isinstance(opened, SavedProject) else (opened, None, name)


def _require_display() -> None:
    """Qt aborts the process without a display; a sentence is better."""
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not has_display:
        raise TrainingError("There is no display to open a window on; use `nnlab train FILE` or `nnlab picture FILE -o PNG` instead.")


def _announce_compiling() -> None:
    from nnlab.training.warm import is_warm

    if not is_warm():
        print("Compiling NN Lab's kernels for this computer, once; this takes about 15 seconds.", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the `nnlab` command; always ends in SystemExit."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    try:
        status = app(args=given, prog_name="nnlab", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(UNFINISHED)
    except typer.TyperException as error:
        text = error.format_message() if hasattr(error, "format_message") else str(error)
        print(f"nnlab: {text.rstrip('.')}. `nnlab --help` lists the commands.", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except NNLabError as error:
        if debug:
            raise
        print(f"nnlab: {error}", file=sys.stderr)
        sys.exit(UNFINISHED if isinstance(error, TrainingError) else BAD_INPUT)
    except Exception as error:
        if debug:
            raise
        what = f"{type(error).__name__}: {error}"
        print(f"nnlab: this should not have happened: {what}. Run again with --debug and report it.", file=sys.stderr)
        sys.exit(UNFINISHED)
