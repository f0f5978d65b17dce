"""Predictions: what the network says about its samples, and how good that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.metrics import confusion, metrics, mistakes, predicted_numbers
from nnlab.training.probe import Probe, register

SAMPLES = 4000  # predictions are made for at most so many samples of each part, so that the probe stays quick


@dataclass(frozen=True, eq=False)
class Predictions:
    """Outputs and metrics for the training and validation samples (the first SAMPLES of each)."""

    outputs: np.ndarray  # (training samples, outputs) of the program's real type (logits for a classifier)
    validation_outputs: np.ndarray  # (validation samples, outputs)
    metrics: Mapping[str, float]  # of the training samples, see nnlab.training.metrics
    validation_metrics: Mapping[str, float]  # empty without validation samples
    wrong: int  # misclassified training samples; 0 for a target on a scale
    validation_wrong: int
    confusion: np.ndarray | None  # int64 (true, predicted) of the validation part, or of the training part when there is none


def predictions(evaluator: Evaluator, data: Data) -> Predictions:
    link, target = evaluator.program.graph.losses[0].kind.link, data.target
    outputs = evaluator.predict(data.x[:SAMPLES])
    held = evaluator.predict(data.validation_x[:SAMPLES])
    y, held_y = data.y[:SAMPLES], data.validation_y[:SAMPLES]
    counted = (held, held_y) if len(held) else (outputs, y)
    return Predictions(
        outputs=predicted_numbers(outputs, target, link),
        validation_outputs=predicted_numbers(held, target, link),
        metrics=metrics(outputs, y, target, link),
        validation_metrics=metrics(held, held_y, target, link),
        wrong=mistakes(outputs, y, target, link),
        validation_wrong=mistakes(held, held_y, target, link),
        confusion=confusion(*counted, target, link) if target.classes else None,
    )


register(Probe("predictions", predictions))
