"""From ONNX nodes to layers of ours: every node is asked for in order, and what cannot be read is collected, not told one by one.

Converters (`nnlab.exchange.onnx_layers`) are one function per ONNX operator, from `OnnxReader` and node to the value it writes; constants
are folded on the way, shapes that are computed from shapes are followed as lists of lengths, and what only scales the raw input becomes
part of the preparation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnlab.core.errors import FileError, NNLabError
from nnlab.exchange.onnx_file import DOMAINS, OnnxFile, attributes, node_words
from nnlab.exchange.onnx_values import BLOCKED, Blocked, Layer, Lengths, Obstacle, Raw, raw_input, size_of_shape, wish_of

MOST_FOLDED = 10**8  # numbers of a constant that is worked out
MOST_TOLD = 8  # obstacles in a sentence


class OnnxReader:
    """The values of a file as they become known."""

    def __init__(self, file: OnnxFile, values: dict[str, Any], batch: int | None, converters: Mapping[str, Converter]) -> None:
        self.file, self.values, self.batch = file, {**file.constants, **values, "": None}, batch
        self._converters = converters
        self._columns = sum(len(value.columns) for value in values.values() if isinstance(value, Raw))
        self.input: Layer | None = None
        self.raw: Raw | None = None
        self.obstacles: list[str] = []

    def read(self, needed: set[str]) -> None:
        """All nodes that lead to the values `needed`. Raises FileError naming every node that is an obstacle."""
        wanted = set(needed)
        nodes = []
        for node in reversed(self.file.nodes):
            if wanted.intersection(node.output) and not all(value in self.values for value in node.output):
                nodes.append(node)
                wanted.update(node.input)
        for node in reversed(nodes):
            self._convert(node)
        if self.obstacles:
            told = "; ".join(self.obstacles[:MOST_TOLD])
            more = f"; and {len(self.obstacles) - MOST_TOLD} more" if len(self.obstacles) > MOST_TOLD else ""
            raise CannotImport(f"{self.file.name} cannot be imported: {told}{more}.")

    def _convert(self, node: Any) -> None:
        given = [self.values.get(value, BLOCKED) for value in node.input]
        convert = self._converters.get(node.op_type) if node.domain in DOMAINS else None
        try:
            if all(isinstance(value, np.ndarray) or value is None for value in given) and given:
                found: Any = self._folded(node, given)
            elif convert is None:
                raise Obstacle("NN Lab has no such operator")
            elif any(isinstance(value, Blocked) for value in given):
                found = BLOCKED
            else:
                found = convert(self, node, attributes(node))
        except Obstacle as obstacle:
            self.obstacles.append(f"{node_words(node)} {obstacle}")
            found = BLOCKED
        except (NNLabError, ValueError, IndexError, KeyError, TypeError) as error:  # numbers of shapes that do not fit together
            self.obstacles.append(f"{node_words(node)} is damaged or of an unknown form ({str(error).splitlines()[0][:80]})")
            found = BLOCKED
        results = found if isinstance(found, tuple) else (found,)
        for name, value in zip(node.output, results, strict=False):
            self.values[name] = value
        for name in node.output[len(results) :]:
            self.values[name] = BLOCKED if results == (BLOCKED,) else None

    def _folded(self, node: Any, given: list[Any]) -> Any:
        """A node of constants, worked out by onnx's reference evaluator."""
        from onnx import helper
        from onnx.reference import ReferenceEvaluator

        if any(attribute.HasField("g") for attribute in node.attribute):
            raise Obstacle("holds a graph of its own")
        names = [value for value in node.input if value]
        kinds = {name: helper.np_dtype_to_tensor_dtype(self.values[name].dtype) for name in names}
        infos = [helper.make_tensor_value_info(name, kind, None) for name, kind in kinds.items()]
        outputs = [helper.make_value_info(name, helper.make_tensor_type_proto(1, None)) for name in node.output if name]
        made = helper.make_model(helper.make_graph([node], "constant", infos, outputs), opset_imports=self.file.proto.opset_import)
        try:
            found = ReferenceEvaluator(made).run(None, {name: self.values[name] for name in names})
        except Exception as error:  # whatever an implementation of an operator raises on numbers it was not made for
            raise Obstacle(f"cannot be worked out ({type(error).__name__})") from error
        if any(np.size(value) > MOST_FOLDED for value in found):
            raise Obstacle("makes a constant that is too large")
        return tuple(np.asarray(value) for value in found)

    # What converters ask for

    def constant(self, node: Any, place: int, default: Any = None) -> np.ndarray:
        """An input that has to be a constant."""
        value = self.values[node.input[place]] if place < len(node.input) and node.input[place] else default
        if not isinstance(value, np.ndarray):
            raise Obstacle("takes a weight that is not a constant" if value is not None else "lacks an input")
        return value

    def optional(self, node: Any, place: int) -> np.ndarray | None:
        """The same, None where it is left out."""
        return self.constant(node, place) if place < len(node.input) and node.input[place] else None

    def layer(self, value: Any) -> Layer:
        """A value as the output of a layer; the raw input, as it is scaled here first, becomes the network's input."""
        if isinstance(value, Layer):
            return value
        if not isinstance(value, Raw):
            raise Obstacle("takes a constant where a layer is expected")
        if self.raw is None:
            is_whole = np.array_equal(value.columns, np.arange(self._columns))
            self.raw = value if is_whole else raw_input(self._columns, (self._columns,))
            self.input = Layer("input", [], (self._columns,), {"features": self._columns})
        assert self.input is not None
        return self.shaped(self.input if _same(value, self.raw) else self._part(value, self.raw), value.shape)

    def _part(self, value: Raw, known: Raw) -> Layer:
        """Columns of the input, or the input scaled in a second way."""
        assert self.input is not None
        start, count = int(value.columns[0]), len(value.columns)
        if not np.array_equal(value.columns, np.arange(start, start + count)):
            raise Obstacle("reads columns of the input that do not lie side by side")
        part = self.input
        if count < self._columns:
            part = Layer("slice", [self.input], (count,), {"start": start, "stop": start + count})
        before = known.chosen(value.columns)
        factor, shift = before.scale / value.scale, (before.mean - value.mean) / value.scale
        if not shift.any() and np.ptp(factor) == 0:
            return part if factor[0] == 1 else Layer("scale", [part], (count,), {"factor": float(factor[0])})
        return Layer("dense", [part], (count,), {"units": count, "bias": True}, {"weight": np.diag(factor), "bias": shift})

    def shaped(self, layer: Layer, shape: tuple[int, ...]) -> Layer:
        """A layer's output in another shape."""
        if layer.shape == shape:
            return layer
        if size_of_shape(layer.shape) != size_of_shape(shape):
            raise Obstacle(f"makes {shape} of {layer.shape}")
        return Layer("reshape", [layer], shape, {"shape": ", ".join(map(str, shape))})

    def new(
        self, operator: str, sources: list[Any], shape: tuple[int, ...], node: Any = None, settings: dict[str, Any] | None = None,
        **numbers: Any,
    ) -> Layer:  # fmt: skip
        """A layer that reads values; named after its weights where these have names."""
        kept = {name: np.asarray(value) for name, value in numbers.items() if value is not None}
        return Layer(operator, [self.layer(s) for s in sources], shape, settings or {}, kept, "" if node is None else wish_of(node))

    def is_read_once(self, name: str) -> bool:
        return len(self.file.uses.get(name, [])) == 1 and name not in self.file.outputs

    def lengths(self, value: Any) -> Lengths:
        """The shape of a value with the batch in front."""
        if isinstance(value, np.ndarray):
            return Lengths(tuple(value.shape))
        return Lengths((-1, *value.shape))


class CannotImport(FileError):
    """A model that was read but holds what NN Lab has no operators for."""


Converter = Callable[[OnnxReader, Any, dict[str, Any]], Any]


def _same(a: Raw, b: Raw) -> bool:
    parts = ((a.columns, b.columns), (a.mean, b.mean), (a.scale, b.scale))
    return all(np.array_equal(x, y) for x, y in parts)
