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
