"""What the inspector says of a node's numbers: norms, shares and shapes, all read from a frame of the engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.tensor import show
from nnlab.graph import docking
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import Shapes
from nnlab.ui.live_view import LiveView

SATURATED = 0.97  # |tanh| or distance of a sigmoid from its middle, as a share, from which a unit hardly learns
SYMBOLS = {"weight": "W", "bias": "b"}


@dataclass(frozen=True, eq=False)
class Statistics:
    """Numbers of one node at one moment; None where they do not exist."""

    weight_norm: float | None = None
    gradient_norm: float | None = None
    off_share: tuple[str, float] | None = None  # ("saturated" or "off", share of activations)
    gradient_history: np.ndarray | None = None
    weights: np.ndarray | None = None
    activations: np.ndarray | None = None


def statistics(view: LiveView, node: Node, history: int = 60) -> Statistics:
    """Norms over all of the node's parameters together; the history's last `history` blocks."""
    graph = view.frame.program.graph
    if node.id not in graph:
        return Statistics()
    names = [f"{node.id}.{p.name}" for p in node.kind.parameters]
    values = [v for v in (view.tensor(name) for name in names) if v is not None]
    gradients = [v for v in (view.tensor(name.replace(".", ".d_", 1)) for name in names) if v is not None]
    columns = [view.curves.names.index(name) for name in names if name in view.curves.names]
    norms = view.curves.norms[-history:, columns] if columns else None
    activation = docking.docked(graph, node.id)
    shown = activation or node.id
    outputs = view.tensor(f"{shown}.y")
    return Statistics(
        weight_norm=_norm(values),
        gradient_norm=_norm(gradients) if view.frame.iteration else None,
        off_share=_off_share(graph[shown].operator, outputs) if view.frame.rows else None,
        gradient_history=None if norms is None or not len(norms) else np.sqrt((norms.astype(np.float64) ** 2).sum(axis=1)),
        weights=view.tensor(f"{node.id}.weight"),
        activations=outputs if view.frame.rows else None,
    )


def _norm(parts: list[np.ndarray]) -> float | None:
    if not parts:
        return None
    return float(np.sqrt(sum(float((part.astype(np.float64) ** 2).sum()) for part in parts)))


def _off_share(operator: str, outputs: np.ndarray | None) -> tuple[str, float] | None:
    if outputs is None or not outputs.size:
        return None
    if operator == "tanh":
        return "Saturated", float((np.abs(outputs) > SATURATED).mean())
    if operator == "sigmoid":
        return "Saturated", float((np.abs(outputs - 0.5) > SATURATED / 2).mean())
    if operator in ("relu", "leaky_relu"):
        return "Off", float((outputs <= 0).mean())
    return None


def shape_rows(graph: Graph, shapes: Shapes, node: Node) -> list[tuple[str, str]]:
    """(symbol, shape in words) of the node's tensors as far as they are known."""
    rows = []
    kind = node.kind
    for name in (*(port for port in graph.ports(node.id)), *(p.name for p in kind.parameters), *(t.name for t in kind.outputs)):
        shape = shapes.get(node.id, name)
        if shape is None:
            continue
        is_parameter = any(p.name == name for p in kind.parameters)
        is_scalar = kind.is_loss and any(t.name == name for t in kind.outputs)
        text = "(" + ", ".join(str(n) for n in shape) + ")" if is_parameter else "one number" if is_scalar else show(shape)
        rows.append((SYMBOLS.get(name, "output" if name == "y" else name), text))
    return rows


def parameter_count(shapes: Shapes, node: Node) -> int:
    total = 0
    for parameter in node.kind.parameters:
        shape = shapes.get(node.id, parameter.name)
        if shape is not None:
            total += int(np.prod(shape, dtype=np.int64))
    return total


def subtitle(graph: Graph, shapes: Shapes, node: Node) -> str:
    """One line: kind, from how many to how many, parameters."""
    kind = node.kind
    parts = [kind.title]
    incoming = [shapes.get(node.id, port) for port in graph.ports(node.id)]
    output = shapes.output(node)
    if kind.parameters and incoming and incoming[0] and output:
        parts.append(f"{incoming[0][-1]} → {output[-1]}")
    count = parameter_count(shapes, node)
    if count:
        parts.append(f"{count:,} parameters")
    return ", ".join(parts)
