"""What the cells of each column are: numbers in some notation, dates, yes or no, or text; with what has to be asked.

A notation is taken only where the cells prove it. `12,000` beside whole numbers may be twelve thousand or twelve: that is a question,
never a guess. Codes such as 01067 are text, whatever they look like. Patterns are strict because a conversion is not: DuckDB's
TRY_CAST reads `02.02.2024` as a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from nnlab.tables.cell_table import CellTable, OnShare, no_progress, present

KINDS = ("number", "yes_no", "date", "text")

# SQL regular expressions (RE2) over a whole cell
_INTEGER = r"[+-]?\d+"
PLAIN = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_BARE = r"-?(0|[1-9]\d*)(\.\d*)?"
_LEADING_ZERO = r"[+-]?0\d+"
_COMMA_THOUSANDS = r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?"
_COMMA_THOUSANDS_PROOF = r"[+-]?[1-9]\d{0,2}((,\d{3}){2,}(\.\d*)?|(,\d{3})+\.\d*)"
_DECIMAL_COMMA = r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?"
_POINT_THOUSANDS = r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?"
_NAMED = r"[A-Za-z]{3,9} \d{1,2},? \d{4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4}"  # Jan 1 2000, 1 January 2000
_ISO = rf"(\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}|{_NAMED})([ T]\d{{1,2}}:\d{{2}}(:\d{{2}}(\.\d+)?)?Z?)?"
_LOCAL_DATE = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}( \d{1,2}:\d{2}(:\d{2})?)?"
_PAIRS = (("true", "false"), ("yes", "no"), ("t", "f"), ("y", "n"))

NOTATIONS = {
    "plain": "1234.5",
    "comma_thousands": "1,234.5",
    "decimal_comma": "1234,5",
    "point_thousands": "1.234,5",
    "iso": "year-month-day, or with the name of the month",
    "day_first": "day/month/year",
    "month_first": "month/day/year",
    "others_missing": "numbers; other cells are missing",
    "decimal_comma_others_missing": "numbers such as 1234,5; other cells are missing",
    "comma_thousands_others_missing": "numbers such as 1,234.5; other cells are missing",
    "text": "text",
}
OTHERS_MISSING = {  # how the numbers are written among cells that are none
    "others_missing": "plain", "decimal_comma_others_missing": "decimal_comma", "comma_thousands_others_missing": "comma_thousands",
}  # fmt: skip

_MOST_DIGITS = 15  # of a whole number that a float keeps; longer ones name things
_MOST_COUNTED_EXACTLY = 20_000  # rows; beyond, different cells are first estimated
MOSTLY = 0.9  # the share of cells that are numbers from which a column may be meant to be one


@dataclass(frozen=True)
class ColumnReading:
    """What was found in one column. `question` is what a person has to decide, in a sentence, `answers` the notations to choose from."""

    name: str
    kind: str  # one of KINDS
    notation: str  # key of NOTATIONS; "" for text and yes or no
    rows: int
    missing: int
    distinct: int  # different cells, not counting missing ones; an estimate where there are many
    is_whole: bool = False  # all numbers are whole
    is_percent: bool = False  # numbers are followed by %, and read as hundredths
    is_sequence: bool = False  # whole numbers, each one more than the one above
    codes: bool = False  # digits that are text: leading zeros, or more digits than a number keeps
    question: str = ""
    answers: tuple[str, ...] = ()

    @property
    def present(self) -> int:
        return self.rows - self.missing


def number_text(column: str) -> str:
    """SQL for a cell without percent sign and currency."""
    return rf"regexp_replace({present(column)}, '^[$€£]\s*|\s*[%€$£]$', '')"


def as_number(column: str, notation: str, is_percent: bool = False) -> str:
    """SQL for the number that a cell holds, NULL where it is missing or is none in this notation."""
    text = number_text(column)
    pattern, plain = {
        "plain": (PLAIN, text),
        "comma_thousands": (f"{_COMMA_THOUSANDS}|{PLAIN}", f"replace({text}, ',', '')"),
        "decimal_comma": (f"{_DECIMAL_COMMA}|{_INTEGER}", f"replace({text}, ',', '.')"),
        "point_thousands": (f"{_POINT_THOUSANDS}|{_DECIMAL_COMMA}|{_INTEGER}", f"replace(replace({text}, '.', ''), ',', '.')"),
    }[OTHERS_MISSING.get(notation, notation)]
    number = f"CASE WHEN regexp_full_match({text}, '{pattern}') THEN TRY_CAST({plain} AS DOUBLE) END"
    if pattern.endswith(PLAIN):  # most cells are nothing but a number, and to take blanks and signs away costs seven times as much
        number = f"CASE WHEN regexp_full_match({column}, '{PLAIN}') THEN TRY_CAST({column} AS DOUBLE) ELSE {number} END"
    return f"({number}) / 100" if is_percent else number


def as_day(column: str, notation: str) -> str:
    """SQL for days since 1970-01-01 as a number with a fraction, NULL where a cell is missing or no date."""
    times = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f", "T%H:%M:%SZ", "T%H:%M")
    named = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y")
    days = {"iso": ("%Y-%m-%d", *named), "day_first": ("%d-%m-%Y",), "month_first": ("%m-%d-%Y",)}[notation]
    formats = ", ".join(f"'{day}{time}'" for day in days for time in times)
    cell = rf"regexp_replace(regexp_replace(replace({present(column)}, ',', ''), '^(\d+)[/.](\d+)[/.](\d+)', '\1-\2-\3'), '\s+', ' ')"
    return f"epoch(TRY_STRPTIME({cell}, [{formats}])) / 86400.0"


def read_columns(table: CellTable, progress: OnShare = no_progress) -> tuple[ColumnReading, ...]:
    """What every column of a table holds."""
    rows = table.rows
    known = _only_numbers(table, lambda share: progress(share / 2))
    counts = known | table.per_column([k for k in range(len(table.columns)) if k not in known], [
        lambda c: f"count({present(c)})",
        lambda c: _fitting(number_text(c), PLAIN),
        lambda c: _fitting(number_text(c), _INTEGER),
        lambda c: _fitting(number_text(c), _LEADING_ZERO),
        lambda c: f"count(*) FILTER ({present(c)} LIKE '%\\%' ESCAPE '\\')",
        lambda c: f"max(length(ltrim({number_text(c)}, '+-')))",
        lambda c: _different(present(c), rows),
    ], lambda share: progress((1 + share) / 2))  # fmt: skip
    first = [_Counts(*counts[k]) for k in range(len(table.columns))]
    uneven = [k for k, count in enumerate(first) if count.plain < count.present]
    second = _second_look(table, uneven)
    has_decimal_commas = any(look.decimal_comma_proof and not look.comma_thousands_proof for look in second.values())
    points = _points(table, [k for k in range(len(first)) if k not in second]) if has_decimal_commas else {}
    sequences = _sequences(table, [k for k, c in enumerate(first) if c.integer == c.present == rows and c.leading_zero == 0])
    readings = []
    for k, count in enumerate(first):
        base = ColumnReading(table.columns[k], "text", "", rows, rows - count.present, count.distinct)
        if count.present == 0:
            readings.append(base)
        elif k in second:
            readings.append(_uneven(table, k, count, second[k], base))
        elif count.leading_zero or (count.integer == count.present and count.longest > _MOST_DIGITS):
            readings.append(replace(base, codes=True))
        else:
            number = replace(
                base, kind="number", notation="plain", is_whole=count.integer == count.present,
                is_percent=0 < count.percent == count.present, is_sequence=k in sequences,
            )  # fmt: skip
            if k in points:
                number = replace(number, question=_ask(table, k, "a point", points[k]), answers=("point_thousands", "plain"))
            readings.append(number)
    return tuple(readings)


def _only_numbers(table: CellTable, progress: OnShare) -> dict[int, tuple[Any, ...]]:
    """The `_Counts` of columns with nothing but plain numbers in them: looking for signs and blanks in those takes five times as long."""
    rows = table.rows
    found = table.per_column(range(len(table.columns)), [
        lambda c: f"count(*) FILTER (regexp_full_match({c}, '{_BARE}'))",
        lambda c: f"count(*) FILTER (regexp_full_match({c}, '{_INTEGER}'))",
        lambda c: f"max(length(ltrim({c}, '+-')))",
        lambda c: _different(c, rows),
    ], progress)  # fmt: skip
    return {k: (rows, rows, whole, 0, 0, most, unlike) for k, (bare, whole, most, unlike) in found.items() if bare == rows}


def _different(cell: str, rows: int) -> str:
    """SQL for how many different cells a column has: of many, about."""
    return f"count(DISTINCT {cell})" if rows <= _MOST_COUNTED_EXACTLY else f"approx_count_distinct({cell})"


@dataclass(frozen=True)
class _Counts:
    present: int
    plain: int
    integer: int
    leading_zero: int
    percent: int
    longest: int
    distinct: int


@dataclass(frozen=True)
class _SecondLook:
    """Counts over a column that is not all plain numbers."""

    comma_thousands: int  # or plain
    comma_thousands_proof: int
    decimal_comma: int  # or whole
    decimal_comma_proof: int
    point_thousands: int  # or decimal comma, or whole
    iso: int
    local_date: int
    dotted_date: int
    pairs: tuple[int, ...]


def _second_look(table: CellTable, columns: Sequence[int]) -> dict[int, _SecondLook]:
    if not columns:
        return {}
    found = table.per_column(columns, [
        lambda c: _fitting(number_text(c), f"{_COMMA_THOUSANDS}|{PLAIN}"),
        lambda c: _fitting(number_text(c), _COMMA_THOUSANDS_PROOF),
        lambda c: _fitting(number_text(c), f"{_DECIMAL_COMMA}|{_INTEGER}"),
        lambda c: _fitting(number_text(c), _DECIMAL_COMMA, but=_COMMA_THOUSANDS),
        lambda c: _fitting(number_text(c), f"{_POINT_THOUSANDS}|{_DECIMAL_COMMA}|{_INTEGER}"),
        lambda c: _fitting(present(c), _ISO),
        lambda c: _fitting(present(c), _LOCAL_DATE),
        lambda c: _fitting(present(c), r"\d+\.\d+\.\d+.*"),
        *(lambda c, yes=yes, no=no: f"count(*) FILTER (lower({present(c)}) IN ('{yes}', '{no}'))" for yes, no in _PAIRS),
    ])  # fmt: skip
    return {k: _SecondLook(*(*counts[:8], counts[8:])) for k, counts in found.items()}


def _fitting(text: str, pattern: str, but: str = "") -> str:
    """SQL for how many cells a pattern fits, and another does not."""
    unless = f" AND NOT regexp_full_match({text}, '{but}')" if but else ""
    return f"count(*) FILTER (regexp_full_match({text}, '{pattern}'){unless})"


def _uneven(table: CellTable, k: int, count: _Counts, look: _SecondLook, base: ColumnReading) -> ColumnReading:
    """A column in which not every cell is a plain number."""
    all_of = count.present
    if all_of in look.pairs:
        return replace(base, kind="yes_no")
    if look.iso == all_of and _are_dates(table, k, "iso", all_of):
        return replace(base, kind="date", notation="iso")
    if look.local_date == all_of:
        return _local_date(table, k, look, base)
    percent = 0 < count.percent == all_of
    number = replace(base, kind="number", is_percent=percent)
    may_be_thousands, may_be_decimal = look.comma_thousands == all_of, look.decimal_comma == all_of
    if may_be_thousands and may_be_decimal and not look.comma_thousands_proof and not look.decimal_comma_proof:
        cell = _example(table, k, _COMMA_THOUSANDS)
        question = _ask(table, k, "a comma", cell)
        return replace(number, notation="comma_thousands", question=question, answers=("comma_thousands", "decimal_comma"))
    if may_be_thousands and not look.decimal_comma_proof:
        return replace(number, notation="comma_thousands")
    if may_be_decimal and not look.comma_thousands_proof:
        return replace(number, notation="decimal_comma")
    if look.point_thousands == all_of and not look.comma_thousands_proof:
        return replace(number, notation="point_thousands")
    fitting = {"others_missing": count.plain}
    if look.decimal_comma_proof:
        fitting["decimal_comma_others_missing"] = look.decimal_comma
    if look.comma_thousands_proof:
        fitting["comma_thousands_others_missing"] = look.comma_thousands
    notation, numbers = max(fitting.items(), key=lambda item: item[1])
    if numbers >= MOSTLY * all_of and count.leading_zero == 0:
        cell, row = _odd_cell(table, k, notation)
        question = (
            f"Column {base.name!r} holds {cell[:40]!r} in {table.place(row)} beside {numbers:,} numbers: is what is not a number "
            "missing, or are all cells text?"
        )
        return replace(number, notation=notation, question=question, answers=(notation, "text"))
    return replace(base, codes=count.leading_zero > 0)


def _local_date(table: CellTable, k: int, look: _SecondLook, base: ColumnReading) -> ColumnReading:
    fitting = [n for n in ("day_first", "month_first") if _are_dates(table, k, n, look.local_date)]
    if not fitting:
        return base
    if len(fitting) == 1 or look.dotted_date == look.local_date:
        return replace(base, kind="date", notation=fitting[0])
    cell = _example(table, k, _LOCAL_DATE)
    question = f"Column {base.name!r} holds dates such as {cell}: does the day or the month come first?"
    return replace(base, kind="date", notation="day_first", question=question, answers=("day_first", "month_first"))


def _are_dates(table: CellTable, k: int, notation: str, count: int) -> bool:
    day = as_day(f"c{k}", notation)
    return bool(table.one([f"count({day})"])[0] == count)


def _points(table: CellTable, columns: Sequence[int]) -> dict[int, str]:
    """Of plain columns in a file with decimal commas: those whose points may separate thousands, with a cell for each."""
    counts = table.per_column(columns, [
        lambda c: f"count(*) FILTER ({number_text(c)} LIKE '%.%')", lambda c: _fitting(number_text(c), _POINT_THOUSANDS),
    ])  # fmt: skip
    return {k: _example(table, k, _POINT_THOUSANDS) for k, (pointed, as_thousands) in counts.items() if 0 < pointed == as_thousands}


def _ask(table: CellTable, k: int, sign: str, cell: str) -> str:
    return f"Column {table.columns[k]!r} holds {cell}: does {sign} separate thousands or decimals there?"


def _example(table: CellTable, k: int, pattern: str) -> str:
    """The first cell that a pattern fits."""
    return _first_cell(table, k, f"regexp_full_match({number_text(f'c{k}')}, '{pattern}')")[0]


def _odd_cell(table: CellTable, k: int, notation: str) -> tuple[str, int]:
    """The first cell that is no number in a notation, and its row."""
    return _first_cell(table, k, f"({as_number(f'c{k}', notation)}) IS NULL")


def _first_cell(table: CellTable, k: int, condition: str) -> tuple[str, int]:
    cell = present(f"c{k}")
    query = f"SELECT {cell}, rowid FROM cells WHERE {cell} IS NOT NULL AND {condition} ORDER BY rowid LIMIT 1"
    found = table.execute(query).fetchone()
    return (str(found[0]), int(found[1])) if found else ("", -1)


def _sequences(table: CellTable, columns: Sequence[int]) -> frozenset[int]:
    """Columns that count the rows: each whole number one more than the one above."""
    if not columns:
        return frozenset()
    step = "TRY_CAST({0} AS BIGINT) - rowid"
    spans = table.per_column(columns, [lambda c: f"max({step.format(present(c))}) - min({step.format(present(c))})"])
    return frozenset(k for k, (span,) in spans.items() if span == 0)
