"""Parquet files, read by DuckDB, every column as text.

DuckDB reads a file whose bytes were overwritten without an error, so the rows, the missing values and the range of each column are
compared with what the file's own footer says.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from nnlab.core.errors import DataError
from nnlab.tables.cell_table import CellTable, connect, named
from nnlab.tables.reader import Reader, Wanted, register
from nnlab.tables.text_file import MAX_BYTES

_NESTED = ("STRUCT", "LIST", "MAP", "UNION", "BLOB", "[]")
_TEXT = "VARCHAR"


def read(path: Path, wanted: Wanted) -> CellTable:
    import duckdb

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
            connection.execute(f"CREATE TABLE cells AS SELECT {cells} FROM {source}")
            rows = int((connection.execute("SELECT count(*) FROM cells").fetchone() or (0,))[0])
            _check(connection, copy, path.name, [names[k] for k in plain], rows)
        except duckdb.Error as error:
            reason = str(error).split("\n", 1)[0].replace(str(copy), path.name).rstrip(".")
            raise DataError(f"{path.name} cannot be read as Parquet: {reason}.") from error
    left = [names[k] for k in range(len(names)) if k not in plain]
    if left:
        verbs = ("holds", "is") if len(left) == 1 else ("hold", "are")
        notes.append(f"{', '.join(left[:5])} {verbs[0]} lists or bytes and {verbs[1]} left out.")
    return CellTable(path.name, columns, rows, connection, tuple(notes))


def _as_text(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    return column if kind == _TEXT else f"CAST({column} AS VARCHAR)"


def _check(connection, copy: Path, file: str, names: list[str], rows: int) -> None:  # type: ignore[no-untyped-def]
    """Raises DataError where the cells are not those that the footer counted."""
    query = (
        "SELECT path_in_schema, sum(num_values), sum(stats_null_count), bool_and(stats_null_count IS NOT NULL) "
        "FROM parquet_metadata(?) GROUP BY path_in_schema"
    )
    footer = {row[0]: row[1:] for row in connection.execute(query, [str(copy)]).fetchall()}
    counts = connection.execute("SELECT " + ", ".join(f"count(c{k})" for k in range(len(names))) + " FROM cells").fetchone()
    for name, present in zip(names, counts, strict=True):
        values, missing, is_known = footer.get(name, (rows, None, False))
        if values != rows or (is_known and missing is not None and values - missing != present):
            raise DataError(f"{file} is damaged: column {name!r} has other values than the file says it has; use an undamaged copy.")


register(Reader(name="parquet", title="Parquet", suffixes=(".parquet", ".pq"), signatures=(b"PAR1",), read=read))
