"""What the axes of every tensor stand for: channel, row and column of an image, tokens and their features, the neurons of a layer.

Nobody declares it. A symbol that an operator's output shares with its input ("batch channels height width" to "batch channels out_height
out_width") is the very axis of the input, whatever feeds it; a symbol of its own is a new axis of this node. So a channel stays the
same channel through activation and pooling, and a token the same token through a whole block of attention. Where a shape is typed
(reshape), the number of its axes decides: three are the channels, rows and columns of an image, two are tokens and their features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from nnlab.core.tensor import Parameter, Shape, Tensor, is_dots
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import Shapes, infer

UNIT, TOKEN, CHANNEL, ROW, COLUMN, ENTRY = "unit", "token", "channel", "row", "column", "entry"  # roles
POSITIONS = (TOKEN, ROW, COLUMN)  # these are places of a sample; units, channels and entries belong to the network
_ROLES = {
    "channels": CHANNEL, "filters": CHANNEL, "height": ROW, "width": COLUMN, "out_height": ROW, "out_width": COLUMN, "vocabulary": ENTRY,
}  # fmt: skip
_WINDOW = "kernel_size"
RANK = "rank."  # begins the symbol of what an adapter's A and B share
_TYPED = {2: (TOKEN, UNIT), 3: (CHANNEL, ROW, COLUMN)}  # of a shape without symbols, by the number of its axes


class TensorKind(Enum):
    """As what a tensor of one sample, or a parameter, is seen."""

    NUMBER = "number"
    VECTOR = "vector"
    MATRIX = "matrix"  # the last two axes, at a place on those before
    IMAGE = "image"  # rows and columns of one channel, or of one channel of a filter


@dataclass(frozen=True)
class NetworkAxis:
    """One axis of the network: two tensors that have it in common count the same things along it. `owner` is the node that begins it."""

    owner: str
    symbol: str
    role: str = UNIT


@dataclass(frozen=True)
class TensorAxes:
    """The axes of one tensor, without the batch. `words` names one thing along each: ("channel", "row", "column")."""

    axes: tuple[NetworkAxis, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def kind(self) -> TensorKind:
        if len(self.axes) < 2:
            return (TensorKind.NUMBER, TensorKind.VECTOR)[len(self.axes)]
        return TensorKind.IMAGE if (self.axes[-2].role, self.axes[-1].role) == (ROW, COLUMN) else TensorKind.MATRIX


def tensor_axes(graph: Graph) -> Mapping[tuple[str, str], TensorAxes]:
    """The axes of every tensor whose shape is known, by (node, tensor). A graph never changes, so the answer is kept with it."""
    shapes = infer(graph)
    known: tuple[Shapes, dict[tuple[str, str], TensorAxes]] | None = graph.__dict__.get(_MEMO)
    if known is None or known[0] is not shapes:
        known = (shapes, _tensor_axes(graph, shapes))
        graph.__dict__[_MEMO] = known
    return known[1]


_MEMO = "_tensor_axes"


def axes_of(graph: Graph, node_id: str, tensor: str, shape: Shape) -> TensorAxes:
    """The axes of a tensor of `shape` (without batch); numbered ones where the graph says nothing of that shape about it."""
    found = tensor_axes(graph).get((node_id, tensor))
    if found is not None and len(found.axes) == len(shape):
        return found
    axes = tuple(NetworkAxis(f"{node_id}.{tensor}", str(k)) for k in range(len(shape)))
    return TensorAxes(axes, tuple(f"axis {k + 1}" for k in range(len(axes))))


def _tensor_axes(graph: Graph, shapes: Shapes) -> dict[tuple[str, str], TensorAxes]:
    found: dict[tuple[str, str], TensorAxes] = {}
    if any((node.id, tensor.name) not in shapes.shapes for node in graph.nodes for tensor in node.kind.outputs):
        return found  # unfinished: nothing is stepped or shown yet
    for node in graph.topological():
        bound = _bound(graph, node, found)
        for name, tensor in node.tensors.items():
            shape = shapes.get(node.id, name)
            if shape is not None:
                axes = _resolved(node, tensor, shape, bound)
                found[node.id, name] = TensorAxes(axes, _words(node, tensor, axes))
    return found


def _bound(graph: Graph, node: Node, found: Mapping[tuple[str, str], TensorAxes]) -> dict[str, tuple[NetworkAxis, ...]]:
    """What the inputs' symbols stand for: one axis each, the dots any number."""
    bound: dict[str, tuple[NetworkAxis, ...]] = {}
    for tensor, edge in zip(node.kind.inputs, graph.inputs(node.id), strict=False):
        axes = found[edge.source, edge.source_port].axes
        for symbol, part in _parts(tensor, len(axes)):
            bound.setdefault(symbol, axes[part])
    return bound


def _parts(tensor: Tensor, count: int) -> list[tuple[str, slice]]:
    """Every symbol of a tensor with the axes it stands for, of `count` in all."""
    symbols = [symbol for symbol in tensor.symbols if symbol != "batch" and not symbol.isdigit()]
    free = count - sum(not is_dots(symbol) for symbol in symbols)
    parts, place = [], 0
    for symbol in symbols:
        length = free if is_dots(symbol) else 1
        parts.append((symbol, slice(place, place + length)))
        place += length
    return parts


def _resolved(node: Node, tensor: Tensor, shape: Shape, bound: Mapping[str, tuple[NetworkAxis, ...]]) -> tuple[NetworkAxis, ...]:
    axes: list[NetworkAxis] = []
    for symbol, part in _parts(tensor, len(shape)):
        for axis in bound.get(symbol) or _own(node, tensor, symbol, range(len(shape))[part]):
            # Tokens by tokens: the same things twice, of which two places are chosen.
            axes.append(NetworkAxis(axis.owner, f"{axis.symbol} attended", axis.role) if axis in axes else axis)
    return tuple(axes)


def _own(node: Node, tensor: Tensor, symbol: str, places: Sequence[int]) -> tuple[NetworkAxis, ...]:
    """New axes of a node for a symbol that no input binds."""
    if is_dots(symbol):
        roles = _TYPED.get(len(places), (UNIT,) * len(places))
        return tuple(NetworkAxis(node.id, f"{symbol}{k}", role) for k, role in enumerate(roles))
    if symbol == _WINDOW:  # its first is the rows of the window, its second the columns
        first = tensor.symbols.index(_WINDOW) == places[0]
        return (NetworkAxis(node.id, f"{symbol} {'rows' if first else 'columns'}", ROW if first else COLUMN),)
    return (NetworkAxis(node.id, symbol, _ROLES.get(symbol, UNIT)),)


def _words(node: Node, tensor: Tensor, axes: tuple[NetworkAxis, ...]) -> tuple[str, ...]:
    roles = [axis.role for axis in axes]
    if isinstance(tensor, Parameter):
        return tuple(_parameter_word(node, axis, len(axes)) for axis in axes)
    if len(axes) == 1 and roles == [UNIT]:
        return ("feature" if axes[0].owner == node.id and node.kind.is_input else "neuron",)
    words = ["feature" if role == UNIT else role for role in roles]
    if roles[-2:] == [UNIT, UNIT]:
        words[-2] = "token"  # what stands before a token's features are the tokens, whatever they were
    if roles[-2:] == [TOKEN, TOKEN]:
        words[-2:] = ["query", "key"]
    return tuple(words)


def _parameter_word(node: Node, axis: NetworkAxis, count: int) -> str:
    if axis.symbol == "filters" and axis.owner == node.id:
        return "filter"
    if axis.symbol.startswith(RANK):
        return "direction"
    if axis.role != UNIT:
        return axis.role
    if count == 1 or (axis.owner == node.id and axis.symbol == "units"):
        return "neuron"
    return "feature" if axis.owner == node.id else "input"
