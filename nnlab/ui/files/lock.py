"""A lock that says: a window has this file open. So that two windows do not save over each other's work without knowing.

The lock is a small hidden file beside the project, where programs of other people on a shared disk see it too; in a folder that cannot be
written to it lies in the person's own folder, and where even that fails there is none: a lock never keeps anybody from working. It
goes away with its window. A process that was killed leaves its lock file behind, which Qt recognises as stale (the process it
names does not live) and takes over.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QSysInfo


@dataclass(frozen=True)
class Holder:
    """Who has a file open."""

    process: int
    computer: str  # empty: unknown

    @property
    def words(self) -> str:
        """Where the other window is, as the end of a sentence."""
        if self.computer and self.computer != QSysInfo.machineHostName():
            return f"on the computer {self.computer}"
        return "in another window"


class FileLock:
    """The lock on one file; `take` and `release` may be called at any time. `spare` is the folder for locks that cannot lie beside it."""

    def __init__(self, path: Path, spare: Path) -> None:
        self.path = path
        real = os.path.realpath(path)
        self._places = (
            Path(real).with_name(f".{Path(real).name[:200]}.lock"),
            spare / f"{hashlib.sha256(os.fsencode(real)).hexdigest()[:24]}.lock",
        )
        self._lock: QLockFile | None = None

    @property
    def is_held(self) -> bool:
        return self._lock is not None

    def is_for(self, path: Path) -> bool:
        """Whether it is the lock of this file, also when the file is reached by another name."""
        return os.path.realpath(path) == os.path.realpath(self.path)

    def take(self) -> Holder | None:
        """Takes the lock; None when it is ours now or cannot be had for want of a place, else who holds it."""
        if self._lock is not None:
            return None
        for place in self._places:
            lock = QLockFile(str(place))
            lock.setStaleLockTime(0)  # a window may be open for days; only a process that is gone makes a lock stale
            if place is self._places[1]:
                _make(place.parent)
            if lock.tryLock(0):
                self._lock = lock
                return None
            if lock.error() == QLockFile.LockError.LockFailedError:
                process, computer, _ = lock.getLockInfo()
                return Holder(process, computer)
        return None

    def release(self) -> None:
        """Gives the lock up and removes its file."""
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # then QLockFile cannot write there either, and there is no lock
