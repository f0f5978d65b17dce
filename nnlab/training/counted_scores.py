"""Scores that are counts of right and wrong predictions, and the ROC curve, as scikit-learn computes them.

They are worked out at the end of every training; importing scikit-learn for them (and SciPy's statistics with it) took longer than
training a small network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClassCounts:
    """Of one class: samples that are and are called it, that are not but are called it, and that are but are not called it."""

    right: int
    called_wrongly: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of those called so that are so; 0 where none is called so."""
        return _share(self.right, self.right + self.called_wrongly)

    @property
    def recall(self) -> float:
        """Share of those that are so that are called so; 0 where none is so."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return _share(2 * self.right, 2 * self.right + self.called_wrongly + self.missed)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def class_counts(y: np.ndarray, predicted: np.ndarray, of: int) -> ClassCounts:
    """Of class `of`; both arrays are (samples,) of class numbers."""
    is_so, is_called = y == of, predicted == of
    right = int((is_so & is_called).sum())
    return ClassCounts(right, int(is_called.sum()) - right, int(is_so.sum()) - right)


def r_squared(y: np.ndarray, predicted: np.ndarray) -> float:
    """R² of (samples, outputs), each output weighted by its variance: 1 − Σ (y − ŷ)² / Σ (y − mean y)².

    Raises ZeroDivisionError where no output varies.
    """
    return 1.0 - float(((y - predicted) ** 2).sum()) / float(((y - y.mean(axis=0)) ** 2).sum())


def roc(is_positive: np.ndarray, ranked: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(share of negatives, share of positives that are at least the threshold, thresholds), greatest threshold first, which is above all.

    Points on a straight line between their neighbours are left out. Both kinds have to occur.
    """
    order = np.argsort(ranked, kind="stable")[::-1]
    values, positive = ranked[order], is_positive[order]
    last_of_equal = np.append(np.flatnonzero(np.diff(values)), len(values) - 1)
    positives = np.cumsum(positive, dtype=np.float64)[last_of_equal]
    negatives = 1.0 + last_of_equal - positives
    thresholds = values[last_of_equal]
    if len(negatives) > 2:
        bends = np.concatenate([[True], (np.diff(negatives, 2) != 0) | (np.diff(positives, 2) != 0), [True]])
        negatives, positives, thresholds = negatives[bends], positives[bends], thresholds[bends]
    negatives, positives = np.append(0.0, negatives), np.append(0.0, positives)
    return negatives / negatives[-1], positives / positives[-1], np.append(np.asarray(np.inf, dtype=ranked.dtype), thresholds)


def area_under(x: np.ndarray, y: np.ndarray) -> float:
    """By the trapezoidal rule; x rises."""
    return float(np.trapezoid(y, x))
