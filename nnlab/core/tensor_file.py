"""A safetensors file from anywhere, read without trust: tensors by name, and nothing that could be executed.

The library checks the header's lengths, offsets and overlaps against the content. Of a name that stands twice in the header it keeps one
without a word; two programs that keep different ones would see two networks in one file, so that such a file is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.errors import FileError
from nnlab.core.json_text import unique_keys

# safetensors are little-endian
_DTYPES: Mapping[str, np.dtype] = {
    "F16": np.dtype("<f2"), "F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8"),
}  # fmt: skip


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
