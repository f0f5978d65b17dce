"""`nnlab find-rate FILE`: which learning rate suits a project, by training a copy with a rate that grows from step to step."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from nnlab.commands.common import AsJson, Source, announce_compiling, count_option, finite, progress_bar, read_source
from nnlab.core.written import plain_number


def find_rate(
    source: Source,
    steps: Annotated[int, count_option("Updates of the test, one per rate", 20, 100_000)] = 200,
    lowest: Annotated[float, typer.Option(metavar="RATE", help="The first rate")] = 1e-6,
    highest: Annotated[float, typer.Option(metavar="RATE", help="The last rate")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Suggests a learning rate; a project that was trained before is tested from where it stands."""
    project, snapshot, name = read_source(source)
    announce_compiling(project)
    from nnlab.core.preparation import prepare
    from nnlab.studies.learning_rate import find_learning_rate

    with progress_bar(name) as context:
        found = find_learning_rate(project, prepare(project.data), snapshot, steps, lowest, highest, context)
    now = plain_number(project.training.learning_rate)
    print(f"{name}: {found.words} The project has {now}.", file=sys.stderr if as_json else sys.stdout)
    if as_json:
        document = {
            "suggestion": found.suggestion, "lowest": found.lowest, "steepest": found.steepest, "words": found.words,
            "learning_rate": project.training.learning_rate, "rates": found.rates.tolist(),
            "losses": [finite(loss) for loss in found.losses.tolist()], "smoothed": [finite(loss) for loss in found.smoothed.tolist()],
        }  # fmt: skip
        print(json.dumps(document, allow_nan=False), flush=True)
