"""Whether there is memory for the arrays of a network, known before they are made.

A system that hands out more memory than it has ends the program when the arrays are filled; asking first costs a microsecond and lets the
program answer with a sentence.
"""

from __future__ import annotations

from pathlib import Path

from nnlab.core.errors import TrainingError

WHAT_TO_DO = "use fewer units or a smaller batch"
MEMORY_INFO, GROUP_LIMIT = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")


class NotEnoughMemory(TrainingError):
    """A network, its batch or a copy of its weights does not fit into the memory that is left."""

    def __init__(self, message: str = f"There is not enough memory for this network and batch; {WHAT_TO_DO}.") -> None:
        super().__init__(message)


def available_memory() -> int | None:
    """Bytes that this process can still fill without ending another; None where the system does not say."""
    try:
        lines = (line.split() for line in MEMORY_INFO.read_text(encoding="ascii").splitlines())
        kilobytes = {words[0]: int(words[1]) for words in lines if words[0] in ("MemAvailable:", "SwapFree:")}
        free = 1024 * (kilobytes["MemAvailable:"] + kilobytes.get("SwapFree:", 0))
    except (OSError, KeyError, ValueError, IndexError):
        return None
    try:
        return min(free, int(GROUP_LIMIT.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no such file, or "max": no limit
        return free


def require_memory(size: int) -> None:
    """Raises NotEnoughMemory when arrays of so many bytes would not fit."""
    free = available_memory()
    if free is not None and size > free:
        raise NotEnoughMemory(
            f"There is not enough memory for this network and batch: it takes {_gigabytes(size)}, and {_gigabytes(free)} are left; "
            f"{WHAT_TO_DO}."
        )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
