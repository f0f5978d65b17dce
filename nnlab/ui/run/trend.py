"""Where a curve is going, in one word: what a screen reader says of a picture of it."""

from __future__ import annotations

import numpy as np

LEAST, PART = 10, 0.1  # points, and which share of them at the end is compared with as many before
STEADY = 0.02  # a change of the mean that is no change


def trend_in_words(values: np.ndarray) -> str:
    """ "falling", "rising" or "steady", by the means of the last tenth and of the tenth before; "" for less than ten points."""
    known = values[np.isfinite(values)]
    if len(known) < LEAST:
        return ""
    count = max(2, round(PART * len(known)))
    last, before = float(known[-count:].mean()), float(known[-2 * count : -count].mean())
    change = (last - before) / max(abs(before), 1e-12)
    return "steady" if abs(change) <= STEADY else "falling" if change < 0 else "rising"
