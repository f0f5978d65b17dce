"""What tells one state of a file from another without reading it: when it was written, how long it is, and which file it is.

Of a folder it is that of the folder and of the folders in it, so that a file added, removed or replaced there is noticed; one that is
written over in its place is not.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path


def file_stamp(path: Path) -> Hashable:
    """Empty where there is nothing to look at; whoever reads it says what is wrong."""
    try:
        places = [path, *(place for place in sorted(path.iterdir()) if place.is_dir())] if path.is_dir() else [path]
        found = [place.stat() for place in places]
    except (OSError, ValueError):
        return ()
    return tuple((status.st_mtime_ns, status.st_size, status.st_ino) for status in found)
