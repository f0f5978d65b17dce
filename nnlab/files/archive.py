"""A zip archive from anywhere, read without trust; and one of ours, written the same way every time.

A project file may come by mail from a stranger. Before anything is unpacked, the directory of the archive must be small, every
entry must be one of the names that a project has, and no entry may claim more than its limit or unpack to more than `MAX_RATIO` times
its packed size. While unpacking, the bytes that really come out are counted against the same limits, because a
directory can lie. Nothing is ever written to a path that the archive names.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from nnlab.core.errors import FileError
from nnlab.core.sizes import MEGABYTE

MAX_ENTRIES = 100
MAX_DIRECTORY = 64 * 1024  # bytes of the archive's directory
MAX_RATIO = 200  # unpacked to packed bytes; ours are stored unpacked where they would exceed it
MOST_PACKED_WELL = 4 * MEGABYTE  # beyond it, a quarter more bytes take a seventh of the time
RATIO_MATTERS = MEGABYTE  # below this size a ratio harms nobody
_CHUNK = 256 * 1024

_DIRECTORY_END = b"PK\x05\x06"
_DIRECTORY_END_LARGE = b"PK\x06\x07"
_ENTRY = b"PK\x03\x04"
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, OverflowError)


def read_archive(path: Path, limit_of: Callable[[str], int | None], total: int) -> dict[str, bytes | None]:
    """All entries of a zip archive by name.

    `limit_of(name)` is the most bytes an entry of that name may have, `total` the most bytes of all together. An entry whose limit
    is None is not unpacked and has None for its content. Raises FileError, without the archive's own name, for anything
    that is damaged, incomplete, too large, or not made as a project is.
    """
    with _open(path) as file:
        _check_directory(file)
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                _check_entries(entries, limit_of, total)
                return {e.filename: None if limit_of(e.filename) is None else _unpack(archive, e) for e in entries}
        except _FAULTS as error:
            raise FileError(f"the archive is damaged ({_first_line(error)}); use an undamaged copy") from error
        except OSError as error:
            raise FileError(f"it cannot be read: {error.strerror or error}") from error


def read_comment(path: Path) -> bytes:
    """The comment behind the archive's directory, empty when there is none. Raises FileError as `read_archive` does."""
    with _open(path) as file:
        _check_directory(file)
        try:
            with zipfile.ZipFile(file) as archive:
                return archive.comment
        except _FAULTS as error:
            raise FileError(f"the archive is damaged ({_first_line(error)}); use an undamaged copy") from error
        except OSError as error:
            raise FileError(f"it cannot be read: {error.strerror or error}") from error


def write_archive(file: IO[bytes], entries: Mapping[str, bytes], comment: bytes = b"") -> None:
    """Writes entries in their order, without times or owners: the same entries make the same bytes. A comment has at most 65,535."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = comment
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.create_system = 3
            level = 1 if len(content) > MOST_PACKED_WELL else 6
            packed = len(zlib.compress(content, level)) if not name.endswith((".safetensors", ".png")) else len(content)
            worthwhile = packed < 0.9 * len(content) and (len(content) < RATIO_MATTERS or packed * MAX_RATIO > len(content))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED if worthwhile else zipfile.ZIP_STORED, level)


def _open(path: Path) -> IO[bytes]:
    try:
        if not path.exists():
            raise FileError("there is no such file")
        if not path.is_file():  # a folder; or a device or pipe, which would never end
            raise FileError("it is not a file")
        return open(path, "rb")
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        message = error.strerror if isinstance(error, OSError) else str(error)
        raise FileError(f"it cannot be read: {message}") from error


def _check_directory(file: IO[bytes]) -> None:
    """Reads the record that ends every archive; refuses a directory so long that reading it would fill the memory."""
    start = file.read(4)
    size = file.seek(0, 2)
    tail_start = max(0, size - 66_000)  # 22 bytes, and a comment of at most 65,535
    file.seek(tail_start)
    tail = file.read()
    file.seek(0)
    place = len(tail) - 22 if tail[-22:-18] == _DIRECTORY_END and tail[-2:] == b"\0\0" else tail.rfind(_DIRECTORY_END)
    if place < 0 or len(tail) - place < 22:
        if start == _ENTRY:
            raise FileError("the file is incomplete: its end is missing. It was cut off while it was copied or saved; use a complete copy")
        raise FileError("this is not an NN Lab project")
    entries, length = struct.unpack("<HL", tail[place + 10 : place + 16])
    if tail[place - 20 : place - 16] == _DIRECTORY_END_LARGE or entries > MAX_ENTRIES or length > MAX_DIRECTORY:
        raise FileError(f"the archive has far more entries than a project (at most {MAX_ENTRIES}); it is not an NN Lab project")


def _check_entries(entries: list[zipfile.ZipInfo], limit_of: Callable[[str], int | None], total: int) -> None:
    """Everything that can be known before unpacking."""
    if len(entries) > MAX_ENTRIES:
        raise FileError(f"the archive has {len(entries):,} entries; a project has at most {MAX_ENTRIES}")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        shown = repr(name[:80])
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise FileError(f"the entry {shown} points outside the archive, which is not allowed; nothing was read")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise FileError(f"the entry {shown} is a link to another file, which is not allowed; nothing was read")
        if name in seen:
            raise FileError(f"the entry {shown} appears twice; use an undamaged copy")
        seen.add(name)
        limit = limit_of(name)
        if limit is None:
            continue
        total -= entry.file_size
        if entry.flag_bits & 0x1:
            raise FileError(f"the entry {shown} is encrypted; save the project without a password")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileError(f"the entry {shown} uses a compression that projects do not use; save the project again in NN Lab")
        if entry.file_size > limit:
            raise FileError(_too_large(shown, entry.file_size, limit))
        if entry.file_size > RATIO_MATTERS and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise FileError(f"the entry {shown} would unpack to more than {MAX_RATIO} times its size; it is not safe to open")
    if total < 0:
        raise FileError(f"its entries would together unpack to {-total / MEGABYTE:,.0f} MB more than a project may have")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one entry, at most as many as the directory claims (which was checked)."""
    content = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            content += chunk
            if len(content) > entry.file_size:
                raise FileError(f"the entry {entry.filename!r} holds more than the archive's directory says; it is not safe to open")
    if len(content) != entry.file_size:
        raise FileError(f"the entry {entry.filename!r} is shorter than the archive's directory says; use an undamaged copy")
    return bytes(content)


def _too_large(what: str, size: int, limit: int) -> str:
    return f"{what} would unpack to {size / MEGABYTE:,.0f} MB, more than the {limit / MEGABYTE:,.0f} MB a project may have there"


def _first_line(error: BaseException) -> str:
    text = str(error).split("\n", 1)[0].strip().rstrip(".")
    return text[:1].lower() + text[1:] if text else type(error).__name__
