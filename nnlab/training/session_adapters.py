"""What a session can do with adapters: attach, name, switch, blend, merge, save and load them, numbers and all.

Each is the edit of the graph (`nnlab.graph.adapters`) with everything that was learned carried over; a call that fails changes nothing.
"""

from __future__ import annotations

import hashlib
import warnings
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.graph import adapters as edits
from nnlab.graph.graph import Graph
from nnlab.graph.lora_adapter import KEPT
from nnlab.graph.merge_order import all_beside
from nnlab.training.adapter_folder import read_folder, write_folder
from nnlab.training.base_weights import BaseProof, base_sha256, proofs
from nnlab.training.peft import from_stored, to_stored


@dataclass(frozen=True)
class AdapterSummary:
    """One adapter: the layers it lies on with the rank on each, whether it takes part and learns, and how many numbers it has."""

    name: str
    ranks: Mapping[str, int]
    enabled: bool
    weight: float
    merged: bool
    learns: bool
    parameters: int

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(self.ranks)


@dataclass(frozen=True)
class MergeReport:
    """What merging changed on some samples: the largest difference of any output, and how many samples are classified otherwise."""

    samples: int
    largest_difference: float
    changed_predictions: int


def summaries(graph: Graph, sizes: Mapping[str, int]) -> dict[str, AdapterSummary]:
    """Every adapter of a graph by name; `sizes` are the numbers of each parameter by name."""
    found = {}
    for name, layers in edits.adapted(graph).items():
        own = [(graph[layer], adapter) for layer in layers if (adapter := graph[layer].adapter(name)) is not None]
        first = own[0][1]
        trained = {f"{node.id}.{p.name}" for node, _ in own for p in node.trained}
        numbers = {f"{node.id}.{part}": sizes[f"{node.id}.{part}"] for node, adapter in own for part in adapter.learning}
        found[name] = AdapterSummary(
            name, {node.id: adapter.rank for node, adapter in own}, any(a.enabled for _, a in own), first.weight,
            any(a.is_merged for _, a in own), bool(trained & set(numbers)), sum(numbers.values()),
        )  # fmt: skip
    return found


class SessionAdapters:
    """The part of a `Session` that knows adapters."""

    graph: Graph
    _saved: dict[str, str]
    _initial: dict[str, np.ndarray]

    @property
    @abstractmethod
    def parameters(self) -> dict[str, np.ndarray]: ...

    @property
    @abstractmethod
    def buffers(self) -> dict[str, np.ndarray]: ...

    @abstractmethod
    def predict(self, x: Any) -> np.ndarray: ...

    @abstractmethod
    def _become(self, graph: Graph, values: Mapping[str, np.ndarray] | None = None) -> None:
        """Computes with an edited graph from now on; what was learned goes on, `values` are set."""

    @property
    def adapters(self) -> dict[str, AdapterSummary]:
        """All adapters by name, in the order they were attached."""
        return summaries(self.graph, {name: values.size for name, values in self.parameters.items()})

    @property
    def base_proofs(self) -> tuple[BaseProof, ...]:
        """For each layer with adapters, the SHA-256 of its W₀ at the freeze and now."""
        return proofs(self.graph, self.parameters)

    def attach(self, nodes: Iterable[str] | str | None = None, *, name: str | None = None, **settings: Any) -> str:
        """Attaches a new adapter to dense layers (all unless given) and freezes the base; returns its name.

        `reset` goes back to the base as it is now, not to one that is drawn anew.
        `settings` as of `nnlab.lora.attach`: rank, alpha, dropout, init, rslora, dora, ranks, alphas.
        """
        name = edits.free_adapter_name(self.graph) if name is None else name
        layers = [nodes] if isinstance(nodes, str) else nodes
        graph = edits.attach(self.graph, layers, name=name, **settings)
        layers = edits.adapted(graph)[name]
        start = self._start()
        hashes = base_sha256(start, layers)
        self._become(edits.attach(self.graph, layers, name=name, base_sha256=hashes, **settings))
        self._initial = start
        self._saved[name] = self._fingerprint(name)
        return name

    def enable(self, name: str, enabled: bool = True) -> None:
        """Lets an adapter take part, or not; the others stay as they are."""
        self._become(edits.enable(self.graph, name, enabled))

    def switch(self, name: str | None) -> None:
        """This adapter alone takes part, with its full weight; None: the base alone."""
        self._become(edits.switch(self.graph, name))

    def blend(self, weights: Mapping[str, float]) -> None:
        """These adapters take part, each with its weight, and no others: {"task_a": 0.7, "task_b": 0.3}."""
        self._become(edits.blend(self.graph, weights))

    def learn(self, name: str, learns: bool = True) -> None:
        """Lets an adapter learn, or keeps it as it is while it takes part."""
        self._become(edits.learn(self.graph, name, learns))

    def merge(self, name: str, x: Any = None) -> MergeReport | None:
        """Puts the update into the layers' weights; W₀ is kept. With samples `x` (N, features), says what that changed."""
        graph = edits.merge(self.graph, name)
        before = None if x is None else self.predict(x)
        if before is not None and not self.adapters[name].enabled:
            self._become(all_beside(graph))  # what merging changes is told beside the adapter taking part, not beside the base alone
            before = self.predict(x)
        self._become(graph)
        return None if before is None else report_of(before, self.predict(x))

    def unmerge(self, name: str) -> None:
        """Computes the update beside W₀ again, which comes back bit for bit."""
        self._become(edits.unmerge(self.graph, name))

    def rename_adapter(self, old: str, new: str) -> None:
        self._become(edits.rename_adapter(self.graph, old, new))
        self._saved[new] = self._saved.pop(old, "")
        own = {key: f"{key.removesuffix(old)}{new}" for key in self._initial if ".lora_" in key and key.endswith(f".{old}")}
        self._initial = {own.get(key, key): values for key, values in self._initial.items()}

    def duplicate_adapter(self, name: str, new: str) -> None:
        """Adds a copy with all that the adapter has learned, which takes no part yet."""
        self._become(edits.duplicate_adapter(self.graph, name, new))

    def delete_adapter(self, name: str, discard: bool = False) -> None:
        """Takes an adapter away. Raises NNLabError where it has learned what no file holds, unless that is to be discarded."""
        graph = edits.detach(self.graph, name)
        if not discard and self.has_unsaved_work(name):
            raise NNLabError(f"The adapter {name} has learned what no file holds; save it first, or delete it with discard=True.")
        self._become(graph)
        self._saved.pop(name, None)

    def has_unsaved_work(self, name: str) -> bool:
        """Whether its numbers are others than when it was attached, loaded or saved."""
        return self._saved.get(name) != self._fingerprint(name)

    def save_adapter(self, name: str, folder: Path | str) -> None:
        """Writes an adapter as PEFT does: a folder with adapter_config.json and adapter_model.safetensors."""
        write_folder(to_stored(self.graph, self.parameters, name), folder)
        self._saved[name] = self._fingerprint(name)

    def mark_adapters_saved(self) -> None:
        """A file holds all of them as they are now."""
        self._saved = {name: self._fingerprint(name) for name in self.adapters}

    def load_adapter(self, folder: Path | str, name: str | None = None) -> str:
        """Attaches the adapter of a folder in PEFT's layout, under the folder's name unless another is given; returns its name.

        Warns (UserWarning) where it says that it was trained on other weights. Raises FileError or GraphError in one sentence that names
        the layer and both shapes where it does not fit; nothing is changed then.
        """
        stored = read_folder(folder, name)
        from_stored(self.graph, stored)  # refuses what does not fit before anything of it is looked up
        now = base_sha256(self.parameters, stored.layers)
        graph, values = from_stored(self.graph, replace(stored, base_sha256=now))
        other = [node.id for node in graph if node.id in now and stored.base_sha256.get(node.id, now[node.id]) != now[node.id]]
        start = {**self._start(), **values}
        self._become(graph, values)
        self._initial = start
        self._saved[stored.name] = self._fingerprint(stored.name)
        if other:
            warnings.warn(f"The adapter {stored.name} was trained on other weights of {', '.join(other)} than these.", stacklevel=2)
        return stored.name

    def _start(self) -> dict[str, np.ndarray]:
        """The numbers that `reset` goes back to once something is attached to them."""
        return {**self.parameters, **{name: values for name, values in self.buffers.items() if not name.endswith(f".{KEPT}")}}

    def _fingerprint(self, name: str) -> str:
        digest = hashlib.sha256()
        for key, values in sorted(self.parameters.items()):
            if ".lora_" in key and key.endswith(f".{name}"):
                digest.update(key.removesuffix(name).encode() + values.tobytes())
        return digest.hexdigest()


def report_of(before: np.ndarray, after: np.ndarray) -> MergeReport:
    """What differs between two answers (samples, outputs) to the same samples. Of one output, its sign counts as the prediction."""
    kinds = [values.argmax(axis=1) if values.shape[1] > 1 else values[:, 0] > 0 for values in (before, after)]
    apart = np.abs(after.astype(np.float64) - before.astype(np.float64))
    return MergeReport(len(before), float(apart.max(initial=0.0)), int((kinds[0] != kinds[1]).sum()))
