"""The test part: samples that nobody looks at until everything is decided, and how often somebody has looked.

Each look makes the next one worth less: who changes the network after it and looks again chooses by them, and their scores flatter.
So the test part is evaluated only when asked, every time is counted, and no undo takes a look back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nnlab.core.errors import DataError
from nnlab.core.preparation import Data

MOST_EVALUATIONS = 10_000  # kept in a project


@dataclass(frozen=True)
class TestEvaluation:
    """What the test samples said at an iteration: the loss, and the scores of `nnlab.training.scores` by name, None where undefined."""

    __test__ = False  # no test case, whatever pytest thinks of its name

    iteration: int
    samples: int
    loss: float
    scores: Mapping[str, float | None] = field(default_factory=dict, hash=False)

    @property
    def main(self) -> tuple[str, float | None]:
        """The score to show first: accuracy for classes, mean absolute error for numbers."""
        name = "accuracy" if "accuracy" in self.scores else "mae"
        return name, self.scores.get(name)


def require_test_part(data: Data) -> None:
    """Raises DataError where no samples were set aside."""
    if not len(data.test_x):
        raise DataError("No samples were set aside for a test; give the data a test share first, and train anew.")


def evaluation_of(data: Data, outputs: np.ndarray, loss: float, iteration: int, link: str) -> TestEvaluation:
    """What the outputs (samples, outputs) for `data.test_x` amount to; `link` is that of the network's loss."""
    from nnlab.training.scores import scores

    report = scores(outputs, data.test_y, data.target, link)
    values = {name: None if value is None else float(value) for name, value in report.values.items()}
    return TestEvaluation(iteration, len(data.test_x), float(loss), values)


def times_in_words(count: int) -> str:
    """How often the test part was looked at: "for the first time", "2 times by now"."""
    return "for the first time" if count == 1 else f"{count:,} times by now: each look makes the next one worth less"
