"""Where the values of curves come from, on curves so short that every number is known; the replay hands out curves of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.compile import Update
from nnlab.engine.frame import Frame
from nnlab.engine.history import Curves, Losses
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.training.excerpt import Replayed
from nnlab.training.provenance import Provenance
from nnlab.training.provenance_of_curves import HIGHEST, LOWEST, batch_curve, batch_extreme, gradient_norm

NONE = np.empty(0)
ORIGIN, SIZE = 100, 4


@dataclass(frozen=True, eq=False)
class Moment:
    frame: Frame
    data: Data
    losses: Losses


@pytest.fixture(scope="module")
def moment() -> Moment:
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    data = prepare(DataSettings("circle"))
    run = Run(Setup(b.build(), data.x, data.y[:, None].astype(float), update=Update("sgd", 0.1), batch_size=8))
    run.publish()
    frame = run.mailbox.newest(0)
    assert frame is not None
    return Moment(frame, data, Losses(0.5, 1, math.nan, math.nan))


def curves(blocks: int, size: int = SIZE, origin: int = ORIGIN) -> Curves:
    """Block k: mean 2ᵏ⁺¹, lowest one less, highest one more; norms k and 10 k."""
    mean = 2.0 ** np.arange(1, blocks + 1)
    norms = np.column_stack([np.arange(blocks), 10.0 * np.arange(blocks)]).astype(np.float32)
    names = ("dense_1.weight", "dense_1.bias")
    return Curves(origin, size, mean - 1, mean + 1, mean, norms, names, NONE, NONE, NONE, NONE, NONE, mean[-1])


class Replays:
    """Remembers what it is asked for."""

    def __init__(self, moment: Moment, found: Curves) -> None:
        self.moment, self.found = moment, found
        self.asked: list[tuple[int, int]] = []

    def __call__(self, at: int, since: int) -> Replayed:
        self.asked.append((at, since))
        return Replayed(self.moment.frame, self.found, self.moment.data)


def fields(found: Provenance | None) -> tuple[str, float, str, int | None, str, str]:
    assert found is not None
    return found.name, found.value, found.tensor, found.iteration, found.rows, found.note


def again(found: Provenance | None) -> float:
    assert found is not None and found.recompute is not None
    return found.recompute()


def test_the_smoothed_loss_of_a_block_is_the_mean_of_its_window(moment: Moment) -> None:
    """Behind block 44 of 44 the window is two blocks, a twentieth: eight iterations up to 100 + 44 · 4 = 276."""
    shown = curves(44)
    replays = Replays(moment, curves(20, size=1, origin=260))  # 261 to 280; those of 269 to 276 are 2⁹ to 2¹⁶
    found = batch_curve(moment, shown, 43, replays)
    mean = (2.0**43 + 2.0**44) / 2
    assert fields(found) == ("Smoothed batch loss", mean, "mse_1.loss", 276, "the batches of the 8 iterations up to 276", "")
    assert found is not None and found.formula == r"\frac{1}{k}\sum_{i=t-k+1}^{t} L_i"
    assert again(found) == (2.0**17 - 2.0**9) / 8  # a geometric series
    assert replays.asked == [(276, 268)]


def test_a_window_is_not_asked_for_before_the_run_began(moment: Moment) -> None:
    replays = Replays(moment, curves(4, size=1))  # 101 to 104
    found = batch_curve(moment, curves(44), 0, replays)
    assert fields(found)[1:5] == (2.0, "mse_1.loss", 104, "the batches of the 4 iterations up to 104")
    assert again(found) == (2 + 4 + 8 + 16) / 4
    assert replays.asked == [(104, 100)]


@pytest.mark.parametrize(
    ("blocks", "size", "origin"), [(3, 1, 100), (4, 8, 100), (4, 1, 101)], ids=["ends earlier", "coarser", "begins later"]
)
def test_a_window_that_is_not_within_reach_has_no_mean(moment: Moment, blocks: int, size: int, origin: int) -> None:
    found = curves(blocks, size, origin)
    known = again(batch_curve(moment, curves(44), 0, Replays(moment, found)))
    if blocks == 3:  # what is there of it
        assert known == (2 + 4 + 8) / 3
    else:
        assert math.isnan(known)


def test_without_a_replay_batches_are_gone(moment: Moment) -> None:
    for found in (batch_curve(moment, curves(2), 1), batch_extreme(moment, curves(2), 1, LOWEST)):
        assert found is not None
        assert (found.recompute, found.note) == (None, "The single batches are gone.")
    norm = gradient_norm(moment, curves(2), 1, "dense_1.bias")
    assert norm is not None
    assert (norm.recompute, norm.note) == (None, "Only its norm is kept of that gradient.")


@pytest.mark.parametrize("block", [-1, 2])
def test_a_block_that_does_not_exist_says_nothing(moment: Moment, block: int) -> None:
    shown = curves(2)
    assert batch_curve(moment, shown, block) is None
    assert batch_extreme(moment, shown, block, LOWEST) is None
    assert gradient_norm(moment, shown, block, "dense_1.bias") is None


@pytest.mark.parametrize(("which", "word", "value", "then"), [(LOWEST, "Lowest", 3.0, 7.0), (HIGHEST, "Highest", 5.0, 9.0)])
def test_the_edges_of_the_band(moment: Moment, which: str, word: str, value: float, then: float) -> None:
    """Block 1 of 100 + 4 k covers iterations 105 to 108; a replay that begins at 96 has the same row as its third."""
    replays = Replays(moment, curves(3, origin=96))
    found = batch_extreme(moment, curves(2), 1, which, replays)
    words = f"{word} batch loss of 4 iterations"
    assert fields(found) == (words, value, "mse_1.loss", 108, "the batches of iterations 105 to 108", "")
    assert found is not None and found.formula == moment.frame.program.graph.losses[0].kind.formula
    assert again(found) == then
    assert replays.asked == [(108, 104)]
    single = batch_extreme(moment, curves(2, size=1), 1, which, replays)
    assert fields(single) == ("Batch loss", value, "mse_1.loss", 102, "the batch of iteration 102", "")
    beyond = batch_extreme(moment, curves(2), 1, which, Replays(moment, curves(3, origin=97)))
    assert math.isnan(again(beyond)), "no row ends at 108"


def test_norms_of_gradients(moment: Moment) -> None:
    replays = Replays(moment, replace(curves(3, origin=96), names=("dense_1.bias", "dense_1.weight")))
    found = gradient_norm(moment, curves(2), 1, "dense_1.bias", replays)
    assert fields(found) == ("Gradient norm of dense_1.bias", 10.0, "dense_1.d_bias", 108, "all rows of the batch", "")
    assert found is not None and found.formula == r"\left\| \frac{\partial L}{\partial w} \right\|_2"
    assert again(found) == 2.0, "by its name, whatever column it has then"
    assert fields(gradient_norm(moment, curves(2), 1, "dense_1.weight"))[:2] == ("Gradient norm of dense_1.weight", 1.0)
    assert gradient_norm(moment, curves(2), 0, "dense_2.weight") is None
    first = gradient_norm(moment, curves(2), 0, "dense_1.bias")
    assert first is not None and (first.value, first.iteration) == (0.0, 104)


def test_a_window_of_blocks_of_two_and_one_of_a_single_iteration(moment: Moment) -> None:
    """Eight iterations up to 276 are four blocks of two: of 260 + 2 k the 5th to the 8th."""
    found = batch_curve(moment, curves(44), 43, Replays(moment, curves(20, size=2, origin=260)))
    assert again(found) == (2.0**5 + 2.0**6 + 2.0**7 + 2.0**8) / 4
    single = batch_curve(moment, curves(1, size=1), 0, Replays(moment, curves(1, size=1)))
    assert again(single) == 2.0
    edge = batch_extreme(moment, curves(2, size=2), 1, LOWEST)
    assert edge is not None and edge.name == "Lowest batch loss of 2 iterations"
