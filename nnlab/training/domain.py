"""The domain: the part of the feature space that pictures show, and the points in it at which the network is asked.

A picture is made of cells; the network is asked at the centre of each, so that a cell is coloured by what it stands for and the
picture's edges are the domain's.
"""

from __future__ import annotations

import numpy as np

from nnlab.core.preparation import Data

MARGIN = 0.1  # how far beyond the samples a domain reaches, and a curve beyond the domain, as a share of their range


def domain(data: Data) -> tuple[tuple[float, float], ...]:
    """The plotted interval (low, high) of every raw feature: the data set's own, or the range of its training samples with a margin."""
    if data.domain is not None:
        return data.domain
    lowest, highest = data.raw_x.min(axis=0), data.raw_x.max(axis=0)
    margin = MARGIN * np.maximum(highest - lowest, 1e-9)
    return tuple((float(a - m), float(b + m)) for a, b, m in zip(lowest, highest, margin, strict=True))


def cell_centres(low: float, high: float, count: int) -> np.ndarray:
    """The centres (count,) of so many equal cells from `low` to `high`."""
    return low + (np.arange(count) + 0.5) / count * (high - low)


def grid(data: Data, side: int) -> np.ndarray:
    """Raw points (side * side, 2), the centres of cells over the plane of two features, row by row from the lowest second feature."""
    (x0, x1), (y0, y1) = domain(data)
    return np.stack([np.tile(cell_centres(x0, x1, side), side), np.repeat(cell_centres(y0, y1, side), side)], axis=1)


def raw_features(data: Data) -> int:
    """How many features the data set itself has."""
    return len(data.raw_features)
