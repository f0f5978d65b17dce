"""A trained network as other programs get it: plain operators with their numbers, and the preparation on both of its sides.

Adapters that take part are merged into the weights of their layers, dropout does nothing, batch norm uses its running statistics: what is
left is the function from raw rows to predictions. Every exporter writes this one value, and is held to `outputs` on `rows`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nnlab import __version__
from nnlab.core.errors import NNLabError, WriteError
from nnlab.core.fitted_preparation import Preparation
from nnlab.core.preparation import prepare
from nnlab.core.tensor import Shape
from nnlab.files.project import Project, SavedProject
from nnlab.files.raw_table import part_columns
from nnlab.files.session_file import session_of
from nnlab.graph.graph import Graph, Node
from nnlab.graph.lora_adapter import KEPT
from nnlab.graph.validation import infer
from nnlab.training.session import Session

MOST_ROWS = 64  # that an exported model is compared on: enough to see a mistake, few enough for a slow evaluator
TOLERANCE = 1e-4  # relative to the largest output: above it, an exported model is not the same function


@dataclass(frozen=True, eq=False)
class Model:
    """`graph` has no adapters any more; `parameters` are float32 (or float64) by name, buffers among them."""

    name: str
    project: Project
    session: Session  # as it was trained, adapters beside their layers
    graph: Graph
    parameters: Mapping[str, np.ndarray]
    preparation: Preparation
    is_trained: bool
    merged: tuple[str, ...] = ()  # the adapters that were merged into the weights

    @property
    def link(self) -> str:
        return self.graph.losses[0].kind.link

    @property
    def output(self) -> str:
        """The node whose output is the model's."""
        return self.graph.inputs(self.graph.losses[0].id)[0].source

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """What the output is computed from, in order: neither losses nor what only they read."""
        needed = self.graph.ancestors(self.output) | {self.output}
        return tuple(node for node in self.graph.topological() if node.id in needed)

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """The shape of every node's output, without the batch."""
        known = infer(self.graph)
        found = {node.id: known.get(node.id, node.kind.outputs[0].name) for node in self.nodes}
        return {name: shape for name, shape in found.items() if shape is not None}

    def sources(self, node: Node) -> tuple[str, ...]:
        """The nodes whose outputs a node reads, in the order of its ports."""
        return tuple(edge.source for edge in self.graph.inputs(node.id))

    @cached_property
    def rows(self) -> dict[str, np.ndarray]:
        """Raw columns of some samples to compare on: validation samples, else training samples, else drawn around the means."""
        try:
            training, validation = part_columns(self.project.data, prepare(self.project.data))
            chosen = validation if len(next(iter(validation.values()))) else training
            columns = {name: values[:MOST_ROWS] for name, values in chosen.items()}
            self.preparation.transform(columns)
        except NNLabError:  # the data is gone, or is another than the preparation's: rows that it could have stand in for it
            columns = drawn_rows(self.preparation, MOST_ROWS)
        return {column.name: columns[column.name] for column in self.preparation.columns}

    @cached_property
    def outputs(self) -> np.ndarray:
        """Our own outputs (rows, outputs) for `rows`."""
        return self.session.predict(self.preparation.transform(self.rows))

    def numbers(self, node: Node, name: str) -> np.ndarray | None:
        """One parameter of a node, None where it has none of that name."""
        return self.parameters.get(f"{node.id}.{name}")

    @property
    def metadata(self) -> dict[str, str]:
        """What goes into a model's file besides numbers, as text."""
        training = self.project.training
        return {
            "producer": f"NN Lab {__version__}", "name": self.name, "seed": str(training.seed), "optimizer": training.optimizer,
            "learning_rate": repr(training.learning_rate), "columns": json.dumps([c.name for c in self.preparation.columns]),
            "target": json.dumps(list(self.preparation.target.names)),
        }  # fmt: skip


def drawn_rows(preparation: Preparation, count: int) -> dict[str, np.ndarray]:
    """Rows that a preparation could have been fitted on: numbers around the means, every known category in turn."""
    from nnlab.core.fitted_preparation import NumberInput

    generator = np.random.default_rng(0)
    spread = {step.column: (step.mean, step.scale) for step in preparation.steps if isinstance(step, NumberInput)}
    found: dict[str, np.ndarray] = {}
    for column in preparation.columns:
        if column.is_text:
            names = preparation.categories.get(column.name, ("",))
            found[column.name] = np.array([names[k % len(names)] for k in range(count)], dtype=str)
        else:
            mean, scale = spread.get(column.name, (0.0, 1.0))
            found[column.name] = mean + scale * generator.standard_normal(count)
    return found


def model_of(saved: SavedProject, name: str) -> Model:
    """The model of a project. Raises NNLabError for a network that cannot run."""
    session = session_of(saved)
    names = tuple(adapter for adapter, said in session.adapters.items() if said.enabled)
    merged = session_of(SavedProject(saved.project, session._snapshot(), preparation=session.preparation)) if names else session
    for adapter in names:
        if not merged.adapters[adapter].merged:
            merged.merge(adapter)
    parameters = {**merged.parameters, **merged.buffers}
    kept = {f"{key.removesuffix(KEPT)}weight": values for key, values in parameters.items() if key.endswith(f".{KEPT}")}
    plain = {key: values for key, values in (parameters | kept).items() if ".lora_" not in key and not key.endswith(f".{KEPT}")}
    graph = replace(merged.graph, nodes=tuple(replace(node, adapters=(), frozen=frozenset()) for node in merged.graph.nodes))
    return Model(name, saved.project, session, graph, plain, session.preparation, saved.snapshot is not None, names)


def largest_difference(ours: np.ndarray, theirs: Any) -> float:
    """The largest difference of any output, relative to the largest output."""
    other = np.asarray(theirs, dtype=np.float64).reshape(ours.shape)
    size = max(float(np.abs(ours).max(initial=0.0)), 1e-30)
    return float(np.abs(ours.astype(np.float64) - other).max(initial=0.0)) / size


def require_same(ours: np.ndarray, theirs: Any, path: Path) -> str:
    """A sentence about the largest difference; raises WriteError where it is too large for the same function."""
    difference = largest_difference(ours, theirs)
    if not difference <= TOLERANCE:
        apart = f"{difference:.2g} of the largest"
        raise WriteError(f"{path.name} was not written: its outputs differ from NN Lab's by {apart}; please report it.")
    return f"outputs agree on {len(ours)} rows, largest difference {difference:.1e} of the largest output"
