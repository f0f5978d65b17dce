"""`nnlab advise FILE`: which loss and output layer suit the target column, and what in the network does not."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnlab.commands.common import AsJson, Source, read_source

if TYPE_CHECKING:
    from nnlab.core.preparation import DataSettings
    from nnlab.graph.graph import Graph
    from nnlab.studies.advice import Advice


def advise(
    source: Source,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column to predict; default: the target of the data")] = None,
    as_json: AsJson = False,
) -> None:
    """Says which loss and output layer suit the target, and why."""
    data, graph, name = _data_of(source)
    from nnlab.studies.advice import advise as study
    from nnlab.studies.advice import column_of

    column = column_of(data, target)
    advice = study(column, graph if target is None else None)  # of another target than its own, a network says nothing
    if as_json:
        print(json.dumps(_document(advice)))
        return
    print(f"{name}, column {advice.column}: {advice.headline}")
    print(textwrap.fill(advice.reason, 100))
    if advice.loss is not None:
        outputs = f"{advice.outputs} output{'s' if advice.outputs > 1 else ''}"
        print(f"Loss {advice.loss}, {outputs}, output activation {advice.output_activation}")
    for warning in advice.warnings:
        print(textwrap.fill(f"Warning: {warning}", 100))


def _data_of(source: str) -> tuple[DataSettings, Graph | None, str]:
    """(data, the network if there is one, name). A table is not made into a project, which a constant target, say, cannot be."""
    from nnlab.core.preparation import DataSettings
    from nnlab.files.examples import example_names
    from nnlab.tables.reader import table_suffixes

    path = Path(source).expanduser()
    if source not in example_names() and path.suffix.lower() in table_suffixes():
        return DataSettings("table", {"path": str(path.absolute())}), None, path.stem
    project, _, name = read_source(source)
    return project.data, project.graph, name


def _document(advice: Advice) -> dict[str, Any]:
    return {
        "column": advice.column,
        "target": advice.target,
        "loss": advice.loss,
        "outputs": advice.outputs,
        "output_activation": advice.output_activation,
        "scale": advice.scale,
        "reason": advice.reason,
        "needs": advice.needs or None,
        "warnings": list(advice.warnings),
    }
