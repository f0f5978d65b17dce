"""Predicting one row that a person types: a field for every raw column, and what the network says of the values in them.

A field begins with the value of the first row of the data. Values are read as those of a file would be, so that a date, a yes, or a number
with its own decimal mark mean here what they mean there.
"""

from __future__ import annotations

import itertools
import math
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from nnlab.core.errors import DataError, NNLabError
from nnlab.core.fitted_preparation import Preparation
from nnlab.core.preparation import Data, DataSettings, file_of
from nnlab.core.setting import Setting
from nnlab.files.frames import raw_rows
from nnlab.tables.columns import PLAIN
from nnlab.tables.plan import ColumnPlan, TablePlan, read_plan
from nnlab.tables.planned import LARGEST
from nnlab.tables.reader import read_table
from nnlab.training.predicted import Predicted, read_outputs
from nnlab.training.session import Session

MOST_FIELDS = 60  # that are shown; columns beyond them keep the values of the first row
MOST_CHOICES = 200  # categories in a list; more are typed
_PLACE = re.compile(r"^(Row [\d,]+|The table): ")
_MISSING = "(missing)"
_BEGINNING = 2**20  # bytes of a large file in which its first rows are looked for
_PLAIN_NUMBER = re.compile(PLAIN)


def fields_of(settings: DataSettings, preparation: Preparation, data: Data | None) -> tuple[Setting, ...]:
    """A setting for every raw column that can be typed, in the table's order; none for images, whose pixels nobody types."""
    if data is not None and data.planes is not None:
        return ()
    plan = _plan_of(settings)
    if plan is None:
        first = data.raw_x[0].tolist() if data is not None and len(data.raw_x) else []
        names = data.raw_features if data is not None else ()
        start = {name: f"{value:.6g}" for name, value in zip(names, first, strict=False)}
        return tuple(_text(column.name, start.get(column.name, "0")) for column in preparation.columns)
    start = _first_row(settings, plan)
    return tuple(_field(column, start.get(column.name, ""), preparation) for column in plan.features)


def is_read_whole(settings: DataSettings) -> bool:
    """Whether the first row of the data cannot be had without the others: of a table that is no text."""
    plan = _plan_of(settings)
    return plan is not None and plan.wanted.form is None


def predict_typed(session: Session, settings: DataSettings, values: Mapping[str, str]) -> Predicted:
    """What the network says of one row. Raises DataError in a sentence about a value that cannot be read or is unknown."""
    preparation = session.preparation
    typed = {name: "" if value == _MISSING else value for name, value in values.items()}
    plan = _plan_of(settings)
    if plan is None:
        columns = {column.name: np.array([_number(column.name, typed)]) for column in preparation.columns}
    else:
        columns = _plain_numbers(plan, typed)
        if any(column.name not in columns for column in plan.features):
            columns |= _as_in_a_file(plan, typed, columns, settings, preparation)
    return read_outputs(session.predict(preparation.transform(columns)), preparation, session.graph.losses[0].kind.link)


def _plain_numbers(plan: TablePlan, typed: Mapping[str, str]) -> dict[str, np.ndarray]:
    """The columns in which a plain number stands: thousands of them are not worth a file that is read for every key."""
    return {
        column.name: np.array([float(typed[column.name])])
        for column in plan.features
        if column.kind == "number" and column.notation in ("plain", "others_missing") and not column.is_percent
        and _PLAIN_NUMBER.fullmatch(typed.get(column.name, "")) and abs(float(typed[column.name])) <= LARGEST
    }  # fmt: skip


def _as_in_a_file(
    plan: TablePlan, typed: Mapping[str, str], known: Mapping[str, np.ndarray], settings: DataSettings, preparation: Preparation
) -> dict[str, np.ndarray]:
    """The other columns than those known, read as those of a file with one row would be. Raises DataError for what does not fit."""
    left = tuple(column for column in plan.columns if column.name not in known)  # the target among them
    rows = {name: [value] for name, value in typed.items() if name not in known}
    if len(rows) == 1:  # a file has two columns at least
        rows |= {name: [typed[name]] for name in list(known)[:1]}
    part = replace(settings, settings={**settings.settings, "plan": msgspec.structs.replace(plan, columns=left).to_json()})
    with tempfile.TemporaryDirectory() as folder:
        try:
            return dict(raw_rows(rows, part, preparation, Path(folder)))
        except DataError as error:
            sentence = _PLACE.sub("", str(error))
            raise DataError(f"{sentence[:1].upper()}{sentence[1:]}") from None


def _plan_of(settings: DataSettings) -> TablePlan | None:
    return read_plan(str(settings.settings.get("plan", ""))) if settings.name == "table" else None


def _first_row(settings: DataSettings, plan: TablePlan) -> dict[str, str]:
    """The cells of the first row: of a text table without reading the others."""
    path = Path(file_of(settings)).expanduser()
    try:
        form = plan.wanted.form
        if form is not None and path.stat().st_size > _BEGINNING:
            with path.open("rb") as file:
                text = file.read(_BEGINNING).decode(form.encoding, errors="ignore").replace("\r\n", "\n").replace("\r", "\n")
            records = [record for _, record in itertools.islice(form.records(text, path.name), 2)]
            if len(records) == 2 and len(records[0]) == len(records[1]) == len(plan.columns):
                return {column.name: cell for column, cell in zip(plan.columns, records[form.header], strict=True)}
        table = read_table(path, plan.wanted)
        return {name: cell or "" for name, cell in zip(table.columns, table.head(1)[0], strict=True)}
    except (NNLabError, OSError):  # a table that is gone keeps nobody from typing
        return {}


def _field(column: ColumnPlan, start: str, preparation: Preparation) -> Setting:
    known = [name for name in preparation.categories.get(column.name, ()) if name]
    if column.kind == "category" and 0 < len(known) <= MOST_CHOICES:
        may_lack = column.missing != "drop"
        choices = (*known, _MISSING) if may_lack else tuple(known)
        return Setting(column.name, start if start in choices else choices[0], title=column.name, choices=choices, choice_titles=choices)
    return _text(column.name, start)


def _text(name: str, start: str) -> Setting:
    return Setting(name, start, title=name)


def _number(name: str, typed: Mapping[str, str]) -> float:
    text = typed.get(name, "")
    try:
        value = float(text.strip().replace("−", "-"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"Column {name!r} holds {text[:40]!r}, which is not a number; type one.")
    return value
