"""A landscape as heights: logarithms where all losses are positive, levels one would say, and the ends of the colours."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnlab.studies.landscape.planes import PathInPlane, WeightPlane
from nnlab.studies.landscape.study import Landscape, LandscapeSize
from nnlab.ui.landscape.heights import heights_of, levels_between


def landscape(losses: np.ndarray, on_path: tuple[float, ...] = (1.0, 10.0)) -> Landscape:
    rows, columns = losses.shape
    plane = WeightPlane("random", np.zeros(2), np.eye(2), None, "1")
    places = np.array([[0.5 * k, -k] for k in range(len(on_path))], dtype=np.float64)
    return Landscape(
        plane, np.linspace(-3, 5, columns), np.linspace(-2, 4, rows), losses, np.arange(len(on_path)), 0,
        PathInPlane(places, np.zeros(len(on_path))), np.array(on_path), np.array(on_path), LandscapeSize(columns, rows, 8, 2, 0.0, 0), 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "levels"),
    [
        (0.0, 1.0, (1.5, 2, 3, 4, 5, 6, 7, 8, 9)),  # neither end itself
        (0.0, 1.31, (1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20)),  # twelve are still drawn
        (0.0, 1.5, (1.5, 2, 3, 5, 7, 10, 15, 20, 30)),  # thirteen would be too many
        (-2.0, 2.0, (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)),
        (-3.0, 3.0, (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)),
        (-7.0, 6.0, tuple(10.0**k for k in range(-6, 6))),
        (0.0, 0.6, (1.5, 2, 3)),
        (0.0, 0.12, tuple(10 ** (0.12 * k / 6) for k in range(1, 6))),  # hardly any round one: even steps
    ],
)
def test_logarithmic_levels(low: float, high: float, levels: tuple[float, ...]) -> None:
    assert levels_between(low, high, True) == pytest.approx(levels)


@pytest.mark.parametrize(
    ("low", "high", "levels"),
    [
        (-2.0, 7.0, np.arange(-2, 8)), (0.0, 12.0, np.arange(13)), (0.0, 12.5, np.arange(0, 13, 2)), (0.0, 30.0, np.arange(0, 31, 5)),
        (0.3, 0.79, np.arange(0.3, 0.78, 0.05)),
        (0.0, 4.5, np.arange(0, 4.6, 0.5)), (0.0, 5.5, np.arange(6)), (0.0, 49.9, np.arange(0, 46, 5)),
    ],
)  # fmt: skip
def test_levels_of_losses_themselves(low: float, high: float, levels: np.ndarray) -> None:
    assert levels_between(low, high, False) == pytest.approx(tuple(levels))


def test_positive_losses_are_logarithms_and_colours_end_below_the_highest_fiftieth() -> None:
    found = heights_of(landscape(10 ** (np.arange(101) / 100)[None, :]))
    assert found.is_logarithmic
    assert (found.low, found.high) == (0.0, pytest.approx(0.98))
    assert found.ends == pytest.approx((1.0, 10**0.98))
    assert found.has_more
    np.testing.assert_allclose(found.values[0], np.arange(101) / 100, atol=1e-12)
    assert found.of(100.0) == pytest.approx(2.0)
    assert found.levels == pytest.approx((1.5, 2, 3, 4, 5, 6, 7, 8, 9))


def test_with_a_loss_of_0_they_are_the_losses() -> None:
    found = heights_of(landscape(np.arange(101.0)[None, :]))
    assert not found.is_logarithmic
    assert (found.low, found.high) == (0.0, 98.0)
    assert found.ends == (0.0, 98.0)
    assert found.of(3.0) == 3.0
    assert found.levels == pytest.approx(tuple(range(0, 91, 10)))


def test_a_plain_has_room_for_its_colours() -> None:
    found = heights_of(landscape(np.full((3, 5), 100.0)))
    assert (found.low, found.high - found.low) == (2.0, pytest.approx(2e-6))
    assert not heights_of(landscape(np.zeros((3, 5)))).is_logarithmic
    assert heights_of(landscape(np.zeros((3, 5)))).high == 1e-9


def test_nothing_known_yet_lies_between_0_and_1() -> None:
    found = heights_of(landscape(np.full((3, 5), math.nan)))
    assert (found.low, found.high, found.is_logarithmic, found.has_more) == (0.0, 1.0, False, False)


def test_as_a_surface_it_fills_its_box_with_the_path_on_it() -> None:
    losses = 10.0 ** np.linspace(0, 2, 15).reshape(3, 5)
    found = heights_of(landscape(losses, on_path=(1.0, 10.0, math.nan, 1e9)))
    surface = found.surface()
    span = found.high  # the lowest is at 0
    np.testing.assert_allclose(surface.values, np.clip(2 * np.log10(losses) / span - 1, -1, 1), atol=1e-12)
    assert (surface.x, surface.y, surface.limit, surface.is_signed) == ((-3.0, 5.0), (-2.0, 4.0), 1.0, False)
    assert surface.names == ("axis 1", "axis 2")
    assert surface.cut is not None
    np.testing.assert_allclose(surface.cut, [[0.0, 0.0, -1.0], [0.5, -1.0, 2 / span - 1], [1.5, -3.0, 1.0]], atol=1e-12)
    assert heights_of(landscape(losses, on_path=(1.0, math.nan))).surface().cut is None  # one point is no line
    two = heights_of(landscape(losses, on_path=(0.01, 10.0))).surface().cut
    assert two is not None and two[:, 2] == pytest.approx([-1.0, 2 / span - 1]), "what lies below the grid's least is at the bottom"
