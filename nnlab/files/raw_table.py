"""Raw rows to predict: the columns of a text table that a preparation reads, and predictions written as one.

A table to predict needs no target and may have more columns than the network reads. What it lacks, and every cell that is no number where
one is needed, is named by column and line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import DataError
from nnlab.core.fitted_preparation import Preparation, RawColumn
from nnlab.datasets._csv_text import as_number, read_csv_text
from nnlab.datasets.csv_file import MISSING
from nnlab.training.predicted import Predicted

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that begins with one of them
_EVERY = 4096  # rows between two reports of progress


@dataclass(frozen=True, eq=False)
class RawTable:
    """The columns that a preparation reads, as it takes them; `lines` are those of the file that its rows begin in."""

    columns: dict[str, np.ndarray]
    lines: np.ndarray

    def __len__(self) -> int:
        return len(self.lines)


def read_raw_table(path: Path, preparation: Preparation, progress: Callable[[float], None] = lambda share: None) -> RawTable:
    """Reads a text table (CSV and the like). Raises DataError naming file, line and column of what cannot be."""
    text = read_csv_text(path, least_columns=1)
    missing = [column.name for column in preparation.columns if column.name not in text.columns]
    if missing:
        listed = ", ".join(repr(name) for name in missing[:5]) + (f" and {len(missing) - 5:,} more" if len(missing) > 5 else "")
        raise DataError(f"{text.name} lacks the column{'s' if len(missing) > 1 else ''} {listed}, which the network was trained on.")
    wanted = [(column, text.columns.index(column.name)) for column in preparation.columns]
    cells: list[list[str]] = [[] for _ in wanted]
    lines: list[int] = []
    total = max(text.text.count("\n"), 1)
    for line, record in text.records():
        if len(record) == len(text.columns) + 1 and not record[-1]:
            record = record[:-1]  # a delimiter at the end of the line
        if len(record) != len(text.columns):
            raise DataError(f"{text.name}, line {line}: {len(record)} values, but line 1 names {len(text.columns)} columns.")
        lines.append(line)
        for kept, (_, place) in zip(cells, wanted, strict=True):
            kept.append(record[place].strip())
        if len(lines) % _EVERY == 0:
            progress(line / total)
    if not lines:
        raise DataError(f"{text.name} has no rows below its header; there is nothing to predict.")
    decimals = (".",) if text.delimiter == "," else (".", ",")
    needed = set(preparation.needs_numbers)
    columns = {
        column.name: _column(text.name, column, column.name in needed, kept, lines, decimals)
        for kept, (column, _) in zip(cells, wanted, strict=True)
    }
    return RawTable(columns, np.array(lines))


def _column(
    file: str, column: RawColumn, is_needed: bool, cells: list[str], lines: list[int], decimals: tuple[str, ...]
) -> np.ndarray:  # fmt: skip
    if column.is_text:
        return np.array(["" if cell.lower() in MISSING else cell for cell in cells], dtype=str)
    problem = ""
    for decimal in decimals:  # with both marks refused, the plain one's sentence is told
        numbers = np.empty(len(cells))
        for k, cell in enumerate(cells):
            number = np.nan if cell.lower() in MISSING else as_number(cell, decimal)
            if number is None or (is_needed and not np.isfinite(number)) or np.isinf(number):
                what = f"holds {cell[:40]!r}, which is not a number" if cell else "is empty"
                problem = problem or f"{file}, line {lines[k]}: column {column.name!r} {what}; fill in a number or delete the line."
                break
            numbers[k] = number
        else:
            return numbers
    raise DataError(problem)


def predictions_text(predictions: Predicted) -> str:
    """Predictions as CSV, one row each in the order of the rows that were given."""
    columns = predictions.columns()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([harmless(name) for name in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([harmless(cell) if isinstance(cell, str) else repr(cell) for cell in row])
    return text.getvalue()


def harmless(cell: str) -> str:
    """A name as a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) and as_number(cell) is None else cell


def write_predictions(path: Path, predictions: Predicted) -> None:
    """Writes the predictions as CSV in UTF-8; raises FileError."""
    content = predictions_text(predictions).encode()
    write_atomically(path, lambda file: file.write(content))
