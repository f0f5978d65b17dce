"""A project: everything a person works on, as one immutable value.

The graph, where its data comes from, how it is trained, what it starts from, what it is compared with, what it is debugged with. The
document holds one; an edit of any part is a new project, and undo is keeping the old one. What a file holds besides (the weights as they
are, how the window looked) is `nnlab.files.project.SavedProject`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from nnlab.core.preparation import DataSettings
from nnlab.graph.diff import diff
from nnlab.graph.graph import Graph
from nnlab.training.debugging import Debugging
from nnlab.training.difference import Difference
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.settings import TrainingSettings
from nnlab.training.stored_adapter import StoredAdapter


@dataclass(frozen=True)
class Project:
    graph: Graph = field(default_factory=Graph)
    data: DataSettings = field(default_factory=DataSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    adapters: Mapping[str, StoredAdapter] = field(default_factory=dict)  # by name; not in use, so nothing that is computed depends on them
    initial: InitialWeights | None = None  # what a run starts from; None: weights drawn from the seed
    comparison: tuple[Difference, ...] = ()  # what sets apart the runs that train beside it; it may name what the graph no longer has
    debugging: Debugging = field(default_factory=Debugging)  # where stepping stops; nothing that is computed depends on it
    branch: int = 0  # which of the ways the run has taken is trained, see nnlab.training.branch; no file holds it

    def __post_init__(self) -> None:
        object.__setattr__(self, "adapters", MappingProxyType(dict(self.adapters)))
        object.__setattr__(self, "comparison", tuple(self.comparison))

    def __reduce__(self) -> tuple[Any, ...]:  # a mapping proxy does not pickle by itself; sweeps send projects to other processes
        parts = (self.graph, self.data, self.training, dict(self.adapters), self.initial, self.comparison, self.debugging, self.branch)
        return Project, parts

    def computes_the_same_as(self, other: Project) -> bool:
        """Whether nothing that training depends on differs: places on the canvas, groups and comments may."""
        if (self.data, self.training, self.initial) != (other.data, other.training, other.initial):
            return False
        return self.graph is other.graph or diff(other.graph, self.graph).computes_the_same

    def with_seed(self, seed: int) -> Project:
        """The same from another seed: other initial weights, and another order of the samples."""
        return self.with_training(replace(self.training, seed=seed))

    def with_training(self, training: TrainingSettings) -> Project:
        """The same trained otherwise. Another seed draws the initial weights afresh, whatever they were before."""
        return replace(self, training=training, initial=self.initial if training.seed == self.training.seed else None)
