"""Predictions: what a network's outputs say in the words of its data: names of classes with probabilities, numbers in their own unit.

The same for rows of a table, a saved session and the panel that shows them; `nnlab.training.metrics` has the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlab.core.dataset import Target
from nnlab.core.fitted_preparation import Preparation, RawColumn, of_numbers
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer
from nnlab.tables.cell_table import MISSING
from nnlab.training.metrics import predicted_classes, predicted_numbers, probabilities


@dataclass(frozen=True, eq=False)
class Predicted:
    """Of some rows: `outputs` are the network's own; of classes their numbers and probabilities, else numbers in the target's unit."""

    target: Target
    outputs: np.ndarray  # (rows, outputs)
    classes: np.ndarray | None = None  # int64 (rows,)
    probabilities: np.ndarray | None = None  # (rows, classes)
    numbers: np.ndarray | None = None  # (rows, outputs)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The predicted class of every row by name; empty for numbers."""
        return () if self.classes is None else tuple(self.target.names[k] for k in self.classes.tolist())

    def columns(self) -> dict[str, list[str] | list[float]]:
        """As a table's columns: `prediction`, and for classes `probability_NAME` of each; of several numbers one column each."""
        if self.probabilities is not None:
            shares = {f"probability_{name}": self.probabilities[:, k].tolist() for k, name in enumerate(self.target.names)}
            return {"prediction": list(self.class_names), **shares}
        assert self.numbers is not None
        names = ["prediction"] if self.numbers.shape[1] == 1 else [f"prediction_{name}" for name in self.target.names]
        return {name: self.numbers[:, k].astype(np.float64).tolist() for k, name in enumerate(names)}


def read_outputs(outputs: np.ndarray, preparation: Preparation, link: str) -> Predicted:
    """What outputs (rows, k) say; `link` is that of the network's loss."""
    target = preparation.target
    if target.classes:
        return Predicted(target, outputs, predicted_classes(outputs, link), probabilities(outputs, link))
    return Predicted(target, outputs, numbers=preparation.restored(predicted_numbers(outputs, target, link).astype(np.float64)))


def plain_preparation(graph: Graph) -> Preparation:
    """That of a network whose inputs are given as they are: columns x1, x2, …; classes are called 0, 1, … and numbers y1, y2, …"""
    features = int(graph.input_nodes[0].settings["features"])
    names = tuple(f"x{number}" for number in range(1, features + 1))
    return of_numbers(names, names, np.zeros(features), np.ones(features), _plain_target(graph))


def _plain_target(graph: Graph) -> Target:
    loss = graph.losses[0]
    source = graph.inputs(loss.id)[0].source
    shape = infer(graph).get(source, "y") or ()
    outputs = int(np.prod(shape)) if shape else 1
    if loss.kind.link == "softmax":
        return Target("classes" if outputs > 2 else "binary", tuple(str(k) for k in range(max(outputs, 2))))
    if loss.kind.link == "sigmoid" and outputs == 1:
        return Target("binary", ("0", "1"))
    return Target("continuous", tuple(f"y{number}" for number in range(1, outputs + 1)) if outputs > 1 else ("y",))


def has_columns(given: Any, preparation: Preparation) -> bool:
    """Whether what is given holds numbers and text as `preparation` reads them: an array, or columns by all of its names."""
    if not hasattr(given, "keys") or not hasattr(given, "__getitem__"):
        return isinstance(given, (np.ndarray, list, tuple)) and getattr(given, "dtype", np.dtype(float)).names is None
    names = {str(name): name for name in given}
    if len(names) < len(list(given)):  # two columns with one name are told apart by whoever reads them as a table
        return False
    return all(c.name in names and (c.is_text or _is_numeric(given[names[c.name]])) for c in preparation.columns)


def _is_numeric(column: Any) -> bool:
    return np.asarray(column).dtype.kind in "fiu"


def raw_columns(given: Any, preparation: Preparation) -> Mapping[str, np.ndarray]:
    """Columns by name from what people have: a mapping or DataFrame of columns, or an array (rows, columns) in the preparation's order."""
    from nnlab.core.errors import DataError, shown

    names = [column.name for column in preparation.columns]
    if hasattr(given, "keys") and hasattr(given, "__getitem__"):
        present = {str(name): name for name in given}
        known = preparation.categories
        found = {c.name: _column(c, given[present[c.name]], known.get(c.name, ())) for c in preparation.columns if c.name in present}
    else:
        table = np.asarray(given)
        if table.ndim != 2 or table.shape[1] != len(names):
            raise DataError(f"Rows to predict have {len(names)} columns ({', '.join(names[:5])}, …), but {shown(given)} was given.")
        known = preparation.categories
        found = {column.name: _column(column, table[:, k], known.get(column.name, ())) for k, column in enumerate(preparation.columns)}
    if len({len(values) for values in found.values()}) > 1:
        raise DataError("The columns to predict from are not equally long.")
    return found


def _column(column: RawColumn, given: Any, known: tuple[str, ...]) -> np.ndarray:
    """A column of numbers as float64, one of text as str; None, NaN and words such as NA are missing, unless they are a known category."""
    from nnlab.core.errors import DataError

    values = np.asarray(given)
    if column.is_text:
        texts = ["" if v is None or v != v else str(v) for v in values.tolist()]
        return np.array(["" if t.strip().lower() in MISSING and t not in known else t for t in texts], dtype=str)
    try:
        return np.array(values, dtype=np.float64)  # None becomes NaN
    except (TypeError, ValueError):
        raise DataError(f"Column {column.name!r} has to hold numbers, but holds {str(values[0])[:40]!r} and the like.") from None
