"""`nnlab sweep FILE --over KEY=A,B,… -o CSV`: trains a project with every combination of settings, or random ones, on every core."""

from __future__ import annotations

import json
import shlex
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnlab.commands.common import AsJson, Source, announce_compiling, check_output, count_option, finite, progress_bar, read_source
from nnlab.core.errors import NNLabError, SettingError, TrainingError, WriteError

if TYPE_CHECKING:
    from nnlab.core.preparation import Data
    from nnlab.jobs.context import Progress
    from nnlab.jobs.workers import Workers
    from nnlab.studies.sweeps.best import Combination, Ranking
    from nnlab.studies.sweeps.sweep import Sweep, SweepPlan
    from nnlab.studies.sweeps.trial_file import TrialFile
    from nnlab.studies.sweeps.trials import TrialResult

SHOWN = 5  # combinations that people are told of


def sweep(
    source: Source,
    over: Annotated[
        list[str],
        typer.Option(metavar="KEY=A,B", help="What varies: units=4,8,16, or a range: learning_rate=0.0001..0.1:log; may be given again"),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="CSV", help="The table: one line per trial, written as trials end")],
    random: Annotated[int | None, count_option("So many random combinations instead of all of them", 1, 100_000)] = None,
    seeds: Annotated[int, count_option("Seeds to repeat every combination with", 1, 100_000)] = 1,
    steps: Annotated[int | None, count_option("Iterations of every trial; default: its epochs", 1, 10**9)] = None,
    workers: Annotated[int | None, count_option("Processes; default: one per processor; 0: none but this one", 0, 1024)] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Runs the trials on the cluster of this Dask scheduler")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Goes on with the sweep that stands in the CSV already")] = False,
    by: Annotated[str, typer.Option(metavar="COLUMN", help="What the best is judged by; default: accuracy or r2, or else a loss")] = "",
    random_seed: Annotated[int, count_option("Draws the random combinations", 0, 2**31 - 1)] = 0,
    as_json: AsJson = False,
) -> None:
    """Trains a project over settings and seeds on all cores or a cluster, one line of a table each."""
    check_output(out, ".csv", "-o")
    if workers is not None and scheduler is not None:
        raise SettingError("--workers and --scheduler cannot be combined: a cluster has workers of its own; give one of them.")
    project, _, name = read_source(source)
    from nnlab.core.preparation import prepare
    from nnlab.studies.sweeps.axes import read_axis
    from nnlab.studies.sweeps.sweep import Sweep, plan, value_columns
    from nnlab.studies.sweeps.trial_file import TrialFile

    data = prepare(project.data)
    if by and by not in value_columns(data):
        raise SettingError(f"--by {by}: the trials have no such value; choose one of {', '.join(value_columns(data))}.")
    swept = Sweep(project, tuple(read_axis(text, project) for text in over), seeds, random, steps, random_seed)
    planned = plan(swept, data)
    announce_compiling(project)
    begun = time.perf_counter()
    with TrialFile.open(out, planned.settings, planned.values, resume) as file:
        results = _Finished(planned, file)
        try:
            _run(name, swept, data, planned, _workers(workers, scheduler), results, file)
        except (KeyboardInterrupt, NNLabError) as error:
            finished = file.finished()
            if finished:
                again = _command(source, over, out, random, seeds, steps, workers, scheduler, by, random_seed)
                print(f"To go on: {shlex.join(again)}", file=sys.stderr)  # on a line of its own, however long it is
            if isinstance(error, NNLabError):
                raise
            words = f"Interrupted; {finished:,} of {len(planned.trials):,} trials are in {out}, and --resume goes on with them."
            raise TrainingError(words) from None
        _order(file, results)
    _tell(name, results, by, out, time.perf_counter() - begun, as_json)


class _Finished:
    """Results by now, of all that are planned; `kept` of them were in the file."""

    def __init__(self, planned: SweepPlan, file: TrialFile) -> None:
        self.planned = planned
        self.kept = len(file.found(planned.trials))  # a file of another sweep is refused before anything runs
        self.results: dict[str, TrialResult] = {}

    def in_order(self) -> list[TrialResult]:
        return [self.results[trial.identity] for trial in self.planned.trials if trial.identity in self.results]


def _run(
    name: str, swept: Sweep, data: Data, planned: SweepPlan, workers: Workers, finished: _Finished, file: TrialFile
) -> None:  # fmt: skip
    from nnlab.studies.sweeps.sweep import run_sweep

    def words(progress: Progress) -> str:
        return f"{finished.kept + int(progress.done):,} of {len(planned.trials):,} trials"

    with progress_bar(name, words) as context, closing(run_sweep(swept, data, planned, workers, context, file)) as results:
        for result in results:
            finished.results[result.trial.identity] = result


def _order(file: TrialFile, finished: _Finished) -> None:
    try:
        file.put_in_order(finished.in_order())
    except WriteError as error:  # every line is on the disk already, there is only no room for a second copy
        print(f"The lines stay in the order in which the trials ended: {error}", file=sys.stderr)


def _workers(count: int | None, scheduler: str | None) -> Workers:
    from nnlab.jobs.workers import ClusterWorkers, LocalWorkers

    return LocalWorkers(count) if scheduler is None else ClusterWorkers(scheduler)


def _command(
    source: str, over: list[str], out: Path, random: int | None, seeds: int, steps: int | None, workers: int | None,
    scheduler: str | None, by: str, random_seed: int,
) -> list[str]:  # fmt: skip
    """What a person types to go on."""
    options = {
        "--random": random, "--seeds": seeds if seeds > 1 else None, "--steps": steps, "--workers": workers, "--scheduler": scheduler,
        "--by": by or None, "--random-seed": random_seed or None,
    }  # fmt: skip
    given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    return ["nnlab", "sweep", source, *(word for text in over for word in ("--over", text)), *given, "-o", str(out), "--resume"]


def _tell(name: str, finished: _Finished, by: str, out: Path, seconds: float, as_json: bool) -> None:
    from nnlab.studies.sweeps.best import rank

    results = finished.in_order()
    ranking = rank(results, by)
    stream = sys.stderr if as_json else sys.stdout
    failed = [result for result in results if result.error]
    kept = f", {finished.kept:,} of them there already" if finished.kept else ""
    print(f"{name}: {len(results):,} trials{kept}, {seconds:.1f} s, written to {out}", file=stream)
    if failed:
        print(f"  {len(failed):,} failed; the first: {failed[0].error}", file=stream)
    if ranking is not None:
        _print_ranking(ranking, stream)
    if as_json:
        print(json.dumps(_document(finished, ranking, failed, out, seconds), allow_nan=False), flush=True)
    if len(failed) == len(results):
        raise TrainingError(f"Every trial failed; the first: {failed[0].error}")


def _print_ranking(ranking: Ranking, stream: Any) -> None:
    shown = ranking.combinations[:SHOWN]
    width = max(len(one.band.setting) for one in shown)
    for one in shown:
        band = one.band
        spread = f" ({band.lowest:.4g} to {band.highest:.4g})" if len(one.results) > 1 else ""
        print(f"  {band.setting:{width}}  {ranking.measure} {band.median:.4g}{spread}", file=stream)
    if len(ranking.combinations) > SHOWN:
        print(f"  … and {len(ranking.combinations) - SHOWN:,} more", file=stream)
    print(ranking.verdict, file=stream)


def _document(finished: _Finished, ranking: Ranking | None, failed: list[TrialResult], out: Path, seconds: float) -> dict[str, Any]:
    return {
        "trials": len(finished.results),
        "kept": finished.kept,
        "failed": len(failed),
        "out": str(out),
        "seconds": round(seconds, 2),
        "measure": ranking.measure if ranking is not None else None,
        "best": _combination(ranking.best) if ranking is not None else None,
        "verdict": ranking.verdict if ranking is not None else None,
        "is_clear": ranking is not None and ranking.is_clear,
    }


def _combination(one: Combination) -> dict[str, Any]:
    return {
        "settings": dict(one.settings),
        "lowest": finite(one.band.lowest),
        "median": finite(one.band.median),
        "highest": finite(one.band.highest),
        "trials": [
            {key: finite(value) if isinstance(value, float) else value for key, value in (*r.trial.settings.items(), *r.values.items())}
            for r in one.results
        ],
    }
