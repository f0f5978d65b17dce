"""Carrying over: what a network has learned stays when its graph is edited.

A parameter whose name and shape are unchanged keeps its values and the optimiser's moments, also when its node was only renamed.
Where a layer became wider or narrower, the units it had before keep theirs, in the layer itself and in every layer that reads it.
The new units start with weights of their own, and what they send on is multiplied by 0 at first: the network computes exactly what
it computed before, and yet the new units are not copies of old ones, so training tells them apart from its first step. (Chen, Goodfellow,
Shlens, Net2Net: Accelerating Learning via Knowledge Transfer (2016), section 2; there new units are copies, told apart by noise.)

The units of a tensor are followed through the graph by its `Origin`: for every axis, which unit of the old network each place holds.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from nnlab.core.kernel.context import BATCH_SIZE, ROWS
from nnlab.core.tensor import Shape, Tensor, is_dots
from nnlab.engine.adapter_start import FOLLOWS
from nnlab.engine.former import former_names, former_tensor
from nnlab.engine.program import ParameterInfo, Place, Program
from nnlab.engine.state import State, draw
from nnlab.engine.steps import tensor_name
from nnlab.graph.graph import Graph, Node

NEW = -1  # a place that the old network did not have


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a tensor: the old place of each of its units, and how many the old network had."""

    places: np.ndarray
    before: int

    def __len__(self) -> int:
        return len(self.places)

    def same_as(self, other: Axis) -> bool:
        return self.before == other.before and np.array_equal(self.places, other.places)

    @cached_property
    def is_unchanged(self) -> bool:
        return len(self.places) == self.before and bool((self.places == np.arange(self.before)).all())

    @staticmethod
    def grown(before: int, now: int) -> Axis:
        """The first units are those of before; any further ones are new."""
        places = np.arange(now)
        places[before:] = NEW
        return Axis(places, before)


Remembered = Mapping[tuple[str, Shape], np.ndarray]  # numbers of parameters and buffers by name and shape
Origin = tuple[Axis, ...]  # of every axis of a tensor but the batch


def carry_over(old: State, fresh: State, remembered: Remembered | None = None, renewed: Container[str] = ()) -> None:
    """Gives an empty state of an edited network the position of `old` and all of its weights and moments that still mean the same.

    The batch size stays that of `fresh`; what is new is drawn from the seed of `old`, unless it is `remembered`. Nodes that are `renewed`
    are others than those of the same name in `old`.
    """
    batch_size = fresh.context[BATCH_SIZE]
    fresh.context[:] = old.context
    fresh.context[BATCH_SIZE] = batch_size
    fresh.context[ROWS] = 0
    _carry_numbers(old, fresh, remembered or {}, renewed)


def lost(old: State, new: State, renewed: Container[str] = ()) -> Remembered:
    """Copies of the weights and statistics of `old` that go on nowhere in `new` in their shape: what undoing the edit brings back."""
    former = former_names(old.program.graph, new.program.graph)
    going_on = set()
    for info in new.program.stored.values():
        name = former_tensor(old.program.graph, new.program.graph, former, info)
        if name is not None and info.node_id not in renewed:
            going_on.add((name, info.place.shape))
    return {
        (name, info.place.shape): info.place.view(old.arena, 1).copy()
        for name, info in old.program.stored.items()
        if (name, info.place.shape) not in going_on and info.init not in FOLLOWS
    }


def _carry_numbers(old: State, new: State, remembered: Remembered, renewed: Container[str]) -> None:
    before, after = old.program, new.program
    former = former_names(before.graph, after.graph)
    origins = _origins(before, after, former)
    for name, info in after.stored.items():
        node, tensor = after.graph[info.node_id], name.split(".", 1)[1]
        old_id = former.get(info.node_id, info.node_id)
        earlier_name = None if info.node_id in renewed else former_tensor(before.graph, after.graph, former, info)
        source = None if earlier_name is None else before.stored.get(earlier_name)
        if info.init in FOLLOWS:
            continue
        if (name, info.place.shape) in remembered:
            info.place.view(new.arena, 1)[...] = remembered[name, info.place.shape]
            continue
        if source is None or before.graph[old_id].operator != node.operator:
            draw(new, info)
            continue
        if source.place.shape == info.place.shape and _reads_the_same(node, origins):  # nearly all of them
            _copy_whole(old.arena, source.place, new.arena, info.place)
            for earlier, place in _same_moments(source, info):
                if earlier.shape == place.shape:
                    _copy_whole(old.arena, earlier, new.arena, place)
            continue
        draw(new, info)
        axes = _axes_of_parameter(node, tensor, source.place.shape, info, origins)
        if axes is None:
            continue
        zeroed = _contracted(node, tensor)
        _copy(source.place.view(old.arena, 1), info.place.view(new.arena, 1), axes, zeroed)
        for earlier, place in _same_moments(source, info):
            if (earlier.shape, place.shape) == (source.place.shape, info.place.shape):
                _copy(earlier.view(old.arena, 1), place.view(new.arena, 1), axes, ())
            elif earlier.shape == place.shape:
                place.view(new.arena, 1)[...] = earlier.view(old.arena, 1)
    new.follow()
    _carry_schedule(old, new)


def _same_moments(source: ParameterInfo, info: ParameterInfo) -> list[tuple[Place, Place]]:
    """(earlier, now) of the moments that mean the same: those of the same optimiser."""
    if source.optimizer != info.optimizer:
        return []
    return [(source.moments[name], place) for name, place in info.moments.items() if name in source.moments]


def _carry_schedule(old: State, new: State) -> None:
    """The state of a schedule goes on; what it remembers of the loss only while the loss is the same one."""
    before, after = old.program, new.program
    if before.schedule != after.schedule or before.loss_node is None or after.loss_node is None:
        return
    loss, former = after.graph[after.loss_node], before.graph[before.loss_node]
    is_same = (loss.operator, loss.settings) == (former.operator, former.settings)
    for name, place in after.moments.items():
        if name.startswith("schedule/") and name in before.moments and (is_same or name == "schedule/reduction"):
            place.view(new.arena, 1)[...] = before.moments[name].view(old.arena, 1)


def _reads_the_same(node: Node, origins: Mapping[str, Origin]) -> bool:
    """Whether every input of a node has the places it had."""
    return all(axis.is_unchanged for name in node.kind.input_names for axis in origins.get(tensor_name(node.id, name), ()))


def _copy_whole(source: np.ndarray, earlier: Place, target: np.ndarray, place: Place) -> None:
    target[place.offset : place.offset + place.row] = source[earlier.offset : earlier.offset + earlier.row]


def _copy(source: np.ndarray, target: np.ndarray, axes: Origin, zeroed: Sequence[int]) -> None:
    """target[place] = source[old place]; new places keep what they have, or become 0 along the axes `zeroed`."""
    for axis in zeroed:
        target[(slice(None),) * axis + (axes[axis].places == NEW,)] = 0.0
    if all(axis.is_unchanged for axis in axes):
        target[...] = source
        return
    kept = [axis.places != NEW for axis in axes]
    target[np.ix_(*map(np.flatnonzero, kept))] = source[np.ix_(*(a.places[k] for a, k in zip(axes, kept, strict=True)))]


def _axes_of_parameter(node: Node, tensor: str, before: Shape, info: ParameterInfo, origins: Mapping[str, Origin]) -> Origin | None:
    """Where every entry of a parameter was before; None when nothing of it can be kept."""
    now = info.place.shape
    if len(before) != len(now):
        return None
    known = _symbol_origins(node.kind.inputs, [origins.get(tensor_name(node.id, t.name)) for t in node.kind.inputs])
    axes = []
    for symbol, earlier, length in zip(node.tensors[tensor].symbols, before, now, strict=True):
        axis = known.get(symbol)
        if isinstance(axis, Axis) and (len(axis), axis.before) == (length, earlier):
            axes.append(axis)
        elif length == earlier or (symbol in node.settings and symbol not in WINDOWS):
            axes.append(Axis.grown(earlier, length))
        else:
            return None
    return tuple(axes)


WINDOWS = ("kernel_size",)  # a window of another size looks at other places, so its weights do not correspond


def _contracted(node: Node, tensor: str) -> tuple[int, ...]:
    """Axes over which the operator sums (the inputs of a dense layer): symbols of an input that no output has."""
    kind = node.kind
    outputs = {symbol for t in kind.outputs for symbol in t.symbols}
    inputs = {symbol for t in kind.inputs for symbol in t.symbols}
    return tuple(axis for axis, symbol in enumerate(node.tensors[tensor].symbols) if symbol in inputs - outputs)


# Origins, followed through the graph


def _origins(old: Program, new: Program, former: Mapping[str, str]) -> dict[str, Origin]:
    """The origin of every output that can be followed, and of what reaches an operator's input under "node.port"."""
    found: dict[str, Origin] = {}
    for node in new.graph.topological():
        edges, incoming = new.graph.inputs(node.id), []
        for edge, port in zip(edges, node.kind.port_names(len(edges)), strict=True):
            origin = found.get(tensor_name(edge.source, edge.source_port))
            incoming.append(origin)
            if origin is not None:
                found[tensor_name(node.id, port)] = origin
        if not node.kind.is_loss:
            output = node.kind.outputs[0].name
            earlier = old.places.get(tensor_name(former.get(node.id, node.id), output))
            name = tensor_name(node.id, output)
            if any("+" in symbol for symbol in node.kind.outputs[0].symbols):
                origin = _side_by_side(node, incoming, old, new.graph, former)
            else:
                origin = _output_origin(node, incoming, new.places[name].shape, earlier.shape if earlier is not None else None)
            if origin is not None:
                found[name] = origin
    return found


def _output_origin(node: Node, incoming: Sequence[Origin | None], shape: Shape, earlier: Shape | None) -> Origin | None:
    """The origin of a node's output, from the operator's declaration alone."""
    kind = node.kind
    output = kind.outputs[0]
    if kind.variadic:
        return _shared(incoming)
    if kind.inputs and kind.inputs[0].symbols == output.symbols:
        return incoming[0]  # whatever it computes, its places are those of its input
    if kind.keeps_order:
        return _in_a_row(incoming[0], shape)
    known = _symbol_origins(kind.inputs, incoming)
    axes: list[Axis] = []
    for symbol in output.symbols:
        axis = known.get(symbol)
        if isinstance(axis, tuple):
            axes.extend(axis)
        elif isinstance(axis, Axis):
            axes.append(axis)
        elif symbol != "batch":
            place = len(axes)
            if is_dots(symbol) or earlier is None or max(place, 0) >= min(len(earlier), len(shape)):
                return None
            axes.append(Axis.grown(earlier[place], shape[place]))
    return tuple(axes) if tuple(map(len, axes)) == shape else None


def _shared(incoming: Sequence[Origin | None]) -> Origin | None:
    """The origin that all inputs of a sum or product have in common."""
    known = [origin for origin in incoming if origin is not None]
    if len(known) < len(incoming):
        return None
    first = known[0]
    return first if all(a.same_as(b) for o in known for a, b in zip(o, first, strict=True)) else None


def _side_by_side(
    node: Node, incoming: Sequence[Origin | None], old: Program, graph: Graph, former: Mapping[str, str]
) -> Origin | None:  # fmt: skip
    """The origin of a concatenation: where each input's places stood in the old one, whatever the order of the inputs is now."""
    old_id = former.get(node.id, node.id)
    if old_id not in old.graph or old.graph[old_id].operator != node.operator:
        return None
    offsets: dict[tuple[str, str], list[int]] = {}
    before = 0
    for edge in old.graph.inputs(old_id):
        offsets.setdefault((edge.source, edge.source_port), []).append(before)
        before += old.places[tensor_name(edge.source, edge.source_port)].shape[-1]
    joined: list[np.ndarray] = []
    leading: Origin = ()
    for edge, origin in zip(graph.inputs(node.id), incoming, strict=True):
        if origin is None:
            return None
        last = origin[-1]
        stood = offsets.get((former.get(edge.source, edge.source), edge.source_port))
        shift = stood.pop(0) if stood else None
        joined.append(np.full(len(last), NEW) if shift is None else np.where(last.places == NEW, NEW, last.places + shift))
        leading = origin[:-1]
    return (*leading, Axis(np.concatenate(joined), before))


def _in_a_row(origin: Origin | None, shape: Shape) -> Origin | None:
    """The origin of the same elements with all axes in one; of another arrangement only while nothing is new."""
    if origin is None:
        return None
    lengths = [axis.before for axis in origin]
    if len(shape) > 1:
        unchanged = all(a.same_as(Axis.grown(a.before, a.before)) for a in origin)
        return tuple(Axis.grown(length, length) for length in shape) if unchanged else None
    grid = np.meshgrid(*(axis.places for axis in origin), indexing="ij")
    is_new = np.any([places == NEW for places in grid], axis=0)
    flat = np.ravel_multi_index([np.maximum(places, 0) for places in grid], lengths)
    return (Axis(np.where(is_new, NEW, flat).ravel(), prod(lengths)),)


def _symbol_origins(inputs: Sequence[Tensor], incoming: Sequence[Origin | None]) -> dict[str, Axis | Origin]:
    """What is known of the symbols that the inputs bind."""
    found: dict[str, Axis | Origin] = {}
    for tensor, origin in zip(inputs, incoming, strict=False):
        if origin is None:
            continue
        symbols = [s for s in tensor.symbols if s != "batch"]
        start = next((i for i, s in enumerate(symbols) if is_dots(s)), len(symbols))
        stop = len(origin) - max(len(symbols) - start - 1, 0)
        found.update(zip(symbols[:start], origin[:start], strict=True))
        if start < len(symbols):
            found[symbols[start]] = origin[start:stop]
            found.update(zip(symbols[start + 1 :], origin[stop:], strict=True))
    return found
