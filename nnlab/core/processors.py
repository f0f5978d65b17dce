"""How many processors this process may use: what the machine has, less what it was pinned to or, in a container, is given time on.

More threads than that wait for one another: a matrix product hands its parts to threads and spins until the last is done, and on one
processor each of them spins through the time that the others need.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def usable_processors() -> int:
    """At least 1."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    share = _share_of_time(CGROUP)
    return max(1, allowed if share is None else min(allowed, math.ceil(share)))


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
