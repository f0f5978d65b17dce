"""Scores: how good predictions are, from outputs and targets, for the history of a run.

The share of right classes (scikit-learn's accuracy_score) for classes, R² (r2_score, all outputs together) for numbers; NaN where the
targets do not tell.
"""

from __future__ import annotations

import math

from nnlab.core.kernel.decorators import inlined
from nnlab.core.kernel.structures import RealRows

# What is scored: nothing; the greatest output against a class number, or against the greatest target; whether the only output lies above
# 0 (a logit) or one half; numbers, which outputs are themselves, or the logits of.
NO_SCORE, CLASS_NUMBER, ONE_HOT, ABOVE_ZERO, ABOVE_HALF, NUMBERS, SHARES = range(7)


@inlined
def _greatest(row: RealRows, n: int) -> int:
    best = 0
    for k in range(1, row.shape[1]):
        if row[n, k] > row[n, best]:
            best = k
    return best


@inlined
def _is_right(outputs: RealRows, targets: RealRows, n: int, kind: int) -> bool:
    if kind == CLASS_NUMBER:
        return _greatest(outputs, n) == int(targets[n, 0])
    if kind == ONE_HOT:
        return _greatest(outputs, n) == _greatest(targets, n)
    return (outputs[n, 0] > (0.0 if kind == ABOVE_ZERO else 0.5)) == (targets[n, 0] > 0.5)


@inlined
def score(outputs: RealRows, targets: RealRows, kind: int) -> float:
    """The score of (samples, outputs) against (samples, targets)."""
    samples = outputs.shape[0]
    if kind == NO_SCORE or samples == 0:
        return math.nan
    if kind < NUMBERS:
        right = 0
        for n in range(samples):
            right += _is_right(outputs, targets, n, kind)
        return right / samples
    wrong, spread = 0.0, 0.0
    for k in range(outputs.shape[1]):
        mean = 0.0
        for n in range(samples):
            mean += float(targets[n, k])
        mean /= samples
        for n in range(samples):
            predicted = float(outputs[n, k])
            if kind == SHARES:
                predicted = 0.5 * (1.0 + math.tanh(0.5 * predicted))
            wrong += (predicted - float(targets[n, k])) ** 2
            spread += (float(targets[n, k]) - mean) ** 2
    return 1.0 - wrong / spread if spread > 0.0 else math.nan
