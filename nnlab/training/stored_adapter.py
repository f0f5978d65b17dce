"""A low-rank adapter (LoRA) that is kept but not in use: PEFT's configuration and tensors, as one immutable value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec
import numpy as np

from nnlab.core.errors import FileError

PREFIX = "base_model.model."
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
_RESERVED = re.compile(r"(?i)lora|weight|con|prn|aux|nul|com\d|lpt\d")  # PEFT's own words, and names that Windows keeps
_KEY = re.compile(re.escape(PREFIX) + r"(.+)\.(lora_A\.weight|lora_B\.weight|lora_magnitude_vector)")


@dataclass(frozen=True, eq=False)
class StoredAdapter:
    """`config` as in adapter_config.json, unknown keys included; `tensors` by PEFT's keys: lora_A [r, in], lora_B [out, r].

    Both are copied and cannot be changed afterwards. Raises FileError naming the adapter, the layer and both shapes.
    """

    name: str
    config_json: bytes
    tensors: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        # Bytes behind an array cannot be made writable again, unlike a flag.
        kept = {
            key: np.frombuffer(np.ascontiguousarray(self.tensors[key]).tobytes(), self.tensors[key].dtype).reshape(self.tensors[key].shape)
            for key in sorted(self.tensors)
        }
        object.__setattr__(self, "tensors", MappingProxyType(kept))
        _check(self)

    @property
    def config(self) -> dict[str, object]:
        """A fresh copy of the configuration."""
        return msgspec.json.decode(self.config_json, type=dict[str, object])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredAdapter) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash((self.name, self.config_json))

    def _content(self) -> tuple[object, ...]:
        return self.name, self.config_json, [(k, v.dtype.str, v.shape, v.tobytes()) for k, v in self.tensors.items()]


def check_name(name: str) -> None:
    """Raises FileError unless `name` is a folder's name on every system and means nothing else to PEFT."""
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise FileError(f"{name[:80]!r} cannot name an adapter; use up to 64 letters, digits, - and _, and not a reserved word")


def _check(adapter: StoredAdapter) -> None:
    check_name(adapter.name)
    where = f"adapter {adapter.name}"
    try:
        config = adapter.config
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FileError(f"{where}: adapter_config.json cannot be read: {error}") from error
    for key in ("peft_type", "r", "lora_alpha", "target_modules"):
        if key not in config:
            raise FileError(f"{where}: adapter_config.json lacks {key}; export the adapter again")
    rank, pattern = config["r"], config.get("rank_pattern") or {}
    if config["peft_type"] != "LORA" or type(rank) is not int or rank < 1 or not isinstance(pattern, dict):
        raise FileError(f"{where}: adapter_config.json has to describe LORA with a whole rank r of at least 1")
    layers: dict[str, dict[str, np.ndarray]] = {}
    for key, values in adapter.tensors.items():
        match = _KEY.fullmatch(key)
        if match is None:
            raise FileError(f"{where}: {key[:120]!r} is not a key of PEFT ({PREFIX}LAYER.lora_A.weight)")
        layers.setdefault(match[1], {})[match[2]] = values
    if not layers:
        raise FileError(f"{where} holds no tensors; export the adapter again")
    for layer, parts in layers.items():
        _check_layer(f"{where}, layer {layer}", parts, _rank(layer, rank, pattern))


def _rank(layer: str, rank: int, pattern: Mapping[str, object]) -> object:
    """The rank of a layer. PEFT's patterns are regular expressions; only plain names are compared, others leave it open (None)."""
    for key, value in pattern.items():
        if layer == key or layer.endswith("." + key):
            return value
    return None if any(re.search(r"[^\w.]", key) for key in pattern) else rank


def _check_layer(where: str, parts: Mapping[str, np.ndarray], rank: object) -> None:
    a, b = parts.get("lora_A.weight"), parts.get("lora_B.weight")
    if a is None or b is None:
        raise FileError(f"{where}: {'lora_A' if a is None else 'lora_B'}.weight is missing; export the adapter again")
    if a.ndim != 2 or b.ndim != 2 or a.shape[0] != b.shape[1] or (rank is not None and a.shape[0] != rank):
        raise FileError(f"{where}: lora_A {a.shape} and lora_B {b.shape} do not fit the rank {rank}")
    magnitude = parts.get("lora_magnitude_vector")
    if magnitude is not None and magnitude.shape != (b.shape[0],):
        raise FileError(f"{where}: lora_magnitude_vector {magnitude.shape} does not fit lora_B {b.shape}")
    if not all(np.isfinite(values).all() for values in parts.values()):
        raise FileError(f"{where} contains NaN or infinity")
