"""A workspace where the window is low for the size of its text: nothing stands under the canvas that would squash it."""

from __future__ import annotations

from dataclasses import replace

from nnlab.ui.workspaces import Workspace

LEAST_WIDTH = 220  # pixels at 100 % that the canvas keeps beside a lesson's column; the panels at its right are scrolled to


def tight(workspace: Workspace, is_projected: bool) -> Workspace:
    """The workspace with its lower panels as tabs beside the canvas.

    A tall column goes the other way, behind the panel at the bottom, which is as wide as the window.
    """
    name = f"{workspace.name}.tight"
    if workspace.tall_right:
        behind = (*workspace.right, *workspace.below_right)
        return replace(workspace, name=name, right=(), below_right=(), behind=behind, tall_right=False)
    below = (*workspace.bottom, *dict(workspace.tabs))
    if is_projected:  # the picture is for those who sit far away: it has the height, and the loss stands beside it
        name, right = f"{workspace.name}.projected", (*below, *workspace.right)
    else:
        right = (*workspace.right, *below)
    return replace(workspace, name=name, right=right, bottom=(), shares=(), tabs=())
