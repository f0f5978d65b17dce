"""The curve of y = 3 x − 1 over a domain of 0 … 10: its points and its ends by arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from known_networks import linear, table

from nnlab.training.probe import probes
from nnlab.training.probes.curve import Curve


def found(**changes: object) -> Curve:
    data = replace(table([[2.0], [6.0]], [0, 0]), domain=((0.0, 10.0),), **changes)  # type: ignore[arg-type]
    result = probes["curve"](linear([[3.0]], [-1.0]), data)
    assert isinstance(result, Curve)
    return result


def test_it_reaches_a_tenth_beyond_the_domain_in_400_even_steps() -> None:
    curve = found()
    np.testing.assert_allclose(curve.x, -1.0 + 12.0 * np.arange(400) / 399, rtol=0, atol=1e-12)
    np.testing.assert_allclose(curve.y, 3.0 * curve.x - 1.0, rtol=1e-6, atol=1e-6)
    assert curve.truth is None and curve.y.dtype == np.float64


def test_the_exact_function_is_asked_at_the_same_points() -> None:
    curve = found(truth=lambda x: x**2)
    np.testing.assert_array_equal(curve.truth, curve.x**2)


def test_of_data_without_a_domain_it_reaches_beyond_the_margin_too() -> None:
    """Samples 2 … 6: the domain is 1.6 … 6.4, and the curve a tenth of 4.8 beyond."""
    curve = probes["curve"](linear([[3.0]]), table([[2.0], [6.0]], [0, 0]))
    np.testing.assert_allclose(curve.x[[0, -1]], [1.12, 6.88])  # type: ignore[union-attr]


def test_the_first_of_several_outputs_is_shown() -> None:
    curve = probes["curve"](linear([[2.0], [5.0]]), table([[2.0], [6.0]], [0, 0]))
    np.testing.assert_allclose(curve.y, 2.0 * curve.x, rtol=1e-6)  # type: ignore[union-attr]


def test_a_function_that_answers_with_a_column_is_a_curve_too() -> None:
    """Data sets give (samples,) or (samples, 1): one number for each of the 400 points either way, asked of (400, 1) features."""
    asked: list[tuple[int, ...]] = []

    def square(x: np.ndarray) -> np.ndarray:
        asked.append(x.shape)
        return np.square(x)

    for truth in (square, lambda x: np.square(x)[:, 0]):
        curve = found(truth=truth)
        assert curve.truth is not None and curve.truth.shape == (400,) and curve.y.shape == (400,)
        np.testing.assert_array_equal(curve.truth, curve.x**2)
    assert asked == [(400, 1)]


def test_there_is_no_curve_over_two_features() -> None:
    assert probes["curve"](linear([[3.0, 1.0]]), table([[2.0, 1.0], [6.0, 2.0]], [0, 0])) is None
