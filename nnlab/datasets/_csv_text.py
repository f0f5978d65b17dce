"""The text of a CSV file before any number is read: encoding, line ends, delimiter, header, and its records by line.

Files come from spreadsheets, databases and scripts: with or without a byte order mark, in UTF-8, UTF-16 or a
Windows code page, with commas, semicolons, tabs or bars. What can be told apart safely is read; what cannot is
refused in words.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnlab.core.errors import DataError
from nnlab.tables.text_file import decode, read_bytes

MAX_COLUMNS = 10_000
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class CsvText:
    """A CSV file as text with line ends '\\n', its delimiter and the names in its first line."""

    name: str  # of the file, for messages
    text: str
    delimiter: str
    columns: tuple[str, ...]

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Each record after the header, and the line (from 1) it begins in; empty lines are left out.

        Raises DataError for a quotation mark that does not fit.
        """
        reader = csv.reader(io.StringIO(self.text), delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for number, record in enumerate(reader):
                if number and record:
                    yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"{self.name}, line {line}: a quotation mark is not closed or not doubled inside quoted text, "
                f"or a cell has more than {csv.field_size_limit():,} characters."
            ) from error


def read_csv_text(path: Path, least_columns: int = 2) -> CsvText:
    """Reads a file and its header. Raises DataError for what is no text, has no header, or fewer columns than that.

    Two is what learning takes, features and a target; rows to predict may have one.
    """
    text, _ = decode(read_bytes(path), path.name)
    if not text.strip():
        raise DataError(f"{path.name} is empty; it must have a line of column names and at least one row.")
    delimiter, header = _delimiter_and_header(text)
    columns = tuple(" ".join(cell.split()) for cell in header)
    _check_header(columns, path.name, least_columns)
    return CsvText(path.name, text, delimiter, columns)


def as_number(cell: str, decimal: str = ".") -> float | None:
    """The number a cell holds, with '.' or ',' before its decimals; None when it holds something else."""
    if decimal == ",":
        if "." in cell:
            return None
        cell = cell.replace(",", ".")
    try:
        return float(cell) if cell.isascii() else None
    except ValueError:
        return None


def _delimiter_and_header(text: str) -> tuple[str, list[str]]:
    """The delimiter that cuts most of the first rows into as many cells as the header, and the header's cells.

    Among equals it is the one that makes most columns: a file whose first row is broken still has a delimiter, and
    its error is told later.
    """
    candidates: list[tuple[int, int, str, list[str]]] = []
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        try:
            header = next(reader, [])
            fitting = sum(len(record) == len(header) for record in itertools.islice(reader, 20)) if len(header) > 1 else 0
        except csv.Error:  # with this delimiter the quotation marks do not fit
            header, fitting = text.split("\n", 1)[0].split(delimiter), 0
        candidates.append((fitting, len(header), delimiter, header))
    _, _, delimiter, header = max(candidates, key=lambda candidate: candidate[:2])
    return delimiter, header


def _check_header(columns: tuple[str, ...], name: str, least: int) -> None:
    if not columns:
        raise DataError(f"{name}, line 1 is empty; it must name the columns.")
    if len(columns) < least:
        raise DataError(
            f"{name}, line 1 names one column; at least two are needed (features, then the target), separated by , ; | or tabs."
        )
    if len(columns) > MAX_COLUMNS:
        raise DataError(f"{name} has {len(columns):,} columns; at most {MAX_COLUMNS:,} can be read.")
    numbers = [number for number in map(as_number, columns) if number is not None]
    if numbers and numbers != list(range(len(numbers))):  # 0, 1, 2 … are the names pandas gives; 5.1, 3.5 … are a first row
        number = next(column for column in columns if as_number(column) is not None)
        raise DataError(f"{name}, line 1 must name the columns, but holds the number {number}; add a line of names above the rows.")
    for place, column in enumerate(columns, 1):
        if not column:
            raise DataError(f"{name}, line 1: column {place} has no name; name it, or delete it if it only numbers the rows.")
        if columns.index(column) + 1 < place:
            raise DataError(f"{name}, line 1: columns {columns.index(column) + 1} and {place} are both named {column!r}; rename one.")
