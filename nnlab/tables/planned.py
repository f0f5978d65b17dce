"""A table read by its plan: one raw column of numbers or text for every feature, and the target, of the rows that stay.

Nothing is fitted here. Each cell becomes what it says by itself, whatever stands in the other rows, so that rows for validation
and rows that come tomorrow are read alike; `nnlab.tables.encoding` fits what is to be fitted, on the training rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nnlab.core.dataset import Target
from nnlab.core.errors import DataError
from nnlab.tables.cell_table import CellTable, OnShare, no_progress, present
from nnlab.tables.columns import NOTATIONS, OTHERS_MISSING, as_day, as_number
from nnlab.tables.plan import ColumnPlan, TablePlan

LARGEST = float(np.finfo(np.float32).max)  # beyond it, a number is infinite to a network
MOST_CLASSES = 1000
_TRUE = ("true", "yes", "t", "y", "1")
_FALSE = ("false", "no", "f", "n", "0")
PART_TITLES = {"year": "year", "month": "month", "weekday": "day of week", "elapsed": "days"}

ColumnArrays = dict[str, np.ndarray]  # by name: float64 (rows,), NaN where missing; or str (rows,), "" where missing


@dataclass(frozen=True, eq=False)
class PlannedTable:
    """`columns` by name, `y` as a `nnlab.core.dataset.Table` has it, `kept` the rows of the file they come from, in their order."""

    columns: ColumnArrays
    y: np.ndarray
    target: Target
    kept: np.ndarray  # int64 (samples,)
    groups: np.ndarray | None  # str (samples,): rows of one group stay together when samples are split
    times: np.ndarray | None  # float64 (samples,): by which the later rows are kept for validation and test
    notes: tuple[str, ...]  # what was left out, one sentence each


def read_features(table: CellTable, plan: TablePlan, progress: OnShare = no_progress) -> ColumnArrays:
    """The raw columns of all rows of a table, its target not looked at: rows to predict may have none.

    Raises DataError for columns the table lacks and for a cell that is not what the plan says, naming where it stands.
    """
    there = set(table.columns)
    missing = [column.name for column in plan.features if column.name not in there]
    if missing:
        listed = ", ".join(repr(name) for name in missing[:5])
        raise DataError(f"{table.name} lacks the column{'s' if len(missing) > 1 else ''} {listed}, which the network needs.")
    found = _numbers(table, [column for column in plan.features if column.kind == "number"], progress)
    for column in plan.features:
        if column.kind == "yes_no":
            found[column.name] = _yes_no(table, column)
        elif column.kind == "date":
            found |= _parts(column, _days(table, column))
        elif column.kind == "category":
            found[column.name] = table.texts(table.index(column.name))
    return {name: found[name] for column in plan.features for name in names_of(column)}


def names_of(column: ColumnPlan) -> tuple[str, ...]:
    """The raw columns that a column of the table becomes."""
    return tuple(f"{column.name} ({PART_TITLES[part]})" for part in column.parts) if column.kind == "date" else (column.name,)


def read_planned(table: CellTable, plan: TablePlan, progress: OnShare = no_progress) -> PlannedTable:
    """The rows of `table` that can be used for training. Raises DataError as `read_features`, and for a target that cannot be learned."""
    columns = read_features(table, plan, progress)
    if not columns:
        raise DataError(f"{table.name}: no column is a feature; use at least one besides the target {plan.target.name!r}.")
    target, y, known = _target(table, plan.target)
    keep = known.copy()
    notes = []
    if not known.all():
        notes.append(_left_out(int((~known).sum()), plan.target.name))
    for column in plan.features:
        if column.missing == "drop":
            names = names_of(column)
            absent = np.any([_is_missing(columns[name]) for name in names], axis=0) & keep if names else np.zeros(table.rows, dtype=bool)
            if absent.any():
                notes.append(_left_out(int(absent.sum()), column.name))
                keep &= ~absent
    if not keep.any():
        raise DataError(f"{table.name}: every row lacks a value; use something in place of missing values, or leave columns out.")
    kept = np.flatnonzero(keep)
    target, y = _compact(table, plan.target, target, y[kept])
    by_use = {use: next((column for column in plan.columns if column.use == use), None) for use in ("group", "time")}
    groups = None if by_use["group"] is None else table.texts(table.index(by_use["group"].name))[kept]
    times = None if by_use["time"] is None else _times(table, by_use["time"])[kept]
    return PlannedTable({name: values[kept] for name, values in columns.items()}, y, target, kept, groups, times, tuple(notes))


def _left_out(rows: int, name: str) -> str:
    return f"{rows:,} row{'s' if rows > 1 else ''} with missing {name!r} {'were' if rows > 1 else 'was'} left out."


def _is_missing(values: np.ndarray) -> np.ndarray:
    return np.isnan(values) if values.dtype.kind == "f" else values == ""


def _notation(table: CellTable, column: ColumnPlan) -> tuple[str, bool]:
    """How the numbers of a column are written; raises DataError where that is not decided."""
    if column.notation not in NOTATIONS or column.notation in ("iso", "day_first", "month_first", "text"):
        raise DataError(f"{table.name}: it is not decided how the numbers in column {column.name!r} are written; choose their notation.")
    return column.notation, column.is_percent


def _numbers(table: CellTable, columns: Sequence[ColumnPlan], progress: OnShare = no_progress) -> ColumnArrays:
    """Columns of numbers, NaN where missing; those written alike are read together.

    Raises DataError for a cell that is there and is no number, or is too large.
    """
    found: ColumnArrays = {}
    alike: dict[tuple[str, bool], list[ColumnPlan]] = {}
    for column in columns:
        alike.setdefault(_notation(table, column), []).append(column)
    for (notation, is_percent), group in alike.items():
        told = partial(_part, progress, len(found) / len(columns), len(group) / len(columns))
        values = _written_alike(table, group, notation, is_percent, told)
        found |= {column.name: values[k] for k, column in enumerate(group)}
    return found


def _part(progress: OnShare, before: float, size: float, share: float) -> None:
    progress(before + size * share)


def _written_alike(table: CellTable, columns: list[ColumnPlan], notation: str, is_percent: bool, progress: OnShare) -> np.ndarray:
    """float64 (columns, rows): columns of numbers in one notation."""
    places = {name: place for place, name in enumerate(table.columns)}
    values = table.numbers([places[column.name] for column in columns], lambda c: as_number(c, notation, is_percent), progress)
    doubtful = [k for k in range(len(columns)) if notation not in OTHERS_MISSING and np.isnan(values[k]).any()]
    has_cell = table.numbers([places[columns[k].name] for k in doubtful], _is_present) > 0.0
    for k, has in zip(doubtful, has_cell, strict=True):
        _refuse(table, columns[k], has & np.isnan(values[k]), f"is not a number written as {NOTATIONS[notation]}")
    for k, column in enumerate(columns):
        _refuse(table, column, np.abs(values[k]) > LARGEST, "is too large for a network; use another unit")
    return values


def _is_present(column: str) -> str:
    return f"CAST({present(column)} IS NOT NULL AS DOUBLE)"


def _refuse(table: CellTable, column: ColumnPlan, wrong: np.ndarray, why: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        cell = table.execute(f"SELECT c{table.index(column.name)} FROM cells WHERE rowid = {row}").fetchone()
        text = str(cell[0]) if cell else ""
        raise DataError(f"{table.name}, {table.place(row)}: column {column.name!r} holds {text[:40]!r}, which {why}.")


def _yes_no(table: CellTable, column: ColumnPlan) -> np.ndarray:
    texts = np.char.lower(table.texts(table.index(column.name)))
    values = np.where(np.isin(texts, _TRUE), 1.0, np.where(np.isin(texts, _FALSE), 0.0, np.nan))
    _refuse(table, column, np.isnan(values) & (texts != ""), "is neither yes nor no")
    return values


def _days(table: CellTable, column: ColumnPlan) -> np.ndarray:
    if column.notation not in ("iso", "day_first", "month_first"):
        raise DataError(f"{table.name}: it is not decided how the dates in column {column.name!r} are written; choose their order.")
    place = [table.index(column.name)]
    values = table.numbers(place, lambda c: as_day(c, column.notation))[0]
    has_cell = table.numbers(place, _is_present)[0] > 0.0
    _refuse(table, column, has_cell & np.isnan(values), f"is no date written as {NOTATIONS[column.notation]}")
    return values


def _parts(column: ColumnPlan, days: np.ndarray) -> ColumnArrays:
    """Year, month from 1, day of the week from 0 on Monday, and days since 1970, NaN where the date is missing."""
    known = ~np.isnan(days)
    dates = np.floor(np.where(known, days, 0.0)).astype("int64").astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    made: dict[str, Callable[[], np.ndarray]] = {
        "year": lambda: months // 12 + 1970.0,
        "month": lambda: months % 12 + 1.0,
        "weekday": lambda: (dates.astype(np.int64) + 3) % 7 * 1.0,  # 1970-01-01 was a Thursday
        "elapsed": lambda: np.where(known, days, 0.0),
    }
    return {name: np.where(known, made[part](), np.nan) for name, part in zip(names_of(column), column.parts, strict=True)}


def _times(table: CellTable, column: ColumnPlan) -> np.ndarray:
    values = _days(table, column) if column.kind == "date" else _numbers(table, [column])[column.name]
    _refuse(table, column, np.isnan(values), "is no time; rows cannot be split by it")
    return values


def _target(table: CellTable, column: ColumnPlan) -> tuple[Target, np.ndarray, np.ndarray]:
    """What the target is, its values for every row, and for which rows it is known."""
    if column.kind == "number":
        values = _numbers(table, [column])[column.name]
        return Target("continuous", (column.name,)), values.reshape(-1, 1), ~np.isnan(values)
    if column.kind == "date":
        raise DataError(f"{table.name}: the target {column.name!r} is a date; choose a column of numbers or classes.")
    texts = table.texts(table.index(column.name))
    names = class_names(np.unique(texts[texts != ""]).tolist())
    places = {name: place for place, name in enumerate(names)}
    y = np.array([places.get(text, -1) for text in texts.tolist()], dtype=np.int64)
    return Target("classes", tuple(names), column=column.name), y, y >= 0


def class_names(names: Sequence[str]) -> list[str]:
    """Classes in order: by number where all are numbers, else by the alphabet. `1` and `01` are two classes."""

    def as_float(name: str) -> float | None:
        try:
            return float(name)
        except ValueError:
            return None

    numbers = {name: as_float(name) for name in names}
    if all(number is not None and np.isfinite(number) for number in numbers.values()):
        return sorted(names, key=lambda name: (numbers[name], name))
    return sorted(names)


def _compact(table: CellTable, column: ColumnPlan, target: Target, y: np.ndarray) -> tuple[Target, np.ndarray]:
    """The target of the rows that stayed: classes that are gone have no number."""
    if target.kind == "continuous":
        if (y == y[0]).all():
            raise DataError(f"{table.name}: the target, column {column.name!r}, is {y[0, 0]:.12g} in every row; there is nothing to learn.")
        are_probabilities = bool(y.min() >= 0.0 and y.max() <= 1.0)
        return Target("continuous", target.names, are_probabilities), y
    present_classes, compact = np.unique(y, return_inverse=True)
    names = tuple(target.names[k] for k in present_classes.tolist())
    if len(names) < 2:
        raise DataError(f"{table.name}: the target, column {column.name!r}, is {names[0]!r} in every row; there is nothing to learn.")
    if len(names) > MOST_CLASSES or (len(names) == len(y) and len(y) > 2):
        what = f"holds {len(names):,} different values in {len(y):,} rows"
        raise DataError(f"{table.name}: the target, column {column.name!r}, {what}, too many for classes.")
    return Target("binary" if len(names) == 2 else "classes", names, column=column.name), compact.astype(np.int64)
