"""The command line: `nnlab FILE` opens the window, the commands do the same work without one.

Errors are one line on stderr that says what, where and what to do: exit status 2 for bad usage or input, 1 for a run that could not
finish. A traceback comes only with `--debug`. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
import warnings
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from nnlab import __version__
from nnlab.commands.advise import advise
from nnlab.commands.approximate import approximate
from nnlab.commands.bench import bench
from nnlab.commands.check import check
from nnlab.commands.common import BAD_INPUT, UNFINISHED
from nnlab.commands.compare import compare
from nnlab.commands.cost import cost
from nnlab.commands.doctor import doctor
from nnlab.commands.evaluate_on_test import evaluate_on_test
from nnlab.commands.examples import list_examples
from nnlab.commands.export import export
from nnlab.commands.find_rate import find_rate
from nnlab.commands.import_file import import_file
from nnlab.commands.landscape import landscape
from nnlab.commands.lessons import lessons
from nnlab.commands.link import link
from nnlab.commands.lora import lora
from nnlab.commands.moments import moments
from nnlab.commands.open import open_command
from nnlab.commands.picture import picture
from nnlab.commands.predict import predict
from nnlab.commands.record import record
from nnlab.commands.report import report
from nnlab.commands.runs import runs
from nnlab.commands.sweep import sweep
from nnlab.commands.train import train
from nnlab.commands.warm_up import warm_up
from nnlab.commands.widths import widths
from nnlab.core.errors import NNLabError, TrainingError, WriteError, bounded
from nnlab.core.memory import NotEnoughMemory
from nnlab.core.warning_words import show_warning

GARBAGE = 50_000  # new objects until some are looked through; with Python's 700 that is a tenth of a start, which leaves no garbage


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


_COMMANDS: dict[str, Callable[..., None]] = {
    "open": open_command, "train": train, "find-rate": find_rate, "compare": compare, "sweep": sweep, "approximate": approximate,
    "widths": widths, "landscape": landscape, "lora": lora, "lessons": lessons, "link": link,
    "advise": advise, "picture": picture, "record": record,
    "moments": moments, "predict": predict, "test": evaluate_on_test, "export": export, "import": import_file, "report": report,
    "check": check, "examples": list_examples, "runs": runs, "cost": cost, "doctor": doctor, "bench": bench,
    "warm-up": warm_up,
}  # fmt: skip
for name, command in _COMMANDS.items():
    app.command(name)(command)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Entry point of the `nnlab` command; always ends in SystemExit."""
    if sys.stdout is None or sys.stderr is None:  # an application of Windows without a console
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (for as long as the process lives)
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show "×" shows "?" and no traceback
    gc.set_threshold(GARBAGE)
    given = sys.argv[1:] if arguments is None else arguments
    warnings.showwarning = show_warning
    debug = "--debug" in given
    given = [argument for argument in given if argument != "--debug"]  # understood in any place
    try:
        sys.exit(_run(given))
    except Exception as error:
        if debug:
            raise
        status, text = _explain(error)
        print(f"nnlab: {bounded(text)}", file=sys.stderr)
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
        _drop_output()
        return 0
    except OSError as error:
        if error.filename is None and error.errno == errno.ENOSPC:
            _drop_output()
        raise
    return status if isinstance(status, int) else 0


def _drop_output() -> None:
    """Python flushes standard output once more at its end, into what takes nothing any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(error: Exception) -> tuple[int, str]:
    """Exit status and one line for the person: what, where, what to do."""
    if isinstance(error, typer.TyperException):  # the command line itself was not understood
        return BAD_INPUT, f"{' '.join(error.format_message().split()).rstrip('.')}. `nnlab --help` lists the commands."
    if isinstance(error, TrainingError | WriteError):
        return UNFINISHED, str(error)
    if isinstance(error, NNLabError):
        return BAD_INPUT, str(error)
    if isinstance(error, MemoryError):
        return UNFINISHED, str(NotEnoughMemory())
    if isinstance(error, OSError) and error.filename is not None:
        return UNFINISHED, f"{error.filename}: {error.strerror}."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return UNFINISHED, "The output could not be written, because the disk is full; free some space or send it elsewhere."
    return UNFINISHED, f"Unexpected error: {type(error).__name__}: {error}. Run again with --debug and report it."
