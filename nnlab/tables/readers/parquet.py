"""Parquet files, read by DuckDB, every column as text.

DuckDB reads a file whose bytes were overwritten without an error, so the rows, the missing values and the range of each column are
compared with what the file's own footer says.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from nnlab.core.errors import DataError
from nnlab.tables.cell_table import CellTable, connect, named, watched
from nnlab.tables.reader import OnRead, Reader, Wanted, register, tell_nobody
from nnlab.tables.text_file import MAX_BYTES

_NESTED = ("STRUCT", "LIST", "MAP", "UNION", "BLOB", "[]")
_TEXT = "VARCHAR"
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE")


def read(path: Path, wanted: Wanted, progress: OnRead = tell_nobody) -> CellTable:
    import duckdb

    progress(0.0, "reading the file")

    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DataError(f"{path.name} has {size / 2**20:,.0f} MB; at most {MAX_BYTES // 2**20} MB can be read.")
    connection = connect()
    with tempfile.TemporaryDirectory(prefix="nnlab-") as folder:
        copy = Path(folder) / "rows.parquet"  # under a plain name: "data[1].parquet" would be taken for a pattern
        copy.write_bytes(path.read_bytes())
        source = f"read_parquet('{copy}')"
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            names = [str(row[0]) for row in described]
            types = [str(row[1]) for row in described]
            plain = [k for k, kind in enumerate(types) if not any(word in kind for word in _NESTED)]
            if len(plain) < 2:
                raise DataError(f"{path.name} has {len(plain)} columns of numbers or text; at least two are needed.")
            columns, _, notes = named([names[k] for k in plain], lambda _: False, path.name)
            cells = ", ".join(f"{_as_text(names[k], types[k])} AS c{place}" for place, k in enumerate(plain))
            watched(connection, f"CREATE TABLE cells AS SELECT {cells} FROM {source}", [], lambda: progress(0.5, "reading rows"))
            rows = int((connection.execute("SELECT count(*) FROM cells").fetchone() or (0,))[0])
            table = CellTable(path.name, columns, rows, connection)
            _check(table, copy, [names[k] for k in plain])
            _check_range(table, copy, {names[k]: place for place, k in enumerate(plain) if types[k] in _NUMBERS})
        except duckdb.Error as error:
            reason = str(error).split("\n", 1)[0].replace(str(copy), path.name).rstrip(".")
            raise DataError(f"{path.name} cannot be read as Parquet: {reason}.") from error
    left = [names[k] for k in range(len(names)) if k not in plain]
    if left:
        verbs = ("holds", "is") if len(left) == 1 else ("hold", "are")
        notes.append(f"{', '.join(left[:5])} {verbs[0]} lists or bytes and {verbs[1]} left out.")
    return replace(table, notes=tuple(notes))


def _as_text(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    return column if kind == _TEXT else f"CAST({column} AS VARCHAR)"


def _check(table: CellTable, copy: Path, names: list[str]) -> None:
    """Raises DataError where the cells are not those that the footer counted."""
    query = (
        "SELECT path_in_schema, sum(num_values), sum(stats_null_count), bool_and(stats_null_count IS NOT NULL) "
        "FROM parquet_metadata(?) GROUP BY path_in_schema"
    )
    footer = {row[0]: row[1:] for row in table.connection.execute(query, [str(copy)]).fetchall()}
    counts = table.per_column(range(len(names)), [lambda c: f"count({c})"])
    for place, name in enumerate(names):
        values, missing, is_known = footer.get(name, (table.rows, None, False))
        if values != table.rows or (is_known and missing is not None and values - missing != counts[place][0]):
            raise DataError(f"{table.name} is damaged: column {name!r} has other values than the file says it has; use an undamaged copy.")


def _check_range(table: CellTable, copy: Path, numbers: dict[str, int]) -> None:
    """Raises DataError where a number lies outside of what the footer says is the least and the most of its column."""
    query = (
        "SELECT path_in_schema, min(TRY_CAST(stats_min_value AS DOUBLE)), max(TRY_CAST(stats_max_value AS DOUBLE)), "
        "bool_and(stats_min_value IS NOT NULL AND stats_max_value IS NOT NULL) FROM parquet_metadata(?) GROUP BY path_in_schema"
    )
    said = {row[0]: row[1:3] for row in table.connection.execute(query, [str(copy)]).fetchall() if row[3] and None not in row[1:3]}
    known = [name for name in numbers if name in said]
    if not known:
        return
    least_of, most_of = (partial(_end, end) for end in ("min", "max"))
    ends = table.per_column([numbers[name] for name in known], [least_of, most_of])
    for name in known:
        low, high = said[name]
        room = 1e-6 * max(abs(low), abs(high))  # the footer may have fewer digits
        least, most = ends[numbers[name]]
        if least is not None and (least < low - room or most > high + room):
            what = f"column {name!r} has numbers that do not lie from {low:.6g} to {high:.6g}, as the file says"
            raise DataError(f"{table.name} is damaged: {what}; use an undamaged copy.")


def _end(end: str, column: str) -> str:
    """SQL for the least or the most number of a column."""
    number = f"TRY_CAST({column} AS DOUBLE)"
    return f"{end}({number}) FILTER (NOT isnan({number}))"


register(Reader(name="parquet", title="Parquet", suffixes=(".parquet", ".pq"), signatures=(b"PAR1",), read=read))
