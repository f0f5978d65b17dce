"""Scores: how good predictions are, in all the terms the target asks for, equal to scikit-learn's.

Classes have accuracy, precision, recall, F1 and the area under the ROC curve, numbers mean absolute error and R². For two classes
precision, recall and F1 are those of the second one ("positive"); for more they are means over the classes that occur (macro averages), and
the area is that of one class against the rest. A score that these samples leave undefined says why in place of a number.

`nnlab.training.metrics` has what is shown while training runs: fewer of the same, in a few lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nnlab.core.dataset import Target
from nnlab.training.counted_scores import area_under, class_counts, r_squared, roc
from nnlab.training.metrics import predicted_classes, predicted_numbers, probabilities

TITLES = {
    "accuracy": "Accuracy", "precision": "Precision", "recall": "Recall", "f1": "F1", "auc": "Area under the ROC curve",
    "mae": "Mean absolute error", "r2": "R²",
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    """One of TITLES: its value, or None and in `remark` the reason; a `remark` beside a value limits what it means."""

    name: str
    value: float | None
    remark: str = ""

    @property
    def title(self) -> str:
        return TITLES[self.name]


@dataclass(frozen=True, eq=False)
class RocCurve:
    """Shares of the negatives and of the positives that are called positive, for every threshold, greatest first; `of`: the class meant."""

    of: str
    false_positives: np.ndarray
    true_positives: np.ndarray
    thresholds: np.ndarray
    auc: float


@dataclass(frozen=True, eq=False)
class ScoreReport:
    """`scores` in the order of TITLES; `roc`: one curve for two classes, one a class for more, none where it is undefined."""

    scores: tuple[Score, ...]
    roc: tuple[RocCurve, ...] = ()
    samples: int = 0

    def __getitem__(self, name: str) -> Score:
        return next(score for score in self.scores if score.name == name)

    @property
    def values(self) -> dict[str, float | None]:
        """By name; None for what is undefined."""
        return {score.name: score.value for score in self.scores}

    @property
    def remarks(self) -> dict[str, str]:
        """Why a score is undefined, or what limits it, by name."""
        return {score.name: score.remark for score in self.scores if score.remark}


def scores(outputs: np.ndarray, y: np.ndarray, target: Target, link: str) -> ScoreReport:
    """All scores of network outputs (samples, outputs) for targets as the data has them. `link` is that of the loss."""
    if not len(outputs):
        return ScoreReport(tuple(Score(name, None, "There are no samples.") for name in _names(target)))
    if not np.isfinite(outputs).all():
        remark = "Some outputs are not finite numbers."
        return ScoreReport(tuple(Score(name, None, remark) for name in _names(target)), samples=len(outputs))
    if target.classes:
        classes = y.ravel() if y.ndim == 1 or y.shape[1] == 1 else np.argmax(y, axis=1)
        return _of_classes(outputs, classes.astype(np.int64), target, link)
    return ScoreReport(tuple(_of_numbers(outputs, y, target, link)), samples=len(outputs))


def _names(target: Target) -> tuple[str, ...]:
    return ("accuracy", "precision", "recall", "f1", "auc") if target.classes else ("mae", "r2")


def _of_numbers(outputs: np.ndarray, y: np.ndarray, target: Target, link: str) -> Iterator[Score]:
    truth = np.asarray(y, dtype=np.float64).reshape(len(outputs), -1)
    predicted = predicted_numbers(outputs, target, link).astype(np.float64)
    yield Score("mae", float(np.abs(truth - predicted).mean()))
    if len(truth) < 2:
        yield Score("r2", None, "R² compares with the mean of the targets, which takes two samples at least.")
    elif not np.ptp(truth, axis=0).any():
        yield Score("r2", None, "All targets are equal, so there is nothing that predictions could explain.")
    else:
        yield Score("r2", r_squared(truth, predicted))


def _of_classes(outputs: np.ndarray, y: np.ndarray, target: Target, link: str) -> ScoreReport:
    predicted = predicted_classes(outputs, link)
    found = [Score("accuracy", float((y == predicted).mean()))]
    found += [_averaged(name, y, predicted, target) for name in ("precision", "recall", "f1")]
    curves, remark = _roc_curves(outputs, y, target, link)
    found.append(Score("auc", None if remark else float(np.mean([curve.auc for curve in curves])), remark))
    return ScoreReport(tuple(found), curves, len(y))


def _averaged(name: str, y: np.ndarray, predicted: np.ndarray, target: Target) -> Score:
    """Precision, recall or F1: of class 1 of two, or the mean over the classes that occur."""
    if target.classes == 2:
        has_true, has_predicted = bool((y == 1).any()), bool((predicted == 1).any())
        if name == "precision" and not has_predicted:
            return Score(name, None, f"No sample is called {target.names[1]}, so there is none to be right about.")
        if name == "recall" and not has_true:
            return Score(name, None, f"None of these samples is {target.names[1]}, so there is none to be found.")
        if name == "f1" and not has_true and not has_predicted:
            return Score(name, None, f"No sample is {target.names[1]} or called so.")
        return Score(name, getattr(class_counts(y, predicted, 1), name))
    occurring = np.unique(y)
    value = float(np.mean([getattr(class_counts(y, predicted, int(k)), name) for k in occurring]))
    missed = [target.names[k] for k in occurring if not (predicted == k).any()]
    remark = f"No sample is called {_listed(missed)}, which counts as 0." if missed and name != "recall" else ""
    absent = target.classes - len(occurring)
    if absent:
        remark = f"{remark} {absent} of {target.classes} classes do not occur in these samples and are left out.".strip()
    return Score(name, value, remark)


def _roc_curves(outputs: np.ndarray, y: np.ndarray, target: Target, link: str) -> tuple[tuple[RocCurve, ...], str]:
    """(one curve for two classes, one a class for more; why there are none)."""
    occurring = np.unique(y)
    if len(occurring) < 2:
        return (), f"All samples are {target.names[int(occurring[0])]}: a ROC curve takes two classes."
    if len(occurring) < target.classes:
        absent = [name for k, name in enumerate(target.names) if k not in occurring]
        return (), f"There is no sample of {_listed(absent)}, so its area is undefined."
    ranked = outputs if outputs.shape[1] == 1 else probabilities(outputs, link)
    curves = []
    for k in (1,) if target.classes == 2 else range(target.classes):
        column = ranked[:, 0] if ranked.shape[1] == 1 else ranked[:, k]
        false_positives, true_positives, thresholds = roc(y == k, column)
        curves.append(RocCurve(target.names[k], false_positives, true_positives, thresholds, area_under(false_positives, true_positives)))
    return tuple(curves), ""


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
