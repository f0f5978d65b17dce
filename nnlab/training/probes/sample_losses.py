"""The loss of every single sample, as the loss's own kernel writes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.probe import Probe, register
from nnlab.training.probes.predictions import SAMPLES


@dataclass(frozen=True, eq=False)
class SampleLosses:
    """Of the first SAMPLES of each part, in the order of the data; empty for a loss that is not one of single samples."""

    training: np.ndarray
    validation: np.ndarray


def sample_losses(evaluator: Evaluator, data: Data) -> SampleLosses:
    return SampleLosses(
        evaluator.sample_losses(data.x[:SAMPLES], data.y[:SAMPLES]),
        evaluator.sample_losses(data.validation_x[:SAMPLES], data.validation_y[:SAMPLES]),
    )


register(Probe("sample_losses", sample_losses))
