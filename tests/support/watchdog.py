"""Ends a test that waits for ever: one thread for all tests, where pytest-timeout and pytest start a thread each for every test.

Two threads for each of 12,000 tests that last a millisecond took as long as the tests. What happens at the end of the time is
pytest-timeout's: the stacks of all threads are printed, the process is ended, and pytest-xdist counts the test as failed and begins a new
process. Where even that cannot run, because compiled code keeps Python's lock, faulthandler does the same a little later.
"""

from __future__ import annotations

import faulthandler
import math
import os
import sys
import threading
import time
from typing import Any

import pytest_timeout

GRACE = 30.0  # seconds that faulthandler leaves to pytest-timeout
ROUGHLY = 20.0  # seconds: it is told of the next test no more often than this


class Watchdog:
    """`begin` and `end` tell it of each test, on the thread that runs tests."""

    def __init__(self, grace: float = GRACE, roughly: float = ROUGHLY) -> None:
        self._grace, self._roughly = grace, roughly
        self._changed = threading.Condition()
        self._watched: tuple[float, Any, Any] | None = None  # when its time is over, the test, its settings
        self._wakes = math.inf  # when the thread looks next: mostly at the end of a test that is over long ago
        self._thread: threading.Thread | None = None
        self._armed = -math.inf  # when faulthandler was told
        self._errors = -1

    def open(self) -> None:
        """Before the first test, while pytest captures nothing: this is where faulthandler writes."""
        assert sys.__stderr__ is not None
        self._errors = os.dup(sys.__stderr__.fileno())

    def begin(self, item: Any, settings: Any) -> None:
        now = time.monotonic()
        end = now + settings.timeout
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog of the tests", daemon=True)
            self._thread.start()
        with self._changed:
            self._watched = (end, item, settings)
            if end < self._wakes:
                self._changed.notify()
        if now - self._armed >= self._roughly:
            self._armed = now
            faulthandler.dump_traceback_later(settings.timeout + self._grace, exit=True, file=self._errors)

    def end(self) -> None:
        self._watched = None

    def close(self) -> None:
        """No test follows."""
        faulthandler.cancel_dump_traceback_later()
        os.close(self._errors)

    def _watch(self) -> None:
        while True:
            _, item, settings = self._overdue()
            pytest_timeout.timeout_timer(item, settings)  # returns where somebody debugs

    def _overdue(self) -> tuple[float, Any, Any]:
        """The test whose time is over, once there is one."""
        with self._changed:
            while True:
                watched, now = self._watched, time.monotonic()
                if watched is not None and watched[0] <= now:
                    self._watched = None
                    return watched
                self._wakes = math.inf if watched is None else watched[0]
                self._changed.wait(None if watched is None else watched[0] - now)
