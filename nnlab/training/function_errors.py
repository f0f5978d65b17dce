"""How far a network is from the function it approximates: the largest error and the root mean square, inside the domain and beyond it.

Inside: on 2,001 even points; the largest error also at the kinks of the units, where that of a piecewise linear fit often is, and on both
sides of a jump of the target, where no continuous fit can be right twice. Outside: the sixth part of the domain's width to both sides.
Where the exact function is not known, as for a table, errors are those at its samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.domain import domain
from nnlab.training.metrics import predicted_numbers

POINTS = 2001  # along one feature
SIDE = 101  # along each of two features
OUTSIDE = 1.0 / 6.0  # of the domain's width, to each side
LEAST_JUMP = 0.01  # of the target's range
HALVINGS = 48
OUTSIDE_POINTS = 333  # on each side: as dense as inside


@dataclass(frozen=True)
class Errors:
    """Of fit − target: `sup` the largest magnitude, at the raw place `at`; `rms` the root mean square over `points` places."""

    sup: float
    at: tuple[float, ...]
    rms: float
    points: int
    at_samples: bool = False  # measured where there are samples, nothing being known between them


def fit_at(evaluator: Evaluator, data: Data, raw: np.ndarray) -> np.ndarray:
    """The network's first prediction at raw points (n, features): float64 (n,)."""
    link = evaluator.program.graph.losses[0].kind.link
    return predicted_numbers(evaluator.predict(data.transform(raw)), data.target, link)[:, 0].astype(np.float64)


def truth_at(data: Data, raw: np.ndarray) -> np.ndarray | None:
    """The exact function at raw points (n, features): float64 (n,), NaN where it has no finite value; None where it is not known."""
    if data.truth is None:
        return None
    values = np.asarray(data.truth(raw), dtype=np.float64).reshape(-1)
    return np.where(np.isfinite(values), values, np.nan)


def outside(low: float, high: float) -> tuple[float, float]:
    """How far the two margins reach."""
    return low - OUTSIDE * (high - low), high + OUTSIDE * (high - low)


def outside_points(low: float, high: float) -> np.ndarray:
    """Even points of both margins, the domain's ends left out: (2 · OUTSIDE_POINTS,)."""
    left, right = outside(low, high)
    return np.concatenate([
        np.linspace(left, low, OUTSIDE_POINTS, endpoint=False), np.linspace(right, high, OUTSIDE_POINTS, endpoint=False)[::-1]
    ])  # fmt: skip


@dataclass(frozen=True)
class Jump:
    """Where the target jumps: from `before` at the raw place `left` to `after` at `right`, which are next to one another."""

    left: float
    right: float
    before: float
    after: float

    @property
    def height(self) -> float:
        """No continuous function comes closer to the target than half of it."""
        return abs(self.after - self.before)


def jumps_of(data: Data) -> tuple[Jump, ...]:
    """The jumps of the exact function of one feature between its 2,001 points; kept with the data, which never change.

    A pair of points between which it changes by more than a hundredth of its range is halved until nothing is between them: what is left
    of the change then is a jump. Two that are closer than the points are found as one.
    """
    known: tuple[Jump, ...] | None = data.__dict__.get("_jumps")
    if known is None:
        known = data.__dict__["_jumps"] = _find_jumps(data)
    return known


def _find_jumps(data: Data) -> tuple[Jump, ...]:
    x = np.linspace(*domain(data)[0], POINTS)
    values = truth_at(data, x.reshape(-1, 1))
    if values is None or not np.isfinite(values).any():
        return ()
    spread = np.nanmax(values) - np.nanmin(values)
    steps = np.abs(np.diff(values))
    places = np.flatnonzero(steps > LEAST_JUMP * spread) if spread else np.empty(0, dtype=np.int64)
    left, right, before, after = x[places], x[places + 1], values[places], values[places + 1]
    for _ in range(HALVINGS):
        middle = 0.5 * (left + right)
        between = truth_at(data, middle.reshape(-1, 1)) if len(middle) else middle
        assert between is not None
        is_left = np.abs(between - before) >= np.abs(after - between)
        left, before = np.where(is_left, left, middle), np.where(is_left, before, between)
        right, after = np.where(is_left, middle, right), np.where(is_left, between, after)
    kept = np.abs(after - before) > LEAST_JUMP * spread
    return tuple(Jump(*map(float, sides)) for sides in zip(left[kept], right[kept], before[kept], after[kept], strict=True))


def errors_inside(evaluator: Evaluator, data: Data, kinks: np.ndarray | None = None) -> Errors | None:
    """Errors in the domain; `kinks` (raw x) are looked at as well. None where the target is finite nowhere."""
    if data.truth is None:
        return errors_of(*errors_at_samples(evaluator, data), at_samples=True)
    sides = domain(data)
    if len(sides) == 1:
        raw = np.linspace(*sides[0], POINTS).reshape(-1, 1)
    else:
        axes = np.meshgrid(*(np.linspace(low, high, SIDE) for low, high in sides))
        raw = np.stack([axis.ravel() for axis in axes], axis=1)
    found = _at(evaluator, data, raw)
    if kinks is None or found is None:
        return found
    inner = kinks[(kinks > sides[0][0]) & (kinks < sides[0][1])]
    at_kinks = _at(evaluator, data, inner.reshape(-1, 1)) if len(inner) else None
    if at_kinks is None or at_kinks.sup <= found.sup:
        return found
    return Errors(at_kinks.sup, at_kinks.at, found.rms, found.points)


def errors_at_samples(evaluator: Evaluator, data: Data) -> tuple[np.ndarray, np.ndarray]:
    """Every sample's raw features (n, features), those of validation last, and fit − target there (n,)."""
    raw = np.concatenate([data.raw_x, data.raw_validation_x])
    known = np.concatenate([data.y, data.validation_y])[:, 0]
    return raw, fit_at(evaluator, data, raw) - known


def errors_outside(evaluator: Evaluator, data: Data) -> Errors | None:
    """Errors in the margins of a function of one feature; None where nothing is known there."""
    if data.truth is None:
        return None
    return _at(evaluator, data, outside_points(*domain(data)[0]).reshape(-1, 1))


def errors_of(raw: np.ndarray, errors: np.ndarray, at_samples: bool = False) -> Errors | None:
    """What these errors (n,) at raw points (n, features) amount to; those that are not finite are left out."""
    known = np.isfinite(errors)
    if not known.any():
        return None
    raw, errors = raw[known], errors[known]
    largest = int(np.argmax(np.abs(errors)))
    rms = float(np.sqrt(np.mean(np.square(errors))))
    return Errors(float(abs(errors[largest])), tuple(raw[largest].tolist()), rms, len(errors), at_samples)


def _at(evaluator: Evaluator, data: Data, raw: np.ndarray) -> Errors | None:
    exact = truth_at(data, raw)
    return None if exact is None else errors_of(raw, fit_at(evaluator, data, raw) - exact)
