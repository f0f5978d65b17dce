"""A table as it was read: the cells of every column as text, nothing interpreted, in an in-memory DuckDB table.

What a cell says decides what it means, so a cell stays text until a plan says how it is read: `01067` keeps its zero, and
1234567890123456789 is not rounded to a float. DuckDB holds the cells compressed and looks at a column of 200,000 in milliseconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlab.core.errors import DataError
from nnlab.tables.text_form import TextForm

if TYPE_CHECKING:
    import duckdb

MOST_COLUMNS = 10_000
MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "none", "?", "-", "--", "missing", "#div/0!", "#value!", "#ref!")
AT_ONCE = 100  # terms in one query: a statement of many thousand is slow to plan
OnShare = Callable[[float], None]  # the share that is done, from 0 to 1; may raise to end the work
ROWS_AT_ONCE = 20  # terms in one query for every row: planning 100 takes 19 times as long as planning 20
PART = 500  # columns asked about in one query of a wide table
LOOK_SECONDS = 0.1  # between two questions whether a long query is still wanted
TALL = 20_000  # rows beyond which executing a query takes longer than planning it
WIDE = 200  # columns from which all of them are asked about as one long column with their numbers beside

_MINUS, _NARROW, _HARD = "\u2212", "\u202f", "\u00a0"  # a typesetter's minus sign and blanks that do not break


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that loads nothing from the network."""
    import duckdb

    offline: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    return duckdb.connect(":memory:", config=offline)


def no_progress(share: float) -> None:
    """For whoever has nobody to tell."""


def watched(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any], check: Callable[[], None]) -> None:
    """Runs a query that may take long; `check` is called ten times a second, and what it raises ends the query."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, query, values)
        while True:
            try:
                running.result(timeout=LOOK_SECONDS)
                return
            except TimeoutError:
                try:
                    check()
                except BaseException:
                    connection.interrupt()
                    raise


@dataclass(frozen=True, eq=False)
class CellTable:
    """The cells of a file: `connection` has a table `cells` with text columns c0, c1, … and the rows in the file's order."""

    name: str  # of the file, for messages
    columns: tuple[str, ...]
    rows: int
    connection: duckdb.DuckDBPyConnection
    notes: tuple[str, ...] = ()  # what was done on the way that a person should know, one sentence each
    form: TextForm | None = None  # of a text file
    sheets: tuple[str, ...] = ()  # of a workbook
    place: Callable[[int], str] = field(default=lambda row: f"row {row + 1}")  # where a row stands in the file, in words

    def execute(self, query: str) -> duckdb.DuckDBPyConnection:
        """Runs SQL over the table `cells`, in a cursor of its own: a table may be asked by two threads at once."""
        return self.connection.cursor().execute(query)

    def index(self, column: str) -> int:
        """The place of a column; raises DataError naming those there are."""
        if column not in self.columns:
            known = ", ".join(self.columns[:20]) + (", …" if len(self.columns) > 20 else "")
            raise DataError(f"{self.name} has no column {column!r}; choose from {known}.")
        return self.columns.index(column)

    def one(self, terms: Sequence[str], progress: OnShare = no_progress) -> list[Any]:
        """The value of each aggregate, written in SQL over c0, c1, …"""
        found: list[Any] = []
        for start in range(0, len(terms), AT_ONCE):
            progress(start / len(terms))
            row = self.execute(f"SELECT {', '.join(terms[start : start + AT_ONCE])} FROM cells").fetchone()
            assert row is not None
            found.extend(row)
        return found

    def per_column(
        self, columns: Sequence[int], aggregates: Sequence[Callable[[str], str]], progress: OnShare = no_progress
    ) -> dict[int, tuple[Any, ...]]:  # fmt: skip
        """For each of `columns` the value of each aggregate; an aggregate is SQL made from that of a column, and may use `rowid`."""
        if len(columns) <= WIDE:
            values = self.one([aggregate(f"c{k}") for k in columns for aggregate in aggregates], progress)
            size = len(aggregates)
            return {k: tuple(values[place * size : (place + 1) * size]) for place, k in enumerate(columns)}
        found: dict[int, tuple[Any, ...]] = {}
        for start in range(0, len(columns), PART):
            progress(start / len(columns))
            query = (
                f"SELECT place, {', '.join(aggregate('cell') for aggregate in aggregates)} FROM "
                f"(SELECT n AS rowid, place, cell FROM {self._as_one(columns[start : start + PART])}) GROUP BY place"
            )
            found |= {int(row[0][1:]): row[1:] for row in self.execute(query).fetchall()}
        return found

    def all(self, terms: Sequence[str], progress: OnShare = no_progress) -> Iterator[np.ndarray]:
        """For each expression its value in every row, in the file's order; None and NULL are masked away as NaN or None."""
        for start in range(0, len(terms), ROWS_AT_ONCE):
            progress(start / len(terms))
            wanted = ", ".join(f"{term} AS v{place}" for place, term in enumerate(terms[start : start + ROWS_AT_ONCE]))
            columns = self.execute(f"SELECT {wanted} FROM cells ORDER BY rowid").fetchnumpy()
            for place in range(len(columns)):
                values = columns[f"v{place}"]
                masked = np.nan if values.dtype.kind == "f" else None
                yield np.ma.filled(values.astype(object) if masked is None else values, masked)

    def texts(self, column: int) -> np.ndarray:
        """str (rows,): the cells of a column, "" where they are missing."""
        return next(self.all([f"coalesce({present(f'c{column}')}, '')"])).astype(str)

    def numbers(self, columns: Sequence[int], number: Callable[[str], str], progress: OnShare = no_progress) -> np.ndarray:
        """float64 (columns, rows): what `number`, SQL made from a column, gives for each row of each of `columns`, NaN for NULL."""
        values = np.full((len(columns), self.rows), np.nan)
        if len(columns) <= WIDE or self.rows > TALL:
            for place, found in enumerate(self.all([number(f"c{k}") for k in columns], progress)):
                values[place] = found
            return values
        for start in range(0, len(columns), PART):
            progress(start / len(columns))
            part = columns[start : start + PART]
            cells = self.execute(
                f"SELECT CAST(substr(place, 2) AS INTEGER) AS place, n, {number('cell')} AS value FROM {self._as_one(part)}"
            ).fetchnumpy()
            order = np.argsort(part)
            places = start + order[np.searchsorted(part, np.asarray(cells["place"]), sorter=order)]
            values[places, np.asarray(cells["n"])] = np.ma.filled(cells["value"].astype(np.float64), np.nan)
        return values

    def _as_one(self, columns: Sequence[int]) -> str:
        """SQL for a table of one row for each cell of these columns: `n` is the row, `place` the column's name, `cell` its text."""
        listed = ", ".join(f"c{k}" for k in columns)
        return f"(SELECT rowid AS n, {listed} FROM cells) UNPIVOT INCLUDE NULLS (cell FOR place IN ({listed}))"

    def head(self, rows: int) -> list[tuple[str | None, ...]]:
        """The cells of the first rows."""
        parts = []
        for start in range(0, len(self.columns), WIDE):
            columns = ", ".join(f"c{index}" for index in range(start, min(start + WIDE, len(self.columns))))
            parts.append(self.execute(f"SELECT {columns} FROM cells WHERE rowid < {int(rows)} ORDER BY rowid").fetchall())
        return [tuple(itertools.chain.from_iterable(row)) for row in zip(*parts, strict=True)]

    def counted(self, index: int, most: int, where: str = "TRUE") -> list[tuple[str, int]]:
        """The different cells of a column that are not missing and how often each stands there, the most frequent first."""
        cell = present(f"c{index}")
        chosen = f"SELECT {cell} AS cell, count(*) AS times FROM cells WHERE {cell} IS NOT NULL AND {where}"
        return self.execute(f"{chosen} GROUP BY cell ORDER BY times DESC, cell LIMIT {int(most)}").fetchall()


def cell_of(column: str) -> str:
    """SQL for the text of a cell without blanks around it, with a plain minus sign."""
    return f"replace(trim({column}, ' \t{_NARROW}{_HARD}'), '{_MINUS}', '-')"


def present(column: str) -> str:
    """SQL for the text of a cell, or NULL where the cell says that the value is missing."""
    missing = ", ".join(f"'{word}'" for word in MISSING)
    return f"CASE WHEN lower({cell_of(column)}) IN ({missing}) THEN NULL ELSE {cell_of(column)} END"


def named(names: Sequence[str], is_empty: Callable[[int], bool], file: str) -> tuple[tuple[str, ...], list[int], list[str]]:
    """Names for the columns, which of them stay, and what to say: an empty column without a name goes, other names are made unlike."""
    if len(names) > MOST_COLUMNS:
        raise DataError(f"{file} has {len(names):,} columns; at most {MOST_COLUMNS:,} can be read.")
    kept, notes = [], []
    final: dict[str, None] = {}
    for place, name in enumerate(names):
        clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())
        if not clean and is_empty(place):
            continue
        title = clean or f"column {place + 1}"
        if not clean:
            notes.append(f"Column {place + 1} has no name; it is called {title!r}.")
        number = 2
        unlike = title
        while unlike in final:
            unlike, number = f"{title} ({number})", number + 1
        if unlike != title:
            notes.append(f"Two columns are named {title!r}; the later one is called {unlike!r}.")
        kept.append(place)
        final[unlike] = None
    return tuple(final), kept, notes
