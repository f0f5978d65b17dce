"""Initial values: the spread each formula promises, and the structure of those that have one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnlab.core.initializers import TITLES, fans, initial_values, initializers

SHAPE = (300, 200)
DEVIATIONS = {  # of a weight with 200 inputs and 300 outputs
    "xavier_uniform": math.sqrt(2 / 500),
    "xavier_normal": math.sqrt(2 / 500),
    "he_uniform": math.sqrt(2 / 200),
    "he_normal": math.sqrt(2 / 200),
    "lecun_uniform": math.sqrt(1 / 200),
    "lecun_normal": math.sqrt(1 / 200),
    "orthogonal": math.sqrt(1 / 300),
    "normal": 0.1,
    "uniform": 0.1 / math.sqrt(3),
    "uniform_half": 0.5 / math.sqrt(3),
    "standard_normal": 1.0,
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_spread(name: str) -> None:
    values = initial_values(name, SHAPE, 1, "dense_1.weight")
    assert values.std() == pytest.approx(DEVIATIONS[name], rel=0.02)
    assert abs(values.mean()) < 5 * DEVIATIONS[name] / math.sqrt(values.size)
    bound = np.abs(values).max()
    if "uniform" in name:
        assert bound <= DEVIATIONS[name] * math.sqrt(3)
    elif "normal" in name:
        assert bound > 3 * DEVIATIONS[name]


@pytest.mark.parametrize("shape", [(6, 6), (8, 3), (3, 8), (4, 2, 3, 3)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    matrix = initial_values("orthogonal", shape, 0, "w").reshape(shape[0], -1)
    gram = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-12)


def test_identity() -> None:
    np.testing.assert_array_equal(initial_values("identity", (3, 3), 0, "w"), np.eye(3))
    window = initial_values("identity", (2, 2, 3, 3), 0, "w")
    assert window.sum() == 2
    assert window[0, 0, 1, 1] == window[1, 1, 1, 1] == 1


def test_the_same_seed_and_owner_draw_the_same_and_others_do_not() -> None:
    first = initial_values("he_normal", (4, 4), 3, "dense_1.weight")
    assert (first == initial_values("he_normal", (4, 4), 3, "dense_1.weight")).all()
    assert (first != initial_values("he_normal", (4, 4), 3, "dense_2.weight")).any()
    assert (first != initial_values("he_normal", (4, 4), 4, "dense_1.weight")).any()


def test_every_initialiser_has_a_title_and_takes_every_shape() -> None:
    assert set(TITLES) == set(initializers)
    for name in initializers:
        for shape in ((1,), (5,), (2, 3), (1, 1), (3, 2, 3, 3)):
            if name == "orthogonal" and len(shape) == 1:
                continue
            values = initial_values(name, shape, 0, "w")
            assert values.shape == shape
            assert np.isfinite(values).all()


def test_a_convolution_counts_its_window_into_both_fans() -> None:
    assert fans((8, 3, 5, 5)) == (75, 200)
