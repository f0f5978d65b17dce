"""How much memory a table takes, known before it is taken: while its file is read, and while a network trains on it."""

from __future__ import annotations

from pathlib import Path

from nnlab.core.errors import DataError
from nnlab.core.memory import available_memory

PER_BYTE = 5  # of a file while it is read: its bytes, its characters, and the cells by column
PER_COLUMN = 40_000  # bytes of buffers for each column meanwhile
_FIRST = 2**20  # bytes in which the first line is looked for
PER_NUMBER = 40  # bytes for each number of a sample: as it came, standardised, and both again by part of the split, with a copy on the way


def reading_memory(path: Path) -> int:
    """Bytes that reading a file takes at most; 0 for one that is not there."""
    try:
        with path.open("rb") as file:
            line = file.readline(_FIRST)
        columns = 1 + max(line.count(delimiter) for delimiter in (b",", b";", b"\t", b"|"))  # of a file that is no text a few by chance
        return PER_BYTE * path.stat().st_size + PER_COLUMN * columns
    except (OSError, ValueError):  # ValueError: a path with a null character
        return 0


def training_memory(rows: int, inputs: int) -> int:
    """Bytes that samples take once they are prepared."""
    return PER_NUMBER * rows * (inputs + 1)


def in_units(size: int) -> str:
    """12 MB, 1.5 GB."""
    return f"{size / 1e6:,.0f} MB" if size < 1e9 else f"{size / 1e9:,.1f} GB"


def require_memory_to_read(path: Path) -> None:
    """Raises DataError where a file takes more memory than there is."""
    _require(reading_memory(path), f"Reading {path.name}", "use fewer rows or columns, or save it as Parquet")


def require_memory_to_train(rows: int, inputs: int) -> None:
    """Raises DataError where so many samples take more memory than there is."""
    what = f"{rows:,} rows with {inputs:,} input{'s' if inputs != 1 else ''}"
    _require(training_memory(rows, inputs), what, "leave columns out, or embed categories")


def _require(needed: int, what: str, advice: str) -> None:
    free = available_memory()
    if free is not None and needed > free:
        verb = "takes" if what.startswith("Reading") else "take"
        raise DataError(f"{what} {verb} about {in_units(needed)} of memory, and {in_units(free)} are left; {advice}.")
