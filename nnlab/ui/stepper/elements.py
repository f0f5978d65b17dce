"""Elements: which sample and which channel, pixel, token or neuron is looked at, from one operation to the next.

A person follows one neuron, or one pixel of one channel, through the network. So what is remembered is not an index into a tensor but
a sample and, for every axis of the network (`nnlab.graph.axes`), a place; an index follows from them for whatever tensor an operation
reads or writes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from nnlab.core.preparation import Data
from nnlab.core.short_names import distinguished
from nnlab.core.tensor import Shape
from nnlab.engine.program import Instruction
from nnlab.graph.axes import NetworkAxis, TensorKind, axes_of, tensor_axes
from nnlab.graph.graph import Graph

SAMPLE = "sample"


@dataclass(frozen=True)
class NamedAxis:
    """One axis of a tensor as people call it: "sample", "neuron", "row". `axis` is the network's; None for the batch."""

    word: str
    length: int
    axis: NetworkAxis | None = None
    names: tuple[str, ...] = ()  # of the data's columns or classes, where it counts them

    def place_words(self, place: int) -> str:
        """A place along it, counted from 1: "neuron 5"; a column or class by its name: "feature alcohol"."""
        return f"{self.word} {self.names[place] if place < len(self.names) else place + 1}"


@dataclass(frozen=True)
class Layout:
    """What the axes of one operand are; none where there is nothing to choose (the loss: one number)."""

    shape: tuple[int, ...]
    axes: tuple[NamedAxis, ...]
    kind: TensorKind = field(default=TensorKind.NUMBER)  # of what one sample has, or a parameter

    @property
    def has_batch(self) -> bool:
        return bool(self.axes) and self.axes[0].axis is None

    def index(self, choice: Callable[[NamedAxis], int]) -> tuple[int, ...]:
        """The element that a choice for every axis means."""
        if not self.axes:
            return (0,) * len(self.shape)
        return tuple(min(choice(axis), axis.length - 1) for axis in self.axes)


def layout(graph: Graph, instruction: Instruction, argument: str, shape: tuple[int, ...]) -> Layout:
    """The axes of the tensor that an instruction takes as `argument`; `shape` is that of its array, batch first."""
    operand = next(o for o in instruction.operands if o.argument.name == argument)
    if instruction.parameter is not None:
        return parameter_layout(graph, instruction.parameter, shape)
    if operand.tensor is None:
        return Layout(shape, ())
    kind = instruction.kind or graph[instruction.node_id].kind
    declared = kind.tensors.get(argument.removeprefix("d_"))
    owner, _, name = operand.tensor.partition(".")
    if declared is None:
        return parameter_layout(graph, f"{owner}.{name.removeprefix('d_')}", shape)
    if not declared.has_batch:
        return Layout(shape, ()) if declared.symbols[0].isdigit() else parameter_layout(graph, f"{owner}.{name.removeprefix('d_')}", shape)
    own = axes_of(graph, owner, name.removeprefix("d_"), shape[1:])
    if len(own.axes) and own.axes[0].owner == f"{owner}.{name.removeprefix('d_')}":  # a step of a fold: as the node calls it
        own = axes_of(graph, instruction.node_id, argument.removeprefix("d_"), shape[1:])
    units = tuple(NamedAxis(word, length, axis) for word, length, axis in zip(own.words, shape[1:], own.axes, strict=True))
    return Layout(shape, (NamedAxis(SAMPLE, shape[0]), *units), own.kind)


def parameter_layout(graph: Graph, parameter: str, shape: Shape) -> Layout:
    """The axes of a parameter ("conv2d_1.weight"), or of another tensor without batch."""
    node_id, _, name = parameter.partition(".")
    own = axes_of(graph, node_id, name, shape)
    axes = (NamedAxis(word, length, axis) for word, length, axis in zip(own.words, shape, own.axes, strict=True))
    return Layout(shape, tuple(axes), own.kind)


def activation_layout(graph: Graph, tensor: str, shape: tuple[int, ...]) -> Layout:
    """The axes of what a node writes ("tanh_1.y"); `shape` is batch first."""
    node_id, _, name = tensor.partition(".")
    own = axes_of(graph, node_id, name, shape[1:])
    units = (NamedAxis(word, length, axis) for word, length, axis in zip(own.words, shape[1:], own.axes, strict=True))
    return Layout(shape, (NamedAxis(SAMPLE, shape[0]), *units), own.kind)


def named_by_data(axis: NamedAxis, graph: Graph, data: Data) -> NamedAxis:
    """An axis that counts the data's features or classes has their names; pixels go by their numbers."""
    if axis.axis is None:
        return axis
    known = tensor_axes(graph)
    inputs = (known.get((node.id, "y")) for node in graph.nodes if node.kind.is_input)
    if data.image_shape is None and len(data.features) == axis.length and any(i and axis.axis in i.axes for i in inputs):
        return replace(axis, names=data.features)
    read = (graph.inputs(loss.id) for loss in graph.losses)
    outputs = (known.get((edges[0].source, edges[0].source_port)) for edges in read if edges)
    if data.target.kind == "classes" and len(data.target.names) == axis.length and any(o and axis.axis in o.axes[-1:] for o in outputs):
        return replace(axis, word="class" if axis.word == "neuron" else axis.word, names=distinguished(data.target.names))
    return axis
