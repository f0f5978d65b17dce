"""The samples that a classifier gets wrong, the most confident mistakes first: what one looks at to understand a confusion matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.training.metrics import predicted_classes, probabilities
from nnlab.training.probes.predictions import Predictions

_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Mistakes:
    """By column: place in its part of the data, which part, class, the one it is taken for, and the probability of that."""

    index: np.ndarray
    is_validation: np.ndarray
    true: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray

    def __len__(self) -> int:
        return len(self.index)

    def rank(self, index: int, is_validation: bool) -> int | None:
        """The place of a sample in the list, None where it is not in it."""
        found = np.flatnonzero((self.index == index) & (self.is_validation == is_validation))
        return int(found[0]) if len(found) else None


NO_MISTAKES = Mistakes(_NONE, _NONE.astype(bool), _NONE, _NONE, np.empty(0))


def mistakes_of(predictions: Predictions, data: Data, link: str, cell: tuple[int, int] | None = None) -> Mistakes:
    """Of the samples that were predicted, validation first, in each part the most confident first.

    `cell` (true, predicted) asks for those samples of the part that the confusion matrix counts, also where both are the same.
    """
    if not data.target.classes:
        return NO_MISTAKES
    parts = [(True, predictions.validation_outputs, data.validation_y), (False, predictions.outputs, data.y)]
    if cell is not None:
        parts = parts[:1] if len(predictions.validation_outputs) else parts[1:]
    found = [_of_part(is_held, outputs, y[: len(outputs)], link, cell) for is_held, outputs, y in parts if len(outputs)]
    return Mistakes(*(np.concatenate(columns) for columns in zip(*found, strict=True))) if found else NO_MISTAKES


def _of_part(is_held: bool, outputs: np.ndarray, y: np.ndarray, link: str, cell: tuple[int, int] | None) -> tuple[np.ndarray, ...]:
    true, predicted = np.asarray(y, dtype=np.int64), predicted_classes(outputs, link)
    places = np.flatnonzero((true != predicted) if cell is None else (true == cell[0]) & (predicted == cell[1]))
    confidence = np.nan_to_num(probabilities(outputs[places], link)[np.arange(len(places)), predicted[places]])
    order = np.argsort(-confidence, kind="stable")
    places = places[order]
    return places, np.full(len(places), is_held), true[places], predicted[places], confidence[order]
