"""Writing a file so that whatever happens, there is a whole file under its name: the old one or the new one.

The content goes to a temporary file in the same folder (a rename works only within one file system), is forced to the disk, and
then takes the name in a single step. A program that is killed, a full disk or a power cut before that step leaves the old file as
it was; after it, the new one is complete. The folder is forced to the disk too, or the rename itself could be lost.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from nnlab.core.errors import FileError, WriteError

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "your disk quota is used up; free some space or choose another folder",
    errno.EACCES: "writing there is not permitted; choose another folder",
    errno.EPERM: "writing there is not permitted; choose another folder",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.ENOENT: "there is no such folder; create it or choose another",
    errno.ENOTDIR: "there is no such folder; create it or choose another",
    errno.ENAMETOOLONG: "its name is too long; choose a shorter one",
    errno.EFBIG: "the disk does not allow files of this size; choose another folder",
}
ABANDONED = 600.0  # seconds after which a temporary file belongs to a program that was killed; no save takes so long


def reason(error: OSError) -> str:
    """Why writing failed and what to do, as the end of a sentence."""
    return _REASONS.get(error.errno or 0) or (error.strerror or str(error))


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Calls `write(file)` with a binary, seekable file that becomes `path` when everything is on the disk.

    A link is followed: what it points to is replaced, not the link. Permissions of an existing file are kept.
    Raises FileError in one sentence, a WriteError where the disk is at fault; whatever stood at `path` is then unchanged.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise FileError(f"{path} could not be saved: it is a folder; choose the name of a file.")
        _clear_away(target)
        _replace(target, write)
    except OSError as error:
        kept = " The file that was there is unchanged." if os.path.lexists(path) else ""
        raise WriteError(f"{path} could not be saved: {reason(error)}.{kept}") from error
    try:
        _flush_folder(target.parent)
    except OSError as error:
        raise WriteError(f"{path} was written, but the disk did not confirm it: {reason(error)}. Save it in another folder.") from error


def check_room(path: Path, size: int) -> None:
    """Raises WriteError unless `size` bytes can be written to `path` now: they are reserved in a file beside it, and given back.

    For whoever works long for what is then to be written. The room may be gone by then, of course.
    """
    target = Path(os.path.realpath(path))
    try:
        _clear_away(target)
        temporary = _temporary_for(target)
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            _reserve(descriptor, size)
        finally:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {reason(error)}.") from error


def _reserve(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    block = bytes(min(size, 2**20))
    for start in range(0, size, len(block)):
        os.write(descriptor, block[: size - start])


def temporary_files(target: Path) -> list[Path]:
    """What interrupted saves of `target` left beside it, and what is being written this moment."""
    try:
        return [path for path in target.parent.iterdir() if path.suffix == ".tmp" and path.name.startswith(_prefix(target))]
    except OSError:  # a folder that cannot be listed; whether it can be written to, the save will tell
        return []


def _prefix(target: Path) -> str:
    return f".{target.name[:100]}."


def _temporary_for(target: Path) -> Path:
    return target.with_name(f"{_prefix(target)}{secrets.token_hex(6)}.tmp")


def _clear_away(target: Path) -> None:
    """Removes what killed programs left of earlier saves; before writing, because a full disk needs the room."""
    now = time.time()
    for path in temporary_files(target):
        with contextlib.suppress(OSError):  # gone already, or somebody else's: neither hinders this save
            if now - path.stat().st_mtime > ABANDONED:
                path.unlink()


def _replace(target: Path, write: Callable[[IO[bytes]], object]) -> None:
    # Not tempfile's: those are readable by their owner alone, and a shared project must stay as readable as it was.
    temporary = _temporary_for(target)
    permissions = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), permissions)
    try:
        with open(descriptor, "w+b") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(temporary, permissions)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _flush_folder(folder: Path) -> None:
    """Forces the folder's own entries to the disk where the system knows such a thing (not Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # some network file systems cannot flush a folder; the file itself is safe by then
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)
