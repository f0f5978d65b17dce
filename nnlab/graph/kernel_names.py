"""Whose kernels a graph needs: the operators of its nodes, and those that its layers use inside."""

from __future__ import annotations

from nnlab.graph.graph import Graph, Node


def kernel_names(graph: Graph) -> tuple[str, ...]:
    """The registered names of all operators that a graph computes with, those inside its layers included."""
    inner = [name for node in graph for name in inner_names(node)]
    return tuple(dict.fromkeys([*(node.operator for node in graph), *inner]))


def inner_names(node: Node) -> tuple[str, ...]:
    """Registered names of the operators that a node uses besides its own: penalties, and those of its adapters."""
    names = ["penalty"] if node.settings.get("l1") or node.settings.get("l2") else []
    for adapter in node.adapters:
        names += ["lora_down", *(("lora_norm", "dora") if adapter.dora else ("lora_up",))]
        names += ["dropout"] if adapter.dropout else []
        names += ["lora_up"] if adapter.has_start else []
    return tuple(dict.fromkeys(names))
