"""Between a graph's adapters and PEFT's form of them (Hugging Face PEFT 0.21: config.py, lora/layer.py, utils/save_and_load.py).

PEFT has one rank, alpha, dropout and so on for all layers, and patterns for ranks and alphas that differ; keys are
`base_model.model.<layer>.lora_A.weight` and so on. An adapter that started with PiSSA is written as one of twice the rank, [A; A₀] and
[B, -B₀], on the base as it was: what PEFT itself makes of it with `path_initial_model_for_weight_conversion`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping

import msgspec
import numpy as np

from nnlab.core.errors import FileError, GraphError
from nnlab.graph.adapters import adapted, attach
from nnlab.graph.graph import Graph, Node
from nnlab.graph.lora_adapter import LoraAdapter
from nnlab.training.stored_adapter import PREFIX, StoredAdapter

ParametersByName = Mapping[str, np.ndarray]  # such as "hidden.lora_A.task_b"
_PARTS = {"lora_A": "lora_A.weight", "lora_B": "lora_B.weight", "lora_magnitude_vector": "lora_magnitude_vector"}
# What makes PEFT compute something else than LoRA on linear layers, when it is set: not understood, so not loaded.
_OTHER = (
    "modules_to_save", "trainable_token_indices", "lora_bias", "target_parameters", "use_qalora", "alora_invocation_tokens",
    "layers_to_transform", "layer_replication", "exclude_modules", "arrow_config", "use_bdlora", "megatron_config", "monteclora_config",
    "velora_config", "kasa_config",
)  # fmt: skip
_CHANGES_BASE = ("pissa", "corda", "olora", "loftq", "lora_ga")  # initialisers after which the base is another
_SAFE_PATTERN = re.compile(r"(?:[\w -]|\\\.|\^|\$|\||\.\*){1,200}")  # no groups and no counts: cannot take long on any name


def to_stored(graph: Graph, values: ParametersByName, name: str, compact: bool = True) -> StoredAdapter:
    """The adapter `name` with these numbers in PEFT's form. Raises GraphError where PEFT has no words for it.

    Its weight in a blend is not part of it. `compact` keeps ranks within what the layer has; without, A and A₀ stand one below the other
    as they are, to the bit.
    """
    layers = [graph[layer] for layer in _layers(graph, name)]
    written: dict[str, np.ndarray] = {}
    ranks: dict[str, int] = {}
    alphas: dict[str, float] = {}
    adapters = {node.id: _adapter(node, name) for node in layers}
    if compact and len({adapter.dora for adapter in adapters.values()}) > 1:
        raise GraphError(f"The adapter {name} has DoRA on some layers only, which PEFT has no words for; set it on all or none.")
    same_scaling = len({adapter.rslora for adapter in adapters.values()}) == 1
    rslora = same_scaling and next(iter(adapters.values())).rslora
    for node in layers:
        adapter = adapters[node.id]
        parts = _parts(node, adapter, values, compact)
        rank = len(parts["lora_A"])
        ranks[node.id], alphas[node.id] = rank, adapter.scaling * (math.sqrt(rank) if rslora else rank)
        if rank == adapter.rank and rslora == adapter.rslora:
            alphas[node.id] = adapter.alpha  # as it was typed, no rounding
        written |= {f"{PREFIX}{node.id}.{_PARTS[part]}": array for part, array in parts.items()}
    rank, alpha = Counter(ranks.values()).most_common(1)[0][0], Counter(alphas.values()).most_common(1)[0][0]
    first = next(iter(adapters.values()))
    dropout = max(adapter.dropout for adapter in adapters.values())
    config: dict[str, object] = {"peft_type": "LORA", "r": rank, "lora_alpha": _plain(alpha), "lora_dropout": dropout}
    config["target_modules"] = [node.id for node in layers]
    # Unknown keys break older versions of PEFT, so that what has its default is left out.
    rank_pattern = {_pattern(layer): value for layer, value in ranks.items() if value != rank}
    alpha_pattern = {_pattern(layer): _plain(value) for layer, value in alphas.items() if value != alpha}
    more = {"rank_pattern": rank_pattern, "alpha_pattern": alpha_pattern, "use_rslora": rslora, "use_dora": first.dora}
    config |= {key: value for key, value in more.items() if value}
    base = {layer: adapter.base_sha256 for layer, adapter in adapters.items() if adapter.base_sha256}
    return StoredAdapter(name, msgspec.json.format(msgspec.json.encode(config), indent=2), written, base)


def from_stored(graph: Graph, stored: StoredAdapter, name: str | None = None) -> tuple[Graph, dict[str, np.ndarray]]:
    """The graph with the adapter attached, and the numbers of its parameters by name. Raises FileError or GraphError in one sentence.

    The graph is the base as it was: a wrong layer, both shapes, or a setting that is not understood is named and nothing is attached.
    """
    name = name or stored.name
    where, config = f"adapter {stored.name}", stored.config
    _check_config(where, config)
    misfit = stored.misfit(graph)
    if misfit:
        raise FileError(misfit)
    parts = stored.layers
    _check_targets(where, config, set(parts), graph)
    dora = config.get("use_dora") is True
    for layer, found in parts.items():
        if dora != ("lora_magnitude_vector" in found):
            is_there = "is there" if not dora else "is missing"
            raise FileError(f"{where}, layer {layer}: lora_magnitude_vector {is_there}, though use_dora is {'on' if dora else 'off'}.")
    rslora = config.get("use_rslora") is True
    alphas = {layer: _alpha(where, layer, config) for layer in parts}
    for layer, found in parts.items():  # PEFT allows more directions than a layer has; as many as it has compute the same
        rank = len(found["lora_A.weight"])
        found["lora_A.weight"], found["lora_B.weight"] = _within(found["lora_B.weight"], found["lora_A.weight"])
        less = len(found["lora_A.weight"]) / rank
        alphas[layer] *= math.sqrt(less) if rslora else less
    ranks = {layer: len(found["lora_A.weight"]) for layer, found in parts.items()}
    attached = attach(
        graph, list(parts), name=name, ranks=ranks, alphas=alphas, dropout=_number(where, config, "lora_dropout", 0.0),
        rslora=rslora, dora=dora, base_sha256=stored.base_sha256,
    )  # fmt: skip
    values = {f"{layer}.{part}.{name}": found[key] for layer, found in parts.items() for part, key in _PARTS.items() if key in found}
    return attached, values


def values_of_adapter(graph: Graph, stored: StoredAdapter, name: str) -> dict[str, np.ndarray]:
    """The numbers of an attached adapter from what `to_stored(…, compact=False)` wrote of it. Raises FileError where they do not fit."""
    found: dict[str, np.ndarray] = {}
    parts = stored.layers
    if set(parts) != set(_layers(graph, name)):
        raise FileError(f"adapter {name} holds {', '.join(sorted(parts))}, but it lies on {', '.join(_layers(graph, name))}")
    for layer in parts:
        adapter = _adapter(graph[layer], name)
        arrays = {part: parts[layer].get(key) for part, key in _PARTS.items()}
        a, b = arrays["lora_A"], arrays["lora_B"]
        assert a is not None and b is not None
        if adapter.has_start:
            rank = adapter.rank
            arrays |= {"lora_A": a[:rank], "lora_B": b[:, :rank], "lora_A_start": a[rank:], "lora_B_start": -b[:, rank:]}
        wanted = {p.name.partition(".")[0] for p in adapter.parameters()}
        given = {part: array for part, array in arrays.items() if array is not None}
        if set(given) != wanted:
            raise FileError(f"adapter {name}, layer {layer}: it holds {', '.join(sorted(given))} instead of {', '.join(sorted(wanted))}")
        found |= {f"{layer}.{adapter.tensor(part)}": array for part, array in given.items()}
    return found


def _layers(graph: Graph, name: str) -> tuple[str, ...]:
    known = adapted(graph)
    if name not in known:
        raise GraphError(f"There is no adapter named {name!r}; this network has {', '.join(known) or 'none'}.")
    return known[name]


def _adapter(node: Node, name: str) -> LoraAdapter:
    found = node.adapter(name)
    assert found is not None
    return found


def _parts(node: Node, adapter: LoraAdapter, values: ParametersByName, compact: bool) -> dict[str, np.ndarray]:
    own = {p.name.partition(".")[0]: values[f"{node.id}.{p.name}"] for p in adapter.parameters()}
    if adapter.has_start:
        a, b = np.concatenate([own["lora_A"], own["lora_A_start"]]), np.concatenate([own["lora_B"], -own["lora_B_start"]], axis=1)
        own |= {"lora_A": a, "lora_B": b} if not compact else dict(zip(("lora_A", "lora_B"), _within(b, a), strict=True))
    return {part: own[part] for part in _PARTS if part in own}


def _within(b: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(A, B) of the same product, with no more rows of A than the shorter side of the product."""
    units, inputs = len(b), a.shape[1]
    if len(a) <= min(units, inputs):
        return a, b
    product = (b.astype(np.float64) @ a.astype(np.float64)).astype(a.dtype)
    return (product, np.eye(units, dtype=a.dtype)) if units <= inputs else (np.eye(inputs, dtype=a.dtype), product)


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _pattern(layer: str) -> str:
    """A layer's name as PEFT's patterns, which are regular expressions, mean it."""
    return layer if re.fullmatch(r"[\w-]+", layer) else re.escape(layer)


def _check_config(where: str, config: Mapping[str, object]) -> None:
    for key in _OTHER:
        if config.get(key):
            raise FileError(f"{where}: {key} is set, which changes what is computed in a way that NN Lab does not know.")
    bias = config.get("bias", "none")
    if bias != "none":
        raise FileError(f"{where}: bias is {bias!r}; only adapters that leave the biases alone can be loaded.")
    init = str(config.get("init_lora_weights", True)).lower()
    if init.startswith(_CHANGES_BASE):
        raise FileError(
            f"{where}: it was trained on a base that {init} had changed; save it in PEFT with path_initial_model_for_weight_conversion."
        )


def _check_targets(where: str, config: Mapping[str, object], layers: set[str], graph: Graph) -> None:
    """Layers that are named and have no weights, or the other way round: PEFT would leave them untrained, or ignore them."""
    targets = config["target_modules"]
    if isinstance(targets, str):  # one regular expression; it is not run, what the file holds decides
        return
    assert isinstance(targets, list)
    named = {target for target in targets if target in graph}
    for target in targets:
        if target not in graph:
            raise FileError(f"{where}: target_modules names {target!r}, but this network has no such layer.")
    for layer in sorted(named - layers):
        raise FileError(f"{where}: target_modules names {layer}, but the file holds no weights for it; export the adapter again.")
    for layer in sorted(layers - named):
        raise FileError(f"{where}: it holds weights for {layer}, which target_modules does not name; export the adapter again.")


def _number(where: str, config: Mapping[str, object], key: str, default: float) -> float:
    value = config.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise FileError(f"{where}: {key} is {value!r}; give a finite number.")
    return float(value)


def _alpha(where: str, layer: str, config: Mapping[str, object]) -> float:
    """The alpha of a layer: that of the first pattern that means it, as PEFT reads patterns."""
    patterns = config.get("alpha_pattern") or {}
    assert isinstance(patterns, dict)
    for pattern, value in patterns.items():
        if pattern == layer:
            return float(value)
        if not _SAFE_PATTERN.fullmatch(pattern) or pattern.count(".*") > 3:
            raise FileError(f"{where}: alpha_pattern has the regular expression {pattern[:80]!r}; name the layers instead.")
        if re.fullmatch(rf"(?:.*\.)?(?:{pattern})$", layer):
            return float(value)
    return _number(where, config, "lora_alpha", 8.0)
