from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from networks import mlp
from numba.core import event

from nnlab.engine import machine
from nnlab.engine.compile import Update
from nnlab.engine.epoch_order import epoch_order, order_of_frame, samples_of_update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup

X, Y = np.random.default_rng(3).standard_normal((10, 2)), np.zeros((10, 1))


def test_the_order_is_the_compiled_machines_and_nothing_is_compiled_to_show_it() -> None:
    """The display asks for it: to compile a shuffle of its own took a third of a second, once: this test comes first."""
    machine.make_order  # noqa: B018  # loads the machine
    with event.install_recorder("numba:compile") as compiled:
        order = epoch_order(1000, 11, 3, True)
    assert not compiled.buffer
    assert sorted(order.tolist()) == list(range(1000)) != order.tolist()
    assert epoch_order(0, 11, 3, True).tolist() == []


@pytest.mark.parametrize("is_shuffled", [True, False])
def test_the_order_shown_is_the_one_that_is_trained_on(is_shuffled: bool) -> None:
    run = Run(Setup(mlp([2, 3, 1]), X, Y, update=Update("sgd", 0.01), batch_size=4, seed=7, shuffle=is_shuffled))
    taken: list[int] = []
    for iteration in range(1, 8):  # three batches an epoch, the last of two samples
        run.train(1)
        run.publish()
        frame = run.mailbox.newest(0)
        assert frame is not None
        order, epoch, start = order_of_frame(frame, 10, 7, is_shuffled)
        assert (epoch, start) == ((iteration - 1) // 3, (iteration - 1) % 3 * 4)
        np.testing.assert_array_equal(order[start : start + frame.rows], frame.samples)
        taken += order[start : start + frame.rows].tolist()
    assert sorted(taken[:10]) == sorted(taken[10:20]) == list(range(10))
    assert (taken[:10] != taken[10:20]) == is_shuffled
    np.testing.assert_array_equal(epoch_order(10, 7, 1, is_shuffled), taken[10:20])


def test_an_order_is_remembered_and_nobody_may_write_to_it() -> None:
    order = epoch_order(20, 5, 1, True)
    with pytest.raises(ValueError, match="read-only"):
        order[0] = 3
    assert epoch_order(20, 5, 1, True) is order and epoch_order(20, 5, 1, False).tolist() == list(range(20))
    assert len({tuple(epoch_order(20, seed, epoch, True).tolist()) for seed in (5, 6) for epoch in (0, 1)}) == 4


def test_the_samples_of_an_update_are_those_of_its_batches_so_far() -> None:
    """Batches of 4 of 20 samples, of which two make an update; the last has one alone."""
    order = np.arange(100, 120)

    def of(start: int, accumulate: int, rows: int = 4) -> list[int]:
        frame = SimpleNamespace(rows=rows, program=SimpleNamespace(accumulate=accumulate), samples=order[start : start + rows])
        return samples_of_update(frame, order, start, 4).tolist()  # type: ignore[arg-type]

    assert [of(start, 2) for start in (0, 4, 8, 16)] == [
        [100, 101, 102, 103], [100, 101, 102, 103, 104, 105, 106, 107], [108, 109, 110, 111], [116, 117, 118, 119],
    ]  # fmt: skip
    assert of(8, 3) == list(range(100, 112)) and of(12, 3) == list(range(112, 116)) and of(12, 1) == list(range(112, 116))
