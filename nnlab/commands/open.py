"""`nnlab FILE`: opens the window."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import read_source
from nnlab.core.errors import TrainingError


def open_command(source: Annotated[str | None, typer.Argument(metavar="FILE")] = None) -> None:
    """Opens the window (what `nnlab FILE` does)."""
    if source is not None:
        _look_at(source)  # a mistake in the name or the file is told before a window opens
    require_display()
    from nnlab.app import main as open_application

    raise typer.Exit(open_application(source))


def _look_at(source: str) -> None:
    from nnlab.files.link_text import is_link, read_link
    from nnlab.lessons.archive import folder_of, is_lesson_path
    from nnlab.lessons.reader import read_lesson

    if is_link(source):
        read_link(source)
    elif is_lesson_path(Path(source)):
        from nnlab.ui.window.known_controls import window_controls

        read_lesson(folder_of(Path(source)), window_controls())
    else:
        from nnlab.tables.proposal import ColumnUndecided

        with contextlib.suppress(ColumnUndecided):  # the window asks
            read_source(source)


def require_display() -> None:
    """Qt aborts the process without a display; a sentence is better."""
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not has_display:
        raise TrainingError("There is no display to open a window on; use `nnlab train FILE` or `nnlab picture FILE -o PNG` instead.")
