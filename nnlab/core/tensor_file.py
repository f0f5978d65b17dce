"""Files of safetensors: written for any program, and read from anywhere without trust. Tensors by name, nothing that could be executed.

Written here, byte for byte as the library `safetensors` does, which ends the process where there is no memory for a file: Rust gives up at
an allocation that fails, and a safety copy would take with it what it should keep. Python raises MemoryError.

Read with the library, which checks the header's lengths, offsets and overlaps against the content. Of a name that stands twice in the
header it keeps one without a word; two programs that keep different ones would see two networks in one file, so that such a file is
refused here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from nnlab.core.errors import FileError
from nnlab.core.json_text import unique_keys

# safetensors are little-endian
_DTYPES: Mapping[str, np.dtype] = {
    "F16": np.dtype("<f2"), "F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8"),
}  # fmt: skip

# Names of NumPy's types in the order in which the format lays tensors out, from the last to the first.
_ORDER = ("BOOL", "U8", "I8", "I16", "U16", "F16", "I32", "U32", "F32", "F64", "I64", "U64")
_LETTERS = {"f": "F", "i": "I", "u": "U"}
_ALIGNMENT = 8  # bytes, of the header's length


def write_tensors(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None) -> bytes:
    """A safetensors file with these arrays of numbers or truth values, and texts beside them; MemoryError where it has no room."""
    entries = [(name, np.asarray(values), _type_of(values)) for name, values in tensors.items()]
    entries.sort(key=lambda entry: (-_ORDER.index(entry[2]), entry[0].encode()))
    header: dict[str, object] = {} if metadata is None else {"__metadata__": dict(metadata)}
    parts: list[bytes | memoryview] = []
    end = 0
    for name, values, kind in entries:
        little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
        begin, end = end, end + little.nbytes
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [begin, end]}
        parts.append(little.reshape(-1).view(np.uint8).data)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join((len(text).to_bytes(8, "little"), text, *parts))


def _type_of(values: np.ndarray) -> str:
    dtype = np.asarray(values).dtype
    return "BOOL" if dtype.kind == "b" else f"{_LETTERS[dtype.kind]}{8 * dtype.itemsize}"


def read_tensors(content: bytes, what: str, allowed: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Arrays in the machine's byte order, by name; raises FileError that begins with `what` and names the tensor at fault."""
    from safetensors import SafetensorError, deserialize

    try:
        found = deserialize(content)
        unique_keys(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (SafetensorError, ValueError, RecursionError) as error:
        raise FileError(f"{what} is damaged or not safetensors ({str(error).rstrip('.')})") from error
    tensors: dict[str, np.ndarray] = {}
    for name, tensor in found:
        if tensor["dtype"] not in allowed:
            raise FileError(f"{what}: {name} has numbers of type {tensor['dtype']}; use {' or '.join(allowed)}")
        dtype = _DTYPES[tensor["dtype"]]
        values = np.frombuffer(tensor["data"], dtype=dtype)
        shape = tuple(tensor["shape"])
        if values.size != int(np.prod(shape, dtype=object)):
            raise FileError(f"{what} is damaged ({name} has the wrong length)")
        tensors[name] = values.reshape(shape).astype(dtype.newbyteorder("="))
    return tensors


def read_metadata(content: bytes) -> dict[str, str]:
    """The texts that a safetensors file carries besides its tensors; nothing where it is no such file (`read_tensors` tells)."""
    try:
        header = unique_keys(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (ValueError, RecursionError):
        return {}
    found = header.get("__metadata__") if isinstance(header, dict) else None
    return {key: text for key, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else {}
