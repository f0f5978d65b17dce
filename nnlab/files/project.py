"""What a project file holds: the project as a person edits it, and besides it the state of its run and how the window looked.

The project itself, an immutable value, is `nnlab.training.project.Project`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnlab.core.fitted_preparation import Preparation
from nnlab.training.kept_runs import KeptRuns
from nnlab.training.project import Project

if TYPE_CHECKING:  # brings in the machine, which is compiled when it is first imported; to read a project needs no machine
    from nnlab.training.commands import Snapshot

__all__ = ["Project", "SavedProject", "View"]


@dataclass(frozen=True)
class View:
    """How the window looked: which workspace was shown, and the canvas point in its middle and its zoom (None: fit the graph)."""

    workspace: str = "train"
    center: tuple[float, float] | None = None
    zoom: float | None = None


@dataclass(frozen=True, eq=False)
class SavedProject:
    """What a project file holds: the project, the state of its run (None: not trained yet), the view, a picture for file managers,

    and the runs that ended before.
    """

    project: Project
    snapshot: Snapshot | None = None
    thumbnail: bytes | None = None  # a PNG image
    view: View = field(default_factory=View)
    preparation: Preparation | None = None  # what the weights were trained behind; None: that of the project's data, fitted anew
    runs: KeptRuns = field(default_factory=KeptRuns)
