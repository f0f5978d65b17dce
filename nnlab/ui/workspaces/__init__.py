"""Workspaces: arrangements of the one window, each for one job. One file each, which registers itself; the tabs follow from the registry.

A workspace names the panels it shows at the bottom, whether the palette and the inspector are there, how the canvas draws its cards
and which buttons run the network. Whatever is special about one is a field here: the window asks for no workspace by name. What the
person changes in it (docks moved, closed, resized) is remembered per workspace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nnlab.core.registry import Registry

RUNNING = ("run.rewind", "step.back", "run.play", "run.step_iteration", "run.step_epoch", "run.dice")


@dataclass(frozen=True)
class Workspace:
    """A workspace as registered. Panels and actions are named as the window knows them, sizes by entries of Metrics."""

    name: str
    title: str
    order: int
    tip: str
    bottom: tuple[str, ...]  # panels from left to right
    shares: tuple[int, ...]  # their relative widths
    height: tuple[str, ...]  # of the bottom, the sum of these
    centre: str = "canvas"  # what stands in the middle: the canvas, or a panel that belongs there
    left: tuple[str, ...] = ("palette",)
    right: tuple[str, ...] = ("inspector", "data", "training")
    below_right: tuple[str, ...] = ()  # panels that stand as tabs of their own below those at the right
    right_width: str = "inspector"
    right_heights: tuple[int, ...] = ()  # shares of the panels at the right, which then stand below each other; none: they are tabs
    tall_right: bool = False  # the right column reaches down beside the bottom panels
    behind: tuple[str, ...] = ()  # panels that are tabs behind the widest one at the bottom, open from the start
    tabs: tuple[tuple[str, str], ...] = ()  # panels that are tabs behind another one at the bottom: (panel, the other)
    expanded: bool = True  # cards show their neurons
    overlay: bool = True  # the canvas has the strip with phases and the choice of what edges mean
    buttons: tuple[str, ...] = RUNNING  # actions of the transport bar from left to right
    main_button: str = "run.play"  # the one of them that the workspace is for
    follows_steps: bool = False  # shows single steps: stepping leads here, and the canvas keeps what a step read and wrote lit
    figures: str = ""  # the panel whose figures the transport bar shows
    tab: str = ""  # the workspace whose tab is lit while this one, a state of it, has none of its own
    beside_lesson: bool = False  # arranged beside a lesson's column: how it is left is not remembered
    least_width: int = 0  # pixels at 100 % that its middle has beside a lesson's column, scrolled where the window is narrower
    spare: tuple[str, ...] = ()  # panels at the bottom that give way first beside a lesson's column, where the window is narrow
    is_first: bool = False  # where a window without a memory starts

    @property
    def has_docks(self) -> bool:
        """Whether anything stands beside its middle."""
        return any((self.left, self.right, self.below_right, self.bottom, self.behind, self.tabs))


_registry: Registry[Workspace] = Registry("workspace", __name__)


def register(workspace: Workspace) -> Workspace:
    """Adds a workspace; windows opened from now on have it."""
    return _registry.add(workspace)


def remove(name: str) -> None:
    _registry.remove(name)


def workspaces() -> Mapping[str, Workspace]:
    """Every workspace by name, in the order of the tabs."""
    return {workspace.name: workspace for workspace in sorted(_registry, key=lambda workspace: workspace.order)}


def first_workspace() -> Workspace:
    return next(workspace for workspace in workspaces().values() if workspace.is_first)


def stepping_workspace() -> Workspace:
    """The workspace that stepping leads to from one that does not follow it."""
    return next(workspace for workspace in workspaces().values() if workspace.follows_steps)
