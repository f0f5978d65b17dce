"""What the plot of a sum of units shows, as values: the curves, how many units are added, and the selected one in a person's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from nnlab.ui.look import numbers


class Grip(StrEnum):
    """What of a unit can be taken hold of."""

    CENTRE = "centre"
    SLOPE = "slope"
    HEIGHT = "height"


@dataclass(frozen=True)
class Handles:
    """The selected unit in the numbers a person sees: where it is centred, how steep, how high; None for what it does not have.

    `plateau` is the x at which its height is shown.
    """

    centre: float | None
    slope: float | None
    height: float
    plateau: float


@dataclass(frozen=True, eq=False)
class SumPicture:
    """Everything the plot shows, over the same x (points,)."""

    x: np.ndarray
    domain: tuple[float, float]
    fit: np.ndarray
    target: np.ndarray | None  # where it is known exactly
    samples: tuple[np.ndarray, np.ndarray]
    now: np.ndarray  # sum of the first `added` units
    before: np.ndarray | None  # without the last of them; None where nothing is selected
    earlier: Sequence[np.ndarray]
    added: int
    units: int
    centres: np.ndarray = field(default_factory=lambda: np.empty(0))  # (units,) in the order in which they are added; NaN for none
    handles: Handles | None = None
    name: str = "x"


def extent(picture: SumPicture) -> tuple[float, float]:
    """The lowest and the highest value of target and samples; sums may leave the range and come in as units are added."""
    parts = [picture.samples[1]]
    if picture.target is not None:
        low, high = picture.domain
        parts.append(picture.target[(picture.x >= low) & (picture.x <= high)])
    values = np.concatenate(parts)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)


def description(picture: SumPicture) -> str:
    """What a screen reader says of the picture."""
    words = f"{picture.added} of {picture.units} units added"
    handles = picture.handles
    if handles is None:
        return words
    parts = [f"height {numbers.number(handles.height, 3)}"]
    if handles.centre is not None:
        parts.insert(0, f"centre {numbers.number(handles.centre, 3)}")
    if handles.slope is not None:
        parts.append(f"slope {numbers.number(handles.slope, 3)}")
    return f"{words}; the last one has {', '.join(parts)}"
