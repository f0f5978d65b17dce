"""`nnlab record FILE -o ANIMATION`: the real window while it trains, or one of its panels, as GIF or WebP, without a screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import Source, announce_compiling, read_source
from nnlab.commands.picture import size_of
from nnlab.core.errors import SettingError
from nnlab.files.animation import MOST_FRAMES, PER_SECOND, Animation


def record(
    source: Source,
    output: Annotated[Path, typer.Option("-o", "--output", help="The animation to write: a name that ends in .gif or .webp")],
    steps: Annotated[int, typer.Option(min=1, help="Iterations to train")] = 600,
    frames: Annotated[int, typer.Option(min=2, max=MOST_FRAMES, help="Pictures, evenly over the iterations")] = 60,
    per_second: Annotated[float, typer.Option(min=1.0, max=50.0, help="Pictures a second")] = PER_SECOND,
    panel: Annotated[str | None, typer.Option(help="One panel instead of the window: loss, prediction, landscape …")] = None,
    workspace: Annotated[str, typer.Option(help="a workspace by its name, such as train or step")] = "train",
    theme: Annotated[str, typer.Option(help="light or dark")] = "dark",
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT of the window in pixels")] = "1280x800",
) -> None:
    """Records the real window, or a panel, while it trains, without a screen."""
    if theme not in ("light", "dark"):
        raise SettingError(f"--theme {theme}: choose light or dark.")
    width, height = size_of(size)
    animation = Animation(output, per_second)
    project, *_ = read_source(source)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    announce_compiling(project)
    from nnlab.app import film

    film(
        source, animation, steps=steps, frames=frames, panel=panel, workspace=workspace, theme="light" if theme == "light" else "dark",
        size=(width, height),
    )  # fmt: skip
    print(f"Written to {output}: {len(animation)} frames", file=sys.stderr)
