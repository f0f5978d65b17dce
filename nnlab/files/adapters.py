"""Adapters inside a project file: adapters/<name>/adapter_config.json and adapter_model.safetensors, as PEFT lays them out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from nnlab.core.errors import FileError
from nnlab.graph.adapters import adapted
from nnlab.graph.graph import Graph
from nnlab.training.adapter_folder import CONFIG, LIMITS, MODEL, packed, unpacked
from nnlab.training.peft import to_stored, values_of_adapter
from nnlab.training.stored_adapter import StoredAdapter

FOLDER = "adapters/"
MAX_ADAPTERS = 40  # two entries each, within what an archive may have


def limit_of(entry: str) -> int | None:
    """The most bytes of an adapter's entry; None: not one."""
    parts = entry.split("/")
    return LIMITS.get(parts[2]) if len(parts) == 3 and parts[0] + "/" == FOLDER else None


def attached(graph: Graph, parameters: Mapping[str, np.ndarray]) -> dict[str, StoredAdapter]:
    """The adapters of a graph with their numbers, by name; those of which a parameter is missing are left out.

    (A graph that cannot run yet keeps the numbers of what it was before, whatever they are called.)
    """
    found = {}
    for name, layers in adapted(graph).items():
        own = [f"{layer}.{p.name}" for layer in layers for p in graph[layer].adapter_parameters if p.name.endswith(f".{name}")]
        if all(parameter in parameters for parameter in own):
            found[name] = to_stored(graph, parameters, name, compact=False)
    return found


def together(kept: Mapping[str, StoredAdapter], in_use: Mapping[str, StoredAdapter]) -> dict[str, StoredAdapter]:
    """Those kept for later and those in use; raises FileError where one name means two."""
    for name in in_use:
        if name.lower() in {other.lower() for other in kept}:
            raise FileError(f"two adapters are named {name}, one in use and one kept for later; rename one of them")
    return {**kept, **in_use}


def values(graph: Graph, decoded: Mapping[str, StoredAdapter], names: list[str]) -> dict[str, np.ndarray]:
    """The numbers of the graph's parameters that these adapters hold, by name."""
    found: dict[str, np.ndarray] = {}
    for name in names:
        found |= values_of_adapter(graph, decoded[name], name)
    return found


def in_entries(graph: Graph, kept: Collection[str], entries: Iterable[str]) -> list[str]:
    """The names of the graph's adapters whose numbers are among a file's entries."""
    there = {entry.split("/")[1] for entry in entries if entry.startswith(FOLDER) and entry.count("/") == 2}
    return [name for name in adapted(graph) if name in there and name not in kept]


def encode(adapters: Mapping[str, StoredAdapter]) -> dict[str, bytes]:
    """The archive's entries; raises FileError for what could not be read again."""
    if len(adapters) > MAX_ADAPTERS:
        raise FileError(f"a project keeps at most {MAX_ADAPTERS} adapters, this one has {len(adapters)}; delete some")
    entries = {}
    for name, adapter in adapters.items():
        for file, content in packed(adapter).items():
            if len(content) > LIMITS[file]:
                size, limit = len(content), LIMITS[file]
                raise FileError(f"adapter {name}: {file} has {size:,} bytes, more than the {limit:,} a project keeps; lower its rank")
            entries[f"{FOLDER}{name}/{file}"] = content
    return entries


def decode(names: list[str], entries: Mapping[str, bytes]) -> dict[str, StoredAdapter]:
    """The adapters of these names, project.json's and its graph's; raises FileError when an entry is missing, left over or wrong."""
    if len({name.lower() for name in names}) != len(names):
        raise FileError("two adapters have one name; rename one of them")
    expected = {f"{FOLDER}{name}/{file}" for name in names for file in LIMITS}
    found = {entry for entry in entries if entry.startswith(FOLDER)}
    for entry in sorted(expected ^ found):
        raise FileError(f"{entry!r} {'is missing' if entry in expected else 'is not named in project.json'}; use an undamaged copy")
    return {name: unpacked(name, entries[f"{FOLDER}{name}/{CONFIG}"], entries[f"{FOLDER}{name}/{MODEL}"]) for name in names}
