"""Python on other threads gives way to the display's.

Python runs one thread at a time. Qt lets go of Python's lock thousands of times while it shows or hides a workspace, and whoever computes
in Python beside it takes the lock every time and keeps it for the whole interval of `sys.setswitchinterval`: a turn of 70 ms becomes one of
500 beside one busy thread, and of 1,200 beside two. So threads that work in Python come here now and then, before they go on:

    give_way()

Whether the display is at work is read off its processor time: while it waits for events it uses none. It is left alone until it rests, at
most for `LONGEST` out of every `LONGEST + SHARE` seconds, so that work beside a display that never rests goes on. Where a thread's
processor time cannot be read (Windows, macOS), or without a display, nobody waits.
"""

from __future__ import annotations

import threading
import time

SHARE = 0.002  # seconds of work before the next look
LOOK = 0.001  # seconds that the display is left alone, again and again, until it rests
LONGEST = 0.02  # seconds after which work goes on beside a display that never rests
RESTS = 0.02  # the part of the time below which the display's thread does not work: it waits for events
_READS_CLOCKS = hasattr(time, "pthread_getcpuclockid")


class Courtesy:
    """Towards the thread of the display, which `serve` names; each other thread has its own account."""

    def __init__(self) -> None:
        self._display: int | None = None  # its identity
        self._clock = 0
        self._own = threading.local()

    def serve(self) -> None:
        """The calling thread is the display's from now on."""
        self._display = threading.get_ident()
        if _READS_CLOCKS:
            self._clock = time.pthread_getcpuclockid(self._display)

    def give_way(self) -> None:
        """Waits while the display works; at once where there is none, on its own thread, and where the last look was a moment ago."""
        if not _READS_CLOCKS or self._display is None or threading.get_ident() == self._display:
            return
        own, now = self._own, time.perf_counter()
        began = getattr(own, "began", None)
        if began is not None and now - began < SHARE:
            return
        used = time.clock_gettime(self._clock)
        if began is not None and used - own.used > RESTS * (now - began):
            used = self._wait(used)
        own.began, own.used = time.perf_counter(), used

    def _wait(self, used: float) -> float:
        """Until the display rests, or for `LONGEST`; returns its processor time."""
        end = time.perf_counter() + LONGEST
        while (began := time.perf_counter()) < end:
            time.sleep(LOOK)
            before, used = used, time.clock_gettime(self._clock)
            if used - before <= RESTS * (time.perf_counter() - began):
                break
        return used


_courtesy = Courtesy()
serve_display = _courtesy.serve
give_way = _courtesy.give_way
