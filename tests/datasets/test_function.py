import numpy as np
import pytest

from nnlab.core.dataset import Table, datasets
from nnlab.core.errors import DataError
from nnlab.core.setting import Value, check_settings


def function(seed: int = 0, **settings: Value) -> Table:
    return datasets["function"].make(check_settings(datasets["function"].settings, settings), seed)


def test_values_are_the_formula_on_an_even_grid() -> None:
    table = function(formula="2x + 1", start=-1.0, end=3.0, samples=41)
    assert np.array_equal(table.x[:, 0], np.linspace(-1.0, 3.0, 41))
    np.testing.assert_allclose(table.y, 2 * table.x + 1)
    assert table.domain == ((-1.0, 3.0),)


def test_random_spacing_follows_the_seed() -> None:
    first, again, other = (function(seed, spacing="random") for seed in (0, 0, 1))
    assert np.array_equal(first.x, again.x)
    assert not np.array_equal(first.x, other.x)
    assert (np.diff(first.x[:, 0]) > 0).all()


def test_truth_stays_free_of_noise_and_keeps_its_shape() -> None:
    table = function(formula="3 sin(x)", noise=50.0, samples=20_000)
    assert table.truth is not None
    exact = table.truth(table.x)
    np.testing.assert_allclose(exact, 3 * np.sin(table.x))
    np.testing.assert_allclose((table.y - exact).std(), 0.5 * 3.0, rtol=0.03)  # 50 % of the amplitude
    assert table.truth(np.array(1.0)).shape == ()


def test_a_constant_is_a_function() -> None:
    assert (function(formula="4", noise=50.0).y == 4.0).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"formula": "1/x", "samples": 13}, r"1/x has no finite value at x = 0;"),
        ({"formula": "sqrt(x)"}, r"sqrt\(x\) has no finite value at x = -6;"),
        ({"start": 2.0, "end": 2.0}, "runs from 2 to 2; its end must be larger"),
        ({"formula": "exp(1000x)"}, "no finite value"),
    ],
)
def test_what_cannot_be_a_curve_is_said(settings: dict[str, Value], message: str) -> None:
    with pytest.raises(DataError, match=message):
        function(**settings)
