"""What adapters do for an answer: how good the network is with them and the base alone, on each task, and what merging one would change.

Evaluated on samples that are not trained on, with programs of their own that are given the run's parameters by name: a network with an
adapter merged has another layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.adapters import adapted, detach
from nnlab.graph.graph import Graph
from nnlab.graph.merge_order import all_beside, merged_in_order
from nnlab.training.base_weights import BaseProof, proofs
from nnlab.training.metrics import metrics
from nnlab.training.session_adapters import MergeReport, report_of

MOST_SAMPLES = 2000  # of each task: enough for three digits, and soon done


@dataclass(frozen=True)
class TaskScore:
    """`now` and `base`: accuracy of the network as it is and of the base alone; R² where the target is numbers (`measure` "r2")."""

    title: str
    measure: str
    now: float
    base: float


@dataclass(frozen=True)
class AdapterEffects:
    """`merging` of the one adapter that was asked about: its outputs beside W₀ against those merged into it, on the first task."""

    scores: tuple[TaskScore, ...]
    merging: MergeReport
    proofs: tuple[BaseProof, ...]


class EffectsEvaluator:
    """Keeps its compiled programs while the graph stays. `tasks` are titled data; the first is what is trained on."""

    def __init__(self, graph: Graph, name: str, tasks: Sequence[tuple[str, Data]]) -> None:
        """Raises NNLabError for a network that does not fit the data."""
        base = graph
        for known in adapted(graph):
            base = detach(base, known)
        self.graph, self.name, self.tasks = graph, name, tuple(tasks)
        self._now, self._base = Evaluator(graph), Evaluator(base)
        merged = merged_in_order(graph, name)  # takes part in both: told beside the adapter, not beside the base alone
        self._beside, self._merged = Evaluator(all_beside(merged)), Evaluator(merged)

    def __call__(self, parameters: Mapping[str, np.ndarray]) -> AdapterEffects:
        """`parameters` are those of a run of the graph, by name, with its buffers."""
        for evaluator in (self._now, self._base, self._beside, self._merged):
            known = evaluator.program.stored
            evaluator.state.set_parameters({name: values for name, values in parameters.items() if name in known and _is_kept(name)})
        scores = tuple(self._score(title, data) for title, data in self.tasks)
        x, _ = _samples(self.tasks[0][1])
        report = report_of(self._beside.predict(x), self._merged.predict(x))
        return AdapterEffects(scores, report, proofs(self.graph, parameters))

    def _score(self, title: str, data: Data) -> TaskScore:
        x, y = _samples(data)
        node = self._now.program.loss_node
        link = "identity" if node is None else self.graph[node].kind.link
        found = [metrics(evaluator.predict(x), y, data.target, link) for evaluator in (self._now, self._base)]
        measure = next((name for name in ("accuracy", "r2") if name in found[0]), "")
        if not measure:
            raise NNLabError("These samples have no score: all their targets are the same.")
        return TaskScore(title, measure, found[0][measure], found[1][measure])


def _is_kept(name: str) -> bool:
    return not name.endswith(".merged_weight")  # is worked out from W₀, A and B


def _samples(data: Data) -> tuple[np.ndarray, np.ndarray]:
    """Those that are not trained on, or all where there are none."""
    x, y = (data.validation_x, data.validation_y) if len(data.validation_x) else (data.x, data.y)
    return x[:MOST_SAMPLES], y[:MOST_SAMPLES]
