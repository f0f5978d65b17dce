"""Elements: which neuron, sample or weight is looked at, from one operation to the next.

A person follows one neuron and one sample through the network. So what is remembered is not an index into a tensor but a sample
and, for every layer, a unit; an index follows from them for whatever tensor an operation reads or writes. An activation shares the
unit of the layer before it, a loss that of the network's output.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlab.core.tensor import Tensor
from nnlab.engine.program import Instruction
from nnlab.graph.graph import Graph

SAMPLE = "sample"


@dataclass(frozen=True)
class NamedAxis:
    """One axis of a tensor as people call it: "sample", "neuron", "input". `owner` is the layer whose unit it counts."""

    word: str
    length: int
    owner: str = ""


@dataclass(frozen=True)
class Layout:
    """What the axes of one operand are."""

    shape: tuple[int, ...]
    axes: tuple[NamedAxis, ...]  # every axis that can be chosen; the units of an image are one axis

    def index(self, choice: Callable[[NamedAxis], int]) -> tuple[int, ...]:
        """The element that a choice for every axis means."""
        if not self.axes:
            return (0,) * len(self.shape)
        places = [min(choice(axis), axis.length - 1) for axis in self.axes]
        flat = int(np.ravel_multi_index(places, [axis.length for axis in self.axes]))
        return tuple(int(i) for i in np.unravel_index(flat, self.shape))

    def places(self, index: tuple[int, ...]) -> tuple[int, ...]:
        """The place along every axis of an element of the tensor."""
        if not self.axes:
            return ()
        flat = int(np.ravel_multi_index(index, self.shape))
        return tuple(int(i) for i in np.unravel_index(flat, [axis.length for axis in self.axes]))


def layer_of(graph: Graph, node_id: str) -> str:
    """The layer whose units a node's output has: itself, or for an element-wise node and a loss the one it reads."""
    seen = set()
    while node_id in graph and node_id not in seen:
        seen.add(node_id)
        kind, incoming = graph[node_id].kind, graph.inputs(node_id)
        if len(incoming) != 1 or not (kind.is_activation or kind.is_loss):
            break
        node_id = incoming[0].source
    return node_id


def layout(graph: Graph, instruction: Instruction, argument: str, shape: tuple[int, ...]) -> Layout:
    """The axes of the tensor that an instruction takes as `argument`; `shape` is that of its array, batch first."""
    operand = next(o for o in instruction.operands if o.argument.name == argument)
    node = graph[instruction.node_id]
    name = argument.removeprefix("d_")
    if instruction.parameter is not None:
        name = instruction.parameter.split(".", 1)[1]
    declared = node.kind.tensors.get(name)
    if operand.tensor is None or declared is None:
        return Layout(shape, ())
    owner = operand.tensor.split(".", 1)[0]
    if declared.has_batch:
        return Layout(shape, _value_axes(graph, declared, owner, shape))
    if not declared.symbols[0].isalpha():  # the loss: one number
        return Layout(shape, ())
    return parameter_layout(graph, node.id, shape)


def parameter_layout(graph: Graph, node_id: str, shape: tuple[int, ...]) -> Layout:
    """The axes of a parameter of a node: its neurons, and for a matrix the inputs that each of them weighs."""
    incoming = graph.inputs(node_id)
    axes = [NamedAxis("neuron", shape[0], layer_of(graph, node_id))]
    if len(shape) > 1:
        axes.append(NamedAxis("input", math.prod(shape[1:]), layer_of(graph, incoming[0].source) if incoming else ""))
    return Layout(shape, tuple(axes))


def _value_axes(graph: Graph, declared: Tensor, owner: str, shape: tuple[int, ...]) -> tuple[NamedAxis, ...]:
    sample = NamedAxis(SAMPLE, shape[0])
    if len(shape) == 1:
        return (sample,)
    kind = graph[owner].kind if owner in graph else None
    word = "feature" if kind is not None and kind.is_input else "neuron"
    return sample, NamedAxis(word, math.prod(shape[1:]), layer_of(graph, owner))
