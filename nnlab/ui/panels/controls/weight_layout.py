"""How a parameter stands in a table: which axis runs down and which across, what they are called, and what is chosen of further axes.

A matrix has its units as rows and its inputs as columns, as in W x; a vector is one column. Of more axes (a filter of a convolution) the
last two are shown, and a place on each of those before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.core.tensor import Parameter, Shape
from nnlab.graph import docking
from nnlab.graph.axes import axes_of
from nnlab.graph.graph import Graph, Node
from nnlab.ui.run.weight_edits import Index


@dataclass(frozen=True)
class WeightLayout:
    """The table of one parameter. `axes` names one thing along each axis: ("neuron", "input")."""

    name: str  # "dense_1.weight"
    shape: Shape
    axes: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    names: tuple[str, str]  # what a row and a column stand for

    @property
    def leading(self) -> tuple[tuple[str, int], ...]:
        """(name, length) of the axes of which one place is chosen."""
        return tuple(zip(self.axes[:-2], self.shape[:-2], strict=True))

    def matrix(self, values: np.ndarray, place: Sequence[int]) -> np.ndarray:
        """The numbers shown, (rows, columns), at `place` on the leading axes."""
        if values.ndim < 2:
            return values.reshape(-1, 1)
        return values[tuple(place)]

    def index(self, row: int, column: int, place: Sequence[int]) -> Index:
        """Where the cell lies in the parameter."""
        return (row,) if len(self.shape) < 2 else (*place, row, column)


def layout(graph: Graph, node: Node, parameter: Parameter, shape: Shape, data: Data | None) -> WeightLayout:
    """The table of a node's parameter of `shape`. Features and classes of the data head the axes that stand for them."""
    axes = axes_of(graph, node.id, parameter.name, shape).words
    symbol = parameter.letter.lower()
    counted = [_numbers(length) for length in shape]
    if len(shape) < 2:
        rows = _classes(graph, node, data, shape[0]) if shape else None
        return WeightLayout(
            f"{node.id}.{parameter.name}", shape, axes, rows or (counted[0] if shape else ("1",)), (symbol,), (axes[0] if axes else "", "")
        )
    rows, columns, across = counted[-2], counted[-1], axes[-1]
    if len(shape) == 2 and axes == ("neuron", "input"):
        rows = _classes(graph, node, data, shape[0]) or rows
        incoming = graph.inputs(node.id)
        source = graph[incoming[0].source] if incoming else None
        if source is not None and source.kind.is_input and data is not None and len(data.features) == shape[1]:
            columns, across = data.features, "input"
        elif source is not None:
            across = f"input {source.id}"
    return WeightLayout(f"{node.id}.{parameter.name}", shape, axes, rows, columns, (axes[-2], across))


def _numbers(length: int) -> tuple[str, ...]:
    return tuple(str(k + 1) for k in range(length))


def _classes(graph: Graph, node: Node, data: Data | None, length: int) -> tuple[str, ...] | None:
    """The classes' names where the units of the node, or of its docked activation, are what a loss compares with them."""
    if data is None or data.target.kind != "classes" or len(data.target.names) != length:
        return None
    last = docking.docked(graph, node.id) or node.id
    return data.target.names if any(graph[edge.target].kind.is_loss for edge in graph.outgoing(last)) else None
