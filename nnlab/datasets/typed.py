"""Typed: samples that a person types, a textbook's one row or a truth table, with as many features and targets as they have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, Target, register
from nnlab.core.setting import Setting, Value
from nnlab.core.typed_rows import TypedRows

TRUTH_TABLE = "0 0 -> 0; 0 1 -> 1; 1 0 -> 1; 1 1 -> 0"  # exclusive or
SETTINGS = (
    Setting(
        "rows",
        TRUTH_TABLE,
        title="Samples",
        reader=TypedRows.read,
        tip="One sample after the other, separated by semicolons: its features, an arrow ->, its targets.",
    ),
)


def make(settings: Mapping[str, Value], seed: int) -> Table:
    rows = TypedRows.read(str(settings["rows"]))
    x, y = np.array(rows.features, dtype=np.float64), np.array(rows.targets, dtype=np.float64)
    low, high = x.min(axis=0), x.max(axis=0)
    margin = np.where(high > low, 0.1 * (high - low), 1.0)  # one sample still has a surrounding to plot
    return Table(
        x,
        y,
        tuple(f"x{number}" for number in range(1, x.shape[1] + 1)),
        Target("continuous", tuple(f"y{number}" for number in range(1, y.shape[1] + 1)) if y.shape[1] > 1 else ("y",)),
        domain=tuple(zip((low - margin).tolist(), (high + margin).tolist(), strict=True)),
    )


register(
    Dataset(
        name="typed",
        title="Typed samples",
        category="By hand",
        description="Samples that you type: a textbook's one row, or a truth table.",
        settings=SETTINGS,
        make=make,
    )
)
