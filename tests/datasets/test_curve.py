import numpy as np
import pytest

from nnlab.core.dataset import Table, datasets
from nnlab.core.errors import DataError, FormulaError


def curve(formula: str, noise: float = 0.0) -> Table:
    return datasets["curve"].make({"formula": formula, "samples": 500, "noise": noise}, 0)


def test_points_above_the_curve_are_the_positive_class() -> None:
    table = curve("x^2/4 - 2")
    x, y = table.x.T
    assert np.array_equal(table.y == 1, y > x * x / 4 - 2)
    assert table.target.names == ("below", "above")


def test_noise_asks_for_the_curve_only_inside_the_square() -> None:
    """√(6 − x) does not exist beyond 6, and labels are read up to 50 % of 6 away: only beyond 3 the class is sure."""
    exact, noisy = curve("sqrt(6 - x)"), curve("sqrt(6 - x)", noise=50.0)
    x, y = noisy.x.T
    assert np.array_equal(noisy.x, exact.x) and abs(noisy.x).max() <= 6
    assert noisy.y[y - 3 > np.sqrt(6 - np.maximum(x - 3, -6))].all() and not noisy.y[y + 3 < 0].any()
    assert (noisy.y != exact.y).any()


@pytest.mark.parametrize(("formula", "side"), [("-7", "above"), ("x^2 + 6", "below")])
def test_a_curve_that_misses_the_square_is_refused(formula: str, side: str) -> None:
    with pytest.raises(DataError, match=f"All points lie {side} the curve"):
        curve(formula)


def test_a_curve_with_holes_is_refused() -> None:
    with pytest.raises(DataError, match=r"The formula log\(x\) has no finite value at x = -5\.9\d+;"):
        curve("log(x)")


def test_a_long_formula_is_cut_in_the_message() -> None:
    with pytest.raises(DataError) as caught:
        curve("9 +\n" + " + ".join(["x^2"] * 100))
    assert str(caught.value).startswith("All points lie below the curve y = 9 + x^2 +")
    assert len(str(caught.value)) < 160


def test_a_formula_that_is_none_is_refused_with_its_column() -> None:
    with pytest.raises(FormulaError, match="Column 1: there is no function 'sinn'"):
        curve("sinn(x)")
