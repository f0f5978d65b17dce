"""What tensors were called before an edit: nodes that were renamed, adapters that were renamed or made from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nnlab.engine.program import ParameterInfo
from nnlab.engine.step import tensor_name
from nnlab.graph.graph import Graph, Node
from nnlab.graph.lora_adapter import LoraAdapter


def former_names(old: Graph, new: Graph) -> dict[str, str]:
    """Nodes that were renamed, by their new id: same operator, settings and place."""
    gone = [node for node in old.nodes if node.id not in new]
    names = {}
    for node in new.nodes:
        if node.id not in old:
            for candidate in gone:
                if (candidate.operator, candidate.settings, candidate.position) == (node.operator, node.settings, node.position):
                    names[node.id] = candidate.id
                    gone.remove(candidate)
                    break
    return names


def former_tensor(old: Graph, new: Graph, former: Mapping[str, str], info: ParameterInfo) -> str | None:
    """The old name of a parameter or buffer of the new graph, or None where nothing of it was there before."""
    old_id, tensor = former.get(info.node_id, info.node_id), info.name.split(".", 1)[1]
    part, dot, name = tensor.partition(".")
    if not dot:
        return tensor_name(old_id, tensor)
    if old_id not in old:
        return None
    if new[info.node_id].adapter(name) is None:
        return tensor_name(old_id, tensor)
    before = _former_adapter(old[old_id], new[info.node_id], name)
    return None if before is None else tensor_name(old_id, f"{part}.{before}")


def _former_adapter(before: Node, after: Node, name: str) -> str | None:
    """The old name of the adapter `name`; None for one that begins anew, being new or of another rank or initialiser."""
    adapter = after.adapter(name)
    assert adapter is not None
    known = before.adapter(name)
    if known is None and adapter.copied_from:
        known = before.adapter(adapter.copied_from)
    if known is None:
        gone = (other for other in before.adapters if after.adapter(other.name) is None)
        known = next((other for other in gone if _same(other, adapter)), None)
    return known.name if known is not None and (known.rank, known.init) == (adapter.rank, adapter.init) else None


def _same(one: LoraAdapter, other: LoraAdapter) -> bool:
    """Whether two adapters differ in their names alone."""
    return replace(one, name="", copied_from="") == replace(other, name="", copied_from="")
