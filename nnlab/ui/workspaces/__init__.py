"""Workspaces: arrangements of the one window, each for one job. One file each; the tabs follow from the files.

A workspace names the panels it shows at the bottom, whether the palette and the inspector are there, and how the canvas draws
its cards. What the person changes in it (docks moved, closed, resized) is remembered per workspace.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Workspace:
    name: str
    title: str
    order: int
    tip: str
    bottom: tuple[str, ...]  # panel names from left to right
    shares: tuple[int, ...]  # their relative widths
    height: str  # the entry of Metrics that gives the bottom's height
    left: tuple[str, ...] = ("palette",)
    right: tuple[str, ...] = ("inspector", "data", "training")
    right_width: str = "inspector"  # the entry of Metrics that gives the right column's width
    tall_right: bool = False  # the right column reaches down beside the bottom panels
    expanded: bool = True  # cards show their neurons
    overlay: bool = True  # the canvas has the strip with phases and the choice of what edges mean


@cache
def workspaces() -> dict[str, Workspace]:
    """Every workspace by name, in the order of the tabs."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    found = sorted((m.WORKSPACE for m in modules), key=lambda w: w.order)
    return {workspace.name: workspace for workspace in found}
