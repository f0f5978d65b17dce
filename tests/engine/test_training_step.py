"""How the outputs of a network are scored, by its loss and how many there are."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp

from nnlab.core.kernel import scoring
from nnlab.engine.compile import Update, compile
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.training_step import scored


@pytest.mark.parametrize(
    ("loss", "outputs", "score", "word"),
    [
        ("mse", 1, "r2", scoring.NUMBERS), ("mse", 3, "r2", scoring.NUMBERS), ("binary_cross_entropy", 1, "r2", scoring.SHARES),
        ("mse", 1, "accuracy", scoring.ABOVE_HALF), ("binary_cross_entropy", 1, "accuracy", scoring.ABOVE_ZERO),
        ("mse", 2, "accuracy", scoring.ONE_HOT), ("binary_cross_entropy", 3, "accuracy", scoring.ONE_HOT),
        ("cross_entropy", 2, "accuracy", scoring.CLASS_NUMBER), ("cross_entropy", 3, "accuracy", scoring.CLASS_NUMBER),
        ("mse", 1, "", scoring.NO_SCORE), ("cross_entropy", 3, "", scoring.NO_SCORE),
    ],
)  # fmt: skip
def test_what_is_scored(loss: str, outputs: int, score: str, word: int) -> None:
    assert scored(compile(mlp([2, 4, outputs], loss=loss), 8, update=Update("sgd")), score) == word


def run(accumulate: int = 1) -> Run:
    x, y = np.linspace(-1, 1, 40).reshape(20, 2), np.linspace(0, 1, 20)[:, None]
    return Run(Setup(mlp([2, 4, 1], loss="mse"), x, y, update=Update("adam", 0.01, accumulate=accumulate), batch_size=4, seed=2))


@pytest.mark.parametrize(("accumulate", "batches"), [(1, 3), (2, 5)])
def test_a_step_an_operation_at_a_time_leaves_the_bits_of_one_at_once(accumulate: int, batches: int) -> None:
    """Three updates of an epoch of five batches: by twos the last takes the one that is left. No instruction takes less than nothing."""
    measured, asked, plain = run(accumulate), run(accumulate), run(accumulate)
    calls: list[int] = []
    longest = 0.0  # of all: with other work to do, the call that runs nothing may take longer than an instruction
    for _ in range(3):
        seconds = measured.step.timed_operations()
        asked.step.asking(lambda: calls.append(1))
        plain.train(1)
        longest = max(longest, float(seconds.max()))
        assert seconds.shape == (len(plain.program.instructions),) and seconds.min() >= 0.0
    assert longest > 0.0
    end = plain.program.moments_end
    assert measured.iteration == asked.iteration == plain.iteration == 3
    assert measured.state.arena[:end].tobytes() == asked.state.arena[:end].tobytes() == plain.state.arena[:end].tobytes()
    program = plain.program
    once = len(program.instructions) - program.batch_end
    assert len(calls) == batches * program.batch_end + 3 * once, "before every instruction, those of a batch for every batch"
    assert np.isnan(measured.step.update.arrays.moved).all(), "how far the weights moved is not known then"
