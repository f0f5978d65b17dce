"""Numbers that processes share: plain memory without locks, which is given back, file handle included, when its owner closes it.

A `multiprocessing.RawArray` would do the same, but its memory comes from a heap that keeps every file it has opened until the program ends.
"""

from __future__ import annotations

from multiprocessing.heap import Arena
from typing import Any

BYTES = 8  # of one number


class SharedNumbers:
    """`count` numbers (float64), all 0 at first. Pickled to a process that is being started, it is the same memory there."""

    def __init__(self, count: int) -> None:
        self._attach(Arena(count * BYTES))

    def _attach(self, arena: Any) -> None:
        self._arena = arena
        self._numbers = memoryview(arena.buffer).cast("d")

    def __getstate__(self) -> Any:
        return self._arena

    def __setstate__(self, arena: Any) -> None:
        self._attach(arena)

    def __getitem__(self, place: int) -> float:
        return float(self._numbers[place])

    def __setitem__(self, place: int, value: float) -> None:
        self._numbers[place] = value

    def close(self) -> None:
        """Gives the memory back; it cannot be read any more from here. Processes that still have it keep it."""
        self._numbers.release()
        self._arena.buffer.close()
        del self._arena  # closes its file
