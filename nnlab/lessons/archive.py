"""A lesson as one file, to hand out and to open by double-click: a zip with `lesson.toml`, its texts and its pictures.

It comes from a stranger: names and sizes are looked at before anything is unpacked (`nnlab.files.archive`), nothing is written under a path
that the archive names, and what is unpacked is read and checked like any lesson's folder.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import FileError, WriteError
from nnlab.core.sizes import MEGABYTE
from nnlab.files.archive import read_archive, write_archive
from nnlab.files.places import home
from nnlab.lessons.markdown import PICTURES
from nnlab.lessons.reader import FILE, MOST_BYTES

SUFFIX = ".nnlesson"
MOST_TOTAL = 64 * MEGABYTE
MOST_OF_ONE = 16 * MEGABYTE
_NAME = re.compile(r"[\w][\w .\-]{0,80}(?:/[\w][\w .\-]{0,80})?$")


def is_lesson_path(path: Path) -> bool:
    """Whether a path is meant as a lesson: its file, its folder, or the lesson.toml in that."""
    if path.suffix.lower() == SUFFIX or path.name == FILE:
        return path.is_file()
    return (path / FILE).is_file()


def folder_of(path: Path) -> Path:
    """The folder of a lesson that is named by any of these; a file is unpacked into the person's own folder, by its content.

    Raises FileError for what is damaged, too large, or no lesson.
    """
    if path.suffix.lower() == SUFFIX:
        return _unpacked(path)
    if path.name == FILE:
        return path.absolute().parent
    if not (path / FILE).is_file():
        raise FileError(f"{path} holds no {FILE}, so it is no lesson.")
    return path.absolute()


def pack(folder: Path, path: Path) -> None:
    """Writes a lesson's folder as one file; the same folder makes the same bytes. Raises FileError and WriteError."""
    if not (folder / FILE).is_file():
        raise FileError(f"{folder} holds no {FILE}, so it is no lesson.")
    found = {}
    for part in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = part.relative_to(folder).as_posix()
        if _limit(name) is not None:
            found[name] = part.read_bytes()
    write_atomically(path, lambda file: write_archive(file, found))


def _limit(name: str) -> int | None:
    """The most bytes of a part, None for one that a lesson does not have."""
    if not _NAME.match(name):
        return None
    if name == FILE:
        return MOST_BYTES
    return MOST_OF_ONE if name.lower().endswith((".md", *PICTURES)) else None


def _unpacked(path: Path) -> Path:
    try:
        parts = {name: content for name, content in read_archive(path, _limit, MOST_TOTAL).items() if content is not None}
    except FileError as error:
        raise FileError(f"{path} cannot be opened: {str(error).replace('an NN Lab project', 'a lesson of NN Lab')}.") from error
    if FILE not in parts:
        raise FileError(f"{path} cannot be opened: it holds no {FILE}, so it is no lesson.")
    digest = hashlib.sha256(b"".join(name.encode() + content for name, content in sorted(parts.items()))).hexdigest()[:12]
    stem = re.sub(r"[^\w\-]", "_", path.stem) or "lesson"
    folder = home() / "lessons-opened" / digest / stem
    if not (folder / FILE).is_file():
        try:
            for name, content in sorted(parts.items(), key=lambda part: part[0] == FILE):  # lesson.toml last: then all is there
                place = folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        except OSError as error:
            raise WriteError(f"{path} cannot be unpacked to {folder}: {error.strerror}.") from error
    return folder
