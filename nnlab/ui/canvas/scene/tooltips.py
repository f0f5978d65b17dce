"""What a tooltip on the canvas says: the numbers behind what is drawn, and what is wrong with a card."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnlab.core.tensor import show
from nnlab.ui.canvas.scene.hit import CARD, EDGE, PORT, Hit
from nnlab.ui.canvas.scene.live import LiveValues
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.look.numbers import number


def tooltip(scene: GraphScene, live: LiveValues, found: Hit) -> str:
    """The text for what lies under the cursor; empty when there is nothing to say."""
    if found.kind == PORT:
        return _port(scene, found)
    if found.kind == CARD:
        return _unit(scene, live, found) if found.unit is not None else _card(scene, found.card)
    return _edge(scene, live, found) if found.kind == EDGE else ""


def _port(scene: GraphScene, found: Hit) -> str:
    card = scene.cards[found.card]
    if found.port is None:
        shape = scene.shapes.get(card.last, "y")
        return f"Output of {card.last}" + (f" {show(shape)}" if shape is not None else "") + "\nDrag it to an input."
    shape = scene.shapes.get(card.id, found.port)
    kind = scene.document.graph[card.id].kind
    tip = next((t.tip for t in kind.inputs if t.name == found.port and t.tip), "")
    return f"Input {found.port} of {card.id}" + (f" {show(shape)}" if shape is not None else "") + (f"\n{tip}" if tip else "")


def _card(scene: GraphScene, name: str) -> str:
    card = scene.cards[name]
    graph = scene.document.graph
    lines = [f"{card.title}: {' and '.join(graph[n].kind.title for n in card.nodes)}"]
    shape = scene.shapes.get(card.last, "y")
    lines += [f"Output {show(shape)}"] if shape is not None else []
    lines += [", ".join(filter(None, (card.detail, card.frozen)))] if card.detail else []
    lines += [f"{'Error' if d.severity == 'error' else 'Warning'}: {d.message}" for d in scene.diagnostics_of(card)]
    return "\n".join(lines)


def _unit(scene: GraphScene, live: LiveValues, found: Hit) -> str:
    card, item, unit = scene.cards[found.card], scene.items_by_card[found.card], found.unit
    assert unit is not None
    lines = [f"{card.title}, unit {unit + 1} of {card.units}" if card.form != "input" else f"{card.title}, {_input(item.columns, unit)}"]
    if item.biases is not None and unit < len(item.biases):
        what = "∂L/∂b" if live.overlay == "gradients" else "bias"
        lines.append(f"{what} {number(float(item.biases[unit]))}")
    batch = live.value(card.values)
    if batch is not None and batch.ndim == 2 and unit < batch.shape[1] and len(batch):
        column = batch[:, unit]
        lines.append(
            f"over the batch: {number(float(column.min()), 3)} to {number(float(column.max()), 3)}, mean {number(float(column.mean()), 3)}"
        )
        if np.all(column == column[0]) and len(column) > 1:
            lines.append("The same for every sample of this batch.")
    return "\n".join([*lines, item.picture_meaning]) if item.picture_meaning else "\n".join(lines)


def _input(columns: Sequence[str], unit: int) -> str:
    """An input in words: its column's name where it has one, and which of them it is."""
    return f"{columns[unit]} (input {unit + 1})" if unit < len(columns) else f"input {unit + 1}"


def _edge(scene: GraphScene, live: LiveValues, found: Hit) -> str:
    edge = found.edge
    assert edge is not None
    if found.weight is None:
        shape = scene.shapes.get(edge.source, edge.source_port)
        return f"{edge.source} to {edge.target}" + (f", {show(shape)}" if shape is not None else "")
    unit, source = found.weight
    weights = scene.edges.weights[edge]
    assert weights is not None
    origin = scene.items_by_card[scene.owner[edge.source]]
    read = _input(origin.columns, source) if origin.card.form == "input" else f"input {source + 1}"
    lines = [f"{weights.parameter}, unit {unit + 1}, {read}"]
    image = scene.items_by_card[scene.owner[edge.source]].image_shape
    if image is not None:
        lines[0] += f" (pixel in row {source // image[1] + 1}, column {source % image[1] + 1})"
    for name, tensor in (("w", weights.parameter), ("∂L/∂w", weights.gradient)):
        matrix = live.value(tensor)
        if matrix is not None and matrix.shape == (weights.units, weights.inputs):
            lines.append(f"{name} = {number(float(matrix[unit, source]))}")
    return "\n".join(lines)
