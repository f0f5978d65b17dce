"""`nnlab check FILE`: what keeps a project or graph from running."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnlab.commands.common import UNFINISHED, Source, data_sentence, read_source
from nnlab.core.errors import FileError, NNLabError

if TYPE_CHECKING:
    from nnlab.core.preparation import Data
    from nnlab.files.project import Project
    from nnlab.graph.validation import Diagnostic


def check(source: Source, as_json: Annotated[bool, typer.Option("--json", help="The diagnostics as one JSON array")] = False) -> None:
    """Says what keeps a project or graph from running; exit status 1 if anything does, 2 if the file cannot be read."""
    name, found, data = _diagnose(source)
    errors = sum(d.severity == "error" for d in found)
    if as_json:
        print(json.dumps([{"severity": d.severity, "node": d.node_id, "message": d.message} for d in found]))
    else:
        for diagnostic in found:
            print(f"{name}: {diagnostic.severity}: {diagnostic.message}")
        if not errors:
            print(f"{name}: can be trained")
        if not errors and data is not None:
            print(f"{name}: {data_sentence(data)}")
    if errors:
        print(f"nnlab: {source} cannot run: {errors} error{'s' if errors > 1 else ''}.", file=sys.stderr)
        raise typer.Exit(UNFINISHED)


def _diagnose(source: str) -> tuple[str, tuple[Diagnostic, ...], Data | None]:
    """(name, diagnostics, data). Raises FileError for what is no readable file; everything wrong inside one is a diagnostic."""
    from nnlab.core.preparation import prepare
    from nnlab.graph.validation import DataShape, Diagnostic, validate

    try:
        project, _, name = read_source(source)
    except FileError:
        raise
    except NNLabError as error:
        return Path(source).stem, (Diagnostic("error", str(error), getattr(error, "node_id", None)),), None
    try:
        data = prepare(project.data)
    except NNLabError as error:
        return name, (*validate(project.graph), Diagnostic("error", str(error))), None
    return name, (*validate(project.graph, DataShape(data.x.shape[1], data.target)), *_adapters(project)), data


def _adapters(project: Project) -> Iterator[Diagnostic]:
    """Adapters that are kept but could not be used in the network as it is now."""
    from nnlab.graph.diagnostic import WARNING, Diagnostic

    for adapter in project.adapters.values():
        if (words := adapter.misfit(project.graph)) is not None:
            yield Diagnostic(WARNING, words, kind="adapter")
