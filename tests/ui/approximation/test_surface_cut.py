"""Values along a cut lie between those of the grid."""

from __future__ import annotations

import numpy as np

from nnlab.training.probes.approximation_surface import ApproximationSurface, axis
from nnlab.ui.approximation.surface_cut import POINTS, between, cut_values


def plane() -> ApproximationSurface:
    """f = 2x − y + 1 over [0, 3] × [−1, 1] and its margin, and a fit that is 1/2 lower."""
    x, y = axis(0.0, 3.0), axis(-1.0, 1.0)
    truth = 2 * x[None, :] - y[:, None] + 1
    return ApproximationSurface(x, y, truth - 0.5, truth, None, None, None, "", None, "")


def test_a_plane_is_read_exactly_between_points_and_on_the_edges() -> None:
    found = plane()
    xs, ys = np.array([0.0, 3.0, 1.2345, found.x[-1]]), np.array([-1.0, 1.0, 0.4321, found.y[-1]])
    np.testing.assert_allclose(between(found, found.fit, xs, ys), 2 * xs - ys + 0.5, atol=1e-12)


def test_a_cut_runs_from_end_to_end_and_knows_where_it_is_inside() -> None:
    along = cut_values(plane(), (-0.3, 0.0), (1.5, 0.5))
    assert (along.x[0], along.y[0], along.x[-1], along.y[-1]) == (-0.3, 0.0, 1.5, 0.5) and len(along.x) == POINTS
    assert along.target is not None
    np.testing.assert_allclose(along.target, 2 * along.x - along.y + 1, atol=1e-12)
    np.testing.assert_allclose(along.target - along.fit, 0.5, atol=1e-12)
    assert (along.is_inside == (along.x >= 0)).all()


def test_what_is_not_a_number_stays_none() -> None:
    found = plane()
    assert found.truth is not None
    found.truth[30, 30] = np.nan
    assert np.isnan(between(found, found.truth, found.x[30:31], found.y[30:31])).all()
