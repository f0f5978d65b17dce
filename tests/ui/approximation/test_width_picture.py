"""Lines of error against width: what reaches an error, over all seeds and for each."""

from __future__ import annotations

import numpy as np

from nnlab.core.operator import operators
from nnlab.studies.approximation.width_curves import ConstructedPoint, WidthCurve
from nnlab.ui.approximation.width_picture import bounds_of, falls_as, key_of, line_of, line_of_depth, lines_of_built

CURVE = WidthCurve(
    "tanh", 2, np.array([1, 2, 4]), np.array([6, 13, 33]), np.array([0.5, 0.2, 0.04]), np.array([0.4, 0.1, 0.03]),
    np.array([0.6, 0.3, 0.05]), np.array([2, 2, 2]), {0: {1: 0.6, 2: 0.1, 4: 0.03}, 1: {1: 0.4, 2: 0.3, 4: 0.05}},
)  # fmt: skip


def test_the_least_width_for_an_error_by_the_median_and_by_each_seed() -> None:
    line = line_of(CURVE, is_own=True)
    assert line.least_for(0.2) == 2 and line.least_for(0.03) is None
    assert line.least_of_seeds(0.1) == (2, 4) and line.least_of_seeds(0.04) == (4, None)
    assert line.title == operators["tanh"].title and line.units.endswith("units")


def test_depths_stand_at_their_number_of_parameters() -> None:
    line = line_of_depth(CURVE, is_own=False)
    assert list(line.x) == [6, 13, 33] and list(line.widths) == [1, 2, 4] and line.title == "2 layers"
    assert line.least_for(0.2) == 13 and line.least_of_seeds(0.1) == (13, 33)


def test_constructed_networks_by_kind_and_only_finite_bounds() -> None:
    points = [ConstructedPoint("bumps", "sigmoid", 4, 0.9, 0.3, np.inf), ConstructedPoint("interpolant", "relu", 2, 0.5, 0.2, 0.6),
              ConstructedPoint("interpolant", "relu", 4, 0.1, 0.05, 0.15)]  # fmt: skip
    lines = lines_of_built(points, "rms")
    assert [line.name for line in lines] == ["interpolant", "bumps"] and list(lines[0].median) == [0.2, 0.05]
    assert [list(part) for part in bounds_of(points, "interpolant")] == [[2, 4], [0.6, 0.15]]
    assert bounds_of(points, "bumps")[0].size == 0


def test_lines_of_one_plot_are_told_apart() -> None:
    for names in (("sigmoid", "relu", "tanh"), ("interpolant", "staircase", "bumps"), ("1", "2", "3")):
        keys = [key_of(name) for name in names]
        assert len({key.dash for key in keys}) == len({key.mark for key in keys}) == 3


def test_powers_as_one_reads_them() -> None:
    assert [falls_as(power, "N") for power in (-2.0, -1.0, -0.5)] == ["1/N²", "1/N", "1/√N"]
