"""What is known of the file of a project: how it stood on the disk, where its run was, and all of that put aside for a while."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nnlab.core.kernel.context import ITERATION
from nnlab.files.project import SavedProject
from nnlab.ui.files.lock import FileLock


@dataclass(frozen=True, eq=False)
class FileAside:
    """The file of a project that is put aside."""

    path: Path | None
    lock: FileLock | None
    stamp: object
    saved_iteration: int


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """What tells one state of a file from another; None when there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def iteration_of(saved: SavedProject) -> int:
    return 0 if saved.snapshot is None else int(saved.snapshot.context[ITERATION])


def copy_of(path: Path) -> str:
    return f"{path.stem} copy"
