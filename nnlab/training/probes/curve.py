"""Curve: the network's answer over the one feature there is, and the exact function where the data set knows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.domain import MARGIN, domain, raw_features
from nnlab.training.metrics import predicted_numbers
from nnlab.training.probe import Probe, register

POINTS = 400


@dataclass(frozen=True, eq=False)
class Curve:
    """A fit over one raw feature, over the domain and a margin to both sides of it."""

    x: np.ndarray  # float64 (POINTS,), raw feature, evenly spaced from end to end
    y: np.ndarray  # float64 (POINTS,), the network's first prediction
    truth: np.ndarray | None  # float64 (POINTS,), exact function, where the data set knows it; NaN where it has no value


def curve(evaluator: Evaluator, data: Data) -> Curve:
    low, high = domain(data)[0]
    beyond = MARGIN * (high - low)
    x = np.linspace(low - beyond, high + beyond, POINTS)
    link = evaluator.program.graph.losses[0].kind.link
    y = predicted_numbers(evaluator.predict(data.transform(x.reshape(-1, 1))), data.target, link)[:, 0]
    truth = np.asarray(data.truth(x.reshape(-1, 1)), dtype=np.float64).reshape(-1) if data.truth is not None else None
    return Curve(x, y.astype(np.float64), truth)


register(Probe("curve", curve, applies=lambda data: raw_features(data) == 1))
