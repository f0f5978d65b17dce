"""Threads that work in Python wait while the display's thread does, and only then."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice, takewhile

import pytest
from endings import LIMIT, join

from nnlab.core.courtesy import LONGEST, LOOK, SHARE, Courtesy

pytestmark = pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="a thread's processor time cannot be read here")
MANY = 20


@pytest.fixture(autouse=True)
def _as_in_the_application() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    yield
    sys.setswitchinterval(before)


@contextmanager
def display(courtesy: Courtesy, work: Callable[[threading.Event], object]) -> Iterator[None]:
    """A thread that is the display's and does `work` until its event is set."""
    end, began = threading.Event(), threading.Event()

    def live() -> None:
        courtesy.serve()
        began.set()
        work(end)

    thread = threading.Thread(target=live)
    thread.start()
    assert began.wait(LIMIT)
    try:
        yield
    finally:
        end.set()
        join(thread)


def spin(end: threading.Event) -> None:
    while not end.is_set():
        pass


def works_for(seconds: float) -> None:
    """Of the clock."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def waits(courtesy: Courtesy) -> Iterator[float]:
    """How long each call takes a thread that has worked for a moment before it."""
    courtesy.give_way()  # from here on it knows what the display has used
    while True:
        works_for(1.5 * SHARE)
        began = time.perf_counter()
        courtesy.give_way()
        yield time.perf_counter() - began


def test_work_waits_beside_a_display_that_works_and_goes_on_all_the_same() -> None:
    courtesy = Courtesy()
    end = time.perf_counter() + 60.0
    with display(courtesy, spin):  # which need not come to work in every such moment, where other programs work as well
        assert any(wait >= LONGEST for wait in takewhile(lambda _: time.perf_counter() < end, waits(courtesy)))


def test_nobody_waits_beside_a_display_that_waits_for_events() -> None:
    courtesy = Courtesy()
    with display(courtesy, lambda end: end.wait(LIMIT)):
        assert min(islice(waits(courtesy), MANY)) < LOOK


def test_the_display_does_not_wait_for_itself_nor_anybody_without_one() -> None:
    courtesy = Courtesy()
    assert min(islice(waits(courtesy), MANY)) < LOOK
    courtesy.serve()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(courtesy.give_way).result()
    assert min(islice(waits(courtesy), MANY)) < LOOK


def test_two_looks_shortly_one_after_another_cost_nothing() -> None:
    courtesy = Courtesy()
    with display(courtesy, spin):
        courtesy.give_way()
        works_for(1.5 * SHARE)
        courtesy.give_way()
        began = time.thread_time()
        for _ in range(10):
            courtesy.give_way()
        assert time.thread_time() - began < SHARE
