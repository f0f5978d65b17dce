"""Metrics: how good predictions are, in the terms people use, from the network's outputs.

Formulas are scikit-learn's (accuracy_score, mean_absolute_error, r2_score); these few lines save its import of over a second.
"""

from __future__ import annotations

import numpy as np

from nnlab.core.dataset import Target


def predicted_classes(outputs: np.ndarray, link: str) -> np.ndarray:
    """Class numbers (samples,) from outputs: the greatest of several, or on which side of the boundary a single one lies.

    The boundary is 0 for a logit, and one half for an output trained by MSE (`link` "identity") towards 0 and 1.
    """
    if outputs.shape[1] > 1:
        return np.argmax(outputs, axis=1)
    return (outputs[:, 0] > (0.5 if link == "identity" else 0.0)).astype(np.int64)


def probabilities(outputs: np.ndarray, link: str) -> np.ndarray:
    """(..., classes) from a network's outputs (..., k); one output of a binary classifier gives two columns.

    `link` is that of the loss: "identity" for a network trained by MSE towards 0 and 1, whose outputs are only clipped.
    """
    outputs = np.asarray(outputs, dtype=np.float64)
    if outputs.shape[-1] == 1:
        p = np.clip(outputs, 0.0, 1.0) if link == "identity" else 0.5 * (1.0 + np.tanh(0.5 * outputs))
        return np.concatenate([1.0 - p, p], axis=-1)
    if link == "identity":
        return np.clip(outputs, 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        powers = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)


def predicted_numbers(outputs: np.ndarray, target: Target, link: str) -> np.ndarray:
    """Predictions of a continuous target: the outputs, or the probabilities they are the logits of."""
    if target.kind != "continuous" or link != "sigmoid":
        return outputs
    return 0.5 * (1.0 + np.tanh(0.5 * outputs))


def metrics(outputs: np.ndarray, y: np.ndarray, target: Target, link: str) -> dict[str, float]:
    """{"accuracy"} for classes, {"mae", "r2"} for numbers; empty without samples. `link` is that of the loss."""
    if not len(outputs):
        return {}
    if target.kind in ("binary", "classes"):
        return {"accuracy": float(np.mean(predicted_classes(outputs, link) == y.ravel()))}
    truth = y.reshape(outputs.shape).astype(np.float64)
    errors = predicted_numbers(outputs, target, link).astype(np.float64) - truth
    spread = float(((truth - truth.mean(axis=0)) ** 2).sum())
    found = {"mae": float(np.abs(errors).mean())}
    if spread > 0:
        found["r2"] = 1.0 - float((errors**2).sum()) / spread
    return found


def mistakes(outputs: np.ndarray, y: np.ndarray, target: Target, link: str) -> int:
    """How many samples are put into a wrong class; 0 for a continuous target."""
    return int(np.count_nonzero(predicted_classes(outputs, link) != y.ravel())) if target.classes else 0


def confusion(outputs: np.ndarray, y: np.ndarray, target: Target, link: str) -> np.ndarray:
    """Counts (true class, predicted class)."""
    table = np.zeros((target.classes, target.classes), dtype=np.int64)
    np.add.at(table, (y.ravel().astype(np.int64), predicted_classes(outputs, link)), 1)
    return table
