"""Columns of the data: what diagnoses of features call them, and the project without some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnlab.graph import edits
from nnlab.training.diagnosis import Remedy
from nnlab.training.observation import Observation
from nnlab.training.project import Project


def column_name(seen: Observation, column: int) -> str:
    """A feature's title; for arrays "feature 3", counted from 0 as NumPy does."""
    return seen.data.features[column] if seen.data is not None else f"feature {column}"


def column_names(seen: Observation, columns: Sequence[int]) -> str:
    """Up to three of them, and how many more."""
    names = ", ".join(column_name(seen, column) for column in columns[:3])
    return names + (f" and {len(columns) - 3} more" if len(columns) > 3 else "")


def without_columns(seen: Observation, columns: Sequence[int], outlook: str) -> tuple[Remedy, ...]:
    """The remedy of leaving features out, where the data says what its features are and some remain."""
    data = seen.data
    if data is None or len(columns) >= len(data.columns):
        return ()
    kept = tuple(name for column, name in enumerate(data.columns) if column not in columns)

    def apply(project: Project) -> Project:
        graph = project.graph
        for node in graph:
            if node.kind.is_input:
                graph = edits.configure(graph, node.id, features=len(kept))
        return replace(project, graph=graph, data=replace(project.data, inputs=kept, derived=()))

    return (Remedy(f"Leave out {column_names(seen, columns)}", apply, outlook, starts_over=True),)
