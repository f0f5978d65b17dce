"""Memory is asked for before it is taken, and reading ends as soon as nobody wants it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from workbooks import write_workbook

from nnlab.core.errors import DataError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.core.telling import listening
from nnlab.jobs.context import Cancelled
from nnlab.tables import table_memory
from nnlab.tables.cell_table import connect, watched
from nnlab.tables.reader import read_table


def test_a_table_larger_than_memory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "1,2\n2,3\n" * 1000, encoding="utf-8")
    monkeypatch.setattr(table_memory, "available_memory", lambda: 40_000)
    with pytest.raises(DataError, match=r"^Reading t\.csv takes about 0 MB of memory, and 0 MB are left; use fewer rows"):
        read_table(path)
    monkeypatch.setattr(table_memory, "available_memory", lambda: 140_000)
    with pytest.raises(DataError, match=r"^2,000 rows with 1 input take about"):
        prepare(DataSettings("table", {"path": str(path)}))


def test_thousands_of_columns_are_told_apart_from_long_rows(tmp_path: Path) -> None:
    wide, long = tmp_path / "wide.csv", tmp_path / "long.csv"
    wide.write_text(",".join(["a"] * 5000) + "\n", encoding="utf-8")
    long.write_text("a,b\n" + "1,2\n" * 2499, encoding="utf-8")
    assert abs(wide.stat().st_size - long.stat().st_size) < 10
    assert table_memory.reading_memory(wide) > 2e8 > 1e6 > table_memory.reading_memory(long), "each column has buffers of its own"
    assert table_memory.reading_memory(tmp_path / "none.csv") == 0


def test_preparing_tells_how_far_it_is_and_ends_when_nobody_wants_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [",".join([*(f"f{k}" for k in range(60)), "y"]), *([",".join(["1.5"] * 60 + ["a"]), ",".join(["2.5"] * 60 + ["b"])] * 20)]
    path.write_text("\n".join(rows), encoding="utf-8")
    told: list[float] = []
    with listening(lambda share, words: told.append(share)):
        data = prepare(DataSettings("table", {"path": str(path)}))
    assert told == sorted(told) and told[0] == 0.0 and len([share for share in told if 0.3 < share < 1.0]) >= 3
    assert data.x.shape[1] == 60

    def stop(share: float, words: str) -> None:
        if share > 0.6:
            raise Cancelled

    with pytest.raises(Cancelled), listening(stop):
        prepare(DataSettings("table", {"path": str(path)}, seed=1))


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.xlsx"])
def test_reading_ends_when_nobody_wants_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text("a,y\n" + "1,2\n2,3\n" * 1000, encoding="utf-8")
    elif name.endswith("parquet"):
        connect().execute(f"COPY (SELECT range AS a, range % 3 AS y FROM range(1000)) TO '{path}' (FORMAT parquet)")
    else:
        write_workbook(path, {"s": {"A1": "a", "B1": "y", "A2": 1.0, "B2": 2.0}})

    def stop(share: float, words: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_table(path, None, stop)


def test_a_long_query_is_interrupted() -> None:
    connection, asked = connect(), threading.Event()

    def stop() -> None:
        asked.set()
        raise Cancelled

    with pytest.raises(Cancelled):
        watched(connection, "SELECT sum(a.range * b.range) FROM range(3000000) a, range(3000000) b", [], stop)
    assert asked.is_set() and connection.execute("SELECT 1").fetchone() == (1,)
    assert np.isfinite(table_memory.training_memory(10, 2))
