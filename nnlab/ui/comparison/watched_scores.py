"""How good each run was at the moments that were looked at: what stands in for recorded scores where nothing is set aside for validation.

The machine records scores beside validation losses only. Without validation samples the curves are made of the figures that the pictures
showed, each with the iteration it is of; so they begin when somebody looks, and a file does not hold them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nnlab.core.preparation import Data
from nnlab.ui.comparison.shown_run import ShownRun

MOST = 1024  # moments of a run; then every second one is dropped


class WatchedScores:
    """Scores of the training samples, by run. A run that was rewound loses those of later iterations, other data all of them."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[list[int], list[float]]] = {}
        self._data: Data | None = None

    def note(self, runs: Sequence[ShownRun]) -> None:
        """Keeps what the pictures of these runs show."""
        if runs[0].view.data is not self._data:
            self._data, self._found = runs[0].view.data, {}
        for run in runs:
            view, probed = run.view, run.view.probes.get("predictions")
            if probed is None or view.is_in_the_past:
                continue
            iterations, scores = self._found.setdefault(run.name, ([], []))
            while iterations and iterations[-1] > view.frame.iteration:
                iterations.pop()
                scores.pop()
            at = view.probed_at.get("predictions", view.frame.iteration)
            score = probed.metrics.get("accuracy", probed.metrics.get("r2", math.nan))
            if at <= view.frame.iteration and not (iterations and at <= iterations[-1]):
                iterations.append(at)
                scores.append(score)
            if len(iterations) > MOST:
                del iterations[1:-1:2], scores[1:-1:2]

    def of(self, run: ShownRun) -> tuple[np.ndarray, np.ndarray]:
        """(iterations, scores) by now, in rising order."""
        iterations, scores = self._found.get(run.name, ([], []))
        return np.array(iterations, dtype=np.float64), np.array(scores, dtype=np.float64)
