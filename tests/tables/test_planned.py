"""Cells as a plan reads them: each by itself, and in words what cannot be read."""

from pathlib import Path

import numpy as np
import pytest

from nnlab.core.errors import DataError
from nnlab.tables.cell_table import CellTable
from nnlab.tables.plan import ColumnPlan, TablePlan
from nnlab.tables.planned import class_names, read_features, read_planned
from nnlab.tables.reader import read_table

TARGET = ColumnPlan("y", "target", "category")


def table(tmp_path: Path, text: str) -> CellTable:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path)


@pytest.mark.parametrize(
    ("column", "cells", "values"),
    [
        (ColumnPlan("v", kind="number", notation="plain"), ["1", "-2.5e1", "NA"], [1.0, -25.0, np.nan]),
        (ColumnPlan("v", kind="number", notation="comma_thousands"), ["1,234.5", "12,000", "7"], [1234.5, 12000.0, 7.0]),
        (ColumnPlan("v", kind="number", notation="decimal_comma"), ["1,5", "12,000", "7"], [1.5, 12.0, 7.0]),
        (ColumnPlan("v", kind="number", notation="point_thousands"), ["1.234,5", "1.100", "3,5"], [1234.5, 1100.0, 3.5]),
        (ColumnPlan("v", kind="number", notation="plain", is_percent=True), ["12%", "3.5 %", "0%"], [0.12, 0.035, 0.0]),
        (ColumnPlan("v", kind="number", notation="others_missing"), ["1", "abc", "2"], [1.0, np.nan, 2.0]),
        (ColumnPlan("v", kind="number", notation="decimal_comma_others_missing"), ["1,5", "abc", "2"], [1.5, np.nan, 2.0]),
        (ColumnPlan("v", kind="number", notation="comma_thousands_others_missing"), ["1,234.5", "abc", "2"], [1234.5, np.nan, 2.0]),
        (ColumnPlan("v", kind="yes_no"), ["Yes", "no", "?"], [1.0, 0.0, np.nan]),
    ],
)
def test_numbers(tmp_path: Path, column: ColumnPlan, cells: list[str], values: list[float]) -> None:
    cells_of = table(tmp_path, "v;y\n" + "".join(f"{cell};{k}\n" for k, cell in enumerate(cells)))
    found = read_features(cells_of, TablePlan((column, TARGET)))["v"]
    assert np.allclose(found, values, rtol=1e-15, atol=0, equal_nan=True)


def as_csv(names: list[str], rows: list[list[str]]) -> str:
    """With a target of two classes behind the columns."""
    return "\n".join([",".join([*names, "y"]), *(",".join([*row, "ab"[k % 2]]) for k, row in enumerate(rows))])


def test_thousands_of_columns_take_a_few_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty at a time took 24 seconds for 5,000."""
    random = np.random.default_rng(0)
    numbers = random.normal(size=(7, 1200)).round(3)
    missing = random.random(numbers.shape) < 0.1
    rows = [[" NA " if missing[r, k] else f"{' ' * (k % 3)}{numbers[r, k]}" for k in range(1200)] for r in range(7)]
    names = [f"f{k}" for k in range(1200)]
    cells = table(tmp_path, as_csv(names, rows))
    asked: list[str] = []
    execute = CellTable.execute
    monkeypatch.setattr(CellTable, "execute", lambda table, query: (asked.append(query), execute(table, query))[1])
    order = [int(k) for k in random.permutation(1200)]  # a plan may name them in any order
    plan = TablePlan((*(ColumnPlan(names[k], kind="number", notation="plain", missing="mean") for k in order), TARGET))
    found = read_features(cells, plan)
    assert len(asked) <= 8
    assert list(found) == [names[k] for k in order]
    for k, name in enumerate(names):
        assert np.array_equal(found[name], np.where(missing[:, k], np.nan, numbers[:, k]), equal_nan=True)


def test_of_thousands_of_columns_the_cell_that_is_no_number_is_named(tmp_path: Path) -> None:
    names = [f"f{k}" for k in range(300)]
    rows = [["1"] * 300 for _ in range(5)]
    rows[3][217] = "about 5"
    cells = table(tmp_path, as_csv(names, rows))
    plan = TablePlan((*(ColumnPlan(name, kind="number", notation="plain") for name in names), TARGET))
    with pytest.raises(DataError, match=r"^t\.csv, line 5: column 'f217' holds 'about 5', which is not a number written as 1234\.5\.$"):
        read_features(cells, plan)


def test_dates(tmp_path: Path) -> None:
    """2024-02-29 was a Thursday, day 19,782 since 1970-01-01."""
    column = ColumnPlan("v", kind="date", notation="day_first", parts=("year", "month", "weekday", "elapsed"))
    found = read_features(table(tmp_path, "v;y\n29/02/2024;a\n1.3.2024;b\n;c\n"), TablePlan((column, TARGET)))
    assert list(found) == ["v (year)", "v (month)", "v (day of week)", "v (days)"]
    assert np.array_equal(np.column_stack(list(found.values())), [[2024, 2, 3, 19782], [2024, 3, 4, 19783], [np.nan] * 4], equal_nan=True)


def test_rows_without_a_value_or_target_are_left_out_and_told(tmp_path: Path) -> None:
    cells = table(tmp_path, "a,b,y\n1,x,p\n,x,q\n3,,p\n4,z,NA\n5,z,q\n")
    plan = TablePlan((ColumnPlan("a", notation="plain"), ColumnPlan("b", kind="category", missing="category"), TARGET))
    found = read_planned(cells, plan)
    assert found.kept.tolist() == [0, 2, 4] and found.y.tolist() == [0, 0, 1]
    assert found.columns["b"].tolist() == ["x", "", "z"]
    assert found.notes == ("1 row with missing 'y' was left out.", "1 row with missing 'a' was left out.")


def test_classes_keep_their_own_names(tmp_path: Path) -> None:
    cells = table(tmp_path, "a,y\n1,01067\n2,1067\n3,01067\n4,1067\n")
    assert read_planned(cells, TablePlan((ColumnPlan("a", notation="plain"), TARGET))).target.names == ("01067", "1067")
    long = table(tmp_path, "a,y\n1,1234567890123456788\n2,1234567890123456789\n3,1234567890123456788\n")
    names = read_planned(long, TablePlan((ColumnPlan("a", notation="plain"), TARGET))).target.names
    assert names == ("1234567890123456788", "1234567890123456789")


def test_order_of_classes() -> None:
    assert class_names(["10", "9", "b"]) == ["10", "9", "b"]
    assert class_names(["10", "9", "-1"]) == ["-1", "9", "10"]


@pytest.mark.parametrize(
    ("text", "column", "sentence"),
    [
        ("a,y\n1,p\nx,q\n", ColumnPlan("a", notation="plain"), "t.csv, line 3: column 'a' holds 'x', which is not a number written as"),
        ("a,y\n1,p\n1e39,q\n", ColumnPlan("a", notation="plain"), "line 3: column 'a' holds '1e39', which is too large for a network"),
        ("a,y\n1,p\n2,q\n", ColumnPlan("a"), "not decided how the numbers in column 'a' are written"),
        ("a,y\nyes,p\nmaybe,q\n", ColumnPlan("a", kind="yes_no"), "line 3: column 'a' holds 'maybe', which is neither yes nor no"),
        ("a,y\n2024-13-01,p\n", ColumnPlan("a", kind="date", notation="iso", parts=("year",)), "line 2: column 'a' holds '2024-13-01'"),
        ("a,y\n1,p\n2,p\n", ColumnPlan("a", notation="plain"), "column 'y', is 'p' in every row"),
        ("a,y\n1,p\n2,q\n3,r\n", ColumnPlan("a", notation="plain"), "3 different values in 3 rows, too many for classes"),
        ("a,y\n1,p\n2,q\n", ColumnPlan("b", notation="plain"), "t.csv lacks the column 'b'"),
        ("a,y\n,p\n,q\n", ColumnPlan("a", notation="plain"), "every row lacks a value"),
        ("a,y\n1,p\n2,q\n", ColumnPlan("a", "left_out"), "no column is a feature"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, text: str, column: ColumnPlan, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read_planned(table(tmp_path, text), TablePlan((column, TARGET)))
