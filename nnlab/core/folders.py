"""Folders that NN Lab keeps things in between starts: the one wished for, or a temporary one where that cannot be made.

A home that does not exist (a service's account), one that is full, or one that only others may write to is no reason not to work. What is
kept there lasts until the temporary folder is cleared; one sentence says so and names the variable that moves it.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path

from nnlab.core.errors import FileError, bounded

NOTES: list[str] = []  # what was said about folders in this process, for `nnlab doctor`


@cache
def usable_folder(wished: Path, variable: str, holds: str, system: str) -> Path:
    """`wished`, made if need be, or a temporary folder in its place.

    `variable` moves it, `system` are the system's own variables it follows otherwise; `holds` is what is kept in it. What takes its place
    goes into `variable`, so that child processes use the same folder. Warns (UserWarning) in one sentence, once.
    """
    try:
        return _made(wished)
    except OSError as error:
        named = variable if os.environ.get(variable) else next((n for n in system.split() if os.environ.get(n)), variable)
        reason = error.strerror or str(error)
        other = _temporary(holds)
        note = f"{named} puts {holds} into {wished}, which cannot be used ({reason}); they are kept in {other} for now; "
        NOTES.append(bounded(f"{note}set {variable} to a folder that can be written to."))
        warnings.warn(NOTES[-1], stacklevel=3)
        os.environ[variable] = str(other)
        return other


def system_variables(unix: str) -> str:
    """The variables that platform folders follow: `unix` (XDG_CACHE_HOME) or HOME on Linux."""
    return "LOCALAPPDATA USERPROFILE" if sys.platform == "win32" else "HOME" if sys.platform == "darwin" else f"{unix} HOME"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):  # it can be written to, which its permissions alone do not tell
        return folder


def _temporary(holds: str) -> Path:
    """A folder of this person alone, the same at the next start; a new one where another person made it, whose code would be run."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    try:
        folder = Path(tempfile.gettempdir()) / f"nnlab-{user}" / holds.replace(" ", "-")
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        found = folder.parent.lstat()
        others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and (found.st_uid != user or others)):
            return Path(tempfile.mkdtemp(prefix="nnlab-"))
        return _made(folder)
    except OSError as error:
        raise FileError("There is no folder that can be written to, not even a temporary one; set TMPDIR to one.") from error
