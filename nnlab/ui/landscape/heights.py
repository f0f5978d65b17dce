"""A landscape as heights: logarithms of its losses where all are positive, as losses span decades, else the losses themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.studies.landscape.study import Landscape
from nnlab.ui.panels.plotting.surface_plot import Surface

MOST_LEVELS = 12
ABOVE = 98.0  # percentile of the heights above which all have the end colour: a corner must not take all the colours
STEPS_OF_DECADES = ((1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))


@dataclass(frozen=True, eq=False)
class Heights:
    """values (rows, columns), every gap filled, from `low` to `high`; `levels` are the losses that contours are drawn at."""

    found: Landscape
    values: np.ndarray
    low: float
    high: float
    is_logarithmic: bool
    levels: tuple[float, ...]

    def of(self, losses: np.ndarray | float) -> np.ndarray:
        """The heights of losses."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(losses) if self.is_logarithmic else np.asarray(losses, dtype=np.float64)

    @property
    def ends(self) -> tuple[float, float]:
        """The losses at both ends of the colours."""
        return (10.0**self.low, 10.0**self.high) if self.is_logarithmic else (self.low, self.high)

    @property
    def has_more(self) -> bool:
        """Whether losses above the end of the colours were found."""
        return bool((self.values > self.high).any())

    def surface(self) -> Surface:
        """The same to be turned, with the path lying on it."""
        found, span = self.found, self.high - self.low
        scaled = np.clip(2 * (self.values - self.low) / span - 1, -1, 1)
        on_path = np.clip(2 * (self.of(found.plane_losses) - self.low) / span - 1, -1, 1)
        path = np.column_stack([found.path.places, on_path])
        inside = ~np.isnan(on_path)
        reach = (float(found.a[0]), float(found.a[-1])), (float(found.b[0]), float(found.b[-1]))
        return Surface(*reach, scaled, 1.0, ("axis 1", "axis 2"), path[inside] if inside.sum() > 1 else None, is_signed=False)


def heights_of(found: Landscape) -> Heights:
    losses = found.filled()
    finite = losses[np.isfinite(losses)]
    is_logarithmic = bool(len(finite)) and bool((finite > 0).all())
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.log10(losses) if is_logarithmic else losses
        known = np.log10(finite) if is_logarithmic else finite
    low = float(known.min()) if len(known) else 0.0
    high = float(np.percentile(known, ABOVE)) if len(known) else 1.0
    if high - low < 1e-9 * max(1.0, abs(low)):
        high = low + max(1e-9, 1e-6 * abs(low))  # a plain
    return Heights(found, values, low, high, is_logarithmic, levels_between(low, high, is_logarithmic))


def levels_between(low: float, high: float, is_logarithmic: bool) -> tuple[float, ...]:
    """Losses as one says them: round ones, at most MOST_LEVELS."""
    if not is_logarithmic:
        span = high - low
        step = 10.0 ** np.floor(np.log10(span / 5))
        step *= next(factor for factor in (1, 2, 5) if span / (step * factor) <= MOST_LEVELS)  # of 5, at most ten
        return tuple(float(k * step) for k in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1))
    decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    for digits in STEPS_OF_DECADES:
        levels = tuple(digit * 10.0**decade for decade in decades for digit in digits)
        inside = tuple(level for level in levels if low < np.log10(level) < high)
        if len(inside) <= MOST_LEVELS:
            break
    if len(inside) >= 3:
        return inside
    return tuple(float(10.0**value) for value in np.linspace(low, high, 7)[1:-1])
