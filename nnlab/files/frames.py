"""Tables that Python already holds: a DataFrame of pandas or polars, an Arrow table, columns by name, an array.

    s = nnlab.from_table(frame, target="species")      # a session with a network that fits, and the preparation
    s.fit(s.data, epochs=50)
    s.predict_raw(new_frame).class_names

None of these libraries is needed here: a table is whatever names its columns and gives their values. Its cells are written as text into the
person's own folder, under a name made from the content, and from there on it is a table like any other: its columns are proposed and asked
about, it is saved inside projects, and the window opens it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import DataError, shown
from nnlab.core.fitted_preparation import Preparation, RawColumns
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files import places
from nnlab.files.project import SavedProject
from nnlab.files.raw_table import read_raw_rows
from nnlab.files.session_file import session_of
from nnlab.files.starting_network import project_for_data
from nnlab.tables.proposal import asked_for, propose
from nnlab.tables.reader import Wanted, read_table
from nnlab.tables.text_form import TextForm
from nnlab.training.session import Session

FORM = TextForm(",", '"', True, 0, "utf-8")
_PLACE = re.compile(r"\btable\.csv, line (\d+)")  # the header stands in line 1
_NO_CELLS = (list, tuple, dict, set, frozenset, bytes, bytearray, np.ndarray)


def from_table(
    table: Any, target: Any = "", *, answers: Mapping[str, str] | None = None, validation_share: float = 0.2, test_share: float = 0.0,
    split: str = "stratified", seed: int = 0,
) -> Session:  # fmt: skip
    """A session with the network that such a table starts with, not trained yet; `session.data` has its samples.

    `target` is the column to predict ("": the last that can be); `answers` says by column in which of two notations its text is written.
    Raises DataError for what is no table, for a column that is not there, and for a question that its cells leave open.
    """
    columns = columns_of(table)
    _require_cells(columns)
    path = _write(columns, None)
    cells = replace(read_table(path, Wanted(FORM)), name="The table", place=lambda row: f"row {row + 1:,}")
    plan = asked_for(propose(cells, str(target)), answers or {}, "answers")
    settings = DataSettings(
        "table", {"path": str(path), "plan": plan.to_json()}, seed=seed, validation_share=validation_share, test_share=test_share,
        split=split,
    )  # fmt: skip
    try:
        return session_of(SavedProject(project_for_data(settings, prepare(settings))))
    except DataError as error:
        raise DataError(in_rows(str(error))) from None


def in_rows(sentence: str) -> str:
    """A sentence about the file that a frame was written to, about the frame: the table and its rows from 1."""
    said = _PLACE.sub(lambda found: f"row {int(found[1]) - 1:,}", sentence).replace("table.csv", "the table")
    return f"{said[:1].upper()}{said[1:]}"


def raw_rows(table: Any, settings: DataSettings, preparation: Preparation, folder: Path | None = None) -> RawColumns:
    """The raw columns of rows to predict, read as those of the table that was trained on. Raises DataError."""
    try:
        return read_raw_rows(write_frame(table, folder), settings, preparation)[0]
    except DataError as error:
        raise DataError(in_rows(str(error))) from None


def write_frame(table: Any, folder: Path | None = None) -> Path:
    """Writes a table as CSV, where it is not there already, and returns its place. Raises DataError for what is no table.

    `folder`: None for that of unpacked data.
    """
    return _write(columns_of(table), folder)


def _write(columns: FrameColumns, folder: Path | None) -> Path:
    lengths = {len(values) for _, values in columns}
    if not columns or len(lengths) != 1:
        raise DataError("The columns of the table are not equally long." if columns else "The table has no columns.")
    if lengths == {0}:
        raise DataError("The table has no rows.")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name for name, _ in columns])
    writer.writerows(zip(*([_cell(value) for value in values] for _, values in columns), strict=True))
    content = text.getvalue().encode()
    path = (folder or places.unpacked_data()) / hashlib.sha256(content).hexdigest()[:16] / "table.csv"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: file.write(content))
    return path


FrameColumns = list[tuple[str, list[Any]]]


def columns_of(table: Any) -> FrameColumns:
    """(name, values) of every column; two may have one name. Raises DataError for what is no table."""
    if hasattr(table, "collect_schema") and hasattr(table, "collect"):  # of polars, not read yet
        table = table.collect()
    if hasattr(table, "column_names") and hasattr(table, "column"):  # Arrow
        return [(str(name), table.column(place).to_pylist()) for place, name in enumerate(table.column_names)]
    if hasattr(table, "schema") and hasattr(table, "column") and hasattr(table, "num_columns"):  # Arrow's batch of rows
        return [(str(name), table.column(place).to_pylist()) for place, name in enumerate(table.schema.names)]
    if isinstance(table, np.ndarray) and table.dtype.names:
        return [(name, table[name].tolist()) for name in table.dtype.names]
    if hasattr(table, "columns") and hasattr(table, "iloc"):  # a DataFrame of pandas
        return [(str(name), _values(table.iloc[:, place])) for place, name in enumerate(table.columns)]
    if hasattr(table, "columns") and hasattr(table, "__getitem__"):
        return [(str(name), _values(table[name])) for name in table.columns]
    if isinstance(table, Mapping):
        return [(str(name), _values(values)) for name, values in table.items()]
    array = np.asarray(table) if isinstance(table, (np.ndarray, list, tuple)) else np.empty(0)
    if array.ndim != 2:
        raise DataError(f"A table is a DataFrame, an Arrow table, columns by name or an array (rows, columns), not {shown(table)}.")
    return [(f"x{number}", array[:, number - 1].tolist()) for number in range(1, array.shape[1] + 1)]


def _require_cells(columns: FrameColumns) -> None:
    """Raises DataError for a column that holds what no cell of a table can."""
    if len(columns) == 1:
        raise DataError("The table has one column; at least two are needed, one of them to predict.")
    for name, values in columns:
        first = next((value for value in values if value is not None), None)
        if isinstance(first, _NO_CELLS):
            what = f"values of the type {type(first).__name__}"
            raise DataError(f"Column {name!r} holds {what}, which are no cells of a table; leave it out or take it apart.")


def _values(column: Any) -> list[Any]:
    for name in ("tolist", "to_list", "to_pylist"):
        if hasattr(column, name):
            return list(getattr(column, name)())
    return list(column)


def _cell(value: Any) -> str:
    """A value as the text that says it: nothing for what is missing (None, NaN and what is not equal to itself), dates as ISO 8601."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if value != value else str(int(value)) if abs(value) < 2**53 and value == int(value) else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return repr(value.total_seconds())
    return str(value)
