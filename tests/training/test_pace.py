"""How many steps a slice has: as many as take the wanted time, a sixtieth of a second's worth under a limit, never more than asked for."""

from __future__ import annotations

import pytest

from nnlab.training import pace
from nnlab.training.pace import Pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now[0])
    return now


def test_a_slice_grows_at_most_eightfold_towards_the_wanted_time() -> None:
    found = Pace()
    sizes = [found.next_slice()]
    for _ in range(4):
        found.learn(sizes[-1], sizes[-1] * 0.001, 0.1)  # a millisecond for every step, a tenth of a second wanted: 100 steps
        sizes.append(found.next_slice())
    assert sizes == [1, 8, 64, 100, 100]
    found.learn(100, 1.0, 0.05)  # ten milliseconds now
    assert found.next_slice() == 5
    found.learn(5, 50.0, 0.1)
    assert found.next_slice() == 1, "never less than a step"
    found.learn(0, 1.0, 5.0)
    assert found.next_slice() == 1, "a slice in which nothing was done says nothing"


def test_under_a_limit_steps_come_in_sixtieths_of_a_second() -> None:
    found = Pace()
    for limit, steps in ((600.0, 10), (659.0, 10), (60.0, 1), (1.0, 1)):
        found.limit = limit
        assert found.next_slice() == steps
    found.learn(10, 0.001, 1.0)
    found.limit = 600.0
    assert (found.next_slice(), found.next_slice(is_free=True)) == (10, 8), "a run that catches up knows no limit"


def test_no_more_steps_than_were_asked_for() -> None:
    found = Pace()
    found.learn(1, 0.001, 1.0)
    found.remaining = 10
    assert (found.next_slice(), found.next_slice(is_free=True)) == (8, 8)
    assert not found.count(8, 0.0)
    assert found.remaining == 2 and found.next_slice() == 2
    assert found.count(2, 0.0) and found.remaining == 0
    found.remaining = None
    assert not found.count(5, 0.0) and found.next_slice() == 8


def test_the_next_portion_is_due_when_the_last_has_lasted_as_long_as_it_should(clock: list[float]) -> None:
    found = Pace()
    assert found.seconds_until_due == 0.0
    found.limit = 50.0
    found.restart()
    assert found.seconds_until_due == 0.0 and found.next_slice() == 1
    found.count(1, 100.0)  # one step of a fiftieth of a second
    assert found.seconds_until_due == pytest.approx(1 / 50)
    found.count(2, 100.0)
    assert found.seconds_until_due == pytest.approx(3 / 50)
    clock[0] = 110.0  # the computer slept: what was missed is not made up for, but for one portion
    found.count(1, 110.0)
    assert found.seconds_until_due == pytest.approx(1 / 50 - 1 / 60)
    found.limit = None
    assert found.seconds_until_due == 0.0


def test_after_a_restart_nothing_is_known_of_the_speed(clock: list[float]) -> None:
    found = Pace()
    found.learn(1, 0.001, 1.0)
    found.limit = 10.0
    found.count(100, 100.0)
    found.restart()
    assert found.seconds_until_due == 0.0 and found.next_slice(is_free=True) == 1


def test_time_is_over_only_once_a_slice_has_shown_it(clock: list[float]) -> None:
    found = Pace()
    assert not found.has_time_over
    found.limit = 2.0
    found.count(1, clock[0])
    assert found.has_time_over, "half a second for a step that took none"
    found.restart()
    assert not found.has_time_over


def test_a_slice_of_several_is_so_many_times_as_long_but_no_longer_than_what_remains() -> None:
    found = Pace()
    found.learn(1, 0.001, 1.0)
    assert (found.next_slice(), found.next_slice(times=3), found.next_slice(is_free=True, times=3)) == (8, 24, 8)
    found.remaining = 20
    assert found.next_slice(times=3) == 20
