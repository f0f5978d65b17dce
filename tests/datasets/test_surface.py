import numpy as np
import pytest

from nnlab.core.dataset import Table, datasets
from nnlab.core.errors import DataError
from nnlab.core.setting import Value, check_settings


def surface(seed: int = 0, **settings: Value) -> Table:
    return datasets["surface"].make(check_settings(datasets["surface"].settings, settings), seed)


def test_values_are_the_formula_of_both_inputs() -> None:
    table = surface(formula="2x - 3y + xy", x_start=0.0, x_end=1.0, y_start=5.0, y_end=7.0)
    assert table.domain == ((0.0, 1.0), (5.0, 7.0))
    x, y = table.x.T
    assert 5.0 <= y.min() < y.max() <= 7.0 and 0.0 <= x.min() < x.max() <= 1.0
    np.testing.assert_allclose(table.y[:, 0], 2 * x - 3 * y + x * y)


def test_an_even_grid_has_its_outermost_points_on_the_edges() -> None:
    table = surface(spacing="even", samples=101, x_start=-1.0, x_end=1.0, y_start=0.0, y_end=4.0)
    assert table.samples == 100
    assert np.array_equal(np.unique(table.x[:, 0]), np.linspace(-1, 1, 10))
    assert np.array_equal(np.unique(table.x[:, 1]), np.linspace(0, 4, 10))


def test_truth_is_free_of_noise_and_takes_any_points() -> None:
    table = surface(formula="3 sin(x) + 0 y", noise=50.0, samples=20_000)
    assert table.truth is not None
    exact = table.truth(table.x)
    assert exact.shape == (20_000, 1)
    np.testing.assert_allclose(exact[:, 0], 3 * np.sin(table.x[:, 0]))
    np.testing.assert_allclose((table.y - exact).std(), 0.5 * 6.0 * 0.5, rtol=0.03)


def test_a_formula_may_leave_an_input_out() -> None:
    assert (surface(formula="7").y == 7.0).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"formula": "log(x)"}, r"log\(x\) has no finite value at x = -1\.\d+, y = -?\d"),
        ({"formula": "1/(x - x)"}, "no finite value at x = "),
        ({"formula": "9**9**9 + x"}, "no finite value"),
        ({"formula": "x + z"}, "there is no variable 'z'; known are x, y"),
        ({"x_start": 2.0, "x_end": 2.0}, "The interval of x runs from 2 to 2; its end must be larger"),
        ({"y_start": 3.0}, "The interval of y runs from 3 to 2; its end must be larger"),
    ],
)
def test_what_cannot_be_a_surface_is_said(settings: dict[str, Value], message: str) -> None:
    with pytest.raises(DataError, match=message):
        surface(**settings)
