"""What of the canvas can be watched: of a card, of the neuron or the weight that is pointed at, of what flows along an edge."""

from __future__ import annotations

from collections.abc import Sequence

from nnlab.graph.graph import Graph
from nnlab.ui.canvas.scene.hit import Hit


def watchable(graph: Graph, nodes: Sequence[str], pointed: Hit) -> list[str]:
    """Formulas, the most particular first."""
    texts: list[str] = []
    if pointed.edge is not None:
        if pointed.weight is not None:
            weight = f"{pointed.edge.target}.weight"
            element = f"[{', '.join(map(str, pointed.weight))}]"
            texts += [f"{weight}{element}", f"grad({weight}){element}", f"norm({weight})", f"norm(grad({weight}))"]
        else:
            texts += [f"norm(act({pointed.edge.source}))", f"mean(act({pointed.edge.source}))"]
    for node_id in nodes:
        node = graph[node_id]
        if node.kind.is_loss:
            texts.append("loss")
            continue
        if pointed.unit is not None and node.kind.is_affine and node_id == nodes[0]:
            texts.append(f"act({node_id})[0, {pointed.unit}]")
        texts += [f"norm(act({node_id}))", f"mean(act({node_id}))"]
        for parameter in node.parameters:
            name = f"{node_id}.{parameter.name}"
            texts += [f"norm({name})"] + ([f"norm(grad({name}))"] if parameter.name not in node.kept else [])
    return list(dict.fromkeys(texts))
