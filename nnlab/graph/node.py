"""A node of a graph: one operator with its settings, its place on the canvas, what of it is frozen and the adapters attached to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from nnlab.core.errors import GraphError, NNLabError, shown
from nnlab.core.operator import Operator, operators
from nnlab.core.setting import Value, check_settings
from nnlab.core.tensor import Parameter, Tensor
from nnlab.graph.lora_adapter import BASE_OUTPUT, KEPT, LoraAdapter

Position = tuple[float, float]  # on the canvas, in its units


@dataclass(frozen=True)
class Node:
    """One operator in the graph. `settings` holds every setting of the operator; `position` is the card's centre on the canvas.

    `frozen` names those of its parameters that are kept: no gradient of theirs is computed and no update made, as with PyTorch's
    `requires_grad = False`. Gradients still flow through the node; running statistics (of a batch normalisation) still follow the data, or
    training and prediction would become two different networks.

    `adapters` are low-rank updates of its weight, see `nnlab.graph.lora_adapter`; their tensors are tensors of the node.
    """

    id: str
    operator: str
    settings: Mapping[str, Value] = field(default_factory=dict)
    position: Position = (0.0, 0.0)
    frozen: frozenset[str] = frozenset()
    adapters: tuple[LoraAdapter, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))

    @property
    def kind(self) -> Operator:
        """The operator as registered now (remembered until something else is registered: an edit asks a thousand times)."""
        known: tuple[int, Operator] | None = self.__dict__.get("_kind")
        if known is None or known[0] != operators.version:
            known = (operators.version, operators[self.operator])
            self.__dict__["_kind"] = known
        return known[1]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters it has with its settings, then those of its adapters."""
        return (*self.own_parameters, *self.adapter_parameters) if self.adapters else self.own_parameters

    @property
    def own_parameters(self) -> tuple[Parameter, ...]:
        """The parameters of its operator, without those of adapters."""
        return self.kind.parameters_for(self.settings)

    @cached_property
    def adapter_parameters(self) -> tuple[Parameter, ...]:
        """The parameters of its adapters, enabled or not."""
        return tuple(p for adapter in self.adapters for p in adapter.parameters(marked=len(self.adapters) > 1))

    @property
    def buffers(self) -> tuple[Parameter, ...]:
        """What is kept besides parameters: an operator's statistics, and a weight into which adapters are merged."""
        if not self.has_merged:
            return self.kind.buffers
        return (*self.kind.buffers, Parameter(KEPT, self.kind.tensors["weight"].shape, init=KEPT, symbol="W"))

    @property
    def has_merged(self) -> bool:
        """Whether it computes with a weight into which adapters are merged."""
        return any(adapter.is_merged for adapter in self.adapters)

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Every tensor declared for it by name, those of its adapters included."""
        if not self.adapters:
            return self.kind.tensors
        inner = (tensor for adapter in self.adapters for tensor in adapter.values)
        base = Tensor(BASE_OUTPUT, self.kind.tensors["y"].shape, symbol="z₀")
        return {**self.kind.tensors, **{t.name: t for t in (*self.adapter_parameters, *self.buffers, base, *inner)}}

    def adapter(self, name: str) -> LoraAdapter | None:
        """Its adapter of this name."""
        return next((adapter for adapter in self.adapters if adapter.name == name), None)

    @property
    def trained(self) -> tuple[Parameter, ...]:
        """Its parameters that an optimiser changes."""
        return tuple(parameter for parameter in self.parameters if parameter.name not in self.kept)

    @cached_property
    def kept(self) -> frozenset[str]:
        """Names of the parameters that no optimiser changes: frozen ones, those of adapters that are off or merged, a PiSSA start."""
        if not self.adapters:
            return self.frozen
        learning = {name for adapter in self.adapters if adapter.is_beside for name in adapter.learning}
        kept = self.frozen.union(p.name for p in self.adapter_parameters if p.name not in learning)
        return kept | {"weight"} if self.has_merged else kept

    @property
    def is_frozen(self) -> bool:
        """Whether it has parameters and keeps all of them."""
        return bool(self.frozen) and not self.trained

    @property
    def frozen_words(self) -> str:
        """What of it is frozen, in words: "frozen", "weight frozen", or "" for nothing."""
        names = [parameter.name for parameter in self.parameters if parameter.name in self.frozen]
        return "frozen" if self.is_frozen else f"{' and '.join(names)} frozen" if names else ""

    def __reduce__(self) -> tuple[Any, ...]:  # a mapping proxy does not pickle by itself; sweeps send graphs to other processes
        return Node, (self.id, self.operator, dict(self.settings), self.position, self.frozen, self.adapters)


def make_node(
    node_id: str, operator: str, settings: Mapping[str, object] | None = None, position: Position = (0.0, 0.0)
) -> Node:
    """A node with all settings checked and filled in; raises GraphError or SettingError naming the node."""
    try:
        kind = operators[operator]
    except NNLabError as error:
        raise GraphError(f"{node_id}: {str(error)[0].lower()}{str(error)[1:]}", node_id) from None
    return Node(node_id, operator, check_settings(kind.settings, settings or {}, node_id), (float(position[0]), float(position[1])))


def check_frozen(node: Node, names: Iterable[str]) -> frozenset[str]:
    """`names` as a value of `Node.frozen`; raises GraphError for a parameter that the node does not have."""
    known, chosen = [p.name for p in node.parameters], frozenset(names)
    if chosen and not known:
        raise GraphError(f"{node.id} has no parameters that could be frozen.", node.id)
    for name in sorted(chosen.difference(known)):
        raise GraphError(f"{node.id} has no parameter {name!r} that could be frozen; it has {' and '.join(known)}.", node.id)
    return chosen


def check_id(node_id: str) -> None:
    """Raises GraphError for what cannot be a node's name.

    Names become those of parameters ("hidden.weight") and column headings, so a dot or a line break would be ambiguous.
    """
    if not isinstance(node_id, str) or not re.fullmatch(r"[^\s./\\]([^./\\\n\r\t]*[^\s./\\])?", node_id) or len(node_id) > 64:
        raise GraphError(f"{shown(node_id)} cannot be the name of a node: use 1 to 64 letters, digits, spaces or _, no dots or slashes.")
