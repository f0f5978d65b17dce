"""Raw rows: of a file to predict, or of the samples of a project; and predictions written as a table.

A table to predict needs no target and may have more columns than the network reads. It is read by the plan of the table that was trained
on, where there is one, in any format; else as text with numbers. What it lacks, and every cell that is no number where one is needed, is
named by column and line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import DataError
from nnlab.core.fitted_preparation import Preparation, RawColumn, RawColumns
from nnlab.core.preparation import Data, DataSettings, file_of
from nnlab.datasets._csv_text import as_number, read_csv_text
from nnlab.datasets.csv_file import MISSING
from nnlab.datasets.images import form_of
from nnlab.images.source import as_samples, is_image_source, pixel_names, read_unlabelled
from nnlab.tables.plan import TablePlan, read_plan
from nnlab.tables.planned import read_features, read_planned
from nnlab.tables.proposal import propose
from nnlab.tables.reader import read_table
from nnlab.training.predicted import Predicted

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that begins with one of them
_EVERY = 4096  # rows between two reports of progress


def read_raw_rows(
    path: Path, settings: DataSettings, preparation: Preparation, progress: Callable[[float], None] = lambda share: None
) -> tuple[RawColumns, tuple[str, ...]]:  # fmt: skip
    """The columns that a preparation reads, by name, of a file or folder, and what its rows are called where they have names: images.

    `settings` are those of the data that was trained on. Raises DataError for what does not fit.
    """
    if settings.name == "images" and is_image_source(path):
        return _read_images(path, settings, progress)
    plan = _plan_of(settings)
    if plan is None:
        return read_text_rows(path, preparation, progress), ()
    has_names = plan.form is None or plan.form.header
    return read_features(read_table(path, None if has_names else plan.wanted), plan), ()


def _read_images(path: Path, settings: DataSettings, progress: Callable[[float], None]) -> tuple[RawColumns, tuple[str, ...]]:
    """The columns of an image, of a folder of images or of an IDX file, read as those trained on were, and the images' names."""
    form = form_of(settings.settings)
    pixels, names = read_unlabelled(path, form, lambda done, total: progress(done / max(total, 1)))
    samples = as_samples(pixels)
    return {name: samples[:, k] for k, name in enumerate(pixel_names(form))}, names


def part_columns(settings: DataSettings, data: Data) -> tuple[RawColumns, RawColumns]:
    """The raw columns of the training and of the validation samples, in their order; `data` is what `settings` prepare."""
    plan = _plan_of(settings)
    if plan is None:
        return tuple({name: x[:, k] for k, name in enumerate(data.raw_features)} for x in (data.raw_x, data.raw_validation_x))  # type: ignore[return-value]
    columns = read_planned(read_table(Path(file_of(settings)).expanduser(), plan.wanted), plan).columns
    training, validation = ({n: v[index] for n, v in columns.items()} for index in (data.train_index, data.validation_index))
    return training, validation


def _plan_of(settings: DataSettings) -> TablePlan | None:
    """The plan of a person's own table; None for other data."""
    if settings.name != "table":
        return None
    plan = read_plan(str(settings.settings.get("plan", "")))
    if plan is not None:
        return plan
    return propose(read_table(Path(file_of(settings)).expanduser()), str(settings.settings.get("target_column", "")).strip()).plan


def read_text_rows(path: Path, preparation: Preparation, progress: Callable[[float], None] = lambda share: None) -> RawColumns:
    """Reads a text table (CSV and the like) of numbers. Raises DataError naming file, line and column of what cannot be."""
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
    return {
        column.name: _column(text.name, column, column.name in needed, kept, lines, decimals)
        for kept, (column, _) in zip(cells, wanted, strict=True)
    }


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


def predictions_text(predictions: Predicted, names: tuple[str, ...] = ()) -> str:
    """Predictions as CSV, one row each in the order of the rows that were given; `names` of the rows come first where they have some."""
    columns = {**({"image": list(names)} if names else {}), **predictions.columns()}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([harmless(name) for name in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([harmless(cell) if isinstance(cell, str) else repr(cell) for cell in row])
    return text.getvalue()


def harmless(cell: str) -> str:
    """A name as a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) and as_number(cell) is None else cell


def write_predictions(path: Path, predictions: Predicted, names: tuple[str, ...] = ()) -> None:
    """Writes the predictions as CSV in UTF-8; raises FileError."""
    content = predictions_text(predictions, names).encode()
    write_atomically(path, lambda file: file.write(content))
