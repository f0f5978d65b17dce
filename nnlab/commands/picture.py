"""`nnlab picture FILE -o PNG`: the real window as an image, without a screen."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnlab.commands.common import Source, announce_compiling, check_output, read_source
from nnlab.core.errors import SettingError

if TYPE_CHECKING:
    from nnlab.ui.look.theme import Mode


def picture(
    source: Source,
    output: Annotated[Path, typer.Option("-o", "--output", help="The PNG to write")],
    steps: Annotated[int, typer.Option(min=0, help="Iterations to train first")] = 0,
    workspace: Annotated[str | None, typer.Option(help="a workspace by its name, such as train or step")] = None,
    theme: Annotated[str, typer.Option(help="light or dark")] = "dark",
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT in pixels")] = "1280x800",
    scale: Annotated[float, typer.Option(min=0.5, max=4.0, help="Device pixels per window pixel")] = 1.0,
) -> None:
    """Writes the real window as a PNG, without a screen."""
    if theme not in ("light", "dark"):
        raise SettingError(f"--theme {theme}: choose light or dark.")
    width, height = size_of(size)
    check_output(output, ".png", "-o")
    project, *_ = read_source(source)  # a mistake in the name or the file is told before a window is made
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    announce_compiling(project)
    from nnlab.app import picture as write_picture

    mode: Mode = "light" if theme == "light" else "dark"
    write_picture(source, output, steps=steps, workspace=workspace, theme=mode, size=(width, height), scale=scale)
    print(f"Written to {output}", file=sys.stderr)


def size_of(text: str) -> tuple[int, int]:
    """(width, height) of "1280x800"."""
    match = re.fullmatch(r"(\d{3,5})[x×](\d{3,5})", text.strip().lower())
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (320 <= width <= 16384 and 240 <= height <= 16384):
        raise SettingError(f"--size {text}: give width and height in pixels from 320x240 to 16384x16384, such as 1280x800.")
    return width, height
