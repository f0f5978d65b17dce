"""Workbooks: Excel (.xlsx, .xlsb, .xls) and OpenDocument (.ods), by calamine in a process of its own.

A file of 5 KB with one cell in the last corner of its sheet makes the reader ask for terabytes and end its process, which nothing
can catch. So it runs in a child with a limit on its memory; when that child ends, the person reads one sentence.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from nnlab.core.errors import DataError
from nnlab.tables.cell_table import LOOK_SECONDS, CellTable, connect, named
from nnlab.tables.reader import OnRead, Reader, Wanted, register, tell_nobody

MOST_UNPACKED = 512 * 2**20  # bytes in a workbook's archive
MOST_CELLS = 20_000_000
_MEMORY = 3 * 2**30  # bytes of address space for the child
_LONGEST = 120.0  # seconds


def read(path: Path, wanted: Wanted, progress: OnRead = tell_nobody) -> CellTable:
    _check_archive(path)
    sheets, sheet, rows = _in_a_child(path, wanted.sheet, lambda: progress(0.2, "reading the workbook"))
    first = next((k for k, row in enumerate(rows) if sum(cell is not None for cell in row) > 1), None)
    if first is None:
        raise DataError(f"{path.name}, sheet {sheet!r} has no table: no row with two cells; choose from {', '.join(sheets[:20])}.")
    header, body = rows[first], rows[first + 1 :]
    while body and all(cell is None for cell in body[-1]):
        body.pop()
    width = len(header)
    empty = [all(row[k] is None for row in body) for k in range(width)]
    columns, kept, notes = named([cell or "" for cell in header], lambda place: empty[place], path.name)
    if len(columns) < 2:
        raise DataError(f"{path.name}, sheet {sheet!r} has one column; at least two are needed.")
    filled = [row for row in body if any(cell is not None for cell in row)]
    numbers = [k for k, row in enumerate(body) if any(cell is not None for cell in row)]
    connection = connect()
    connection.execute(f"CREATE TABLE cells ({', '.join(f'c{k} VARCHAR' for k in range(len(columns)))})")
    _insert(connection, [[row[k] for row in filled] for k in kept])
    if len(sheets) > 1:
        notes.append(f"The workbook has {len(sheets)} sheets; {sheet!r} was read.")
    return CellTable(
        path.name, columns, len(filled), connection, tuple(notes), sheets=sheets,
        place=lambda row: f"sheet {sheet!r}, row {first + 2 + numbers[row]}",
    )  # fmt: skip


def _insert(connection, columns: list[list[str | None]]) -> None:  # type: ignore[no-untyped-def]
    import numpy as np

    arrays = {f"c{k}": np.array(column, dtype=object) for k, column in enumerate(columns)}
    if len(columns[0]):
        connection.register("given", arrays)
        connection.execute(f"INSERT INTO cells SELECT {', '.join(f'CAST({name} AS VARCHAR)' for name in arrays)} FROM given")
        connection.unregister("given")


def _check_archive(path: Path) -> None:
    """Raises DataError for an archive that unpacks to more than a workbook may hold."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MOST_UNPACKED:
        raise DataError(f"{path.name} unpacks to {size / 2**20:,.0f} MB; at most {MOST_UNPACKED // 2**20} MB are read.")


SheetCells = list[list[str | None]]


def _in_a_child(path: Path, sheet: str, check: Callable[[], None]) -> tuple[tuple[str, ...], str, SheetCells]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_limit_memory) as pool:
        future, end = pool.submit(_cells, str(path), sheet), time.monotonic() + _LONGEST
        try:
            while not wait([future], LOOK_SECONDS).done:
                check()
                if time.monotonic() > end:
                    raise DataError(f"{path.name} was not read within {_LONGEST:.0f} seconds; save the sheet as CSV.")
            return future.result()
        except BrokenProcessPool:
            raise DataError(f"{path.name} cannot be read: it asks for more memory than a table may take; save the sheet as CSV.") from None
        finally:
            if not future.done():  # nobody wants it any more
                for process in list(pool._processes.values()):
                    process.kill()


def _limit_memory() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the reader writes pages there when it is refused memory
    try:
        import resource
    except ImportError:  # Windows has no such limit; the archive's size was checked
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _cells(path: str, sheet: str) -> tuple[tuple[str, ...], str, SheetCells]:
    """In the child: the names of the sheets, the one read, and its cells as text."""
    from python_calamine import CalamineError, CalamineWorkbook

    name = Path(path).name
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = tuple(book.sheet_names)
            if sheet and sheet not in sheets:
                raise DataError(f"{name} has no sheet {sheet!r}; choose from {', '.join(sheets[:20])}.")
            if not sheets:
                raise DataError(f"{name} has no sheets.")
            chosen = sheet or sheets[0]
            page = book.get_sheet_by_name(chosen)
            if page.height * page.width > MOST_CELLS:
                raise DataError(
                    f"{name}, sheet {chosen!r} reaches to row {page.height:,} and column {page.width:,}, more than {MOST_CELLS:,} cells; "
                    "delete what stands far from the table, or save it as CSV."
                )
            return sheets, chosen, [[_as_text(cell) for cell in row] for row in page.to_python(skip_empty_area=True)]
    except (CalamineError, OSError, ValueError) as error:
        raise DataError(f"{name} cannot be read as a workbook: {str(error).rstrip('.')}.") from None
    except MemoryError:
        raise DataError(f"{name} cannot be read: it asks for more memory than a table may take; save the sheet as CSV.") from None


def _as_text(cell: object) -> str | None:
    """A cell as the text that decides its meaning: 3 and not 3.0, a date as ISO 8601, None where there is nothing."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time_of_day() else cell.isoformat(sep=" ")
    if isinstance(cell, (date, time_of_day)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return repr(cell.total_seconds())
    return str(cell)


register(
    Reader(
        name="sheet",
        title="Workbook (Excel, OpenDocument)",
        suffixes=(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
        signatures=(b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
        read=read,
    )
)
