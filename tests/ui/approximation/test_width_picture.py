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


def test_the_first_second_and_third_line_of_every_plot_look_alike() -> None:
    """Whatever is compared: activations, constructions or depths. All lines are as thick."""
    for names in (("sigmoid", "staircase", "1"), ("relu", "interpolant", "2"), ("tanh", "3")):
        assert len({key_of(name) for name in names}) == 1
    assert len({key_of(name).width for name in ("sigmoid", "relu", "tanh", "bumps", "gelu", "elu", "silu")}) == 1


def test_whatever_its_name_a_line_has_the_same_of_three_further_keys() -> None:
    """By the sum of its letters, so that it looks alike in every window; none is that of a known one."""
    letters = {sum(name.encode()) % 3: name for name in ("a", "b", "c")}
    keys = [key_of(letters[k]) for k in range(3)]
    assert keys[0] == key_of("bumps") and [key.filled for key in keys] == [False, True, True]
    assert len({(key.dash, key.mark, key.filled) for key in (*keys, *map(key_of, ("1", "2", "3")))}) == 6
    assert key_of("ab") == key_of("ba") == keys[sum(b"ab") % 3]
