"""A low-rank adapter (LoRA) that is kept but not in use: PEFT's configuration and tensors, as one immutable value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

import msgspec
import numpy as np

from nnlab.core.errors import FileError
from nnlab.core.json_text import unique_keys
from nnlab.graph.graph import Graph
from nnlab.graph.lora_adapter import name_problem
from nnlab.graph.node_adapters import takes_adapters
from nnlab.graph.validation import infer

MAX_RANK = 65_536
PREFIX = "base_model.model."
_KEY = re.compile(re.escape(PREFIX) + r"(.+)\.(lora_A\.weight|lora_B\.weight|lora_magnitude_vector)")


@dataclass(frozen=True, eq=False)
class StoredAdapter:
    """`config` as in adapter_config.json, unknown keys included; `tensors` by PEFT's keys: lora_A [r, in], lora_B [out, r].

    `base_sha256` of the layers' weights that it was trained on, by layer, where that is known.
    Both are copied and cannot be changed afterwards. Raises FileError naming the adapter, the layer and both shapes.
    """

    name: str
    config_json: bytes
    tensors: Mapping[str, np.ndarray]
    base_sha256: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Bytes behind an array cannot be made writable again, unlike a flag.
        kept = {
            key: np.frombuffer(np.ascontiguousarray(self.tensors[key]).tobytes(), self.tensors[key].dtype).reshape(self.tensors[key].shape)
            for key in sorted(self.tensors)
        }
        object.__setattr__(self, "tensors", MappingProxyType(kept))
        object.__setattr__(self, "base_sha256", MappingProxyType(dict(self.base_sha256)))
        _check(self)

    @property
    def layers(self) -> dict[str, dict[str, np.ndarray]]:
        """Its tensors by layer and by their name there ("lora_A.weight")."""
        found: dict[str, dict[str, np.ndarray]] = {}
        for key, values in self.tensors.items():
            if (match := _KEY.fullmatch(key)) is not None:
                found.setdefault(match[1], {})[match[2]] = values
        return found

    def misfit(self, graph: Graph) -> str | None:
        """Why it cannot be used in `graph`, in one sentence that names the layer and both shapes; None when it can.

        A project keeps it all the same: the graph may have been edited since, and may be edited back.
        """
        shapes, start = infer(graph), f"adapter {self.name} does not fit this network:"
        for layer, parts in self.layers.items():
            shown = repr(layer)
            if layer not in graph:
                return f"{start} it has no layer {shown}."
            weight = shapes.get(layer, "weight")
            if weight is None or len(weight) != 2 or not takes_adapters(graph[layer]):
                return f"{start} {layer} has no weight matrix; only dense layers take adapters."
            here = (parts["lora_B.weight"].shape[0], parts["lora_A.weight"].shape[1])
            if here != weight:
                return f"{start} its {layer} is {here}, but the weight of {layer} is {weight}."
        return None

    @property
    def config(self) -> dict[str, object]:
        """A fresh copy of the configuration."""
        return msgspec.json.decode(self.config_json, type=dict[str, object])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredAdapter) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash((self.name, self.config_json))

    def __reduce__(self) -> tuple[Any, ...]:  # a mapping proxy does not pickle by itself
        return StoredAdapter, (self.name, self.config_json, dict(self.tensors), dict(self.base_sha256))

    def _content(self) -> tuple[object, ...]:
        tensors = [(k, v.dtype.str, v.shape, v.tobytes()) for k, v in self.tensors.items()]
        return self.name, self.config_json, dict(self.base_sha256), tensors


def check_name(name: str) -> None:
    """Raises FileError unless `name` is a folder's name on every system and means nothing else to PEFT."""
    problem = name_problem(name)
    if problem:
        raise FileError(problem)


def _check(adapter: StoredAdapter) -> None:
    check_name(adapter.name)
    where = f"adapter {adapter.name}"
    config = _config(where, adapter.config_json)
    rank, pattern = cast(int, config["r"]), cast(Mapping[str, int], config.get("rank_pattern") or {})
    layers = adapter.layers
    for key in adapter.tensors:
        if _KEY.fullmatch(key) is None:
            raise FileError(f"{where}: {key[:120]!r} is not a key of PEFT ({PREFIX}LAYER.lora_A.weight)")
    if not layers:
        raise FileError(f"{where} holds no tensors; export the adapter again")
    for layer, parts in layers.items():
        _check_layer(f"{where}, layer {layer}", parts, _rank(layer, rank, pattern))


def _config(where: str, text: bytes) -> Mapping[str, object]:
    """The configuration, once what is known of it has its type."""
    where = f"{where}: adapter_config.json"
    try:
        config = unique_keys(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{where} cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise FileError(f"{where} has to be an object with r, lora_alpha and target_modules")
    for key, (is_right, wanted) in _CONFIG.items():
        if key not in config and not key.endswith("_pattern"):
            raise FileError(f"{where} lacks {key}; export the adapter again")
        if key in config and not is_right(config[key]):
            raise FileError(f"{where}: {key} is {config[key]!r}; {wanted}")
    return config


def _is_rank(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_RANK


def _is_number(value: object) -> bool:
    return (type(value) is int and abs(value) <= 2**53) or (type(value) is float and math.isfinite(value))


def _is_target(value: object) -> bool:
    return bool(value) and (isinstance(value, str) or (isinstance(value, list) and all(isinstance(name, str) and name for name in value)))


def _by_layer(is_right: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or (isinstance(value, dict) and all(map(is_right, value.values())))


# What PEFT needs, and what it must be; the patterns may be left out.
_CONFIG: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "peft_type": (lambda value: value == "LORA", "only LORA can be kept"),
    "r": (_is_rank, "give a whole number of at least 1"),
    "lora_alpha": (_is_number, "give a finite number"),
    "target_modules": (_is_target, "give a list of layers' names, or one pattern"),
    "rank_pattern": (_by_layer(_is_rank), "give whole numbers of at least 1 by layer"),
    "alpha_pattern": (_by_layer(_is_number), "give finite numbers by layer"),
}


def _rank(layer: str, rank: int, pattern: Mapping[str, int]) -> int | None:
    """The rank of a layer. PEFT's patterns are regular expressions; only plain names are compared, others leave it open (None)."""
    for key, value in pattern.items():
        if layer == key or layer.endswith("." + key):
            return value
    return None if any(re.search(r"[^\w.]", key) for key in pattern) else rank


def _check_layer(where: str, parts: Mapping[str, np.ndarray], rank: int | None) -> None:
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
