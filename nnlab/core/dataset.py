"""Data sets: where samples come from, one file each in `nnlab/datasets/`.

A data set declares its settings and makes a `Table` from them and a seed: the samples as they come, nothing scaled,
nothing split. The same settings and seed make the same table, bit for bit. `nnlab.core.preparation` turns a table
into what a network is trained on.

    register(Dataset(name="ramp", title="Ramp", category="One input", description="...", settings=(...), make=make))
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnlab.core.errors import DataError
from nnlab.core.fitted_preparation import FittedInputs
from nnlab.core.registry import Registry
from nnlab.core.setting import Setting, Value
from nnlab.core.target import Target

__all__ = ["CATEGORIES", "KINDS", "Dataset", "Interval", "Table", "Target", "datasets", "random_generator", "register"]

CATEGORIES = ("Two inputs", "One input", "Real data", "By hand", "File")
KINDS = ("continuous", "binary", "classes")

Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Table:
    """Samples as they come. Checked when made; raises DataError for arrays that do not fit together.

    x: float64 (samples, features). y: float64 (samples, outputs) for a continuous target, int64 (samples,) with
    values 0 … classes - 1 otherwise.
    """

    x: np.ndarray
    y: np.ndarray
    features: tuple[str, ...]
    target: Target
    image_shape: tuple[int, int] | None = None  # (height, width) when the features are the pixels of a grey image
    color_shape: tuple[int, int] | None = None  # (height, width) when they are three such images: red, green and blue
    domain: tuple[Interval, ...] | None = None  # the interval to plot, for each feature of a generated set
    truth: Callable[[np.ndarray], np.ndarray] | None = None  # the exact function: raw (n, features) -> (n, 1); of one feature, by element
    grows: bool = False  # sample by sample, by hand: one more does not move the others between training and validation
    fit: Callable[[np.ndarray], FittedInputs] | None = None  # indices of training samples -> the features, of which x then has none yet
    groups: np.ndarray | None = None  # (samples,), the name of a sample's group: groups are not torn apart by a split
    times: np.ndarray | None = None  # float64 (samples,), by which the latest samples can be kept back
    notes: tuple[str, ...] = ()  # what became of the rows of a file, one sentence each

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise DataError(f"The samples cannot be used: {problem}.")

    @property
    def samples(self) -> int:
        return len(self.x)


def _problem(table: Table) -> str | None:
    """What does not fit in a table, in words."""
    x, y, target = table.x, table.y, table.target
    if target.kind not in KINDS:
        return f"the kind of target is {target.kind!r}, not one of {', '.join(KINDS)}"
    if x.dtype != np.float64 or x.ndim != 2 or x.shape[1] != len(table.features) or (not table.features and table.fit is None):
        return f"x is {x.dtype} {x.shape}, expected float64 (samples, {len(table.features)}) and at least one feature"
    if not len(x):
        return "there are none"
    continuous = target.kind == "continuous"
    shape, dtype = ((len(x), target.outputs), np.float64) if continuous else ((len(x),), np.int64)
    if y.shape != shape or y.dtype != dtype:
        return f"y is {y.dtype} {y.shape}, expected {np.dtype(dtype)} {shape}"
    if len(set(table.features)) < len(table.features):
        return "two features have the same name"
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return "some numbers are infinite or not a number"
    if not continuous and (target.classes < 2 or y.min() < 0 or y.max() >= target.classes):
        return f"classes run from {y.min()} to {y.max()}, but {target.classes} have names and at least 2 are needed"
    if target.kind == "binary" and target.classes != 2:
        return f"a binary target has two classes, not {target.classes}"
    return None


@dataclass(frozen=True)
class Dataset:
    """A source of samples. `make` receives checked settings and a seed; it raises DataError for what it cannot make."""

    name: str
    title: str
    category: str  # one of CATEGORIES
    description: str  # one sentence
    make: Callable[[Mapping[str, Value], int], Table]
    settings: tuple[Setting, ...] = ()
    inputs: bool = False  # two inputs x and y, from which x², y², xy, sin x and sin y may be derived
    standardize: bool = False  # whether features are standardised unless the person chooses otherwise
    files: tuple[str, ...] = ()  # those of the settings that are paths of files the samples are read from
    files_beside: Callable[[Mapping[str, Value]], tuple[Path, ...]] | None = None  # that are read, too, and that no setting names
    is_listed: bool = True  # False: only projects of earlier versions have it, and keep it


datasets: Registry[Dataset] = Registry("data set", "nnlab.datasets")


def register(dataset: Dataset) -> Dataset:
    """Makes a data set known to menus, command line and tests."""
    return datasets.add(dataset)


def random_generator(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers that depend on `seed` and `purpose` alone, so that one use never shifts the numbers of another."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, zlib.crc32(purpose.encode())])))
