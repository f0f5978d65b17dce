"""How many processors this process may use: what the machine has, less what it was pinned to or, in a container, is given time on.

More threads than that wait for one another: a matrix product hands its parts to threads and spins until the last is done, and on one
processor each of them spins through the time that the others need.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
BACKGROUND = 4  # how much nicer than others a thread is that makes way


def usable_processors() -> int:
    """At least 1."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    share = _share_of_time(CGROUP)
    return max(1, allowed if share is None else min(allowed, math.ceil(share)))


def make_way() -> None:
    """This thread, and those it starts, let the display go first where both want one core: it needs little, but at once.

    On Linux, where a thread has a priority of its own; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + BACKGROUND)


def _share_of_time(cgroup: Path) -> float | None:
    """Processors' worth of time that the container's group may use (version 2, then 1, of Linux's control groups); None without a limit."""
    for files in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            quota, period = " ".join((cgroup / name).read_text(encoding="ascii") for name in files).split()
            if float(quota) > 0 and float(period) > 0:
                return float(quota) / float(period)
        except (OSError, ValueError):  # no such file, or "max": no limit
            continue
    return None
