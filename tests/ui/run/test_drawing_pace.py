"""What the window draws keeps to its share of a core as soon as training wants all of them."""

from __future__ import annotations

import pytest

from nnlab.ui.run.drawing_pace import LONGEST, SHARE_OF_A_STEP, SHARE_OF_RUNS, DrawingPace, stretched


def test_a_window_with_a_core_of_its_own_draws_as_often_as_it_likes() -> None:
    pace = DrawingPace()
    for tick in range(200):
        pace.tick(tick / 60, 0.9 * tick / 60, None)
    assert pace.stretch == 1.0 and stretched(1 / 30, pace.stretch) == 1 / 30


@pytest.mark.parametrize(("ticks", "pictures"), [(0.0005, 0.014), (0.0008, 0.003), (0.0002, 0.030)])
def test_pictures_wait_until_the_share_is_kept(ticks: float, pictures: float) -> None:
    """A window whose every tick, and whose every picture (30 a second), takes so many seconds of the core."""
    pace, spent, due, late = DrawingPace(), 0.0, 0.0, []
    for tick in range(1200):
        now = tick / 60
        spent += ticks
        if now >= due:
            spent += pictures
            due = now + stretched(1 / 30, pace.stretch)
        pace.tick(now, spent, SHARE_OF_A_STEP)
        late.append(spent)
    share = (late[-1] - late[600]) / 10
    assert share <= 1.1 * SHARE_OF_A_STEP
    assert share >= 0.6 * SHARE_OF_A_STEP or pace.stretch == 1.0


def test_a_picture_that_alone_costs_more_than_the_share_comes_twice_a_second() -> None:
    assert stretched(1 / 30, 1e9) == LONGEST
    assert stretched(2.0, 1e9) == 2.0, "what is slower by itself stays so"


def test_it_draws_as_ever_when_there_is_room_again() -> None:
    pace = DrawingPace()
    for tick in range(600):
        pace.tick(tick / 60, 0.8 * tick / 60, SHARE_OF_A_STEP)
    assert pace.stretch > 4.0
    pace.tick(10.1, 8.0, None)
    assert pace.stretch == 1.0


def stretches(*shares: float) -> list[float]:
    """After every half second in which the window's thread took so many times its share of a core."""
    pace, spent, found = DrawingPace(), 0.0, []
    pace.tick(0.0, spent, 0.1)
    for half, share in enumerate(shares, start=1):
        spent += share * 0.1 * 0.5
        pace.tick(0.5 * half, spent, 0.1)
        found.append(pace.stretch)
    return found


def test_the_stretch_grows_and_shrinks_by_what_was_taken() -> None:
    assert stretches(2.0, 1.0, 0.5, 0.5) == pytest.approx([2.0, 2.0, 1.0, 1.0]), "never below 1"
    assert stretches(100.0, 100.0, 100.0) == pytest.approx([4.0, 16.0, 30.0]), "four times at once, and half a second in all"
    assert stretches(3.0, 0.01, 1.5) == pytest.approx([3.0, 1.0, 1.5]), "a quarter at once"


def test_half_a_second_is_measured() -> None:
    pace = DrawingPace()
    pace.tick(0.0, 0.0, 0.1)
    pace.tick(0.49, 1.0, 0.1)
    assert pace.stretch == 1.0
    pace.tick(0.5, 1.0, 0.1)
    assert pace.stretch == 4.0


def test_pictures_wait_only_where_it_is_stretched() -> None:
    pace = DrawingPace()
    assert pace.picture_seconds == 0.0
    pace.stretch = 3.0
    assert pace.picture_seconds == pytest.approx(0.1)
    pace.stretch = 30.0
    assert pace.picture_seconds == 0.5


def test_training_keeps_what_matters_to_it() -> None:
    """Where both cores work at one step, each waits while the window has one: twice as much is lost, so it may have half as much."""
    assert 2 * SHARE_OF_A_STEP <= SHARE_OF_RUNS <= 1 / 3
