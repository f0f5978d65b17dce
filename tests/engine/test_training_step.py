"""How the outputs of a network are scored, by its loss and how many there are."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from networks import mlp

from nnlab.core.kernel import scoring
from nnlab.engine import training_step
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


@pytest.fixture
def doubling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock by which the k-th thing that is timed takes 2ᵏ seconds, the first 1."""
    times: list[float] = []

    def now() -> float:
        times.append(times[-1] + (2.0 ** (len(times) // 2) if len(times) % 2 else 0.0) if times else 0.0)
        return times[-1]

    monkeypatch.setattr(training_step, "time", SimpleNamespace(perf_counter=now))


@pytest.mark.parametrize(
    ("accumulate", "computed", "changed"),
    [(1, (4, 8, 16 + 32 - 2), 64), (2, (4 + 32 - 2, 8 + 64 - 2, 16 + 128 + 256 - 4), 512)],
)
def test_phases_are_timed_without_what_calls_take_by_themselves(
    doubling: None, accumulate: int, computed: tuple[int, ...], changed: int
) -> None:
    """Nothing is run twice, of which the second, 2, is what a call takes; then every batch's forward, loss and backward, what joins the
    batches (less one call, as it belongs to the backward pass), and the update. What further batches take beside their own is taken off."""
    found = run(accumulate).step.timed()
    assert (found.phases, found.empty) == ((*computed, changed), 2.0)


def test_operations_are_timed_without_the_shortest_of_three_empty_calls(doubling: None) -> None:
    """1 for the first empty call, 2, 4 and 8 for the three that count: every operation less 2."""
    one = run()
    seconds = one.step.timed_operations()
    assert seconds.tolist() == [16.0 * 2**k - 2.0 for k in range(len(one.program.instructions))]
