"""Sums and products of which a part is infinite: what they tend to, where IEEE arithmetic has only NaN.

A product of finite weights may overflow; the functions behind it are then to answer as for a very large number.
"""

from __future__ import annotations

import math

from nnlab.core.kernel.decorators import kernel


@kernel
def subtract_highest(x, n, highest, y):  # type: ignore[no-untyped-def]
    """y[n] = x[n] - highest, the greatest element of the row: 0 for it, also where it is infinite."""
    if abs(highest) == math.inf:
        for i in range(x.shape[1]):
            y[n, i] = 0.0 if x[n, i] == highest else x[n, i] - highest
    else:
        for i in range(x.shape[1]):
            y[n, i] = x[n, i] - highest


@kernel
def times(weight, x):  # type: ignore[no-untyped-def]
    """weight * x of two scalars, 0 where the weight is: what has no weight counts nothing, infinity too."""
    return 0.0 if weight == 0.0 else weight * x
