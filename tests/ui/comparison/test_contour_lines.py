"""Lines of equal value over a triangulated plane."""

from __future__ import annotations

import numpy as np

from nnlab.training.probes.simplex import triangle_grid, triangles
from nnlab.ui.comparison.contour_lines import contour_lines, levels_within

GRID, SMALL = triangle_grid(30), triangles(30)
FLAT = GRID @ np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])


def test_a_plane_has_straight_lines_over_the_whole_triangle() -> None:
    """The second coordinate is level along horizontals: at height h the triangle is 1 - h / (sqrt(3) / 2) wide."""
    height = 0.31
    lines = contour_lines(FLAT, FLAT[:, 1], SMALL, height)
    assert np.allclose(lines[:, :, 1], height)
    length = np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1).sum()
    assert np.isclose(length, 1 - height / (np.sqrt(3) / 2))


def test_a_cone_has_circles() -> None:
    centre = np.array([0.5, 0.3])
    lines = contour_lines(FLAT, np.linalg.norm(FLAT - centre, axis=1), SMALL, 0.2)
    assert np.allclose(np.linalg.norm(lines - centre, axis=2), 0.2, atol=2e-3)
    assert np.isclose(np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1).sum(), 2 * np.pi * 0.2, rtol=0.01)


def test_a_value_that_nothing_has_gives_no_line() -> None:
    assert contour_lines(FLAT, FLAT[:, 1], SMALL, 5.0).shape == (0, 2, 2)


def test_levels_lie_within_the_values() -> None:
    assert levels_within(np.array([0.0, 0.67])) == (0.02, 0.05, 0.1, 0.2, 0.5)
    assert levels_within(np.array([np.nan])) == ()


CORNERS, ONE = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([[0, 1, 2]])


def test_a_single_triangle_is_cut_where_its_edges_have_the_level() -> None:
    assert contour_lines(CORNERS, np.array([0.0, 1.0, 2.0]), ONE, 0.5).tolist() == [[[0.5, 0.0], [0.0, 0.25]]]
    assert contour_lines(CORNERS, np.array([1.0, 0.0, 1.0]), ONE, 0.25).tolist() == [[[0.75, 0.0], [0.75, 0.25]]]
    assert contour_lines(CORNERS, np.array([0.0, 0.5, 1.0]), ONE, 0.5).tolist() == [[[1.0, 0.0], [0.0, 0.5]]], "through a corner"
    assert contour_lines(CORNERS, np.array([0.5, 0.5, 0.5]), ONE, 0.5).shape == (0, 2, 2)
    two = contour_lines(np.vstack([CORNERS, [[1.0, 1.0]]]), np.array([0.0, 1.0, 1.0, 2.0]), np.array([[0, 1, 2], [1, 2, 3]]), 0.5)
    assert two.tolist() == [[[0.5, 0.0], [0.0, 0.5]]], "the other triangle lies above"


def test_levels_are_strictly_above_the_least_and_below_nine_tenths() -> None:
    assert levels_within(np.array([0.0, 10.0])) == (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0)
    assert levels_within(np.array([0.05, 0.5, np.inf])) == (0.1, 0.2)
    assert levels_within(np.array([0.1, 1.2])) == (0.2, 0.5, 1.0)
    assert levels_within(np.array([0.1, 1.09])) == (0.2, 0.5)
