"""What a run trains on: samples that fit, and those of them that are evaluated beside the validation data."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import DataError
from nnlab.engine.compile import Update, compile
from nnlab.engine.setup import Samples, Setup, some_rows

GRAPH = mlp([2, 3, 1], loss="mse")
X, Y = np.arange(20.0).reshape(10, 2), np.arange(10.0)


def samples(*data: np.ndarray | None) -> Samples:
    return Samples.of(compile(GRAPH, 4), Setup(GRAPH, *data, update=Update(), batch_size=4))  # type: ignore[arg-type]


def test_validation_data_are_there_where_both_are_given() -> None:
    both = samples(X, Y, X[:3], Y[:3])
    assert both.x.tolist() == X.tolist() and both.y.tolist() == Y[:, None].tolist()
    assert (both.validation_x.shape, both.validation_y.shape) == ((3, 2), (3, 1))
    for missing in ((), (X[:3], None), (None, Y[:3])):
        none = samples(X, Y, *missing)
        assert (none.validation_x.shape, none.validation_y.shape) == ((0, 2), (0, 1))


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(DataError, match="There are no training samples"):
        samples(X[:0], Y[:0])
    with pytest.raises(DataError, match=r"but validation x has shape \(3, 1\)"):
        samples(X, Y, X[:3, :1], Y[:3])
    with pytest.raises(DataError, match=r"but validation y has shape \(2,\)"):
        samples(X, Y, X[:3], Y[:2])


@pytest.mark.parametrize(("count", "most"), [(10, 10), (10, 11), (0, 0)])
def test_where_as_many_are_asked_for_all_are_evaluated(count: int, most: int) -> None:
    assert some_rows(count, most) == slice(None)


def test_of_more_so_many_are_chosen_each_once_in_their_order_and_always_the_same() -> None:
    chosen = some_rows(1000, 200)
    assert isinstance(chosen, np.ndarray) and len(set(chosen.tolist())) == 200 and (np.diff(chosen) > 0).all()
    assert 400 < chosen.mean() < 600 and chosen.tolist() == some_rows(1000, 200).tolist()  # type: ignore[union-attr]
    x, y = samples(X, Y).some_training(3)
    assert x.shape == (3, 2) and (x[:, 0] == 2 * y[:, 0]).all(), "targets go with their samples"


def test_a_setup_is_as_a_session_has_it_unless_told_otherwise() -> None:
    setup = Setup(GRAPH, X, Y, update=Update(), batch_size=4)
    assert (setup.seed, setup.real, setup.shuffle, setup.score, dict(setup.initial)) == (0, "float32", True, "", {})
    update = Update()
    assert (update.optimizer, update.learning_rate, update.accumulate, update.zero_gradients) == ("sgd", 1e-3, 1, True)  # as PyTorch's SGD
