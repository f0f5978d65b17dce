"""One scale for all maps of a layer, and matrices shown with fewer pixels than numbers."""

from __future__ import annotations

import math

import numpy as np


def scale_bound(base: np.ndarray) -> float:
    """What full colour stands for: the 99.9th percentile of |W₀|, rounded up to one digit; 1 where W₀ is 0 or not finite."""
    sizes = np.abs(base[np.isfinite(base)]).astype(np.float64)
    most = float(np.percentile(sizes, 99.9)) if sizes.size else 0.0
    if not most > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return float(f"{math.ceil(most / power - 1e-9) * power:.1g}")


def block_means(values: np.ndarray, block: int) -> np.ndarray:
    """Means of |w| over blocks of (block, block), each with the sign of its sum, float64; the last blocks may be smaller."""
    rows, columns = (range(0, size, block) for size in values.shape)
    counts = np.add.reduceat(np.add.reduceat(np.ones_like(values, dtype=np.float64), rows), columns, axis=1)
    sums, sizes = (np.add.reduceat(np.add.reduceat(v.astype(np.float64), rows), columns, axis=1) for v in (values, np.abs(values)))
    return np.asarray(np.copysign(sizes / counts, sums))
