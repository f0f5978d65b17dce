"""The plan fitted: from raw columns to the inputs of a network, everything that is fitted taken from the training rows alone.

What stands for a missing number, which categories there are, whether a cell is ever missing: of all that the validation and test rows
say nothing, and no change in them changes an input of another row.
"""

from __future__ import annotations

import numpy as np

from nnlab.core.errors import DataError
from nnlab.core.fitted_preparation import CategoryInput, FittedInputs, InputStep, MissingInput, NumberInput, RankInput, values_of
from nnlab.tables.plan import ColumnPlan, TablePlan
from nnlab.tables.planned import ColumnArrays, class_names, names_of
from nnlab.tables.table_memory import require_memory_to_train

MOST_INPUTS = 20_000


def fit(plan: TablePlan, columns: ColumnArrays, training: np.ndarray) -> FittedInputs:
    """The inputs of all samples; `training` are the indices of those to fit on. Raises DataError for more inputs than can be made."""
    named: list[tuple[str, InputStep, bool]] = []
    for column in plan.features:
        for name in names_of(column):
            named.extend(_inputs_of(column, name, columns[name][training]))
    if len(named) > MOST_INPUTS:
        raise DataError(f"The table's columns make {len(named):,} inputs; at most {MOST_INPUTS:,} can be used: leave out or embed some.")
    require_memory_to_train(len(next(iter(columns.values()))), len(named))
    steps = tuple(step for _, step, _ in named)
    x = np.empty((len(next(iter(columns.values()))), len(steps)))
    for place, step in enumerate(steps):
        x[:, place] = values_of(step, columns)
    return FittedInputs(x, tuple(name for name, _, _ in named), steps, np.array([is_scaled for _, _, is_scaled in named], dtype=bool))


def _inputs_of(column: ColumnPlan, name: str, cells: np.ndarray) -> list[tuple[str, InputStep, bool]]:
    """The inputs that one raw column makes, fitted on its cells in the training rows."""
    if column.kind == "category":
        return _category(column, name, cells)
    missing = np.isnan(cells)
    is_number = column.kind in ("number", "date")
    found: list[tuple[str, InputStep, bool]] = [(name, NumberInput(name, fill=_fill(column, cells[~missing])), is_number)]
    if column.indicator and column.missing != "drop":
        found.append((f"{name} missing", MissingInput(name), False))
    return found


def _fill(column: ColumnPlan, present: np.ndarray) -> float | None:
    """What stands for a missing number; 0 where no training row has one."""
    if column.missing == "drop":
        return None
    if not len(present):
        return 0.0
    if column.missing == "mean":
        return float(present.mean())
    if column.missing == "median":
        return float(np.median(present))
    values, times = np.unique(present, return_counts=True)
    return float(values[np.argmax(times)])


def _category(column: ColumnPlan, name: str, cells: np.ndarray) -> list[tuple[str, InputStep, bool]]:
    present = cells[cells != ""]
    values, times = np.unique(present, return_counts=True)
    known = class_names(values.tolist())
    if column.encoding == "one_hot":
        likely = str(values[np.argmax(times)]) if column.missing == "most_frequent" and len(values) else None
        found: list[tuple[str, InputStep, bool]] = [
            (f"{name}={value}", CategoryInput(name, category=value, takes_missing=value == likely), False) for value in known
        ]
        if column.missing == "category" and len(present) < len(cells):
            found.append((f"{name} missing", CategoryInput(name, category=""), False))
        return found
    ordered = [value for value in column.order if value in known] + [value for value in known if value not in column.order]
    if column.encoding == "embedded":  # row 0 of the table of vectors is for what was not seen in training
        return [(name, RankInput(name, categories=("", *ordered)), False)]
    return [(name, RankInput(name, categories=tuple(ordered)), True)]
