"""Where the values of curves come from: what the plots say at the crosshair's iteration. See `nnlab.training.provenance`.

The history keeps one row for a block of iterations, which grows with the run: minimum, maximum and mean of its batch losses, and the
norms of the gradients at its last iteration. A replay that ends there has the machine write that row once more.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nnlab.engine.history import Curves
from nnlab.training.provenance import Provenance, Replay, ShownMoment, loss_formula

SMOOTHED, LOWEST, HIGHEST = "smoothed", "minimum", "maximum"
NORM = r"\left\| \frac{\partial L}{\partial w} \right\|_2"


def batch_curve(moment: ShownMoment, curves: Curves, block: int, replay: Replay | None = None) -> Provenance | None:
    """The smoothed batch loss at the end of a block."""
    if not 0 <= block < len(curves.mean):
        return None
    at, window = int(curves.iterations[block]), int(curves.windows[block])

    def again() -> float:
        assert replay is not None
        found = replay(at, max(curves.origin, at - window)).curves
        end, size = (at - found.origin) // found.block_size, window // found.block_size
        return float(found.mean[end - size : end].mean()) if 0 < size <= end else math.nan

    return Provenance(
        "Smoothed batch loss", float(curves.smoothed[block]), f"{moment.frame.program.loss_node}.loss", at,
        f"the batches of the {window:,} iterations up to {at:,}", r"\frac{1}{k}\sum_{i=t-k+1}^{t} L_i",
        "" if replay is not None else "The single batches are gone.", again if replay is not None else None,
    )  # fmt: skip


def batch_extreme(moment: ShownMoment, curves: Curves, block: int, which: str, replay: Replay | None = None) -> Provenance | None:
    """The lowest or highest batch loss within a block: the edge of the band."""
    if not 0 <= block < len(curves.mean):
        return None
    at, words = int(curves.iterations[block]), "Lowest" if which == LOWEST else "Highest"
    return Provenance(
        f"{words} batch loss of {curves.block_size:,} iterations" if curves.block_size > 1 else "Batch loss",
        float(getattr(curves, which)[block]), f"{moment.frame.program.loss_node}.loss", at, _of_block(curves, block),
        loss_formula(moment.frame), "" if replay is not None else "The single batches are gone.",
        _row_again(replay, curves, at, lambda found, row: float(getattr(found, which)[row])),
    )  # fmt: skip


def gradient_norm(moment: ShownMoment, curves: Curves, block: int, name: str, replay: Replay | None = None) -> Provenance | None:
    """The norm of a parameter's gradient at the last iteration of a block."""
    if not 0 <= block < len(curves.norms) or name not in curves.names:
        return None
    at, column = int(curves.iterations[block]), curves.names.index(name)
    owner, _, parameter = name.partition(".")
    again = _row_again(replay, curves, at, lambda found, row: float(found.norms[row, found.names.index(name)]))
    return Provenance(
        f"Gradient norm of {name}", float(curves.norms[block, column]), f"{owner}.d_{parameter}", at, "all rows of the batch", NORM,
        "" if again is not None else "Only its norm is kept of that gradient.", again,
    )  # fmt: skip


def _of_block(curves: Curves, block: int) -> str:
    at = int(curves.iterations[block])
    first = at - curves.block_size + 1
    return f"the batch of iteration {at:,}" if first == at else f"the batches of iterations {first:,} to {at:,}"


def _row_again(replay: Replay | None, curves: Curves, at: int, read: Callable[[Curves, int], float]) -> Callable[[], float] | None:
    """Reads the row of the history that ends at an iteration, written once more by the machine."""
    if replay is None:
        return None

    def again() -> float:
        found = replay(at, at - curves.block_size).curves
        rows = np.flatnonzero(found.iterations == at)
        return read(found, int(rows[0])) if len(rows) else math.nan

    return again
