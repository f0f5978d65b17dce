"""What the window is measured against."""

from __future__ import annotations

from nnlab.bench.window import headless, rate_of


def test_the_speed_counts_neither_what_came_before_nor_the_time_before() -> None:
    """A run at iteration 70,000 that makes 250 more in half a second, on a clock that stood at 100 s."""
    run = {"iteration": 70_000, "clock": 100.0}

    def work() -> None:
        run["iteration"] += 250
        run["clock"] += 0.5

    assert rate_of(lambda: run["iteration"], work, lambda: run["clock"]) == 500.0


def test_the_run_without_a_window_trains() -> None:
    assert headless("W1", 1.0) > 0  # beside other programs the first slices of a run may take a third of it
