"""`nnlab import FILE -o PROJECT`: a network, weights, an adapter or a table from another program as a project."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import AsJson, check_output, progress_bar


def import_file(
    file: Annotated[Path, typer.Argument(help="ONNX, CSV or safetensors, or the folder of a PEFT adapter", metavar="FILE")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="PROJECT", help="The project to write or fill with weights (.nnlab)")],
    target: Annotated[str, typer.Option(metavar="COLUMN", help="Of a table: the column to predict; default: the last that can be")] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="COLUMN=NOTATION", help="Of a table: how a column is written, where its cells allow two readings"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Makes a project of what another program wrote; weights and adapters go into the project that is there. Everything or nothing."""
    check_output(output, ".nnlab", "-o")
    from nnlab.exchange.importer import AS_PROPOSED, ColumnChoices, importer_for
    from nnlab.files.project_file import load_project, save_project

    importer = importer_for(file)
    choices = ColumnChoices(target, dict(_pair(text) for text in answer or []))
    if choices != AS_PROPOSED and not importer.has_columns:
        raise typer.BadParameter(f"{file.name} is no table; --target and --answer are about a table's columns")
    into = load_project(output) if output.exists() and importer.needs_project else None
    with progress_bar(file.name) as job:
        saved, remarks = importer.read(file, into, job, choices)
    save_project(output, saved)
    stream = sys.stderr if as_json else sys.stdout
    print(f"{file.name}: {importer.title} imported to {output}: {'; '.join(remarks)}", file=stream)
    if as_json:
        print(json.dumps({"form": importer.name, "output": str(output), "remarks": list(remarks), "nodes": len(saved.project.graph)}))


def _pair(text: str) -> tuple[str, str]:
    column, sign, notation = text.rpartition("=")
    if not sign:
        raise typer.BadParameter(f"--answer is {text!r}; write COLUMN=NOTATION")
    return column, notation
