"""Text tables: CSV and its relatives, separated by commas, semicolons, tabs, bars or blanks.

DuckDB parses the rows in parallel, each column as text. It skips rows without a word where a file is uneven, so the rows it made are
counted against the lines; where they differ, and where a line has too few or too many cells, Python's `csv` module walks
the text once more to say in which line.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nnlab.core.errors import DataError
from nnlab.core.file_stamp import file_stamp
from nnlab.tables.cell_table import WIDE, CellTable, connect, named, watched
from nnlab.tables.reader import OnRead, Reader, Wanted, register, tell_nobody
from nnlab.tables.text_file import read_text
from nnlab.tables.text_form import BLANKS, TextForm, detect, lines_of

_AT_ONCE = 2**20  # characters written in one call
_ROW_NAMES = "row"  # what R leaves unnamed


def read(path: Path, wanted: Wanted, progress: OnRead = tell_nobody) -> CellTable:
    progress(0.0, "reading the file")
    text, encoding = read_text(path, wanted.form.encoding if wanted.form and wanted.form.encoding != "utf-8" else "")
    if not text.strip():
        raise DataError(f"{path.name} is empty; it must have a line of column names and at least one row.")
    progress(0.2, "finding columns")
    form = replace(wanted.form, encoding=encoding) if wanted.form else detect(text, encoding)
    first = next(form.records(text, path.name), None)
    if first is None:
        raise DataError(f"{path.name} has no lines below the {form.skip} that are left out.")
    line, header = first
    header, width = _header(form, text, path.name, header)
    if width < 2:
        raise DataError(f"{path.name}, line {line} has one column; at least two are needed, separated by , ; | tabs or blanks.")
    connection = connect()
    rows = _load(connection, text, form, path.name, width, progress)
    read_so = CellTable(path.name, tuple(header), rows, connection)
    filled = read_so.per_column([k for k, title in enumerate(header) if not title.strip()], [lambda c: f"count({c})"])
    columns, kept, notes = named(header, lambda place: place in filled and filled[place][0] == 0, path.name)
    if kept != list(range(width)):
        wanted_columns = ", ".join(f"c{place} AS c{index}" for index, place in enumerate(kept))
        connection.execute(f"CREATE OR REPLACE TABLE cells AS SELECT {wanted_columns} FROM cells")
    if encoding not in ("utf-8", "utf-8-sig"):
        notes.append(f"The file is not UTF-8; it was read as {encoding}.")
    return CellTable(path.name, columns, rows, connection, tuple(notes), form, place=_Lines(path, form))


class _Lines:
    """Says in which line of the file a row begins; the file is read once more when that is first asked, since its text is not kept."""

    def __init__(self, path: Path, form: TextForm) -> None:
        self._path, self._form, self._stamp = path, form, file_stamp(path)
        self._lines: list[int] | None = None

    def __call__(self, row: int) -> str:
        if self._lines is None:
            self._lines = self._found() if file_stamp(self._path) == self._stamp else []
        return f"line {self._lines[row]}" if row < len(self._lines) else f"row {row + 1}"

    def _found(self) -> list[int]:
        try:
            text, _ = read_text(self._path, self._form.encoding)
            lines = [line for line, _ in self._form.records(text, self._path.name)]
        except DataError:  # gone or changed at this very moment
            return []
        return lines[1:] if self._form.header else lines


def _header(form: TextForm, text: str, name: str, first: list[str]) -> tuple[list[str], int]:
    """The names in the first record, or made ones, and how many cells a row has."""
    records = form.records(text, name)
    next(records)
    second = next(records, (0, first))[1] if form.header else first
    if not form.header:
        return [f"column {place + 1}" for place in range(len(first))], len(first)
    if len(second) == len(first) + 1:
        is_trailing = not second[-1].strip()
        return ([*first, ""] if is_trailing else [_ROW_NAMES, *first]), len(second)
    return first, len(first)


def _load(connection, text: str, form: TextForm, name: str, width: int, progress: OnRead) -> int:  # type: ignore[no-untyped-def]
    """Fills `cells` and returns how many rows there are; raises DataError naming the line of the first that does not fit."""
    import duckdb

    progress(0.3, "counting rows")
    expected = _count(text, form, name)
    even = form.delimiter != BLANKS
    for is_rewritten in (not even, True):
        progress(0.5, "reading rows")
        delimiter, quote = (",", '"') if is_rewritten else (form.delimiter, form.quote)
        with tempfile.TemporaryDirectory(prefix="nnlab-") as folder:
            copy = Path(folder) / "rows.csv"  # under a plain name: "data[1].csv" would be taken for a pattern
            if is_rewritten:
                _copy(copy, _rewritten(text, form, name, width), 0)
            else:
                _copy(copy, text, _first_row(text, form))
            types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
            query = (
                f"CREATE OR REPLACE TABLE cells AS SELECT * FROM read_csv(?, columns={{{types}}}, delim=?, quote=?, escape=?, "
                "header=false, auto_detect=false, compression='none', hive_partitioning=false, null_padding=false, strict_mode=true)"
            )
            if width > WIDE:  # each thread holds buffers for every column
                connection.execute("SET threads = 1")
            try:
                watched(connection, query, [str(copy), delimiter, quote, quote], lambda: progress(0.6, "reading rows"))
                found = connection.execute("SELECT count(*) FROM cells").fetchone()
            except duckdb.Error as error:
                found, reason = None, str(error).split("\n", 1)[0].rstrip(".")
            finally:
                connection.execute("RESET threads")
        if found is not None and found[0] == expected:
            return expected
        if is_rewritten:
            break
    what = reason if found is None else f"{found[0]:,} of {expected:,} rows were understood"
    raise DataError(f"{name} cannot be read: {what}.")


def _count(text: str, form: TextForm, name: str) -> int:
    """How many rows the file has, by its lines; with quotation marks, which may hold line ends, by its records."""
    if form.quote not in text and form.delimiter != BLANKS:
        lines = sum(1 for line in lines_of(text, form.skip) if line.strip(" \r\n"))
    else:
        lines = sum(1 for _ in form.records(text, name))
    return lines - form.header


def _first_row(text: str, form: TextForm) -> int:
    """Where in the text the rows begin, behind what stands above them."""
    records = form.records(text, "")
    for _ in range(form.header):
        next(records, None)
    line = next(records, (0, []))[0]
    place = 0 if line else len(text)
    for _ in range(line - 1):
        place = text.find("\n", place) + 1
    return place


def _copy(path: Path, text: str, start: int) -> None:
    """Writes the text from `start` on; in parts, so that it is not held two times more."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for place in range(start, len(text), _AT_ONCE):
            file.write(text[place : place + _AT_ONCE])


def _rewritten(text: str, form: TextForm, name: str, width: int) -> str:
    """The rows in one plain form, each checked for its number of cells."""
    lines: list[str] = []
    writer = csv.writer(_Appending(lines), lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    for line, record in _rows(form, text, name):
        if len(record) == width + 1 and not record[-1].strip():
            record = record[:-1]  # a delimiter at the end of the line
        if len(record) != width:
            raise DataError(
                f"{name}, line {line} has {len(record)} value{'s' if len(record) > 1 else ''}, but the table has {width} columns; "
                "complete or delete the line."
            )
        writer.writerow(record)
    return "".join(lines)


def _rows(form: TextForm, text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    records = form.records(text, name)
    if form.header:
        next(records, None)
    yield from records


class _Appending:
    """What `csv.writer` writes to: a list of lines."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


register(
    Reader(
        name="text",
        title="Text table (CSV)",
        suffixes=(".csv", ".tsv", ".txt", ".tab", ".dat", ".data", ".gz"),
        signatures=(),
        read=read,
    )
)
