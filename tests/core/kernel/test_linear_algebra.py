"""Matrix products against NumPy, on both sides of the border between the small kernel and BLAS."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_kernels import keep

from nnlab.core.kernel import linear_algebra

PRODUCTS = {  # name: (op of a, op of b, adds)
    "add_product": ("n", "n", True),
    "set_product": ("n", "n", False),
    "add_product_transposed": ("n", "t", True),
    "add_transposed_product": ("t", "n", True),
    "set_transposed_product": ("t", "n", False),
}
keep(*(getattr(linear_algebra, name) for name in PRODUCTS))


@pytest.mark.parametrize("real", ["float32", "float64"])
@pytest.mark.parametrize("name", PRODUCTS)
@given(
    rows=st.one_of(st.sampled_from([8, 16]), st.integers(1, 17)),
    inner=st.integers(1, 17),
    columns=st.one_of(st.sampled_from([8, 16, 24]), st.integers(1, 20)),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_products_are_numpys(name: str, real: str, rows: int, inner: int, columns: int, seed: int) -> None:
    turn_a, turn_b, adds = PRODUCTS[name]
    generator = np.random.default_rng(seed)

    def matrix(shape: tuple[int, int], mode: str) -> tuple[np.ndarray, np.ndarray]:
        """A matrix, and how it is handed over."""
        values = generator.integers(-8, 9, shape).astype(real)  # whole numbers: no product of these is rounded
        return values, np.ascontiguousarray(values.T if mode == "t" else values)

    (a, given_a), (b, given_b) = matrix((rows, inner), turn_a), matrix((inner, columns), turn_b)
    before = generator.integers(-8, 9, (rows, columns)).astype(real)
    # Neighbours in memory must stay as they are.
    around = np.full(rows * columns + 32, 7, dtype=real)
    out = around[16 : 16 + rows * columns].reshape(rows, columns)
    out[...] = before if adds else np.nan
    function: Any = getattr(linear_algebra, name)
    function(given_a, given_b, out)
    np.testing.assert_array_equal(out, a @ b + (before if adds else 0))
    assert (around[:16] == 7).all() and (around[16 + rows * columns :] == 7).all()


@pytest.mark.parametrize("columns", [1, 3, 8, 16, 17, 40])
def test_rows_are_added_to_what_is_there(columns: int) -> None:
    rows = np.random.default_rng(columns).integers(-8, 9, (11, columns)).astype(np.float32)
    out = np.arange(columns, dtype=np.float32)
    linear_algebra.add_rows(rows, out)
    np.testing.assert_array_equal(out, np.arange(columns) + rows.sum(0))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nothing_infinite_is_hidden(bad: float) -> None:
    a, b, out = np.ones((3, 4)), np.ones((4, 8)), np.zeros((3, 8))
    a[1, 2] = bad
    linear_algebra.add_product(a, b, out)
    assert not np.isfinite(out[1]).any()
    assert np.isfinite(out[[0, 2]]).all()
