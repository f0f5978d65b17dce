"""`nnlab landscape FILE`: the loss over a plane in the space of all weights, and the run's path in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from nnlab.commands.common import AsJson, Source, announce_compiling, check_output, count_option, finite, progress_bar, read_source

if TYPE_CHECKING:
    from nnlab.studies.landscape.study import Landscape


def landscape(
    source: Source,
    plane: Annotated[str, typer.Option(metavar="path|random", help="The run's own plane, or a filter-normalised random one")] = "path",
    resolution: Annotated[int, count_option("Points along the first axis", 5, 401)] = 61,
    samples: Annotated[int, count_option("Training samples that a loss is a mean of, at most", 1, 10**9)] = 1024,
    steps: Annotated[int | None, count_option("Iterations of the path; default: as saved, or the project's epochs", 0, 10**9)] = None,
    seed: Annotated[int, count_option("Of the random directions", 0, 2**31)] = 0,
    long: Annotated[bool, typer.Option("--long", help="All of it, also where that takes more than half a minute")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="CSV", help="Every point: its place in the plane and its loss")] = None,
    as_json: AsJson = False,
) -> None:
    """Trains a copy of the project and computes the loss landscape round where it ends.

    The random plane of a project that was saved trained lies round its saved weights, and nothing is trained.
    """
    if out is not None:
        check_output(out, ".csv", "-o")
    from nnlab.core.kernel.context import ITERATION
    from nnlab.studies.landscape.of_project import landscape_study
    from nnlab.studies.landscape.planes import RANDOM, check_kind

    check_kind(plane)
    project, snapshot, name = read_source(source)
    announce_compiling(project)
    start = snapshot if plane == RANDOM and steps is None else None
    if steps is None and snapshot is not None:
        steps = 0 if start is not None else int(snapshot.context[ITERATION])
    stream = sys.stderr if as_json else sys.stdout
    with progress_bar(name) as context:
        study = landscape_study(project, None, plane, seed, resolution, samples, steps, start, context)
        size = study.size
        if study.is_long and not long:
            size = study.less()
            print(f"{name}: {study.size.words}; with --long all of it. Now {size.words}.", file=sys.stderr)
        found = study.compute(size, context)
    for line in _sentences(name, found):
        print(line, file=stream)
    if out is not None:
        _write(out, found)
    if as_json:
        print(json.dumps(_document(found), allow_nan=False), flush=True)


def _sentences(name: str, found: Landscape) -> list[str]:
    low = np.unravel_index(np.argmin(found.losses), found.losses.shape)
    lines = [
        f"{name}: {found.size.words.partition(':')[0]}; loss from {found.losses.min():.4g} to {found.losses.max():.4g}, "
        f"{found.path_losses[found.now]:.4g} where the run stands, least at ({found.a[low[1]]:.3g}, {found.b[low[0]]:.3g})."
    ]
    if found.plane.shares is not None:
        first, second = found.plane.shares
        lines.append(f"Axis 1 holds {100 * first:.3g} % of the run's movement, axis 2 {100 * second:.3g} %.")
    if len(found.iterations) > 1:
        start = f"{found.path.distances[0]:.3g} from the plane, where the loss is {found.plane_losses[0]:.4g}"
        lines.append(f"At iteration {found.iterations[0]:,} the run had the loss {found.path_losses[0]:.4g} and stood {start}.")
    return lines


def _document(found: Landscape) -> dict[str, Any]:
    return {
        "plane": found.plane.kind, "shares": found.plane.shares, "unit": found.plane.unit, "samples": found.size.samples,
        "a": found.a.tolist(), "b": found.b.tolist(), "losses": [[finite(loss) for loss in row] for row in found.losses.tolist()],
        "path": [
            {"iteration": int(at), "a": float(place[0]), "b": float(place[1]), "distance": float(distance), "loss": finite(float(loss)),
             "loss_in_plane": finite(float(in_plane))}
            for at, place, distance, loss, in_plane in zip(
                found.iterations, found.path.places, found.path.distances, found.path_losses, found.plane_losses, strict=True
            )
        ],
    }  # fmt: skip


def _write(path: Path, found: Landscape) -> None:
    from nnlab.core.atomic import write_atomically

    rows = [f"{a!r},{b!r},{loss!r}" for b, line in zip(found.b.tolist(), found.losses.tolist(), strict=True)
            for a, loss in zip(found.a.tolist(), line, strict=True)]  # fmt: skip
    text = "\n".join(["a,b,loss", *rows, ""]).encode()
    write_atomically(path, lambda file: file.write(text))
