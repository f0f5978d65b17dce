"""A project: everything a person works on, as one immutable value.

The graph, where its data comes from, how it is trained. The document holds one; an edit of any part is a new project, and undo is keeping
the old one. What a file holds besides (the weights as they are, how the window looked) is `nnlab.files.project.SavedProject`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from nnlab.core.preparation import DataSettings
from nnlab.graph.graph import Graph
from nnlab.training.settings import TrainingSettings
from nnlab.training.stored_adapter import StoredAdapter


@dataclass(frozen=True)
class Project:
    graph: Graph = field(default_factory=Graph)
    data: DataSettings = field(default_factory=DataSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    adapters: Mapping[str, StoredAdapter] = field(default_factory=dict)  # by name; not in use, so nothing that is computed depends on them

    def __post_init__(self) -> None:
        object.__setattr__(self, "adapters", MappingProxyType(dict(self.adapters)))

    def __reduce__(self) -> tuple[Any, ...]:  # a mapping proxy does not pickle by itself; sweeps send projects to other processes
        return Project, (self.graph, self.data, self.training, dict(self.adapters))
