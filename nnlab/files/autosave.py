"""Safety copies of unsaved work: how they are named, what they remember, and finding those that were left behind.

A safety copy is an ordinary project file in a folder of its own. What it is a copy of (name, original path, time) stands in the
archive's comment, so that a copy and what is known about it are written in one step and can never be apart. Every copy
belongs to one running window, which holds the lock file beside it; whether a lock is still held is for the window to say
(`nnlab.ui.files.autosave`), because this package knows no windows.

    <folder>/<key>.nnlab    the copy
    <folder>/<key>.lock     held while its window lives
"""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from nnlab.core.atomic import temporary_files
from nnlab.core.errors import FileError, NNLabError
from nnlab.core.kernel.context import ITERATION
from nnlab.files.archive import read_comment
from nnlab.files.project import SavedProject
from nnlab.files.project_file import SUFFIX, save_project

LOCK = ".lock"
UNKNOWN_NAME = "untitled"


class Note(msgspec.Struct, frozen=True):
    """What a safety copy is a copy of."""

    name: str  # as in the window's title
    original: str | None  # the project file it belongs to; None: it was never saved
    time: float  # seconds since 1970
    iteration: int = 0


@dataclass(frozen=True)
class LeftBehind:
    """A safety copy and its note. What the note says is a claim of the file; a copy that cannot be read has the plainest of notes."""

    path: Path
    note: Note

    @property
    def original(self) -> Path | None:
        """The project file it belongs to, None when there is none any more."""
        if self.note.original is None or not Path(self.note.original).is_file():
            return None
        return Path(self.note.original)

    @property
    def is_older_than_original(self) -> bool:
        """Whether the project file was written after this copy: saving over it would lose what is in there."""
        original = self.original
        return original is not None and original.stat().st_mtime > self.note.time


def new_copy(folder: Path) -> Path:
    """A path for a copy that no other window uses."""
    return folder / f"{secrets.token_hex(8)}{SUFFIX}"


def lock_of(copy: Path) -> Path:
    """The lock file that the window of a copy holds."""
    return copy.with_suffix(LOCK)


def write_copy(path: Path, saved: SavedProject, name: str, original: Path | None) -> None:
    """Writes a safety copy in one step. Raises FileError in one sentence; the copy before it then stays."""
    iteration = 0 if saved.snapshot is None else int(saved.snapshot.context[ITERATION])
    note = Note(name, None if original is None else str(original), time.time(), iteration)
    # Escaped to ASCII: a path on Linux may hold bytes that are no text, and nothing here can look like the end of an archive.
    comment = json.dumps(msgspec.to_builtins(note), ensure_ascii=True).encode("ascii")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{path.parent} could not be created: {error.strerror}.") from error
    save_project(path, saved, with_data=False, comment=comment)


def read_copy(path: Path) -> LeftBehind:
    """A copy with its note. Never fails: work that can only half be read is still worth offering."""
    try:
        return LeftBehind(path, msgspec.convert(json.loads(read_comment(path)), Note))
    except (NNLabError, ValueError, msgspec.ValidationError):
        return LeftBehind(path, Note(UNKNOWN_NAME, None, _modified(path)))


def copies(folder: Path) -> list[Path]:
    """Paths of all copies of a folder, also of those that were begun and never finished, whether their windows live or not."""
    if not folder.is_dir():
        return []
    return sorted({path.with_suffix(SUFFIX) for path in folder.iterdir() if path.suffix in (SUFFIX, LOCK)})


def remove_copy(path: Path) -> None:
    """Removes a copy and what interrupted writing left of it. Its window's lock must be held by the caller."""
    sweep(path)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def sweep(path: Path) -> None:
    """Removes what interrupted writing left of a copy."""
    for leftover in temporary_files(path):
        leftover.unlink(missing_ok=True)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
