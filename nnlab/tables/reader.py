"""A reader of tables, and the way to the one that fits a file.

    register(Reader(name="text", title="Text table", suffixes=(".csv",), signatures=(), read=read))
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakValueDictionary

from nnlab.core.errors import DataError
from nnlab.core.registry import Registry
from nnlab.tables.cell_table import CellTable
from nnlab.tables.table_memory import require_memory_to_read
from nnlab.tables.text_form import TextForm


@dataclass(frozen=True)
class Wanted:
    """What a person chose about a file where there is a choice; None and "" leave it to the reader."""

    form: TextForm | None = None
    sheet: str = ""


OnRead = Callable[[float, str], None]  # the share that is read and what is done next, in words; may raise to end it


def tell_nobody(share: float, words: str) -> None:
    """For whoever reads without a window."""


@dataclass(frozen=True)
class Reader:
    """`read(path, wanted, progress)` gives the cells; it raises DataError naming file and line for what it cannot read.

    `progress` is called between the parts of the work and about ten times a second within the long ones.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    signatures: tuple[bytes, ...]  # a file that begins so is this format, whatever it is called
    read: Callable[[Path, Wanted, OnRead], CellTable]


readers: Registry[Reader] = Registry("reader of tables", "nnlab.tables.readers")


def register(reader: Reader) -> Reader:
    """Makes a format known to the import page, the command line and the tests."""
    return readers.add(reader)


def table_suffixes() -> tuple[str, ...]:
    """The ends of the names of files that are taken for tables."""
    return tuple(suffix for reader in readers for suffix in reader.suffixes)


def reader_of(path: Path) -> Reader:
    """The reader for a file: by its first bytes, else by the end of its name, else as text."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except (OSError, ValueError):  # the reader says what is wrong
        start = b""
    known = tuple(readers)
    for reader in known:
        if any(start.startswith(signature) for signature in reader.signatures):
            return reader
    suffix = path.suffix.lower()
    return next((reader for reader in known if suffix in reader.suffixes and not reader.signatures), readers["text"])


_read: WeakValueDictionary[Hashable, CellTable] = WeakValueDictionary()
_newest: list[CellTable] = []  # is kept until another is read, where it is small, so that it can be handed on
_MOST_KEPT = 2_000_000  # cells


def read_table(path: Path, wanted: Wanted | None = None, progress: OnRead = tell_nobody) -> CellTable:
    """The cells of a file of any known format; the same table while somebody has it and the file is as it was.

    Raises DataError for one that cannot be read, takes more memory than there is or has no rows, and what `progress` raises.
    """
    try:
        status = path.stat()
    except (OSError, ValueError):
        raise DataError(f"There is no file {path}.") from None
    wanted, stamp = wanted or Wanted(), (str(path), status.st_mtime_ns, status.st_size, status.st_ino)
    table = _read.get((stamp, wanted))
    if table is None:
        require_memory_to_read(path)
        table = reader_of(path).read(path, wanted, progress)
        if not table.rows:
            raise DataError(f"{table.name} has no rows below its header.")
        _read[stamp, wanted] = _read[stamp, replace(wanted, form=table.form)] = table  # the form that was found out is asked for by plans
    _newest[:] = [table] if table.rows * len(table.columns) <= _MOST_KEPT else []
    return table
