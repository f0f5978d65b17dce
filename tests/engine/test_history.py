"""Curves cut where a frame stands: blocks that were complete by then, and nothing later."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.core.kernel import recording
from nnlab.engine.compile import Update
from nnlab.engine.history import Curves, History
from nnlab.engine.quantity import Quantity
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup


def curves() -> Curves:
    """Five blocks of ten iterations after iteration 100: block k covers 101 + 10 k … 110 + 10 k."""
    numbers = np.arange(5.0)
    return Curves(
        100, 10, numbers, numbers + 1, numbers + 2, np.stack([numbers, -numbers], axis=1), ("a", "b"),
        np.array([115.0, 130.0, 145.0]), np.array([0.3, 0.2, 0.1]), np.array([0.2, 0.1, 0.0]), np.array([0.7, 0.8, 0.9]),
        np.array([0.8, 0.9, 1.0]), 0.5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("iteration", "blocks", "checks"),
    [(100, 0, 0), (109, 0, 0), (110, 1, 0), (115, 1, 1), (129, 2, 1), (130, 3, 2), (149, 4, 3), (150, 5, 3)],
)
def test_what_came_after_an_iteration_is_left_out(iteration: int, blocks: int, checks: int) -> None:
    cut = curves().until(iteration)
    for values, first in ((cut.minimum, 0), (cut.maximum, 1), (cut.mean, 2)):
        assert values.tolist() == [first + k for k in range(blocks)]
    assert cut.norms.shape == (blocks, 2) and cut.norms[:, 1].tolist() == [-float(k) for k in range(blocks)]
    assert cut.iterations.tolist() == [110 + 10 * k for k in range(blocks)]
    assert cut.validation_iterations.tolist() == [115, 130, 145][:checks] and len(cut.validation_losses) == checks
    assert (cut.origin, cut.block_size, cut.names) == (100, 10, ("a", "b"))


def test_what_was_not_asked_for_has_no_values() -> None:
    assert curves().values.shape == (0, 0) and curves().quantities == ()
    with pytest.raises(NNLabError, match=r"l2_norm of a is not recorded; ask for it with Run\.record"):
        curves().value_of(Quantity("a", "l2_norm"))
    asked = replace(curves(), quantities=(Quantity("a", "l2_norm"), Quantity("b", "mean")), values=np.array([[1.0, 2.0]] * 5))
    assert asked.value_of(Quantity("b", "mean")).tolist() == [2.0] * 5


def test_at_its_end_nothing_is_cut() -> None:
    whole = curves()
    assert whole.until(150) is whole and whole.until(1000) is whole
    assert len(whole.until(50).mean) == 0


def test_before_the_first_step_there_are_no_losses() -> None:
    curves = History(("a",)).curves()
    assert (curves.norms.shape, curves.values.shape, curves.iterations.tolist()) == ((0, 1), (0, 0), [])
    losses = History(("a",)).losses
    assert losses.window == 0 and all(math.isnan(value) for value in (losses.smoothed, losses.validation, losses.training))


@pytest.mark.parametrize(("iteration", "validations"), [(12, [4, 8, 12]), (11, [4, 8]), (8, [4, 8]), (3, [])])
def test_a_history_cut_at_an_iteration_knows_the_validations_up_to_it(iteration: int, validations: list[int]) -> None:
    """20 samples in batches of 5: an epoch, and a validation, every 4 iterations."""
    x, y = np.ones((20, 2)), np.zeros((20, 1))
    run = Run(Setup(mlp([2, 3, 1]), x, y, x[:4], y[:4], update=Update("sgd", 1e-3), batch_size=5))
    run.train(12)
    cut = run.history.until(iteration).curves()
    assert cut.validation_iterations.tolist() == validations and len(cut.mean) == iteration


@pytest.mark.parametrize(
    ("iteration", "blocks", "validations"), [(100, 0, []), (110, 1, []), (130, 3, [115, 130]), (150, 5, [115, 130, 145])]
)
def test_a_history_that_begins_later_is_cut_by_what_came_since(iteration: int, blocks: int, validations: list[int]) -> None:
    """Five blocks of ten iterations after iteration 100, as of a branch."""
    history = History(("a",), rows=8, origin=100)
    marks = history.arrays.marks
    marks[recording.BLOCK_SIZE], marks[recording.BLOCKS], marks[recording.VALIDATIONS] = 10, 5, 3
    history.arrays.blocks[:5, recording.BLOCK_MEAN] = np.arange(5.0)
    history.arrays.validations[:3, recording.CHECK_ITERATION] = (115, 130, 145)
    found = history.until(iteration)
    assert found.curves().mean.tolist() == list(range(blocks))
    assert found.curves().iterations.tolist() == [110, 120, 130, 140, 150][:blocks]
    assert found.curves().validation_iterations.tolist() == validations
    assert found.arrays.marks[recording.LAST_VALIDATION] == (validations[-1] if validations else 100)
    assert (history.block_size, found.origin, len(history.curves().mean)) == (10, 100, 5), "the history itself stays"
    assert history.losses_at(iteration).evaluated_at == (validations[-1] if validations else 0)
    if blocks:
        assert history.losses_at(iteration).smoothed == blocks - 1, "of so few blocks the window is the last"
        assert history.losses_at(iteration).window == 10
    for early in (99, 100, 109):
        assert history.losses_at(early).window == 0 and math.isnan(history.losses_at(early).smoothed), "no block was complete by then"


def test_losses_at_the_end_of_curves() -> None:
    """Of five blocks the window is one, of forty two: the means of the last, and of the last two."""
    found = curves().losses
    assert (found.smoothed, found.window, found.validation, found.training, found.evaluated_at) == (6.0, 10, 0.1, 0.0, 145)
    numbers, none = np.arange(40.0), np.empty(0)
    longer = replace(curves(), minimum=numbers, maximum=numbers, mean=numbers, validation_iterations=none, validation_losses=none)
    found = longer.losses
    assert (found.smoothed, found.window, found.evaluated_at) == (38.5, 20, 0)
    assert math.isnan(found.validation) and math.isnan(found.training)
    assert longer.smoothed[[0, 37, 38, 39]].tolist() == [0.0, 37.0, 38.0, 38.5]  # from the fortieth block on the window is two
    assert longer.windows[[38, 39]].tolist() == [10, 20]


def test_an_edited_network_keeps_columns_by_their_name() -> None:
    """The second layer is gone, another has come: what is recorded of it begins with NaN."""
    x, y = np.ones((20, 2)), np.zeros((20, 1))
    run = Run(Setup(mlp([2, 3, 1]), x, y, update=Update("sgd", 1e-3), batch_size=5))
    run.train(4)
    before = run.history.curves()
    after = run.history.for_program(Run(Setup(mlp([2, 3, 4, 1]), x, y, update=Update("sgd", 1e-3), batch_size=5)).program).curves()
    assert after.mean.tolist() == before.mean.tolist()
    column = {name: after.norms[:, k] for k, name in enumerate(after.names)}
    assert set(after.names) - set(before.names) == {"dense_3.weight", "dense_3.bias"}
    for k, name in enumerate(before.names):
        assert column[name].tolist() == before.norms[:, k].tolist()
    assert np.isnan(column["dense_3.weight"]).all() and np.isnan(column["dense_3.bias"]).all()
