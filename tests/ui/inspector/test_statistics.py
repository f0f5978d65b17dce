"""Numbers of a layer: every row of the batch counts, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.ui.inspector.statistics import saturation

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
