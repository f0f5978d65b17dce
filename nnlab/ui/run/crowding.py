"""Whether the runs that train want every core: then what the window draws and computes is taken from training, and comes less often."""

from __future__ import annotations

from functools import cache

from nnlab.core.processors import usable_processors


def is_crowded(threads: int) -> bool:
    """Whether so many threads that train leave no core to the window."""
    return threads >= _cores()


@cache
def _cores() -> int:
    """Looked up once: it reads files, and this is asked at every frame."""
    return usable_processors()
