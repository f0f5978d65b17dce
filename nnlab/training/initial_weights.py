"""Initial weights: what a run starts from, and goes back to, where its weights are not drawn afresh from the seed.

They are part of the project, so setting them is an undoable edit, a file keeps them, and whatever begins a run (opening, rewinding, a
comparison, the command line) begins it with the same bits. A parameter takes its values by name and shape; one that has none, because the
graph was edited since, is drawn from the seed. The optimiser starts afresh either way, and the seed decides the order of the samples.

Weights may come from anywhere: a run that was trained, a construction by hand, another program. Where they were learned for the purpose,
`recipe` says how, so that a comparison over several seeds can learn them again for each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer

MOST_LETTERS = 200  # of a name and of words


@dataclass(frozen=True)
class SwappedLabels:
    """Learned on labels that are wrong: of k classes every label stands for the next one, so of two classes for the other one."""

    optimizer: str = "adam"
    learning_rate: float = 0.02
    updates: int = 4000


@dataclass(frozen=True, eq=False)
class InitialWeights:
    """`values`: parameters and buffers by name ("dense_1.weight"), float32 or float64, copied and read-only.

    `name` is what people call the start ("confidently wrong"), `words` how it came about. Compares by what it holds, to the bit.
    Raises NNLabError for values that no network may hold.
    """

    name: str
    words: str
    values: Mapping[str, np.ndarray]
    recipe: SwappedLabels | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or max(len(self.name), len(self.words)) > MOST_LETTERS:
            raise NNLabError(f"Initial weights need a name, and no text of more than {MOST_LETTERS} letters.")
        if not self.values:
            raise NNLabError(f"The initial weights “{self.name}” hold no numbers; give arrays by name, such as dense_1.weight.")
        object.__setattr__(self, "values", MappingProxyType({name: _kept(name, self.values[name]) for name in sorted(self.values)}))

    def misfits(self, graph: Graph) -> tuple[str, ...]:
        """The parameters of `graph` that have no values here, or values of another shape: these are drawn from the seed."""
        shapes = infer(graph)
        wanted = {f"{node.id}.{p.name}": shapes.get(node.id, p.name) for node in graph for p in node.parameters}
        return tuple(name for name, shape in wanted.items() if name not in self.values or self.values[name].shape != shape)

    @cached_property
    def sha256(self) -> str:
        """Of names, shapes and bits."""
        digest = hashlib.sha256()
        for name, values in self.values.items():
            digest.update(f"{name} {values.shape} {values.dtype.str}\n".encode())
            digest.update(values.tobytes())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, InitialWeights):
            return NotImplemented
        return (self.name, self.words, self.recipe, self.sha256) == (other.name, other.words, other.recipe, other.sha256)

    def __hash__(self) -> int:
        return hash((self.name, self.sha256))

    def __reduce__(self) -> tuple[Any, ...]:  # a mapping proxy does not pickle by itself
        return InitialWeights, (self.name, self.words, dict(self.values), self.recipe)


def values_of(initial: InitialWeights | None) -> Mapping[str, np.ndarray]:
    """What the engine is given; nothing where weights are drawn afresh."""
    return {} if initial is None else initial.values


def _kept(name: str, given: np.ndarray) -> np.ndarray:
    """A copy that nobody can write to."""
    values = np.asarray(given)
    if values.dtype not in (np.float32, np.float64):
        raise NNLabError(f"{name} has numbers of type {values.dtype}; initial weights are float32 or float64.")
    with np.errstate(over="ignore"):
        if not np.isfinite(values.astype(np.float32)).all():
            raise NNLabError(f"{name} contains NaN or infinity; initial weights are finite numbers.")
    # Bytes behind an array cannot be made writable again, unlike a flag.
    return np.frombuffer(np.ascontiguousarray(values).tobytes(), values.dtype).reshape(values.shape)
