"""What the cells of a column are; the cells and what a person would say of them stand in each case."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from nnlab.tables.columns import ColumnReading, as_day, read_columns
from nnlab.tables.reader import read_table


def reading(tmp_path: Path, cells: list[str], delimiter: str = ";", beside: str = "a") -> ColumnReading:
    path = tmp_path / "t.csv"
    path.write_text("\n".join([f"v{delimiter}other"] + [f"{cell}{delimiter}{beside}" for cell in cells]) + "\n", encoding="utf-8")
    return read_columns(read_table(path))[0]


@pytest.mark.parametrize(
    ("cells", "kind", "notation"),
    [
        (["1", "2.5", "-3e4", "\u22124"], "number", "plain"),  # a typesetter's minus
        (["1,234,567", "12", "3"], "number", "comma_thousands"),
        (["1,234.5", "12,000"], "number", "comma_thousands"),
        (["3,5", "12,000"], "number", "decimal_comma"),
        (["1.234,56", "7"], "number", "point_thousands"),
        (["12%", "3.5 %"], "number", "plain"),
        (["$5", "$7.50"], "number", "plain"),
        (["true", "FALSE", "true"], "yes_no", ""),
        (["yes", "no"], "yes_no", ""),
        (["yes", "true"], "text", ""),
        (["2024-01-31", "2024-02-01 10:30"], "date", "iso"),
        (["31/01/2024", "01/02/2024"], "date", "day_first"),
        (["01/31/2024", "02/01/2024"], "date", "month_first"),
        (["01.02.2024", "02.02.2024"], "date", "day_first"),
        (["31/01/2024", "01/31/2024"], "text", ""),
        (["30/02/2024", "31/02/2024"], "text", ""),  # there is no such day
        (["01067", "1067"], "text", ""),
        (["1234567890123456788", "1234567890123456789"], "text", ""),
        (["red", "blue"], "text", ""),
        (["1.2.3", "4"], "text", ""),
    ],
)
def test_kind_and_notation(tmp_path: Path, cells: list[str], kind: str, notation: str) -> None:
    found = reading(tmp_path, cells)
    assert (found.kind, found.notation, found.question) == (kind, notation, "")


@pytest.mark.parametrize(
    ("cells", "beside", "answers", "quoted"),
    [
        (["12,000", "950"], "a", ("comma_thousands", "decimal_comma"), "12,000"),
        (["1.100", "2.250"], "3,5", ("point_thousands", "plain"), "1.100"),
        (["01/02/2024", "03/04/2024"], "a", ("day_first", "month_first"), "01/02/2024"),
        ([*"12345678912", "abc"], "a", ("others_missing", "text"), "abc"),
        ([f"1,{k}" for k in range(11)] + ["abc"], "a", ("decimal_comma_others_missing", "text"), "abc"),
        ([f"{k}.{k}" for k in range(19)] + ["1,5"], "a", ("others_missing", "text"), "1,5"),
        (["1,234.5"] * 11 + ["abc"], "a", ("comma_thousands_others_missing", "text"), "abc"),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(
    tmp_path: Path, cells: list[str], beside: str, answers: tuple[str, ...], quoted: str
) -> None:
    found = reading(tmp_path, cells, beside=beside)
    assert found.answers == answers
    assert quoted in found.question and "'v'" in found.question and found.question.endswith("?")


def test_points_beside_no_decimal_comma_are_decimals(tmp_path: Path) -> None:
    found = reading(tmp_path, ["1.100", "2.250"])
    assert (found.notation, found.question) == ("plain", "")


def test_missing_cells_and_different_ones_are_counted(tmp_path: Path) -> None:
    found = reading(tmp_path, ["NA", "", "?", "5", "5", "7", "n/a", "NaN"])
    assert (found.kind, found.missing, found.distinct, found.is_whole) == ("number", 5, 2, True)


def test_the_odd_cell_is_named_with_its_line(tmp_path: Path) -> None:
    found = reading(tmp_path, [*"1234567891", "abc", "3"])
    assert "'abc' in line 12" in found.question


def test_a_sequence_counts_the_rows(tmp_path: Path) -> None:
    assert reading(tmp_path, ["7", "8", "9", "10"]).is_sequence
    assert not reading(tmp_path, ["7", "9", "8", "10"]).is_sequence


def test_wide_tables_are_read_as_narrow_ones(tmp_path: Path) -> None:
    """Beyond 200 columns another query is used."""
    names = [f"c{k}" for k in range(260)]
    rows = [[str(k + row) for k in range(258)] + ["x" if row else "y", "3,5"] for row in range(4)]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(";".join(line) for line in [names, *rows]), encoding="utf-8")
    found = read_columns(read_table(path))
    assert {(r.kind, r.notation, r.distinct, r.is_sequence) for r in found[:258]} == {("number", "plain", 4, True)}
    assert [(r.kind, r.notation, r.distinct) for r in found[258:]] == [("text", "", 2), ("number", "decimal_comma", 1)]


@pytest.mark.parametrize("written", ["%b %d %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d %Y %H:%M"])
def test_dates_with_the_name_of_a_month_are_read(written: str, tmp_path: Path) -> None:
    days = [date(2000, 1, 1) + timedelta(days=11 * k) for k in range(40)]
    path = tmp_path / "named.csv"
    rows = [f'"{datetime(d.year, d.month, d.day).strftime(written)}",{k % 7},{"ab"[k % 2]}' for k, d in enumerate(days)]
    path.write_text("\n".join(["when,size,kind", *rows]) + "\n", encoding="utf-8")
    table = read_table(path)
    reading = read_columns(table)[0]
    assert (reading.kind, reading.notation, reading.question) == ("date", "iso", "")
    assert next(table.all([as_day("c0", "iso")])).tolist() == [(d - date(1970, 1, 1)).days for d in days]
