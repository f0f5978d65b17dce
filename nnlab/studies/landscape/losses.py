"""The loss of a network at any weights, by the engine's own kernels, in pieces short enough to be given up within a fifth of a second."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from nnlab.engine import machine
from nnlab.engine.evaluator import CHUNK, Evaluator
from nnlab.graph.graph import Graph

MOST_OPERATIONS = 1e9  # of a piece: about 50 milliseconds on one core
FEWEST_ROWS = 16


class LossAt:
    """The mean loss of some samples, as training on all of them would see it. x (samples, features), y as the loss takes it."""

    def __init__(self, graph: Graph, x: np.ndarray, y: np.ndarray, real: str = "float32") -> None:
        evaluator = Evaluator(graph, real)
        per_row = evaluator.program.operations / CHUNK
        rows = int(min(CHUNK, max(FEWEST_ROWS, MOST_OPERATIONS / max(per_row, 1.0))))
        if rows < CHUNK:
            evaluator = Evaluator(graph, real, rows)
        self.evaluator = evaluator
        self.x, self.y = evaluator.as_samples(x), evaluator.as_targets(y, len(x))
        most = max(1, int(MOST_OPERATIONS / max(per_row, 1.0)))
        self._is_one_piece = len(self.x) <= most
        self._rows = rows
        evaluator.program.addresses  # noqa: B018  (compiles or loads what is missing now, and not in the first loss)

    @property
    def arena_bytes(self) -> int:
        return self.evaluator.state.arena.nbytes

    def __call__(self, parameters: np.ndarray, check: Callable[[], None] = lambda: None) -> float:
        """Infinite where it is not a finite number. `check` is called between two pieces, and may raise."""
        evaluator = self.evaluator
        evaluator.load(parameters)
        evaluator.state.follow()
        if self._is_one_piece:
            check()
            return _finite(evaluator.loss(self.x, self.y)[0])
        total = weights = 0.0
        place = evaluator.network.layout[machine.LAYOUT_TOTAL_WEIGHT]
        for start in range(0, len(self.x), self._rows):
            check()
            rows = slice(start, start + self._rows)
            loss, outputs = evaluator.loss(self.x[rows], self.y[rows])
            weight = float(evaluator.state.arena[place]) if place >= 0 else float(len(outputs))
            total, weights = total + loss * weight, weights + weight
        return _finite(total / weights)

    def seconds(self, parameters: np.ndarray, check: Callable[[], None] = lambda: None) -> float:
        """How long one loss takes; measured over a few, or once where it takes long."""
        best = np.inf
        for _ in range(3):
            begun = time.perf_counter()
            self(parameters, check)
            best = min(best, time.perf_counter() - begun)
            if best > 0.2:
                break
        return float(best)


def _finite(loss: float) -> float:
    return loss if np.isfinite(loss) else np.inf
