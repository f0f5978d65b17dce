"""The commands that wait for a thread: in order, waited for as long as was said, and never left without an answer."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from endings import join

from nnlab.core.errors import NNLabError
from nnlab.core.memory import NotEnoughMemory
from nnlab.training.command_queue import ENDED, CommandQueue, answer
from nnlab.training.commands import Iterate, Pause, Play, Snapshot, TakeSnapshot


def test_first_come_first_served() -> None:
    waiting = CommandQueue()
    for command in (Play(), Iterate(3), Pause()):
        waiting.put(command)
    assert [waiting.next(), waiting.next_within(0.0), waiting.next_within(20.0)] == [Play(), Iterate(3), Pause()]
    assert waiting.next_within(0.0) is None and waiting.next_within(-1.0) is None


def test_a_command_that_comes_in_time_is_waited_for() -> None:
    """Less than a second is a time to wait, too: what comes after a twentieth of one is found."""
    waiting = CommandQueue()
    later = threading.Timer(0.05, waiting.put, [Play()])
    later.start()
    assert waiting.next_within(0.99) == Play()
    join(later)
    assert waiting.next_within(0.01) is None


def test_while_nobody_carries_commands_out_requests_are_answered_and_others_wait() -> None:
    waiting = CommandQueue()
    first, second, given_up = Future[Snapshot](), Future[Snapshot](), Future[Snapshot]()
    given_up.cancel()
    for command in (Play(), TakeSnapshot(first), TakeSnapshot(given_up), Pause()):
        waiting.put(command)
    waiting.refuse(ENDED)
    waiting.put(TakeSnapshot(second))
    for future in (first, second):
        with pytest.raises(NNLabError, match=r"^The training thread has ended; try again in a moment\.$"):
            future.result(timeout=0)
    waiting.accept()
    third = Future[Snapshot]()
    waiting.put(TakeSnapshot(third))
    assert not third.done()
    assert [waiting.next_within(0.0), waiting.next_within(0.0), waiting.next_within(0.0)] == [Play(), Pause(), TakeSnapshot(third)]


def test_an_answer_is_what_was_found_or_why_there_is_none() -> None:
    def fail(error: BaseException) -> object:
        raise error

    found = Future[object]()
    answer(TakeSnapshot(found), lambda: 5, ENDED)  # type: ignore[arg-type]
    assert found.result(timeout=0) == 5
    for error, kind, words in (
        (MemoryError(), NotEnoughMemory, "not enough memory to copy the weights"),
        (ZeroDivisionError("a fault"), ZeroDivisionError, "a fault"),
    ):  # fmt: skip
        future = Future[object]()
        answer(TakeSnapshot(future), lambda error=error: fail(error), ENDED)  # type: ignore[arg-type, misc]
        with pytest.raises(kind, match=words):
            future.result(timeout=0)
    future = Future[object]()
    with pytest.raises(KeyboardInterrupt):
        answer(TakeSnapshot(future), lambda: fail(KeyboardInterrupt()), ENDED)  # type: ignore[arg-type]
    with pytest.raises(NNLabError, match="has ended"):
        future.result(timeout=0)


def test_nobody_works_for_an_answer_that_nobody_waits_for() -> None:
    given_up, asked = Future[Snapshot](), []
    given_up.cancel()
    answer(TakeSnapshot(given_up), lambda: asked.append("asked"), ENDED)  # type: ignore[arg-type]
    assert asked == []
