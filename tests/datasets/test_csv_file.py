"""CSV files as they come from spreadsheets, databases and scripts: read exactly, or refused with line and column."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab.core.dataset import Table, Target, datasets
from nnlab.core.errors import DataError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.core.setting import Value, check_settings
from nnlab.datasets import _csv_text
from nnlab.datasets.csv_file import LARGEST
from nnlab.tables import text_file


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv")


def read(folder: Path, content: str | bytes, target: str = "automatic", name: str = "table.csv", **columns: Value) -> Table:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    dataset = datasets["csv_file"]
    return dataset.make(check_settings(dataset.settings, {"path": str(path), "target": target, **columns}), 0)


PLAIN = "a,b,kind\n1,2.5,yes\n3,-4e-1,no\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.rstrip("\n"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\r\n", 1),
        PLAIN.replace("\n", "\n\n") + "\n",
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace(",", ", "),
        '"a","b","kind"\n"1","2.5","yes"\n"3","-0.4","no"\n',
        "a,b,kind\n1,2.5,yes,\n3,-.4,no,\n",
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-32"),
    ],
)
def test_all_of_these_are_the_same_table(folder: Path, content: str | bytes) -> None:
    table = read(folder, content)
    assert table.x.tolist() == [[1.0, 2.5], [3.0, -0.4]]
    assert table.y.tolist() == [1, 0]
    assert table.features == ("a", "b")
    assert table.target == Target("binary", ("no", "yes"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "latin-1"])
def test_letters_of_other_alphabets_survive(folder: Path, encoding: str) -> None:
    table = read(folder, "größe,art\n1,süß\n2,herb\n".encode(encoding))
    assert table.features == ("größe",)
    assert table.target.names == ("herb", "süß")


def test_quoted_cells_may_hold_delimiters_quotation_marks_and_line_ends(folder: Path) -> None:
    table = read(folder, '"a, ""the"" first","b\nb",kind\n1,2,"x, y"\n3,4,"""z""\nz"\n')
    assert table.features == ('a, "the" first', "b b")
    assert table.target.names == ('"z"\nz', "x, y")


@pytest.mark.parametrize(
    "name", ["data[1].csv", "data (1).csv", "what?.csv", "zipped.csv.gz", "no_ending", "year=2020.csv", "a'b.csv", "ä.csv"]
)
def test_odd_file_names(folder: Path, name: str) -> None:
    assert read(folder, PLAIN, name=name).samples == 2


def test_columns_that_pandas_numbered_are_names(folder: Path) -> None:
    assert read(folder, "0,1,target\n5,6,a\n7,8,b\n").features == ("0", "1")


@pytest.mark.parametrize(
    ("values", "choice", "target"),
    [
        (["b", "a", "b"], "automatic", Target("binary", ("a", "b"))),
        (["c", "a", "b", "a"], "automatic", Target("classes", ("a", "b", "c"))),
        (["true", "false"], "automatic", Target("binary", ("false", "true"))),
        (["0", "1", "1"], "automatic", Target("binary", ("0", "1"))),
        (["0.0", "1.0", "1.0"], "automatic", Target("binary", ("0", "1"))),
        (["10", "9", "8"] * 3, "automatic", Target("classes", ("8", "9", "10"))),
        (["10", "9", "8"] * 3, "numbers", Target("continuous", ("target",))),
        ([str(i % 20) for i in range(60)], "automatic", Target("classes", tuple(str(i) for i in range(20)))),
        ([str(i % 21) for i in range(63)], "automatic", Target("continuous", ("target",))),
        (["10", "20", "30", "40"], "automatic", Target("continuous", ("target",))),
        (["1.5", "2", "1.5"], "automatic", Target("continuous", ("target",))),
        (["1.5", "2", "1.5"], "classes", Target("binary", ("1.5", "2"))),
        (["1", "2", "2b", "2"], "classes", Target("classes", ("1", "2", "2b"))),
    ],
)
def test_the_last_column_decides_the_target(folder: Path, values: list[str], choice: str, target: Target) -> None:
    rows = "".join(f"{index},{value}\n" for index, value in enumerate(values))
    table = read(folder, "x,target\n" + rows, choice)
    assert table.target == target
    if target.kind == "continuous":
        assert table.y[:, 0].tolist() == [float(value) for value in values]
    elif choice == "automatic" and not values[0][0].isdigit():
        assert [target.names[label] for label in table.y] == values


def test_a_decimal_comma_in_the_target_alone(folder: Path) -> None:
    assert read(folder, "a;y\n1;2,5\n2;3\n").y.tolist() == [[2.5], [3.0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "table.csv is empty; it must have a line of column names and at least one row."),
        (" \n\n", "table.csv is empty; it must have a line of column names and at least one row."),
        ("a,b\n", "table.csv has no rows below its header."),
        ("a,b\n\n\n", "table.csv has no rows below its header."),
        ("\na,b\n1,2\n", "table.csv, line 1 is empty; it must name the columns."),
        ("a\n1\n", "table.csv, line 1 names one column; at least two are needed (features, then the target), separated by , ; | or tabs."),
        (
            "a b\n1 2\n",
            "table.csv, line 1 names one column; at least two are needed (features, then the target), separated by , ; | or tabs.",
        ),
        (
            "5.1,3.5,setosa\n4.9,3,virginica\n",
            "table.csv, line 1 must name the columns, but holds the number 5.1; add a line of names above the rows.",
        ),
        ("1,2,3\n4,5,6\n", "table.csv, line 1 must name the columns, but holds the number 1; add a line of names above the rows."),
        (",a,b\n0,1,2\n", "table.csv, line 1: column 1 has no name; name it, or delete it if it only numbers the rows."),
        ("a,b,a\n1,2,3\n", "table.csv, line 1: columns 1 and 3 are both named 'a'; rename one."),
        ("a,b,c\n1,2,3\n4,5\n", "table.csv, line 3 has 2 values, but line 1 names 3 columns."),
        ("a,b,c\n1,2,3\n\n4,5,6,7\n", "table.csv, line 4 has 4 values, but line 1 names 3 columns."),
        ("a,b,c\n1\n", "table.csv, line 2 has 1 value, but line 1 names 3 columns."),
        ('a,b,c\n1,2,"x\ny"\n4,5\n', "table.csv, line 4 has 2 values, but line 1 names 3 columns."),
        ("a,b\n1,x\nabc,y\n", "table.csv, line 3: column 'a' holds 'abc', which is not a number; only the last column may hold text."),
        ("a,b\n1,x\n12%,y\n", "table.csv, line 3: column 'a' holds '12%', which is not a number; only the last column may hold text."),
        ("a;b\n1,5;x\n2.5;y\n", "table.csv, line 3: column 'a' holds '2.5', which is not a number; only the last column may hold text."),
        ("a,b\n1,x\n,y\n", "table.csv, line 3: column 'a' is empty; fill in the value or delete the line."),
        ("a,b\n1,x\n2,\n", "table.csv, line 3: column 'b' is empty; fill in the value or delete the line."),
        ("a,b\n1,x\nNaN,y\n", "table.csv, line 3: column 'a' holds 'NaN' instead of a number; fill in the value or delete the line."),
        ("a,b\n1,x\nN/A,y\n", "table.csv, line 3: column 'a' holds 'N/A' instead of a number; fill in the value or delete the line."),
        ("a,b\n1,x\n-inf,y\n", "table.csv, line 3: column 'a' holds '-inf'; it must be a finite number."),
        ("a,b\n1,x\n1e999,y\n", "table.csv, line 3: column 'a' holds '1e999'; it must be a finite number."),
        ("a,b\n1,1.5\n2,oops\n3,2.5\n", "table.csv, line 3: the target, column 'b', holds 'oops', which is not a number."),
        ("a,b\n1,7\n2,7\n", "table.csv: the target, column 'b', is '7' in every row; there is nothing to learn."),
        ("a,b\n1,p\n2,q\n3,r\n", "table.csv: the target, column 'b', holds 3 different values in 3 rows, too many for classes."),
        (b"a,b\n1,\x002\n", "table.csv is not a text file or has an unknown encoding; save it as CSV in UTF-8."),
        (b"\x89PNG\r\n\x1a\n", "table.csv is not a text file or has an unknown encoding; save it as CSV in UTF-8."),
        (PLAIN.encode("utf-16-le"), "table.csv is not a text file or has an unknown encoding; save it as CSV in UTF-8."),
        (PLAIN.encode("utf-16")[:-1], "table.csv is not a text file or has an unknown encoding; save it as CSV in UTF-8."),
        (b"PK\x03\x04", "table.csv is an Excel workbook or a zip archive; save the sheet as CSV."),
        (b"\x1f\x8b\x08", "table.csv is compressed; unpack it first."),
    ],
)
def test_what_does_not_fit_is_named(folder: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read(folder, content)
    assert str(caught.value) == message


@pytest.mark.parametrize("content", ['a,b\n1,"x\n2,y\n', 'a,b\n1,"x"x\n', 'a,b\n1,"' + "x" * 200_000])
def test_a_quotation_mark_that_does_not_fit(folder: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"table\.csv, line 2: a quotation mark is not closed"):
        read(folder, content)


def test_a_missing_file_and_a_folder(folder: Path) -> None:
    for path, message in ((folder / "absent.csv", "There is no file"), (folder, "is not a file"), ("", "No CSV file is chosen")):
        with pytest.raises(DataError, match=message):
            datasets["csv_file"].make({"path": str(path), "target": "automatic"}, 0)
    with pytest.raises(DataError, match="There is no file"):  # an address is a file name like any other: nothing is fetched
        datasets["csv_file"].make({"path": "https://example.org/table.csv", "target": "automatic"}, 0)


def test_files_that_are_too_large_are_refused_before_they_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "MAX_BYTES", 2**20)
    with pytest.raises(DataError, match=r"table\.csv has 2 MB; at most 1 MB can be read"):
        read(folder, b"a,b\n" + b"1,2\n" * 2**19)
    with pytest.raises(DataError, match=r"has 10,001 columns; at most 10,000"):
        read(folder, ",".join(f"c{index}" for index in range(10_001)))


def test_a_class_with_one_row_is_named_when_the_file_is_split(folder: Path) -> None:
    path = folder / "rare.csv"
    path.write_text("a,kind\n1,x\n2,x\n3,y\n")
    data = prepare(DataSettings("csv_file", {"path": str(path)}))
    assert data.notes == ("The class 'y' has a single sample and is used for training only.",)
    assert data.train_index.tolist().count(2) == 1 and len(data.validation_index) == 1
    assert prepare(DataSettings("csv_file", {"path": str(path)}, validation_share=0.0)).x.shape == (3, 1)


# Names without delimiters: unquoted ones would leave it open which delimiter the file uses.
NAME = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters=",;|"), min_size=1, max_size=12).filter(
    lambda name: _csv_text.as_number(name) is None
)
LABEL = (
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=12).map(str.strip).filter(lambda text: bool(text))
)
FINITE = st.floats(-LARGEST, LARGEST)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[float]], list[str]]:
    names = draw(st.lists(NAME, min_size=2, max_size=5, unique=True))
    labels = draw(st.lists(LABEL.filter(lambda text: _csv_text.as_number(text) is None), min_size=2, max_size=3, unique=True))
    count = draw(st.integers(3, 8))
    rows = draw(st.lists(st.lists(FINITE, min_size=len(names) - 1, max_size=len(names) - 1), min_size=count, max_size=count))
    chosen = [*labels, *draw(st.lists(st.sampled_from(labels), min_size=max(0, count - len(labels)), max_size=max(0, count - len(labels))))]
    return names, rows, chosen[:count] if count > len(labels) else [*labels[: count - 1], labels[0]]


@settings(max_examples=60)
@given(
    tables(),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_is_written_is_read(
    folder: Path, made: tuple[list[str], list[list[float]], list[str]], delimiter: str, quoting: int, line_end: str, comma: bool
) -> None:
    names, rows, labels = made
    decimal_comma = comma and delimiter != ","
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=line_end)
    writer.writerow(names)
    for row, label in zip(rows, labels, strict=True):
        writer.writerow([*(repr(value).replace(".", ",") if decimal_comma else repr(value) for value in row), label])
    table = read(folder, buffer.getvalue(), "classes")
    assert np.array_equal(table.x, np.array(rows))
    assert table.features == tuple(names[:-1])
    assert [table.target.names[index] for index in table.y] == labels


@settings(max_examples=60)
@given(
    st.one_of(
        st.binary(max_size=80),
        st.text('a1,;"\n .\t|-eé\r', max_size=80).map(str.encode),
        st.text('a1,"\n', max_size=40).map(lambda t: b"p,q\n" + t.encode()),
    )
)
def test_any_bytes_are_a_table_or_a_data_error(folder: Path, content: bytes) -> None:
    refusal = ""
    try:
        samples = read(folder, content).samples
    except DataError as error:
        refusal = str(error)
    assert refusal.startswith("table.csv") if refusal else samples > 0


def test_one_endless_line_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match="names one column"):
        read(folder, "a" * 300_000)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("a,b\n1,2\n1e300,3\n2,5\n", "line 3: column 'a' holds '1e300', too large"),
        ("a,b\n1,2\n2,3\n-4e38,5\n", "line 4: column 'a' holds '-4e38', too large"),
        ("a,b\n1,2.5\n2,1e300\n3,5.5\n", "line 3: the target, column 'b', holds '1e300', too large"),
    ],
)
def test_a_number_that_no_network_can_hold_is_named_by_line_and_column(tmp_path: Path, rows: str, words: str) -> None:
    """Its 32-bit numbers end at 3.4e38; 1e300 would reach the network as infinity, or as 0 once it is standardised."""
    path = tmp_path / "far.csv"
    path.write_text(rows, encoding="utf-8")
    for target in ("automatic", "numbers"):
        with pytest.raises(DataError) as caught:
            prepare(DataSettings("csv_file", {"path": str(path), "target": target}, validation_share=0.0))
        assert words in str(caught.value) and "far.csv" in str(caught.value)


def test_large_numbers_that_a_network_can_hold_are_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("a,b\n1e38,1.5\n-3e38,2.5\n0,3.5\n", encoding="utf-8")
    data = prepare(DataSettings("csv_file", {"path": str(path), "target": "numbers"}, validation_share=0.0))
    assert np.isfinite(data.x).all() and np.ptp(data.x) > 1


MIXED = "t,name,load,force\n" + "".join(f"{i}.5,n{i},{i * i},{2 * i}.25\n" for i in range(12))


def test_two_columns_of_a_table_are_a_curve(tmp_path: Path) -> None:
    table = read(tmp_path, MIXED, target_column="load", feature_columns="t")
    assert (table.features, table.target.names, table.target.kind) == (("t",), ("load",), "continuous")
    np.testing.assert_array_equal(table.x[:, 0], np.arange(12) + 0.5)
    np.testing.assert_array_equal(table.y[:, 0], np.arange(12.0) ** 2)


def test_features_come_in_the_order_chosen_and_columns_left_out_may_hold_anything(tmp_path: Path) -> None:
    table = read(tmp_path, MIXED.replace("n3", ""), feature_columns=" load , t,load")
    assert table.features == ("load", "t") and table.target.names == ("force",)
    np.testing.assert_array_equal(table.x[3], [9.0, 3.5])


def test_a_target_in_another_column_may_hold_text(tmp_path: Path) -> None:
    table = read(tmp_path, "kind,a,b\n" + "".join(f"{'xy'[i % 2]},{i},{i * i}\n" for i in range(8)), target_column="kind")
    assert (table.features, table.target.kind, table.target.names) == (("a", "b"), "binary", ("x", "y"))


def test_a_quoted_name_may_hold_a_comma(tmp_path: Path) -> None:
    table = read(tmp_path, MIXED.replace("t,name", '"t, in s",name', 1), target_column="load", feature_columns='"t, in s",force')
    assert table.features == ("t, in s", "force")


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"target_column": "mass"}, "table.csv has no column 'mass'; choose from t, name, load, force."),
        ({"feature_columns": "t,mass"}, "table.csv has no column 'mass'; choose from t, name, load, force."),
        ({"target_column": "t", "feature_columns": "load,t"}, "column 't' is the target and cannot be a feature as well"),
        ({"target_column": "load"}, "line 2: column 'name' holds 'n0', which is not a number; only the target 'load' may hold text."),
    ],
)
def test_what_is_no_choice_of_columns_is_said(chosen: dict[str, Value], message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        read(tmp_path, MIXED, **chosen)
