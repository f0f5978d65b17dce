"""Text tables as they come from spreadsheets, R, databases and scripts: every row of the file, or one sentence."""

import gzip
from pathlib import Path

import pytest

from nnlab.core.errors import DataError
from nnlab.tables.cell_table import CellTable
from nnlab.tables.reader import read_table


def read(tmp_path: Path, content: str | bytes, name: str = "t.csv") -> CellTable:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        ("a,b\n1,x\n2,y\n", ("a", "b"), [("1", "x"), ("2", "y")]),
        ("a;b\n1,5;x\n2,5;y\n", ("a", "b"), [("1,5", "x"), ("2,5", "y")]),
        ("sep=;\na;b\n1;x\n2;y\n", ("a", "b"), [("1", "x"), ("2", "y")]),
        ("a\tb\n1\tx\n2\ty\n", ("a", "b"), [("1", "x"), ("2", "y")]),
        ("a|b\n1|x\n2|y\n", ("a", "b"), [("1", "x"), ("2", "y")]),
        ("a   b\n 1    x\n2  y  \n", ("a", "b"), [("1", "x"), ("2", "y")]),
        ('"a b"  c\n"x y" 1\nz 2\n', ("a b", "c"), [("x y", "1"), ("z", "2")]),
        ("'a' 'b'\n1 'x y'\n2 y\n", ("a", "b"), [("1", "x y"), ("2", "y")]),
        ("1,5\n2,7\n3,9\n", ("column 1", "column 2"), [("1", "5"), ("2", "7"), ("3", "9")]),
        ("Report of May\n\na,b,c\n1,x,2\n2,y,3\n", ("a", "b", "c"), [("1", "x", "2"), ("2", "y", "3")]),
        ('"w","f"\n"1",26.5,3\n"2",27.5,4\n', ("row", "w", "f"), [("1", "26.5", "3"), ("2", "27.5", "4")]),
        ("a,b\n1,x,\n2,y,\n", ("a", "b"), [("1", "x"), ("2", "y")]),
        ("a,b,\n1,x,\n2,y,\n", ("a", "b"), [("1", "x"), ("2", "y")]),
        ("a,b\r\n1,x\r\n\r\n2,y\r\n", ("a", "b"), [("1", "x"), ("2", "y")]),
        ('a,b\n1,"x\ny"\n2,"say ""hi"""\n', ("a", "b"), [("1", "x\ny"), ("2", 'say "hi"')]),
        (",a,a\n1,2,3\n2,3,4\n", ("column 1", "a", "a (2)"), [("1", "2", "3"), ("2", "3", "4")]),
        ("a,b\n01067,=1+1\n1067,y\n", ("a", "b"), [("01067", "=1+1"), ("1067", "y")]),
    ],
)
def test_cells(tmp_path: Path, content: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    table = read(tmp_path, content)
    assert (table.columns, table.head(10), table.rows) == (columns, rows, len(rows))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("é,b\n1,ü\n".encode(), "utf-8"),
        ("é,b\n1,ü\n".encode("utf-8-sig"), "utf-8-sig"),
        ("é,b\n1,ü\n".encode("cp1252"), "cp1252"),
        ("é,b\n1,ü\n".encode("utf-16"), "utf-16"),
    ],
)
def test_encodings(tmp_path: Path, content: bytes, encoding: str) -> None:
    table = read(tmp_path, content)
    assert (table.columns, table.head(1)) == (("é", "b"), [("1", "ü")])
    assert table.form is not None and table.form.encoding == encoding


def test_gzip(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(b"a,b\n1,x\n"), "t.csv.gz").head(1) == [("1", "x")]
    with pytest.raises(DataError, match="cut.csv.gz cannot be unpacked: it ends too early"):
        read(tmp_path, gzip.compress(b"a,b\n1,x\n" * 999)[:-20], "cut.csv.gz")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "t.csv is empty"),
        ("a,b\n", "t.csv has no rows below its header"),
        ("a\n1\n2\n", "has one column; at least two are needed"),
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", "line 3 has 2 values, but the table has 3 columns"),
        ("a,b,c\n1,2,3\n4,5,6\nTotal: 2\n", "line 4 has 1 value, but the table has 3 columns"),
        ('a,b\n1,"x\n2,y\n3,z\n', "line 2: a quotation mark is not closed"),
        ("%PDF-1.4 …", "a PDF document"),
        ("a,b\n1,\x00\n", "not a text file"),
    ],
)
def test_refusals(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read(tmp_path, content)


def test_no_row_is_lost_in_a_large_file(tmp_path: Path) -> None:
    """DuckDB reads in parallel; one ragged row far down is found, and none is skipped."""
    lines = ["a,b", *(f"{k},{k * 2}" for k in range(60_000))]
    assert read(tmp_path, "\n".join(lines)).rows == 60_000
    lines[50_001] = "1,2,3"
    with pytest.raises(DataError, match="line 50,?002 has 3 values"):
        read(tmp_path, "\n".join(lines))


def test_rows_say_where_they_stand(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n1,"x\ny"\n\n2,z\n')
    assert [table.place(0), table.place(1)] == ["line 2", "line 5"]
