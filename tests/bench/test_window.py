"""What the window is measured against."""

from __future__ import annotations

from nnlab.bench.window import headless


def test_the_speed_without_a_window_counts_neither_what_came_before_nor_an_old_frame() -> None:
    """Half a second is trained before anything is measured: counted within a twentieth of a second it would be ten times the speed."""
    short, longer = headless("W1", 0.05), headless("W1", 0.5)
    assert 0.2 * longer < short < 5 * longer
