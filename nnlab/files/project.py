"""A project: everything a person works on, as one immutable value.

The graph, where its data comes from, how it is trained. The document (`nnlab.ui.document.document`) holds one; an edit of any part is a
new project, and undo is keeping the old one. What a file holds besides (the weights as they are, how the window looked) is no
part of what can be edited and undone: that is a `SavedProject`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnlab.core.preparation import DataSettings
from nnlab.graph.graph import Graph
from nnlab.training.settings import TrainingSettings

if TYPE_CHECKING:  # brings in the machine, which is compiled when it is first imported; to read a project needs no machine
    from nnlab.training.commands import Snapshot


@dataclass(frozen=True)
class Project:
    graph: Graph = field(default_factory=Graph)
    data: DataSettings = field(default_factory=DataSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)


@dataclass(frozen=True)
class View:
    """How the window looked: which workspace was shown, and the canvas point in its middle and its zoom (None: fit the graph)."""

    workspace: str = "train"
    center: tuple[float, float] | None = None
    zoom: float | None = None


@dataclass(frozen=True, eq=False)
class SavedProject:
    """What a project file holds: the project, the state of its run (None: not trained yet), the view, a picture for file managers."""

    project: Project
    snapshot: Snapshot | None = None
    thumbnail: bytes | None = None  # a PNG image
    view: View = field(default_factory=View)
