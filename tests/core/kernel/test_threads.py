"""Turns: one-threaded ones side by side, others alone, in the order in which they came; a look never waits for training."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import threadpoolctl
from endings import join

from nnlab.core.kernel import threads
from nnlab.core.kernel.threads import LARGE, Turn, Turns
from nnlab.core.processors import usable_processors

PATIENCE = 0.01
WAIT = 5.0  # seconds until a test gives up


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Turns that only note the counts that are set."""
    one = Turns()
    monkeypatch.setattr(one, "_set_count", lambda turn: set_count(one, turn))
    return one


def set_count(turns: Turns, turn: Turn) -> None:
    if not (turn.is_look and len(turns._inside) > 1):
        turns._count = turn.count


def begun(turns: Turns, count: int, is_look: bool = False) -> tuple[Turn, threading.Event, Callable[[], None]]:
    """A turn on a thread of its own: it, an event for when it is inside, and what ends it."""
    turn, inside, end = Turn(turns, count, is_look, PATIENCE), threading.Event(), threading.Event()

    def stay() -> None:
        with turn:
            inside.set()
            end.wait(WAIT)

    thread = threading.Thread(target=stay)
    thread.start()

    def finish() -> None:
        end.set()
        thread.join(WAIT)
        assert not thread.is_alive()

    return turn, inside, finish


def is_waiting(turns: Turns, turn: Turn) -> bool:
    with turns._changed:
        return turns._changed.wait_for(lambda: turn in turns._waiting, WAIT)


def asked(turn: Turn, turns: Turns) -> bool:
    """Whether it is asked to leave before long."""
    done = threading.Event()
    for _ in range(500):
        if turn.asked[0]:
            return True
        done.wait(0.01)
    return False


def test_one_thread_is_shared(turns: Turns) -> None:
    first, inside, end = begun(turns, 1)
    second, also_inside, end_too = begun(turns, 1)
    assert inside.wait(WAIT) and also_inside.wait(WAIT)
    assert not first.asked[0] and not second.asked[0]
    end()
    end_too()


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1), (2, 2)])
def test_more_than_one_is_not(turns: Turns, before: int, after: int) -> None:
    first, inside, end = begun(turns, before)
    assert inside.wait(WAIT)
    second, also_inside, end_too = begun(turns, after)
    assert is_waiting(turns, second) or also_inside.is_set()
    assert asked(first, turns) and not also_inside.is_set()
    end()
    assert also_inside.wait(WAIT) and turns._count == after
    end_too()


def test_who_came_first_is_served_first_and_nobody_starves(turns: Turns) -> None:
    """One wants two threads while others keep coming that would fit beside those inside: it goes before them."""
    _, inside, end = begun(turns, 1)
    assert inside.wait(WAIT)
    large, large_inside, end_large = begun(turns, 2)
    assert is_waiting(turns, large)
    later, later_inside, end_later = begun(turns, 1)
    assert is_waiting(turns, later)
    end()
    assert large_inside.wait(WAIT) and not later_inside.is_set()
    end_large()
    assert later_inside.wait(WAIT)
    end_later()


@pytest.mark.parametrize(("inside_count", "own_count"), [(1, 2), (2, 1), (2, 2)])
def test_a_look_goes_beside_training_and_leaves_its_count(turns: Turns, inside_count: int, own_count: int) -> None:
    first, inside, end = begun(turns, inside_count)
    assert inside.wait(WAIT)
    with Turn(turns, own_count, True, 0.0):
        assert turns._count == inside_count and not first.asked[0]
    end()
    with Turn(turns, own_count, True, 0.0):
        assert turns._count == own_count


def test_the_count_never_changes_while_a_look_is_inside(turns: Turns) -> None:
    _, inside, end = begun(turns, 1, is_look=True)
    assert inside.wait(WAIT)
    large, large_inside, end_large = begun(turns, 2)
    assert is_waiting(turns, large) and turns._count == 1
    end()
    assert large_inside.wait(WAIT) and turns._count == 2
    end_large()


def test_a_turn_within_a_turn_begins_at_once(turns: Turns) -> None:
    with Turn(turns, 2, False, 0.0):
        with Turn(turns, 1, True, 0.0), Turn(turns, 1, False, 0.0):
            assert turns._count == 2
        assert len(turns._inside) == 1
    assert not turns._inside


def test_a_fault_inside_ends_the_turn(turns: Turns) -> None:
    with pytest.raises(ValueError, match="inside"), Turn(turns, 2, False, 0.0):
        raise ValueError("inside")
    assert not turns._inside and not turns._waiting


def test_every_thread_can_set_the_count() -> None:
    """threadpoolctl listens to the first thread that sets one, and to no other: training on another thread kept its count."""
    found = []

    def set_and_read(operations: float) -> None:
        with threads.train_with(operations):
            found.append(max(library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"))

    set_and_read(0.0)
    for operations in (LARGE, 0.0, LARGE):
        thread = threading.Thread(target=set_and_read, args=(operations,))
        thread.start()
        join(thread)
    assert found == [1, usable_processors(), 1, usable_processors()]


def test_the_library_computes_with_the_count_of_the_turn() -> None:
    def counts() -> set[int]:
        return {library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"}

    with threads.train_with(LARGE / 2):
        assert counts() == {1}
    with threads.train_with(LARGE):
        assert counts() == {usable_processors()}
    with threads.train_with(0.0), threads.look_with(LARGE):
        assert counts() == {1}


def test_a_look_between_two_slices_of_training_leaves_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in lock-step are outside for moments, sixty times a second: a picture that used all cores then would hold them up."""
    turns, counts = Turns(), []

    class Controller:
        def limit(self, limits: int, user_api: str) -> None:
            counts.append(limits)

    monkeypatch.setattr(threads, "_controller", Controller)
    with Turn(turns, 1, False, PATIENCE):
        pass
    with Turn(turns, 2, True, 0.0):
        assert counts == [1]
    monkeypatch.setattr(threads, "REST", 0.0)
    with Turn(turns, 2, True, 0.0):
        assert counts == [1, 2]
