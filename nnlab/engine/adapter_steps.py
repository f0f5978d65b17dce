"""The steps of a layer with adapters: the layer itself, then for every adapter that is enabled the way down through A and up through B.

    base_y = W x + b                 the layer; with adapters merged into it, W holds them
    lora_x = dropout(x)              where the adapter has dropout
    lora_h = A lora_x
    y      = base_y + s B lora_h

With DoRA the last line gives way to the lengths of the rows and what they make of both paths (`nnlab.operators.inner.dora`); with PiSSA
the same two products with A₀, B₀ and -s come first. Several adapters follow one another, each adding to what the one before it gave, as
PEFT computes them. They are steps like those of any node: that is all that the compiler, the stepper and the gradients know of adapters.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.operator import Operator, inner_operators, operators
from nnlab.engine.step import Step, tensor_name
from nnlab.graph.graph import Node
from nnlab.graph.lora_adapter import BASE_OUTPUT, KEPT, LoraAdapter
from nnlab.graph.validation import Shapes

OUTPUT = "y"


def adapter_constants(node: Node) -> dict[str, float]:
    """The settings of a node's adapters as constants of the program, whether they are enabled or not, by name ("hidden.task_b.scale")."""
    found = {}
    for adapter in node.adapters:
        for setting, value in (("scale", adapter.scale), ("start.scale", -adapter.scale), ("p", adapter.dropout)):
            found[_constant(node, adapter, setting)] = float(value)
    return found


def _constant(node: Node, adapter: LoraAdapter, setting: str) -> str:
    return f"{tensor_name(node.id, adapter.name)}.{setting}"


def adapted_steps(layer: Step, shapes: Shapes) -> list[Step]:
    """The steps of a layer with adapters; `layer` is that of the layer alone."""
    node = layer.node
    beside = [adapter for adapter in node.adapters if adapter.is_beside]
    if node.has_merged:
        layer.names = {**layer.names, "weight": tensor_name(node.id, KEPT)}
    if not beside:
        return [layer]
    path = _Path(layer, shapes)
    layer.names = {**layer.names, OUTPUT: path.name(BASE_OUTPUT)}
    current = BASE_OUTPUT
    for adapter in beside:
        current = path.through(adapter, current, OUTPUT if adapter is beside[-1] else adapter.tensor("lora_y"))
    return [layer, *path.steps]


class _Path:
    """The steps behind a layer. Tensors are named as the node knows them; "x" is the layer's input."""

    def __init__(self, layer: Step, shapes: Shapes) -> None:
        self.layer, self.node, self.shapes = layer, layer.node, shapes
        self.steps: list[Step] = []
        self.applied = KEPT if layer.node.has_merged else "weight"  # what the layer itself computes with

    def name(self, tensor: str) -> str:
        """Its name in the program."""
        known = self.layer.names
        return known[tensor] if tensor in ("x", "bias") else tensor_name(self.node.id, tensor)

    def through(self, adapter: LoraAdapter, current: str, output: str) -> str:
        """The steps of one adapter, from the layer's output so far to `output`."""
        tensor = adapter.tensor
        x = "x"
        if adapter.dropout:
            x = tensor("lora_x")
            self._add(operators["dropout"], adapter, "Dropout", {"x": "x", "mask": tensor("lora_mask"), "y": x})
        if adapter.has_start:
            current = self._rest(adapter, "x", current, "")
        self._add(inner_operators["lora_down"], adapter, "", {"x": x, "lora_A": tensor("lora_A"), "h": tensor("lora_h")})
        up = {"base": current, "h": tensor("lora_h"), "lora_B": tensor("lora_B"), "scaled": tensor("lora_scaled"), "y": output}
        if adapter.dora:
            self._lengths(adapter, up, x)
        else:
            self._add(inner_operators["lora_up"], adapter, "", up)
        return output

    def _rest(self, adapter: LoraAdapter, x: str, current: str, of: str) -> str:
        """What A and B started as is taken away; returns what is left of `current`."""
        h, scaled, rest = (adapter.tensor(f"{part}{of}") for part in ("lora_h_start", "lora_scaled_start", "lora_rest"))
        if of:
            h, scaled = adapter.tensor(f"lora_h{of}"), adapter.tensor(f"lora_scaled{of}")
        self._add(inner_operators["lora_down"], adapter, "Down through A₀", {"x": x, "lora_A": adapter.tensor("lora_A_start"), "h": h})
        names = {"base": current, "h": h, "lora_B": adapter.tensor("lora_B_start"), "scaled": scaled, "y": rest}
        self._add(inner_operators["lora_up"], adapter, "B₀ A₀ taken away", names, start=True)
        return rest

    def _lengths(self, adapter: LoraAdapter, up: Mapping[str, str], x: str) -> None:
        tensor = adapter.tensor
        # The rows of W₀, also where others are merged into the layer: as the learned lengths have it from the start.
        names = {"weight": "weight", "lora_A": tensor("lora_A"), "lora_B": tensor("lora_B")}
        if adapter.has_start:
            names |= {"lora_A_start": tensor("lora_A_start"), "lora_B_start": tensor("lora_B_start")}
        names |= {"direction": tensor("lora_direction"), "norm": tensor("lora_norm")}
        self._add(inner_operators["lora_norm"], adapter, "", names)
        names = {**up, "norm": tensor("lora_norm"), "update": tensor("lora_update")}
        names["lora_magnitude_vector"] = tensor("lora_magnitude_vector")
        if adapter.dropout:  # W x of the same x that the adapter sees
            plain = tensor("lora_plain")
            self._add(self.layer.kind, adapter, "Weights on what dropout left", {"x": x, "weight": self.applied, "y": plain})
            names["plain"] = self._rest(adapter, x, plain, "_plain") if adapter.has_start else plain
        elif "bias" in self.layer.names:
            names["bias"] = "bias"
        self._add(inner_operators["dora"], adapter, "", names)

    def _add(self, kind: Operator, adapter: LoraAdapter, title: str, names: Mapping[str, str], start: bool = False) -> None:
        shapes = {short: self.shapes[self.node.id, tensor] for short, tensor in names.items()}
        scale = _constant(self.node, adapter, "start.scale" if start else "scale")
        scalars = {"scale": scale, "p": _constant(self.node, adapter, "p")}
        title = f"{title or kind.title} of {self.node.id}, {adapter.name}"
        stream = f"{self.node.id}.{adapter.name}"
        own = {short: self.name(tensor) for short, tensor in names.items()}
        self.steps.append(Step(self.node, kind, own, shapes, scalars=scalars, title=title, stream=stream))
