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
    as_json: AsJson = False,
) -> None:
    """Makes a project of what another program wrote; weights and adapters go into the project that is there. Everything or nothing."""
    check_output(output, ".nnlab", "-o")
    from nnlab.exchange.importer import importer_for
    from nnlab.files.project_file import load_project, save_project

    importer = importer_for(file)
    into = load_project(output) if output.exists() and importer.needs_project else None
    with progress_bar(file.name) as job:
        saved, remarks = importer.read(file, into, job)
    save_project(output, saved)
    stream = sys.stderr if as_json else sys.stdout
    print(f"{file.name}: {importer.title} imported to {output}: {'; '.join(remarks)}", file=stream)
    if as_json:
        print(json.dumps({"form": importer.name, "output": str(output), "remarks": list(remarks), "nodes": len(saved.project.graph)}))
