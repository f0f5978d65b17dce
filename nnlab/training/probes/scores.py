"""Scores of the training and validation samples, with ROC curves; see nnlab.training.scores."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.probe import Probe, register
from nnlab.training.scores import ScoreReport, scores

SAMPLES = 4000  # at most so many samples of each part, so that the probe stays quick


@dataclass(frozen=True, eq=False)
class PartScores:
    """Of the training samples, and of the validation samples; None where none are set aside."""

    training: ScoreReport
    validation: ScoreReport | None


def part_scores(evaluator: Evaluator, data: Data, most: int | None = SAMPLES) -> PartScores:
    """Scores with the weights the evaluator holds. `most`: of how many samples of each part, None for all."""
    link = evaluator.program.graph.losses[0].kind.link
    training = scores(evaluator.predict(data.x[:most]), data.y[:most], data.target, link)
    if not len(data.validation_x):
        return PartScores(training, None)
    return PartScores(training, scores(evaluator.predict(data.validation_x[:most]), data.validation_y[:most], data.target, link))


register(Probe("scores", part_scores))
