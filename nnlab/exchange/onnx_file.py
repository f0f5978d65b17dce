"""An ONNX file from anywhere, read without trust: protobuf alone, external data only from its own folder, every length checked.

What is read is a list of nodes in an order in which they can be computed, constants by name, and the inputs and outputs. A graph that
goes in circles, that is huge, or of an opset that nobody here knows is refused in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nnlab.core.errors import FileError

MOST_BYTES = 2**31
MOST_NODES = 20_000
OLDEST = 7  # opset from which on operators broadcast as they do today
DOMAINS = ("", "ai.onnx", "ai.onnx.ml")


@dataclass(eq=False)
class OnnxFile:
    """`nodes` in order; `constants` by name, text as object arrays; `inputs`: shapes by name, None for a length that is not fixed."""

    name: str
    proto: Any
    nodes: list[Any]
    constants: dict[str, np.ndarray]
    inputs: dict[str, tuple[int | None, ...]]
    outputs: list[str]
    metadata: dict[str, str] = field(default_factory=dict)

    @cached_property
    def producer(self) -> Mapping[str, Any]:
        """The node that writes each value."""
        return {value: node for node in self.nodes for value in node.output}

    @cached_property
    def uses(self) -> Mapping[str, list[Any]]:
        """The nodes that read each value."""
        found: dict[str, list[Any]] = {}
        for node in self.nodes:
            for value in node.input:
                found.setdefault(value, []).append(node)
        return found


def attributes(node: Any) -> dict[str, Any]:
    """A node's attributes as Python values."""
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def node_words(node: Any) -> str:
    """A node as a sentence names it: its own name, or what it writes, and its operator."""
    name = node.name or (node.output[0] if node.output else "")
    domain = f"{node.domain}." if node.domain not in ("", "ai.onnx") else ""
    return f"{name[:60]!r} ({domain}{node.op_type})"


def read_onnx(path: Path) -> OnnxFile:
    """Reads a file; raises FileError in one sentence that begins with its name."""
    proto = _parse(path)
    if len(proto.graph.node) > MOST_NODES:
        raise FileError(f"{path.name} has {len(proto.graph.node):,} nodes; at most {MOST_NODES:,} can be imported.")
    _check_opsets(path, proto)
    if proto.functions:
        from onnx import inliner

        proto = inliner.inline_local_functions(proto)
    _load_external(path, proto)
    constants = {tensor.name: _array(path, tensor) for tensor in proto.graph.initializer}
    nodes = []
    for node in proto.graph.node:
        if node.op_type == "Constant" and node.domain in ("", "ai.onnx"):
            constants[node.output[0]] = _constant(path, node)
        else:
            nodes.append(node)
    inputs = {value.name: _lengths(value) for value in proto.graph.input if value.name not in constants}
    metadata = {entry.key: entry.value for entry in proto.metadata_props}
    ordered = _ordered(path, nodes, {*constants, *inputs, ""})
    return OnnxFile(path.name, proto, ordered, constants, inputs, [value.name for value in proto.graph.output], metadata)


def _parse(path: Path) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        if not path.is_file():
            raise FileError(f"{path} is not a file.")
        if path.stat().st_size > MOST_BYTES:
            raise FileError(f"{path.name} has more than 2 GB, which no ONNX file can have.")
        content = path.read_bytes()
        proto = onnx.ModelProto()
        proto.ParseFromString(content)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    except (DecodeError, RuntimeError) as error:
        raise FileError(f"{path.name} is not an ONNX file, or is damaged; use an undamaged copy.") from error
    if not proto.graph.node or not proto.graph.output or not proto.opset_import:
        raise FileError(f"{path.name} is not an ONNX file, or holds no network; use an undamaged copy.")
    return proto


def _check_opsets(path: Path, proto: Any) -> None:
    import onnx

    newest = onnx.defs.onnx_opset_version()
    for entry in proto.opset_import:
        if entry.domain in ("", "ai.onnx") and not OLDEST <= entry.version <= newest:
            raise FileError(f"{path.name} has opset {entry.version}; {OLDEST} to {newest} can be imported: export it with one of them.")


def _load_external(path: Path, proto: Any) -> None:
    """Fills in tensors that lie in files beside the model; nothing outside its folder is ever opened."""
    from onnx import TensorProto, checker, external_data_helper, helper

    for tensor in proto.graph.initializer:
        if not external_data_helper.uses_external_data(tensor):
            continue
        where = {entry.key: entry.value for entry in tensor.external_data}
        place = where.get("location", "")
        if not place or Path(place).is_absolute() or ".." in Path(place).parts or "\\" in place:
            raise FileError(f"{path.name}: {tensor.name!r} lies outside the model's folder ({place!r}), which is not allowed.")
        if not (path.parent / place).is_file():
            raise FileError(f"{path.name} keeps its weights in {place!r}, which is not beside it; copy both files into one folder.")
        if tensor.data_type == TensorProto.STRING or tensor.data_type not in TensorProto.DataType.values():
            raise FileError(f"{path.name}: {tensor.name!r} in {place!r} has a type that cannot be read.")
        wanted = int(np.prod(tensor.dims, dtype=np.int64)) * helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
        if int(where.get("length", wanted)) != wanted:
            raise FileError(f"{path.name}: {tensor.name!r} should have {wanted:,} bytes in {place!r}, not {int(where['length']):,}.")
        try:
            external_data_helper.load_external_data_for_tensor(tensor, str(path.parent))
        except (OSError, ValueError, checker.ValidationError) as error:
            raise FileError(f"{path.name}: {tensor.name!r} cannot be read from {place!r}: {str(error).splitlines()[0]}") from error
        tensor.data_location = TensorProto.DEFAULT
        del tensor.external_data[:]
        if len(tensor.raw_data) != wanted:
            raise FileError(f"{path.name}: {place!r} is too short for {tensor.name!r}; use an undamaged copy.")


def _array(path: Path, tensor: Any) -> np.ndarray:
    from onnx import numpy_helper

    try:
        found = numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError) as error:
        raise FileError(f"{path.name}: the tensor {tensor.name!r} is damaged ({str(error).splitlines()[0]}).") from error
    if found.dtype.kind in "OSU":
        texts = [text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text) for text in found.ravel()]
        return np.array(texts, dtype=object).reshape(found.shape)
    if found.dtype.kind == "f" and not np.isfinite(found.astype(np.float64)).all() and found.size > 1:
        raise FileError(f"{path.name}: the tensor {tensor.name!r} contains NaN or infinity.")
    return np.asarray(found)


def _constant(path: Path, node: Any) -> np.ndarray:
    given = attributes(node)
    if "value" in given:
        return _array(path, given["value"])
    for name, dtype in (("value_float", np.float32), ("value_floats", np.float32), ("value_int", np.int64), ("value_ints", np.int64)):
        if name in given:
            return np.array(given[name], dtype=dtype)
    strings = given.get("value_strings", [given.get("value_string", b"")])
    return np.array([text.decode("utf-8", "replace") for text in strings], dtype=object)


def _lengths(value: Any) -> tuple[int | None, ...]:
    shape = value.type.tensor_type.shape
    return tuple(part.dim_value if part.HasField("dim_value") else None for part in shape.dim)


def _ordered(path: Path, nodes: list[Any], known: set[str]) -> list[Any]:
    """Nodes so that each reads only what is there by then; raises FileError naming those of a circle, or a value that nobody writes."""
    writers = {value for node in nodes for value in node.output}
    for node in nodes:
        for value in node.input:
            if value not in writers and value not in known:
                raise FileError(f"{path.name}: {node_words(node)} reads {value!r}, which nothing writes; the file is damaged.")
    by_value: dict[str, list[int]] = {}
    missing = []
    for k, node in enumerate(nodes):
        needed = {value for value in node.input if value not in known}
        missing.append(len(needed))
        for value in needed:
            by_value.setdefault(value, []).append(k)
    ready = [k for k, count in enumerate(missing) if count == 0]
    order = []
    while ready:
        k = ready.pop(0)
        order.append(nodes[k])
        for value in dict.fromkeys(nodes[k].output):
            for reader in by_value.get(value, ()):
                missing[reader] -= 1
                if missing[reader] == 0:
                    ready.append(reader)
    if len(order) < len(nodes):
        done = {id(node) for node in order}
        stuck = [node_words(node) for node in nodes if id(node) not in done]
        raise FileError(f"{path.name}: the nodes {', '.join(stuck[:4])} form a cycle, which no network of layers has.")
    return order
