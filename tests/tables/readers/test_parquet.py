"""Parquet: every kind of column as the text that decides its meaning, and damage that DuckDB itself reads over."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from nnlab.core.errors import DataError
from nnlab.tables.reader import read_table

ROWS = (
    "SELECT 1234567890123456788 + i AS id, i * 0.5 AS x, 'c' || (i % 3) AS c, DATE '2024-01-30' + i::INT AS d, i % 2 = 0 AS b, "
    "CASE WHEN i % 2 = 0 THEN i END AS n, [1, 2] AS l FROM range(4) t(i)"
)


def written(tmp_path: Path, rows: str = ROWS, options: str = "") -> Path:
    path = tmp_path / "data[1].parquet"  # a pattern to DuckDB
    target = tmp_path / "w.parquet"
    duckdb.connect(":memory:").execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet{options})")
    target.rename(path)
    return path


def test_cells(tmp_path: Path) -> None:
    table = read_table(written(tmp_path))
    assert table.columns == ("id", "x", "c", "d", "b", "n")
    assert table.head(2) == [
        ("1234567890123456788", "0.0", "c0", "2024-01-30", "true", "0"),
        ("1234567890123456789", "0.5", "c1", "2024-01-31", "false", None),
    ]
    assert table.notes == ("l holds lists or bytes and is left out.",)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match=r"data\[1\].parquet cannot be read as Parquet"):
        read_table(path)


def test_overwritten_bytes_are_noticed(tmp_path: Path) -> None:
    """Uncompressed pages hold no checksum: what tells of the damage is that cells are missing which the footer counts."""
    rows = "SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE i * 1.5 END AS x, i AS y FROM range(5000) t(i)"
    path = written(tmp_path, rows, ", COMPRESSION uncompressed")
    content = bytearray(path.read_bytes())
    for start in range(40, len(content) // 2, 997):  # many places, for some fall into values that nothing can check
        content[start : start + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(DataError, match="is damaged|cannot be read"):
        read_table(path)


def test_a_number_outside_of_its_columns_range_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "plain.parquet"
    rows = "SELECT (range * 1.5)::DOUBLE AS a, range % 3 AS y FROM range(1000)"
    duckdb.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet, COMPRESSION uncompressed)")
    content = path.read_bytes()
    wrong = content.replace(np.float64(600.0).tobytes(), np.float64(-7e5).tobytes(), 1)
    assert wrong != content
    path.write_bytes(wrong)
    with pytest.raises(DataError, match=r"^plain\.parquet is damaged: column 'a' has numbers that do not lie from 0 to 1498\.5"):
        read_table(path)
