"""`nnlab moments FILE`: every formula of one iteration with its numbers, as a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import Source, announce_compiling, check_output, count_option, read_source
from nnlab.core.errors import SettingError

FORMATS = ("markdown", "csv")


def moments(
    source: Source,
    after: Annotated[int, count_option("Iterations to train before the one that is shown", 0, 10**9)] = 0,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Writes the table here, .md or .csv")] = None,
    form: Annotated[str, typer.Option("--format", help="markdown or csv, where it is printed")] = "markdown",
    terms: Annotated[bool, typer.Option("--terms", help="Takes every sum apart: a line for each single term")] = False,
) -> None:
    """Writes one iteration as a table: every operation with its formula, numbers, result and a sentence, or every single term."""
    if form not in FORMATS:
        raise SettingError(f"--format {form}: choose {' or '.join(FORMATS)}.")
    if output is not None:
        check_output(output, ".csv" if output.suffix.lower() == ".csv" else ".md", "-o")
        form = "csv" if output.suffix.lower() == ".csv" else "markdown"
    project, snapshot, _ = read_source(source)
    announce_compiling(project)
    from nnlab.core.atomic import write_atomically
    from nnlab.core.preparation import prepare
    from nnlab.engine.moment_terms import terms_as_csv, terms_as_markdown, terms_of_iteration
    from nnlab.engine.moments import as_csv, as_markdown, moments_of_iteration
    from nnlab.training.complete_run import prepare_run

    run = prepare_run(project.graph, prepare(project.data), project.training, snapshot, project.initial)
    if after:
        run.train(after)
    if terms:
        rows = terms_of_iteration(run.stepper, project.graph)
        text = terms_as_csv(rows) if form == "csv" else terms_as_markdown(rows)
    else:
        found = moments_of_iteration(run.stepper, project.graph)
        text = as_csv(found) if form == "csv" else as_markdown(found)
    if output is None:
        print(text, end="")
    else:
        write_atomically(output, lambda file: file.write(text.encode()))
        print(f"Written to {output}", file=sys.stderr)
