"""`nnlab import FILE -o PROJECT`: a network, weights, an adapter, a table or images from elsewhere as a project."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import AsJson, check_output, progress_bar


def import_file(
    file: Annotated[
        Path, typer.Argument(help="ONNX, a table, IDX or safetensors; a folder of images by class, or of a PEFT adapter", metavar="FILE")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="PROJECT", help="The project to write or fill with weights (.nnlab)")],
    target: Annotated[str, typer.Option(metavar="COLUMN", help="Of a table: the column to predict; default: the last that can be")] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="COLUMN=NOTATION", help="Of a table: how a column is written, where its cells allow two readings"),
    ] = None,
    size: Annotated[str, typer.Option(metavar="HxW", help="Of images: height and width in pixels; default: what they suggest")] = "",
    color: Annotated[str, typer.Option(metavar="grey|rgb", help="Of images: one number for each pixel, or three")] = "",
    labels: Annotated[str, typer.Option(metavar="FILE", help="Of IDX images: the file of their labels; default: the one beside them")] = "",
    as_json: AsJson = False,
) -> None:
    """Makes a project of what another program wrote; weights and adapters go into the project that is there. Everything or nothing."""
    check_output(output, ".nnlab", "-o")
    from nnlab.exchange.importer import ImportChoices, importer_for
    from nnlab.files.project_file import load_project, save_project

    importer = importer_for(file)
    choices = ImportChoices(target, dict(_pair(text) for text in answer or []), _size(size), _is_color(color), labels)
    ignored = sorted(_OPTIONS[name] for name in choices.given - importer.accepts)
    if ignored:
        raise typer.BadParameter(f"{file.name} is imported as {importer.title}, which {' and '.join(ignored)} cannot change")
    into = load_project(output) if output.exists() and importer.needs_project else None
    with progress_bar(file.name) as job:
        saved, remarks = importer.read(file, into, job, choices)
    save_project(output, saved)
    stream = sys.stderr if as_json else sys.stdout
    print(f"{file.name}: {importer.title} imported to {output}: {'; '.join(remarks)}", file=stream)
    if as_json:
        print(json.dumps({"form": importer.name, "output": str(output), "remarks": list(remarks), "nodes": len(saved.project.graph)}))


_OPTIONS = {"target": "--target", "answers": "--answer", "size": "--size", "is_color": "--color", "labels": "--labels"}


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    from nnlab.images.source import SIDES

    height, _, width = text.lower().replace("×", "x").partition("x")
    sides = [side.strip() for side in (height, width or height)]
    if not all(side.isdecimal() and SIDES[0] <= int(side) <= SIDES[1] for side in sides):
        raise typer.BadParameter(f"--size is {text!r}; write HxW, such as 32x32, with sides from {SIDES[0]} to {SIDES[1]} pixels")
    return int(sides[0]), int(sides[1])


def _is_color(text: str) -> bool | None:
    if text not in ("", "grey", "rgb"):
        raise typer.BadParameter(f"--color is {text!r}; choose grey or rgb")
    return None if not text else text == "rgb"


def _pair(text: str) -> tuple[str, str]:
    column, sign, notation = text.rpartition("=")
    if not sign:
        raise typer.BadParameter(f"--answer is {text!r}; write COLUMN=NOTATION")
    return column, notation
