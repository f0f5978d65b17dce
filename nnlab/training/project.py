"""A project: everything a person works on, as one immutable value.

The graph, where its data comes from, how it is trained. The document holds one; an edit of any part is a new project, and undo is keeping
the old one. What a file holds besides (the weights as they are, how the window looked) is `nnlab.files.project.SavedProject`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nnlab.core.preparation import DataSettings
from nnlab.graph.graph import Graph
from nnlab.training.settings import TrainingSettings


@dataclass(frozen=True)
class Project:
    graph: Graph = field(default_factory=Graph)
    data: DataSettings = field(default_factory=DataSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
