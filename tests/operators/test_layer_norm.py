"""Layer norm: rows of mean 0 and deviation 1, whatever their level, and NaN that is seen."""

from __future__ import annotations

import numpy as np
import pytest

import nnlab


def normalised(features: int, **settings: object) -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    b.mse(b.layer_norm(b.input(features=features), **settings))
    return b.build()


def test_known_numbers() -> None:
    session = nnlab.Session(normalised(4, eps=0.0), dtype="float64")
    assert sorted(session.parameters) == ["layer_norm_1.gain", "layer_norm_1.shift"]
    # 1, 3, 5, 7 have mean 4 and variance 5
    expected = np.array([-3, -1, 1, 3]) / np.sqrt(5)
    np.testing.assert_allclose(session.predict([[1, 3, 5, 7]]), [expected], rtol=1e-15)
    session.set_parameters({"layer_norm_1.gain": np.array([1.0, 2, 3, 4]), "layer_norm_1.shift": np.array([0.0, 0, 0, 10])})
    np.testing.assert_allclose(session.predict([[1, 3, 5, 7]]), [expected * [1, 2, 3, 4] + [0, 0, 0, 10]], rtol=1e-15)


@pytest.mark.parametrize("level", [0.0, 1e3, -1e5])
def test_float32_keeps_its_digits_at_any_level(level: float) -> None:
    x = (np.random.default_rng(0).standard_normal((20, 500)) + level).astype(np.float32)
    y = np.random.default_rng(1).standard_normal((20, 500))
    single, double = (nnlab.Session(normalised(500), dtype=dtype) for dtype in ("float32", "float64"))
    np.testing.assert_allclose(single.predict(x), double.predict(x.astype(np.float64)), atol=2e-6)
    for name, gradient in double.gradients(x, y)[1].items():
        np.testing.assert_allclose(single.gradients(x, y)[1][name], gradient, atol=1e-6 * np.abs(gradient).max(), err_msg=name)


def test_equal_features_and_nan() -> None:
    for dtype in ("float32", "float64"):
        session = nnlab.Session(normalised(3), dtype=dtype)
        np.testing.assert_array_equal(session.predict([[5, 5, 5]]), [[0, 0, 0]])
        assert np.isnan(session.predict([[1, np.nan, 2]])).all()
