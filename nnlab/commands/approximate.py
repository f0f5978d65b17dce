"""`nnlab approximate FORMULA`: how close a network of so many hidden units comes to a formula, by training and, if wanted, by polishing."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnlab.commands.common import AsJson, announce_kernels, count_option, finite, progress_bar
from nnlab.core.errors import SettingError

if TYPE_CHECKING:
    from nnlab.core.dataset import Interval
    from nnlab.studies.approximation.target_fit import TargetFit
    from nnlab.studies.approximation.trained_fit import Fitted

TRAINING_SHARE = 0.3  # of the seconds, with --polish


def approximate(
    formula: Annotated[str, typer.Argument(help="A formula in x, such as 'sin(2*pi*x)*exp(-x**2)'", metavar="FORMULA")],
    domain: Annotated[str, typer.Option(metavar="A,B", help="The interval of x")] = "-3,3",
    units: Annotated[int, typer.Option(metavar="N", help="Hidden units")] = 64,
    activation: Annotated[str, typer.Option(metavar="NAME", help="Their activation: tanh, sigmoid, relu, …")] = "tanh",
    seconds: Annotated[float, typer.Option(metavar="S", help="Seconds for everything; what fits into them differs from run to run")] = 10.0,
    steps: Annotated[int | None, count_option("Updates to train, instead of seconds; the same seed gives the same bits", 1, 10**9)] = None,
    seed: Annotated[int, count_option("Draws the initial weights", 0, 2**31 - 1)] = 0,
    polish: Annotated[bool, typer.Option("--polish", help="Then solves the output layer and goes on with L-BFGS")] = False,
    as_json: AsJson = False,
) -> None:
    """Approximates a formula by one hidden layer; the error is measured on 2,001 even points of the domain."""
    from nnlab.studies.approximation.target_fit import TargetFit
    from nnlab.studies.approximation.trained_fit import fit, polished

    if not (math.isfinite(seconds) and 0.1 <= seconds <= 1e6):
        raise SettingError(f"--seconds is {seconds:g}; give a number from 0.1 to 1,000,000.")
    interval = read_domain(domain)
    task = TargetFit.of_formula(formula, interval, units, activation, seed=seed).checked()
    announce_kernels((task.activation, "dense", "input", "mse", "adam", "cosine"))
    stream = sys.stderr if as_json else sys.stdout
    share = TRAINING_SHARE if polish else 1.0
    with progress_bar(f"{units} {task.activation or 'linear'}") as context:
        found = fit(task, steps, None if steps is not None else share * seconds, context)
    _print(formula, interval, task, found, stream)
    document = _document(found)
    if polish:
        with progress_bar("polishing") as context:
            found, solved, done = polished(found, None if steps is not None else max(seconds - found.seconds, 0.1), context)
        print(
            f"Output layer solved with ridge {solved.ridge:g}: RMS at the samples {solved.rms_before:.3g} → {solved.rms_after:.3g}, "
            f"largest weight {solved.largest_weight:.3g}.\nL-BFGS, {done.iterations:,} iterations: {done.why}", file=stream,
        )  # fmt: skip
        _print_errors(found, stream)
        document = {
            **_document(found), "trained": {"rms": document["rms"], "sup": document["sup"]}, "ridge": solved.ridge,
            "largest_weight": finite(solved.largest_weight), "iterations": done.iterations,
        }  # fmt: skip
    if as_json:
        print(json.dumps(document, allow_nan=False), flush=True)


def read_domain(text: str) -> Interval:
    """The interval that is written as A,B; raises SettingError for anything else. Which intervals make sense is asked later."""
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise SettingError(f"--domain is {text!r}; give two numbers with a comma between them, such as --domain=-2,2.") from None
    return low, high


def _print(formula: str, interval: Interval, task: TargetFit, found: Fitted, stream: Any) -> None:
    low, high = interval
    kind = task.activation or "linear"
    units = f"{task.units:,} {kind} unit{'s' if task.units > 1 else ''}"
    print(f"{formula} on {low:g} … {high:g}: {units}, {found.parameter_count:,} parameters, seed {task.seed}", file=stream)
    print(f"Trained for {found.steps:,} updates in {found.seconds:.1f} s.", file=stream)
    _print_errors(found, stream)


def _print_errors(found: Fitted, stream: Any) -> None:
    errors = found.errors
    print(f"  RMS {errors.rms:.3g}, sup {errors.sup:.3g} at x = {errors.at[0]:.4g}", file=stream)


def _document(found: Fitted) -> dict[str, Any]:
    return {
        "rms": finite(found.errors.rms),
        "sup": finite(found.errors.sup),
        "units": found.units,
        "parameters": found.parameter_count,
        "steps": found.steps,
        "seconds": round(found.seconds, 3),
    }
