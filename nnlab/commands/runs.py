"""`nnlab runs FILE`: the runs that a project keeps, as a table, CSV or JSON; and a project that starts where one of them ended."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnlab.commands.common import AsJson, check_output, count_option, finite
from nnlab.core.errors import SettingError

if TYPE_CHECKING:
    from nnlab.training.run_table import RunRow


def runs(
    source: Annotated[str, typer.Argument(help="A project (.nnlab)", metavar="FILE")],
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Writes the table here (.csv)")] = None,
    curves: Annotated[Path | None, typer.Option("--curves", metavar="FILE", help="Writes the curves of all runs here (.csv)")] = None,
    restore: Annotated[int | None, count_option("Makes a project that starts from the weights this run ended with", 1, 2**31)] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where --restore writes it (.nnlab)")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows the runs a project keeps: how they were set up, where they differ, how they ended."""
    if (restore is None) != (out is None):
        raise SettingError("--restore and --out belong together: --restore 3 --out started.nnlab.")
    for path, suffix, option in ((csv, ".csv", "--csv"), (curves, ".csv", "--curves"), (out, ".nnlab", "--out")):
        if path is not None:
            check_output(path, suffix, option)
    from nnlab.core.atomic import write_atomically
    from nnlab.files.examples import open_any
    from nnlab.training.run_table import curves_csv, run_rows, runs_csv

    saved, name = open_any(source)
    kept = saved.runs.runs
    rows = run_rows(kept)
    stream = sys.stderr if as_json else sys.stdout
    for path, written in ((csv, runs_csv), (curves, curves_csv)):
        if path is not None:
            content = written(kept).encode()
            write_atomically(path, lambda file, content=content: file.write(content))  # type: ignore[misc]
            print(f"Written to {path}", file=stream)
    if restore is not None and out is not None:
        from dataclasses import replace

        from nnlab.files.project_file import save_project
        from nnlab.training.restored_run import restored

        save_project(out, replace(saved, project=restored(saved.project, saved.runs[restore]), snapshot=None))
        print(f"Written to {out}", file=stream)
    _tell(name, rows, stream)
    if as_json:
        print(json.dumps({"runs": [_run(row) for row in rows]}, allow_nan=False), flush=True)


def _tell(name: str, rows: tuple[RunRow, ...], stream: Any) -> None:
    if not rows:
        print(f"{name} keeps no runs yet; train it in the window, or with nnlab train --out.", file=stream)
    for row in rows:
        pinned, several = ", pinned" if row.run.is_pinned else "", len(row.run.seeds)
        seeds = f", median of {several} seeds" if several > 1 else ""
        differs = "".join(f", {key} {value}" for key, value in row.settings.items())
        figures = ((" loss", row.training_loss), ("validation", row.validation_loss), ("score", row.score))
        words = ", ".join(f"{key} {value:.4g}" for key, value in figures if finite(value) is not None)
        print(f"{row.run.number:4} {row.run.name}: {row.run.iteration:,} iterations{differs}{seeds}{pinned};{words}", file=stream)


def _run(row: RunRow) -> dict[str, Any]:
    return {
        "number": row.run.number, "name": row.run.name, "pinned": row.run.is_pinned, "iterations": row.run.iteration,
        "start": row.run.start or None, "code": row.run.code or None, "differs": row.settings, "training_loss": finite(row.training_loss),
        "validation_loss": finite(row.validation_loss), "score": finite(row.score), "bytes": row.run.nbytes,
        "seeds": [
            {
                "seed": seed.seed, "iterations": seed.iteration, "training_loss": finite(seed.training_loss),
                "validation_loss": finite(seed.validation_loss), "score": finite(seed.score), "has_weights": bool(seed.weights),
            }
            for seed in row.run.seeds
        ],
    }  # fmt: skip
