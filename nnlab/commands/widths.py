"""`nnlab widths FORMULA`: the error of approximating a formula against the number of hidden units, trained, constructed and by theory."""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnlab.commands.approximate import read_domain
from nnlab.commands.common import AsJson, announce_kernels, check_output, count_option, finite, progress_bar
from nnlab.core.errors import SettingError, TrainingError

if TYPE_CHECKING:
    from nnlab.studies.approximation.width_curves import ConstructedPoint, WidthCurve
    from nnlab.studies.approximation.width_sweep import WidthSweep
    from nnlab.studies.sweeps.trials import TrialResult


def widths(
    formula: Annotated[str, typer.Argument(help="A formula in x, such as 'sin(2x) + 0.3 cos(5x)'", metavar="FORMULA")],
    domain: Annotated[str, typer.Option(metavar="A,B", help="The interval of x")] = "-3,3",
    numbers: Annotated[str, typer.Option("--widths", metavar="N,N", help="Hidden units")] = "1,2,4,8,16,32,64,128,256",
    activations: Annotated[str, typer.Option(metavar="A,B", help="Their activations")] = "sigmoid,relu,tanh",
    depths: Annotated[str, typer.Option(metavar="N,N", help="Hidden layers; deeper ones get as many parameters")] = "1",
    seeds: Annotated[int, count_option("Seeds of every network", 1, 1000)] = 5,
    steps: Annotated[int, count_option("Updates of every network", 1, 10**8)] = 20_000,
    epsilon: Annotated[float, typer.Option(metavar="ERROR", help="The error whose least width is wanted")] = 0.01,
    by: Annotated[str, typer.Option(metavar="sup|rms", help="The largest error or the root mean square")] = "sup",
    workers: Annotated[int | None, count_option("Processes; default: one per processor; 0: none but this one", 0, 1024)] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="CSV", help="The table: one line per network, as it ends")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Goes on with the networks that stand in the CSV already")] = False,
    as_json: AsJson = False,
) -> None:
    """Error against width: trained networks over several seeds, constructed ones with their bounds, and the slopes of theory."""
    if out is not None:
        check_output(out, ".csv", "-o")
    from nnlab.studies.approximation.target_fit import formula_data
    from nnlab.studies.approximation.width_curves import constructed_points, curves
    from nnlab.studies.approximation.width_sweep import MEASURES, WidthSweep, trials_of

    if by not in MEASURES:
        raise SettingError(f"--by is {by!r}; choose one of {', '.join(MEASURES)}.")
    names = tuple(dict.fromkeys(name.strip() for name in activations.split(",")))
    swept = WidthSweep(
        formula_data(formula, read_domain(domain)), _whole(numbers, "--widths"), names, seeds, _whole(depths, "--depths"), steps
    )  # fmt: skip
    trials_of(swept)
    announce_kernels((*names, "dense", "input", "mse", "adam", "cosine"))
    begun = time.perf_counter()
    results = _run(formula, swept, workers, out, resume)
    found, built = curves(results, by), constructed_points(swept.data, swept.widths, names)
    stream = sys.stderr if as_json else sys.stdout
    _print(formula, results, found, built, by, epsilon, time.perf_counter() - begun, stream)
    if as_json:
        print(json.dumps(_document(results, found, built, epsilon, time.perf_counter() - begun), allow_nan=False), flush=True)


def _whole(text: str, option: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise SettingError(f"{option} is {text!r}; give whole numbers with commas between them, such as 1,2,4.") from None


def _run(name: str, swept: WidthSweep, workers: int | None, out: Path | None, resume: bool) -> list[TrialResult]:
    from nnlab.jobs.workers import LocalWorkers
    from nnlab.studies.approximation.width_sweep import SETTINGS, VALUES, run_width_sweep
    from nnlab.studies.sweeps.trial_file import TrialFile

    found: list[TrialResult] = []
    with ExitStack() as stack:
        file = stack.enter_context(TrialFile.open(out, SETTINGS, VALUES, resume)) if out is not None else None
        context = stack.enter_context(progress_bar(name))
        results = stack.enter_context(closing(run_width_sweep(swept, LocalWorkers(workers), context, file)))
        try:
            found.extend(results)
        except KeyboardInterrupt:
            kept = f"; --resume goes on with what is in {out}" if out is not None else ""
            raise TrainingError(f"Interrupted{kept}.") from None
    failed = [result for result in found if result.error]
    if len(failed) == len(found):
        raise TrainingError(f"Every network failed; the first: {failed[0].error}")
    return found


def _print(
    formula: str, results: list[TrialResult], found: tuple[WidthCurve, ...], built: tuple[ConstructedPoint, ...], by: str, epsilon: float,
    seconds: float, stream: Any,
) -> None:  # fmt: skip
    from nnlab.studies.approximation.width_curves import fitted_slope, slopes_for

    print(f"{formula}: {len(results):,} networks, {seconds:.1f} s; median {by} error over the seeds (least to greatest)", file=stream)
    for curve in found:
        layers = f", {curve.depth} hidden layers" if curve.depth > 1 else ""
        least = curve.least_width(epsilon)
        reached = f"{epsilon:g} from {least:,} unit{'s' if least > 1 else ''} on" if least is not None else f"{epsilon:g} at no width"
        print(f"{curve.activation or 'linear'}{layers}: {reached}, slope {fitted_slope(curve):.2f}", file=stream)
        for row in zip(curve.widths, curve.median, curve.lowest, curve.highest, strict=True):
            print(f"  {row[0]:6,}  {row[1]:<9.3g} ({row[2]:.3g} to {row[3]:.3g})", file=stream)
    for kind, activation in dict.fromkeys((point.kind, point.activation) for point in built):
        print(f"{activation}, constructed ({kind}), with the bound on its largest error", file=stream)
        for point in built:
            if (point.kind, point.activation) == (kind, activation):
                print(f"  {point.width:6,}  {getattr(point, by):<9.3g} {point.bound:.3g}", file=stream)
    for slope in slopes_for(by, "width", [curve.activation for curve in found]):
        print(f"Theory, {slope.title}: slope {slope.exponent:g} for {slope.condition}. {slope.source}.", file=stream)


def _document(
    results: list[TrialResult], found: tuple[WidthCurve, ...], built: tuple[ConstructedPoint, ...], epsilon: float, seconds: float
) -> dict[str, Any]:
    return {
        "networks": len(results),
        "failed": sum(bool(result.error) for result in results),
        "seconds": round(seconds, 2),
        "curves": [
            {
                "activation": curve.activation,
                "depth": curve.depth,
                "widths": curve.widths.tolist(),
                "parameters": curve.parameters.tolist(),
                "median": curve.median.tolist(),
                "lowest": curve.lowest.tolist(),
                "highest": curve.highest.tolist(),
                "least_width": curve.least_width(epsilon),
            }
            for curve in found
        ],
        "constructed": [{**asdict(point), "bound": finite(point.bound)} for point in built],
    }
