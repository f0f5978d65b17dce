"""Adapters on one node: whether it takes them, what one given by people or files must be, and the shapes of its tensors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from nnlab.core.errors import GraphError
from nnlab.core.setting import Setting, check_settings
from nnlab.core.tensor import Shape, Sizes
from nnlab.graph.lora_adapter import ADAPTER_SETTINGS, BLEND, FIELDS, LoraAdapter, name_problem
from nnlab.graph.node import Node

_MORE = (
    Setting("name", ""), BLEND, Setting("enabled", True), Setting("merged", False), Setting("copied_from", ""), Setting("base_sha256", ""),
)  # fmt: skip
MOST_ADAPTERS = 40  # on one layer; a project file has room for so many


def takes_adapters(node: Node) -> bool:
    """Whether it multiplies its input by one weight matrix."""
    return node.kind.is_affine


def checked_adapter(given: Mapping[str, object], owner: str) -> LoraAdapter:
    """An adapter from its fields by name; raises GraphError or SettingError naming `owner`, the layer, and what is accepted."""
    fields = check_settings((*ADAPTER_SETTINGS, *_MORE), given, owner)
    where = f"{owner}: " if owner else ""
    problem = name_problem(fields["name"]) or (fields["copied_from"] and name_problem(fields["copied_from"]))
    if problem:
        raise GraphError(f"{where}{problem}.", owner or None)
    if fields["base_sha256"] and not re.fullmatch(r"[0-9a-f]{64}", str(fields["base_sha256"])):
        raise GraphError(f"{where}base_sha256 is not a SHA-256 of 64 hexadecimal digits.", owner or None)
    return LoraAdapter(**{name: fields[name] for name in FIELDS})  # type: ignore[arg-type]


def with_adapter(node: Node, adapter: LoraAdapter) -> Node:
    """The node with one adapter more; raises GraphError where it takes none, or has one of that name."""
    if not takes_adapters(node):
        raise GraphError(f"{node.id} takes no adapter; only dense layers do.", node.id)
    if any(known.name.lower() == adapter.name.lower() for known in node.adapters):
        raise GraphError(f"{node.id} has an adapter named {adapter.name!r} already; choose another name.", node.id)
    if len(node.adapters) == MOST_ADAPTERS:
        raise GraphError(f"{node.id} has {MOST_ADAPTERS} adapters, the most a layer can have; delete one.", node.id)
    return replace(node, adapters=(*node.adapters, adapter))


def adapter_shapes(node: Node, sizes: Sizes) -> dict[str, Shape]:
    """The shapes of the tensors that adapters add, by name; `sizes` are the node's own symbols. Raises GraphError for too high a rank."""
    inputs, units = sizes["inputs"], sizes["units"]
    assert isinstance(inputs, int) and isinstance(units, int)
    for adapter in node.adapters:
        if adapter.rank > min(inputs, units):
            text = f"the adapter {adapter.name} has rank {adapter.rank}, more than the smaller side of the weight ({units}, {inputs})"
            raise GraphError(f"{node.id}: {text}; choose a rank from 1 to {min(inputs, units)}.", node.id)
    known = {**sizes, **{adapter.rank_symbol: adapter.rank for adapter in node.adapters}}
    own = node.kind.tensors
    return {name: tensor.resolve(known) for name, tensor in node.tensors.items() if name not in own}
