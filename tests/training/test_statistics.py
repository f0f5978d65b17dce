"""Statistics of a layer by hand-made arrays: every row of the batch counts, whatever its size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from nnlab.core.kernel.context import ITERATION
from nnlab.engine.compile import Update
from nnlab.engine.history import Curves
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training import statistics
from nnlab.training.statistics import NormHistory, Summary, gradient_history, norm, saturation, summary, update_ratio

ROWS, UNITS = 200, 512


@dataclass
class Batch:
    """What `saturation` reads of a frame."""

    z: np.ndarray
    real: str = "float32"

    @property
    def program(self) -> Batch:
        return self

    def get(self, name: str) -> np.ndarray | None:
        return self.z if name == "dense_1.y" else None


def graph_with(activation: str) -> Graph:
    b = GraphBuilder()
    b.mse(b.dense(getattr(b, activation)(b.dense(b.input(features=2), units=UNITS)), units=1))
    return b.build()


@pytest.fixture
def z() -> np.ndarray:
    """Most units answer to one sample in a hundred at most, so that a few rows do not tell which are dead."""
    z = np.random.default_rng(5).normal(-1.0, 0.4, (ROWS, UNITS)).astype(np.float32)
    z[:, ::7] = -1.0
    return z


def test_dead_units_and_their_share_are_those_of_the_whole_batch(z: np.ndarray) -> None:
    found = saturation(graph_with("relu")["relu_1"], Batch(z), "dense_1.y")  # type: ignore[arg-type]
    assert found is not None
    assert (found.dead, found.units) == (int((z <= 0).all(axis=0).sum()), UNITS)
    assert found.share == float((z <= 0).mean())


@pytest.mark.parametrize("shape", [(ROWS, UNITS), (3, 8, 16, 4), (1, 50_000)])
def test_saturated_share_counts_every_element(shape: tuple[int, ...]) -> None:
    z = np.random.default_rng(1).normal(0.0, 2.0, shape).astype(np.float32)
    found = saturation(graph_with("tanh")["tanh_1"], Batch(z), "dense_1.y")  # type: ignore[arg-type]
    assert found is not None
    assert (found.dead, found.units) == (None, int(np.prod(shape[1:])))
    assert found.share == pytest.approx(((1 - np.tanh(z.astype(np.float64)) ** 2) <= 0.05).mean(), abs=2 / z.size)


@dataclass
class Moved:
    """What `update_ratio` reads of a frame: (length of the update, length of the weights before it)."""

    sizes: dict[str, tuple[float, float]]

    def update_of(self, name: str) -> tuple[float, float] | None:
        return self.sizes.get(name)


def test_the_update_is_measured_against_the_weights_before_it() -> None:
    frame = Moved({"a": (0.5, 2.0), "b": (0.5, 0.0), "c": (0.0, 3.0)})
    assert update_ratio(frame, "a") == 0.25  # type: ignore[arg-type]
    assert update_ratio(frame, "b") is None  # of weights that were all 0 there is no share  # type: ignore[arg-type]
    assert update_ratio(frame, "c") == 0.0  # type: ignore[arg-type]
    assert update_ratio(frame, "d") is None  # type: ignore[arg-type]


def test_a_summary_is_that_of_all_numbers() -> None:
    """3, −4, 0 and 0: length 5, mean −1/4, variance (9 + 16)/4 − 1/16."""
    found = summary(np.array([[3.0, -4.0], [0.0, 0.0]], dtype=np.float32))
    assert found == Summary(5.0, -0.25, pytest.approx(math.sqrt(6.25 - 0.0625)), -4.0, 3.0, 0.5)
    assert summary(None) is None and summary(np.zeros((0, 3))) is None


def test_the_norm_is_euclidean() -> None:
    assert norm(np.array([[2.0, 3.0], [6.0, 0.0]])) == 7.0
    assert norm(None) is None and norm(np.zeros(0)) is None


def test_the_last_gradient_norms_of_one_parameter() -> None:
    norms = np.arange(200.0).reshape(100, 2)
    nothing = np.zeros(100)
    curves = Curves(0, 8, nothing, nothing, nothing, norms, ("a", "b"), *(np.zeros(0) for _ in range(5)), 0.0)
    values, iterations = gradient_history(curves, "b", 3)
    assert values.tolist() == [195.0, 197.0, 199.0] and iterations == 24
    assert len(gradient_history(curves, "b")[0]) == 60
    values, iterations = gradient_history(curves, "c")
    assert len(values) == 0 and iterations == 0


def test_norms_are_remembered_as_frames_showed_them() -> None:
    """Weights 3 · (iteration + 1) and 4 · (iteration + 1): norms 5, 10, 15, …"""
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    run = Run(Setup(b.build(), np.zeros((4, 2)), np.zeros((4, 1)), update=Update("sgd", 0.1), batch_size=4))
    history = NormHistory(last=3)

    def take(iteration: int, scale: float) -> None:
        run.state.set_parameters({"dense_1.weight": np.array([[3.0 * scale, 4.0 * scale]])})
        run.state.context[ITERATION] = iteration
        run.publish()
        frame = run.mailbox.newest()
        assert frame is not None
        history.take(frame)

    for k in range(4):
        take(k, k + 1.0)
    assert history.of("dense_1.weight").tolist() == [10.0, 15.0, 20.0]  # the last three
    take(3, 7.0)
    assert history.of("dense_1.weight").tolist() == [10.0, 15.0, 35.0]  # the same iteration again
    take(1, 2.0)
    assert history.of("dense_1.weight").tolist() == [10.0]  # rewound
    history.forget()
    assert len(history.of("dense_1.weight")) == 0


def test_a_unit_is_saturated_where_its_slope_is_a_twentieth_of_the_greatest() -> None:
    """tanh′ = 1 − tanh² is 0.05 at artanh(√0.95): a hair below it is not saturated, a hair above it is."""
    edge = math.atanh(math.sqrt(0.95))
    z = np.array([[edge - 0.01, edge + 0.01], [-edge + 0.01, -edge - 0.01]], dtype=np.float32)
    found = saturation(graph_with("tanh")["tanh_1"], Batch(z), "dense_1.y")  # type: ignore[arg-type]
    assert found is not None and found.share == 0.5


def test_only_what_is_declared_to_saturate_is_looked_at_and_only_what_can_die_has_dead_units() -> None:
    z = np.array([[-9.0, 0.5, 3.0], [9.0, 0.5, 2.0]], dtype=np.float32)
    found = saturation(graph_with("hard_tanh")["hard_tanh_1"], Batch(z), "dense_1.y")  # type: ignore[arg-type]
    assert found is not None and (found.share, found.dead, found.units) == (4 / 6, 2, 3)
    assert saturation(graph_with("leaky_relu")["leaky_relu_1"], Batch(z), "dense_1.y") is None  # type: ignore[arg-type]


def test_a_twentieth_of_the_greatest_slope_is_flat_and_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slopes as they are given: 0.05 and less of a greatest slope of 1 are flat, also below 0."""
    slopes = np.array([[0.05, 0.0500001, -0.05, 1.0], [0.0, 0.06, 0.04, -1.0]])

    def curve(kind: object, settings: object, x: np.ndarray, real: str) -> tuple[np.ndarray, np.ndarray]:
        return x, slopes.ravel() if x.size == slopes.size else np.ones_like(x)

    statistics._greatest_slope.cache_clear()
    monkeypatch.setattr(statistics, "curve", curve)
    found = saturation(graph_with("relu")["relu_1"], Batch(np.zeros((2, 4))), "dense_1.y")  # type: ignore[arg-type]
    statistics._greatest_slope.cache_clear()
    assert found is not None and (found.share, found.dead, found.units) == (4 / 8, 2, 4)
