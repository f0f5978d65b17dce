"""The preparation: what stands between the columns of a table and a network, on both of its sides.

Before the network, every input is one number made from one raw row: a column's number, 1 where a column holds a certain category, a
category's place in an order, 1 where a cell is missing, a function of two columns. Then a mean is subtracted and divided by a scale. Behind
the network, its numbers become the names of classes, or go back to the target's own unit.

A preparation is a value: it is fitted once, on the training rows alone, and from then on changes nothing and looks at nothing else. It goes
with the weights into project files and into every exported model, so that who uses the model gives raw rows. A new way of making inputs
is one more structure among `InputStep`; whoever writes models in another form matches on it and refuses, by name, what it cannot write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import msgspec
import numpy as np

from nnlab.core.errors import DataError, FileError
from nnlab.core.target import Target

MOST_NAMED = 5  # of values in a sentence

# Of two columns x and y, by name.
FUNCTIONS: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = MappingProxyType(
    {
        "x2": lambda x, y: x * x,
        "y2": lambda x, y: y * y,
        "xy": lambda x, y: x * y,
        "sin_x": lambda x, y: np.sin(x),
        "sin_y": lambda x, y: np.sin(y),
    }
)

RawColumns = Mapping[str, np.ndarray]  # by name: float64 (rows,) for numbers, NaN where missing; text (rows,) otherwise, "" where missing


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all steps have: (number - mean) / scale is the network's input."""

    mean: float = 0.0
    scale: float = 1.0


class NumberInput(_Step, frozen=True, tag="number", forbid_unknown_fields=True):
    """The number in a column; `fill` stands for a missing one, None refuses it."""

    column: str
    fill: float | None = None


class CategoryInput(_Step, frozen=True, tag="category", forbid_unknown_fields=True):
    """1 where the column holds this category, else 0: one of the columns of a one-hot code. "" is the category of missing cells.

    `takes_missing`: 1 where the cell is missing as well, for the category that stands for missing ones.
    """

    column: str
    category: str
    takes_missing: bool = False


class RankInput(_Step, frozen=True, tag="rank", forbid_unknown_fields=True):
    """The place of the column's category in this order, from 0: for ordered categories, and for an embedding, which takes such numbers."""

    column: str
    categories: tuple[str, ...]

    @property
    def is_embedded(self) -> bool:
        """Whether it is for an embedding: the first row of its table is for what training did not have."""
        return self.categories[:1] == ("",)


class MissingInput(_Step, frozen=True, tag="missing", forbid_unknown_fields=True):
    """1 where the cell is missing, else 0."""

    column: str


class FunctionInput(_Step, frozen=True, tag="function", forbid_unknown_fields=True):
    """A function of two columns x and y of numbers."""

    function: Literal["x2", "y2", "xy", "sin_x", "sin_y"]
    x: str
    y: str


InputStep = NumberInput | CategoryInput | RankInput | MissingInput | FunctionInput


class RawColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of the raw table that is read: numbers, or text such as the names of categories."""

    name: str
    is_text: bool = False


@dataclass(frozen=True)
class Preparation:
    """`steps` makes the network's inputs from `columns`, one each; `target` names what its outputs mean.

    `target_mean` and `target_scale` lead outputs for a continuous target back to its own unit: output * scale + mean, one each or none.
    """

    columns: tuple[RawColumn, ...]
    steps: tuple[InputStep, ...]
    target: Target
    target_mean: tuple[float, ...] = ()
    target_scale: tuple[float, ...] = ()

    @property
    def inputs(self) -> int:
        """How many inputs the network has."""
        return len(self.steps)

    @cached_property
    def categories(self) -> dict[str, tuple[str, ...]]:
        """The known categories of every column of text, in the order of the inputs."""
        found: dict[str, dict[str, None]] = {}
        for step in self.steps:
            if isinstance(step, CategoryInput):
                found.setdefault(step.column, {})[step.category] = None
                if step.takes_missing:
                    found[step.column][""] = None
            elif isinstance(step, RankInput):
                found.setdefault(step.column, {}).update(dict.fromkeys(step.categories))
        return {column: tuple(names) for column, names in found.items()}

    @cached_property
    def needs_numbers(self) -> tuple[str, ...]:
        """The columns in which no number may be missing."""
        needed: dict[str, None] = {}
        for step in self.steps:
            if isinstance(step, NumberInput) and step.fill is None:
                needed[step.column] = None
            elif isinstance(step, FunctionInput):
                needed |= {step.x: None, step.y: None}
        return tuple(needed)

    def transform(self, raw: RawColumns, unknown: Literal["refuse", "zeros"] = "refuse") -> np.ndarray:
        """The network's inputs float64 (rows, inputs) of raw columns.

        A category that was not there in training is refused by name, or with "zeros" is none of the known ones (in an order: the first).
        Raises DataError for a column that is not there, a number that is missing, a category that is unknown.
        """
        missing = [column.name for column in self.columns if column.name not in raw]
        if missing:
            raise DataError(f"The data lacks the column{'s' if len(missing) > 1 else ''} {_listed(missing)}, which the network needs.")
        for name in self.needs_numbers:
            empty = np.flatnonzero(~np.isfinite(raw[name]))
            if len(empty):
                raise DataError(f"Row {empty[0] + 1:,} has no number in column {name!r}; fill it in or leave the row out.")
        if unknown == "refuse":
            self._refuse_unknown(raw)
        rows = len(raw[self.columns[0].name])
        inputs = np.empty((rows, len(self.steps)))
        for place, step in enumerate(self.steps):
            inputs[:, place] = (values_of(step, raw) - step.mean) / step.scale
        return inputs

    def _refuse_unknown(self, raw: RawColumns) -> None:
        problems = []
        may_lack = {step.column for step in self.steps if isinstance(step, MissingInput)}
        for name, known in self.categories.items():
            values = np.asarray(raw[name], dtype=str)
            strange = sorted(set(values.tolist()) - set(known) - ({""} if name in may_lack else set()))
            if strange:
                row = int(np.argmax(values == strange[0])) + 1
                word = "category" if len(strange) == 1 else "categories"
                problems.append(f"column {name!r} holds the {word} {_listed(strange)} (first in row {row:,})")
        if problems:
            raise DataError(f"{'; '.join(problems)[:1].upper()}{'; '.join(problems)[1:]}, which the training rows did not have.")

    def restored(self, numbers: np.ndarray) -> np.ndarray:
        """Predictions (rows, outputs) of a continuous target in its own unit."""
        if not self.target_scale:
            return numbers
        return numbers * np.asarray(self.target_scale) + np.asarray(self.target_mean)


@dataclass(frozen=True, eq=False)
class FittedInputs:
    """`x` float64 (samples, inputs) before standardising, with the name of each input, the step that makes it and whether to scale it."""

    x: np.ndarray
    names: tuple[str, ...]
    steps: tuple[InputStep, ...]
    scaled: np.ndarray  # bool (inputs,)


def values_of(step: InputStep, raw: RawColumns) -> np.ndarray:
    """What a step makes of all rows, before mean and scale."""
    if isinstance(step, FunctionInput):
        return FUNCTIONS[step.function](raw[step.x], raw[step.y])
    cells = raw[step.column]
    if isinstance(step, NumberInput):
        return cells if step.fill is None else np.where(np.isfinite(cells), cells, step.fill)
    if isinstance(step, MissingInput):
        return (cells == "") if cells.dtype.kind in "OU" else ~np.isfinite(cells)
    if isinstance(step, CategoryInput):
        return ((cells == step.category) | (step.takes_missing & (cells == ""))).astype(np.float64)
    places = {category: place for place, category in enumerate(step.categories)}
    return np.array([places.get(cell, 0) for cell in cells.tolist()], dtype=np.float64)


def of_steps(steps: Iterable[InputStep], mean: np.ndarray, scale: np.ndarray, target: Target) -> Preparation:
    """The preparation that makes these inputs, standardised by mean and scale (inputs,)."""
    scaled = tuple(msgspec.structs.replace(s, mean=float(m), scale=float(w)) for s, m, w in zip(steps, mean, scale, strict=True))
    columns: dict[str, bool] = {}
    for step in scaled:
        for name in (step.x, step.y) if isinstance(step, FunctionInput) else (step.column,):
            columns[name] = columns.get(name, False) or isinstance(step, (CategoryInput, RankInput))
    return Preparation(tuple(RawColumn(name, is_text) for name, is_text in columns.items()), scaled, target)


def of_numbers(features: tuple[str, ...], columns: tuple[str, ...], mean: np.ndarray, scale: np.ndarray, target: Target) -> Preparation:
    """The preparation of a table of numbers: `columns` names features, or FUNCTIONS of the first two."""
    steps: list[InputStep] = []
    for name, centre, width in zip(columns, mean.tolist(), scale.tolist(), strict=True):
        if name in features:
            steps.append(NumberInput(name, mean=centre, scale=width))
        else:
            assert name in FUNCTIONS
            steps.append(FunctionInput(name, features[0], features[1], mean=centre, scale=width))  # type: ignore[arg-type]
    read = {step.column for step in steps if isinstance(step, NumberInput)}
    read |= {name for step in steps if isinstance(step, FunctionInput) for name in (step.x, step.y)}
    return Preparation(tuple(RawColumn(name) for name in features if name in read), tuple(steps), target)


def _listed(names: list[str]) -> str:
    quoted = ", ".join(repr(name) for name in names[:MOST_NAMED])
    return quoted + (f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else "")


class _TargetPart(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    names: tuple[str, ...]
    are_probabilities: bool = False
    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()


class _PreparationPart(msgspec.Struct, forbid_unknown_fields=True):
    columns: tuple[RawColumn, ...]
    steps: tuple[InputStep, ...]
    target: _TargetPart


def encode(preparation: Preparation) -> bytes:
    """As JSON text; `decode` reads it back."""
    target = preparation.target
    part = _TargetPart(target.kind, target.names, target.are_probabilities, preparation.target_mean, preparation.target_scale)
    return msgspec.json.encode(_PreparationPart(preparation.columns, preparation.steps, part))


def decode(content: bytes) -> Preparation:
    """Reads what `encode` wrote. Raises FileError for what is none, or does not fit together."""
    try:
        part = msgspec.json.decode(content, type=_PreparationPart)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FileError(f"preparation.json: {str(error)[:1].lower()}{str(error)[1:]}") from error
    target = Target(part.target.kind, part.target.names, part.target.are_probabilities)
    known = {column.name for column in part.columns}
    for step in part.steps:
        for name in (step.x, step.y) if isinstance(step, FunctionInput) else (step.column,):
            if name not in known:
                raise FileError(f"preparation.json: an input reads the column {name!r}, which is not among its columns")
        if step.scale == 0.0:
            raise FileError("preparation.json: an input is divided by 0")
    lengths = {len(part.target.mean), len(part.target.scale)}
    if not part.steps or lengths not in ({0}, {target.outputs}) or (target.classes and lengths != {0}):
        raise FileError("preparation.json: inputs or the target's scale are missing")
    return Preparation(part.columns, part.steps, target, part.target.mean, part.target.scale)
