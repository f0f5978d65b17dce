"""How long a job still takes, against arithmetic on a clock of the test's own."""

from __future__ import annotations

import pytest

from nnlab.jobs.remaining import KEPT, RemainingTime, remaining_words


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_estimated_before_there_is_something_to_go_by() -> None:
    clock = Clock()
    remaining = RemainingTime(clock)
    assert remaining.seconds() is None
    clock.now = 0.2
    remaining.observe(0.1)
    assert remaining.seconds() is None  # too early
    clock.now = 0.6
    assert remaining.seconds() is not None


def test_a_job_without_progress_has_no_estimate() -> None:
    clock = Clock()
    remaining = RemainingTime(clock)
    clock.now = 100.0
    assert remaining.seconds() is None


@pytest.mark.parametrize("steps", [10, 1000])
def test_at_a_steady_pace_the_estimate_is_what_is_left(steps: int) -> None:
    clock = Clock()
    remaining = RemainingTime(clock)
    for k in range(1, steps):
        clock.now = 40.0 * k / steps
        remaining.observe(k / steps)
        if clock.now >= 1.0:
            assert remaining.seconds() == pytest.approx(40.0 - clock.now, rel=1e-6)


def test_between_two_reports_it_counts_down_and_never_below_nothing() -> None:
    clock = Clock()
    remaining = RemainingTime(clock)
    clock.now = 4.0
    remaining.observe(0.5)
    assert remaining.seconds() == pytest.approx(4.0)
    clock.now = 7.0
    assert remaining.seconds() == pytest.approx(1.0)
    clock.now = 20.0
    assert remaining.seconds() == 0.0


def test_tasks_that_grow_more_expensive_are_followed() -> None:
    """The first half of the tasks takes 20 s, the other ones ten times as long: soon the average of all would be far too low."""
    clock = Clock()
    remaining = RemainingTime(clock)
    for k in range(1, 51):
        clock.now = 0.4 * k
        remaining.observe(k / 100)
    for k in range(1, 11):
        clock.now = 20 + 4.0 * k
        remaining.observe((50 + k) / 100)
    found, truth, average = remaining.seconds(), 40 * 4.0, 60 / 0.6 * 0.4
    assert found is not None
    assert abs(found - truth) < 0.1 * truth < abs(average - truth)


def test_progress_that_falls_back_is_not_believed_and_memory_stays_small() -> None:
    clock = Clock()
    remaining = RemainingTime(clock)
    for k in range(1, 10_000):
        clock.now = k / 100
        remaining.observe(k / 10_000)
        remaining.observe(0.0)
    assert remaining.seconds() == pytest.approx(0.01, rel=0.05)
    assert len(remaining._observed) <= KEPT + 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""), (0.0, "about 1 s left"), (11.2, "about 12 s left"), (20.0, "about 20 s left"), (33.0, "about 35 s left"),
        (57.0, "about 55 s left"), (58.0, "about 1 min left"), (150.0, "about 2 min left"), (3500.0, "about 58 min left"),
        (3580.0, "about 1 h left"), (9000.0, "about 2 h left"),
    ],
)  # fmt: skip
def test_in_words(seconds: float | None, words: str) -> None:
    assert remaining_words(seconds) == words
