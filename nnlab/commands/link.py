"""`nnlab link FILE`: a line of text that opens a project or example in a given state."""

from __future__ import annotations

from typing import Annotated

import typer

from nnlab.commands.common import read_source
from nnlab.core.errors import SettingError


def link(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A project, graph or example")],
    iteration: Annotated[int, typer.Option("--iteration", min=0, help="How far it is trained when it is opened")] = 0,
    workspace: Annotated[str, typer.Option("--workspace", help="The workspace it is shown in")] = "",
) -> None:
    """Prints a link: `nnlab LINK` or pasting it in the window (Ctrl+Shift+V) opens the project so."""
    from nnlab.files.link_text import write_link
    from nnlab.ui.workspaces import workspaces

    if workspace and workspace not in workspaces():
        raise SettingError(f"There is no workspace {workspace!r}; choose one of {', '.join(workspaces())}.")
    print(write_link(read_source(source)[0], iteration, workspace))
