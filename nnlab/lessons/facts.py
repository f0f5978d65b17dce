"""What a lesson's formulas speak of: names of the document, of the run and of the window, each answered from what is there now.

    iteration >= 200 and mean_loss < before     the run; `before` was remembered when the step began
    dense_1.units == 8                          a setting of a node; also training.learning_rate, data.noise
    dense_1.weight[0, 1], norm(grad(dense_1.weight)), act(dense_1)[0, 2]     tensors, as in conditions and watches
    count_tanh >= 1, layers == 3, parameters    the network
    in_train, sees_loss                         the window: a workspace, a panel that can be seen
    other_training_loss, other.dense_1.bias[0]  the first run that trains beside this one

A name that has no value now (a tensor that the network does not have, the loss before the first batch) is NaN: no comparison with it holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nnlab.core.errors import FormulaError, NNLabError
from nnlab.core.operator import operators
from nnlab.core.optimizer import optimizers
from nnlab.engine.tensor_formula import WORDS, Reference, TensorFormula, tensor_formula
from nnlab.graph import docking
from nnlab.graph.graph import Node
from nnlab.graph.layers import hidden_layers, is_layer
from nnlab.lessons.network_now import MEASURED
from nnlab.training.project import Project

NAN = math.nan
DOCUMENT_WORDS = (
    "layers", "hidden_layers", "hidden_units", "operators", "edges", "learning_rate", "batch_size", "seed", "runs", "adapters",
    "adapter_rank", "has_validation",
)  # fmt: skip
OTHER = "other"  # before a tensor's name or a word: of the first run that trains beside the learner's
RUN_WORDS = (
    *WORDS, "parameters", "learned_parameters", "mean_loss", "validation_loss", "samples", "batches", "playing", "inside", "backward",
    "can_run", *MEASURED, *(f"{OTHER}_{word}" for word in MEASURED),
)  # fmt: skip
_PREFIXED = re.compile(r"(count|optimizer|in|sees)_(\w+)$")
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?![\w.]|\s*\()")
_REDUCED: Mapping[str, Callable[[np.ndarray], float]] = {
    "l2_norm": lambda a: float(np.linalg.norm(a.ravel().astype(np.float64))),
    "mean": lambda a: float(a.astype(np.float64).mean()),
    "max_abs": lambda a: float(np.abs(a).max()),
    "share_of_zeros": lambda a: float(np.mean(a == 0)),
    "sum": lambda a: float(a.astype(np.float64).sum()),
    "minimum": lambda a: float(a.min()),
    "maximum": lambda a: float(a.max()),
}


@dataclass(frozen=True)
class Names:
    """What formulas may name besides the words above: workspaces and panels of the window, and what was remembered.

    With `any_window` the window is not known, and every workspace and panel may be named.
    """

    workspaces: frozenset[str] = frozenset()
    panels: frozenset[str] = frozenset()
    remembered: frozenset[str] = frozenset()
    any_window: bool = False

    def knows(self, word: str) -> bool:
        if word in DOCUMENT_WORDS or word in RUN_WORDS or word in self.remembered:
            return True
        found = _PREFIXED.match(word)
        if found is None:
            return False
        kind, name = found.groups()
        if kind == "count":
            return name in operators
        if kind == "optimizer":
            return name in optimizers
        return self.any_window or name in (self.workspaces if kind == "in" else self.panels)


def words_in(text: str, names: Names) -> frozenset[str]:
    """The words of a lesson that a text uses."""
    return frozenset(word for word in _WORD.findall(text) if names.knows(word))


def understood(text: str, names: Names) -> TensorFormula:
    """Raises FormulaError naming the column for a formula that is refused, or a word that there is not."""
    return tensor_formula(text, tuple(sorted(words_in(text, names) - set(WORDS))))


@dataclass(frozen=True, eq=False)
class Facts:
    """What is so now. `tensor` gives an array by its name in the program, batch first, None where there is none; `run` the words of the
    run, each a function that is asked only when its word is used; `window` those of the window, 1 or 0."""

    project: Project
    tensor: Callable[[str], np.ndarray | None]
    run: Mapping[str, Callable[[], float]]
    window: Mapping[str, float] = field(default_factory=dict)
    remembered: Mapping[str, float] = field(default_factory=dict)

    def with_words(self, **words: float) -> Facts:
        return Facts(self.project, self.tensor, self.run, self.window, {**self.remembered, **words})

    def names(self) -> Names:
        spaces = frozenset(word[3:] for word in self.window if word.startswith("in_"))
        panels = frozenset(word[5:] for word in self.window if word.startswith("sees_"))
        return Names(spaces, panels, frozenset(self.remembered))

    def value(self, text: str) -> float:
        """Raises FormulaError for a text that is no formula."""
        formula = understood(text, self.names())
        values = {word: self._word(formula, word) for word in formula.expression.used}
        with np.errstate(all="ignore"):
            return float(formula.expression.evaluate(**values))

    def holds(self, text: str) -> bool:
        value = self.value(text)
        return value != 0.0 and not math.isnan(value)

    def _word(self, formula: TensorFormula, word: str) -> float:
        reference = formula.references.get(word)
        if reference is not None:
            return self._reference(reference)
        if word in self.remembered:
            return self.remembered[word]
        if word in self.run:
            return float(self.run[word]())
        if word in self.window:
            return self.window[word]
        if word in DOCUMENT_WORDS:
            return float(_of_document(self.project, word))
        found = _PREFIXED.match(word)
        if found is not None and found[1] == "count":
            return float(sum(node.operator == found[2] for node in self.project.graph.nodes))
        if found is not None and found[1] == "optimizer":
            return float(self.project.training.optimizer == found[2])
        return NAN

    def _reference(self, reference: Reference) -> float:
        if not reference.kind and not reference.index and reference.reduction == "element":
            setting = _setting(self.project, reference.name)
            if setting is not None:
                return setting
        values = self._array(reference)
        if values is None or not values.size:
            return NAN
        if reference.reduction != "element":
            return _REDUCED[reference.reduction](values)
        if not reference.index:
            return float(values.ravel()[0]) if values.size == 1 else NAN
        fits = len(reference.index) == values.ndim and all(at < size for at, size in zip(reference.index, values.shape, strict=False))
        return float(values[reference.index]) if fits else NAN

    def _array(self, reference: Reference) -> np.ndarray | None:
        if reference.kind == "grad":
            node, _, parameter = reference.name.rpartition(".")
            return self.tensor(f"{node}.d_{parameter}")
        if reference.kind != "act":
            return self.tensor(reference.name)
        return self.tensor(f"{activated(self.project, reference.name)}.y")


def activated(project: Project, node_id: str) -> str:
    """The node whose output is what a layer gives: the activation docked on it, or itself."""
    graph = project.graph
    last = [node.id for node in graph.nodes if node_id in graph and docking.host(graph, node.id) == node_id]
    return last[-1] if last else node_id


def _setting(project: Project, name: str) -> float | None:
    owner, _, key = name.rpartition(".")
    if owner == "training":
        value = getattr(project.training, key, None)
    elif owner == "data":
        value = project.data.settings.get(key, getattr(project.data, key, None))
    elif owner in project.graph:
        value = project.graph[owner].settings.get(key)
    else:
        return None
    return float(value) if isinstance(value, int | float) else None


def _of_document(project: Project, word: str) -> float:
    graph, training = project.graph, project.training
    hidden = _hidden(project)
    match word:
        case "layers":
            return sum(is_layer(node) for node in graph.nodes)
        case "hidden_layers":
            return len(hidden)
        case "hidden_units":
            return sum(int(node.settings.get("units", 0)) for node in hidden)
        case "operators":
            return len(graph.nodes)
        case "edges":
            return len(graph.edges)
        case "learning_rate" | "batch_size" | "seed":
            return float(getattr(training, word))
        case "runs":
            return 1 + len(project.comparison)
        case "adapters":
            return len({adapter.name for node in graph.nodes for adapter in node.adapters})
        case "adapter_rank":
            return max((adapter.rank for node in graph.nodes for adapter in node.adapters), default=0)
        case "has_validation":
            return float(project.data.validation_share > 0)
    return NAN


def _hidden(project: Project) -> tuple[Node, ...]:
    try:
        return hidden_layers(project.graph)
    except NNLabError:  # a cycle, which has no order
        return ()


def refusal(text: str, names: Names) -> str:
    """Why a formula cannot be used, empty when it can."""
    try:
        understood(text, names)
    except FormulaError as error:
        return str(error)
    return ""
