"""What is remembered of a layer's numbers: counted rightly, bounded, and begun anew where the run does."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp

from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.training import distributions
from nnlab.training.distributions import MOST_ROWS, Distributions, _some, activation_of, signal_to_noise, spread

X = np.random.default_rng(0).standard_normal((48, 3))
Y = X[:, :1] - X[:, 1:2] ** 2


def run() -> Run:
    return Run(Setup(mlp([3, 6, 1]), X, Y, update=Update("sgd", 0.05), batch_size=8))


def frame_of(trained: Run) -> object:
    trained.publish()
    return trained.mailbox.newest()


def test_a_row_is_of_the_frames_own_numbers() -> None:
    trained, past = run(), Distributions()
    for _ in range(6):
        before = trained.state["dense_1.weight"].copy()
        trained.train(1)
        frame = frame_of(trained)
        assert past.take(frame) and not past.take(frame), "the same iteration twice is one row"  # type: ignore[arg-type]
    row = past.layers["dense_1"][-1]
    weight = trained.state["dense_1.weight"]
    assert row.weights is not None and row.weights.counts.sum() == weight.size and row.weights.low == weight.min()
    gradient = trained.state["dense_1.d_weight"]
    assert row.gradients is not None and row.gradients.high == pytest.approx(np.log10(np.abs(gradient).max()))
    assert row.update == pytest.approx(np.linalg.norm(weight - before) / np.linalg.norm(before), rel=1e-4)
    assert row.activations is not None and row.activations.counts.sum() == 8 * 6
    assert np.isfinite(row.signal) and row.iteration == 6


def test_rows_are_bounded_and_a_rewind_begins_anew() -> None:
    trained, past = run(), Distributions()
    for _ in range(5 * MOST_ROWS):
        trained.train(1)
        past.take(frame_of(trained))  # type: ignore[arg-type]
    rows = past.layers["dense_1"]
    assert MOST_ROWS // 4 < len(rows) <= MOST_ROWS and rows[0].iteration == 1
    assert [row.iteration for row in rows] == sorted({row.iteration for row in rows}) and rows[-1].iteration > 4 * MOST_ROWS
    trained.reset(0)
    trained.train(1)
    past.take(frame_of(trained))  # type: ignore[arg-type]
    assert [row.iteration for row in past.layers["dense_1"]] == [1]


def test_signal_to_noise_is_the_mean_over_the_deviation() -> None:
    """Gradients 1 ± 0.5 in each of nine elements: ‖mean‖ = 3, ‖deviation‖ = 1.5."""
    batches = [np.full(9, 1 + (0.5 if k % 2 else -0.5)) for k in range(8)]
    assert signal_to_noise(batches) == pytest.approx(2.0)
    assert np.isnan(signal_to_noise(batches[:3])) and np.isnan(signal_to_noise([np.ones(4)] * 8))


def test_what_cannot_be_counted_is_left_out() -> None:
    assert spread(np.array([np.nan, np.inf])) is None and spread(None) is None
    found = spread(np.array([2.0, 2.0, np.nan]))
    assert found is not None and found.counts.sum() == 2 and found.low < 2.0 < found.high


def test_numbers_are_counted_in_forty_equal_bins() -> None:
    values = np.array([0.0, 0.1, 0.24, 0.26, 10.0, np.nan])
    found = spread(values)
    assert found is not None
    assert (found.low, found.high, len(found.counts)) == (0.0, 10.0, 40)
    assert (found.counts[0], found.counts[1], found.counts[-1], found.counts.sum()) == (3, 1, 1, 5)


@pytest.mark.parametrize(("value", "low", "high"), [(2.0, 1.0, 3.0), (-4.0, -6.0, -2.0), (0.0, -5e-7, 5e-7)])
def test_equal_numbers_stand_in_the_middle(value: float, low: float, high: float) -> None:
    found = spread(np.full(3, value))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.counts[20] == 3


def test_of_a_large_tensor_4096_numbers_at_most_are_counted() -> None:
    for size, step in ((4096, 1), (4097, 2), (8192, 2), (8193, 3)):
        found = _some(np.arange(size).reshape(1, size))
        assert found is not None
        assert found.tolist() == list(range(0, size, step))
    assert _some(np.empty((0, 3))) is None and _some(None) is None
    whole = np.arange(3.0)
    kept = _some(whole)
    assert kept is not None and kept.base is None and kept is not whole, "a copy: the frame is written to again"


def test_it_takes_four_batches_and_remembers_thirty_two() -> None:
    batches = [np.array([1.0, 1.0]), np.array([3.0, 3.0])] * 2
    assert signal_to_noise(batches) == pytest.approx(2.0)  # mean 2, deviation 1, in both elements
    assert np.isnan(signal_to_noise(batches[:3]))
    trained, past = run(), Distributions()
    for _ in range(40):
        trained.train(1)
        past.take(frame_of(trained))  # type: ignore[arg-type]
    assert len(past._layers["dense_1"].batches) == 32
    rows = past.layers["dense_1"]
    assert [np.isnan(row.signal) for row in rows[:5]] == [True, True, True, False, False]


def test_a_gradient_of_nothing_is_drawn_as_the_smallest() -> None:
    trained, past = Run(Setup(mlp([3, 6, 1]), X, Y, update=Update("sgd", 0.0), batch_size=8)), Distributions()
    trained.state["dense_2.weight"][...] = 0.0
    trained.train(1)
    past.take(frame_of(trained))  # type: ignore[arg-type]
    row = past.layers["dense_1"][0]
    assert row.gradients is not None and row.gradients.low == pytest.approx(-18.0)  # log10 of 1e-12, and half of it: all are equal
    assert row.gradients.high == pytest.approx(-6.0)


def test_an_activation_belongs_to_the_layer_before_it() -> None:
    graph = mlp([3, 6, 1])
    layer = activation_of(graph, graph["dense_1"])
    assert layer is not None and layer.operator == "tanh"
    assert activation_of(graph, graph["dense_2"]) is None, "a loss is none"
    b = GraphBuilder()
    b.mse(b.dense(b.dense(b.input(features=3), units=4), units=1))
    assert activation_of(b.build(), b.build()["dense_1"]) is None, "nor is another layer"


def test_rows_get_sparser_with_the_length_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four at most every second one goes when there is a fifth; the next is a quarter of all that was passed behind the last."""
    monkeypatch.setattr(distributions, "MOST_ROWS", 4)
    trained, past = run(), Distributions()
    taken, known = [], []
    for iteration in range(1, 24):
        trained.train(1)
        if past.take(frame_of(trained)):  # type: ignore[arg-type]
            taken.append(iteration)
            known.append([row.iteration for row in past.layers["dense_2"]])
    assert taken == [*range(1, 10), 11, 13, 16, 19, 23]
    assert known[3:7] == [[1, 2, 3, 4], [1, 3, 5], [1, 3, 5, 6], [1, 5, 7]] and known[-2:] == [[1, 13, 19], [1, 13, 19, 23]]


def test_a_batch_of_one_row_is_taken_and_none_before_the_first() -> None:
    trained, past = Run(Setup(mlp([3, 6, 1]), X, Y, update=Update("sgd", 0.05), batch_size=1)), Distributions()
    assert not past.take(frame_of(trained)) and not past.layers  # type: ignore[arg-type]
    trained.train(1)
    assert past.take(frame_of(trained)) and len(past.layers["dense_1"]) == 1  # type: ignore[arg-type]
    later = Run(Setup(mlp([3, 5, 1]), X, Y, update=Update("sgd", 0.05), batch_size=1), revision=trained.revision + 1)
    later.train(4)
    assert past.take(frame_of(later)), "of another network"  # type: ignore[arg-type]
    assert [row.iteration for row in past.layers["dense_1"]] == [4]
    past.forget()
    assert not past.layers and past.take(frame_of(later))  # type: ignore[arg-type]
