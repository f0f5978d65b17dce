"""What each column of the data looks like, as the data set has it, before anything is standardised: NumPy's figures, by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data

TRAINING, VALIDATION = "train", "val"
BINS = 16


@dataclass(frozen=True, eq=False)
class ColumnStatistics:
    """Of one column over so many samples; `std` of the population, `histogram` in BINS equal intervals from least to greatest.

    `correlation` with the target (Pearson's r): None for classes of which there are more than two, and where either is constant.
    """

    name: str
    samples: int
    mean: float
    std: float
    least: float
    quarter: float
    median: float
    three_quarters: float
    greatest: float
    distinct: int
    correlation: float | None
    histogram: np.ndarray


def column_statistics(name: str, values: np.ndarray, target: np.ndarray | None = None) -> ColumnStatistics:
    """Of `values` (samples,), at least one of them; `target` (samples,) is what they are correlated with."""
    least, quarter, median, three_quarters, greatest = (float(v) for v in np.percentile(values, [0, 25, 50, 75, 100]))
    correlation = None
    if target is not None and greatest > least and target.max() > target.min():
        correlation = float(np.corrcoef(values, target)[0, 1])
    return ColumnStatistics(
        name, len(values), float(values.mean()), float(values.std()), least, quarter, median, three_quarters, greatest,
        len(np.unique(values)), correlation, np.histogram(values, bins=BINS)[0],
    )  # fmt: skip


def feature_statistics(data: Data, part: str = TRAINING) -> Sequence[ColumnStatistics]:
    """Of every raw feature, and of a continuous target behind them, over one part of the data; none where that part is empty."""
    x, y = (data.raw_x, data.y) if part == TRAINING else (data.raw_validation_x, data.validation_y)
    if not len(x):
        return ()
    is_continuous = data.target.kind == "continuous"
    numbers = y.reshape(len(y), -1)
    single = numbers[:, 0].astype(np.float64) if numbers.shape[1] == 1 and data.target.kind != "classes" else None
    found = [column_statistics(name, x[:, k], single) for k, name in enumerate(data.raw_features)]
    if is_continuous:
        found += [column_statistics(name, numbers[:, k]) for k, name in enumerate(data.target.names)]
    return tuple(found)


def class_counts(data: Data) -> tuple[np.ndarray, np.ndarray]:
    """Samples of every class in training and in validation, int64 (classes,); empty for a target on a scale."""
    if not data.target.classes:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return tuple(np.bincount(y, minlength=data.target.classes) for y in (data.y, data.validation_y))  # type: ignore[return-value]
