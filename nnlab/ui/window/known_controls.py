"""What lessons may name of this window, for whoever checks one without opening it."""

from __future__ import annotations

from nnlab.lessons.controls import Controls

FIXED = ("palette", "inspector", "stepper", "moment", "chain")  # docks that are no panels


def window_controls() -> Controls:
    """By the tables that the window is made from."""
    from nnlab.ui.panels.registry import PANELS
    from nnlab.ui.window.actions import ACTIONS
    from nnlab.ui.workspaces import workspaces

    spaces = frozenset(workspaces())
    actions = {declared.id for declared in ACTIONS} | {f"workspace.{name}" for name in spaces}
    return Controls(frozenset(actions), frozenset((*PANELS, *FIXED)), spaces)
