"""The results of a sweep by column, as numbers that can be drawn: words and switches have places of their own on an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.studies.sweeps.trials import TrialResult, TrialValue
from nnlab.ui.look import numbers
from nnlab.ui.panels.plotting.ticks import Tick, linear_ticks, logarithmic_ticks

DECADES = 2.0  # from so many on, positive numbers are drawn by their logarithm
CHOSEN_DECADES = 0.9  # settings sooner: 2, 4, 8, 16 are meant as factors
MOST_MARKS = 12  # values of a setting that each get a mark on its axis
SECONDS, ERROR = "seconds", "error"


@dataclass(frozen=True)
class SweepScale:
    """Where the values of a column lie on an axis from `low` to `high`: exponents of ten where it is logarithmic, places for words."""

    low: float
    high: float
    logarithmic: bool = False
    words: tuple[str, ...] = ()
    marks: tuple[float, ...] = ()  # the values themselves, where these are few: ticks stand there

    def places(self, values: np.ndarray) -> np.ndarray:
        """On the axis; NaN for what has no place."""
        if not self.logarithmic:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)

    def fractions(self, values: np.ndarray) -> np.ndarray:
        """From 0 at the low end to 1 at the high one."""
        return (self.places(values) - self.low) / (self.high - self.low)

    def ticks(self, length: float, spacing: float) -> list[Tick]:
        if self.words:
            stride = max(1, math.ceil(len(self.words) * spacing / max(length, 1.0)))
            return [Tick(float(k), word) for k, word in enumerate(self.words) if k % stride == 0]
        if self.marks:
            return _apart([Tick(float(self.places(np.array([m]))[0]), numbers.short(m)) for m in self.marks], self, length, spacing)
        return (logarithmic_ticks if self.logarithmic else linear_ticks)(self.low, self.high, length, spacing)


def _apart(ticks: list[Tick], scale: SweepScale, length: float, spacing: float) -> list[Tick]:
    """Those that lie far enough from the one before."""
    kept: list[Tick] = []
    for tick in ticks:
        if not kept or (tick.position - kept[-1].position) / (scale.high - scale.low) * length >= 0.7 * spacing:
            kept.append(tick)
    return kept


class SweepColumns:
    """Results in the order in which they came, by column. A word's number is the place of its first appearance."""

    def __init__(self, settings: Sequence[str] = (), values: Sequence[str] = ()) -> None:
        self.settings, self.values = tuple(settings), tuple(values)
        self.names = (*self.settings, *self.values, SECONDS)
        self.results: list[TrialResult] = []
        self.failed = 0
        self._words: dict[str, dict[str, int]] = {}
        self._numbers: dict[str, list[float]] = {name: [] for name in self.names}
        self._arrays: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.results)

    def add(self, results: Sequence[TrialResult]) -> None:
        self.results.extend(results)
        self.failed += sum(bool(result.error) for result in results)
        for name in self.names:
            column = self._numbers[name]
            column.extend(self._number(name, result.get(name)) for result in results)

    def numbers(self, name: str) -> np.ndarray:
        """float64 (results,); NaN where there is none. Not to be written to."""
        known = self._arrays.get(name)
        if known is None or len(known) != len(self.results):
            known = self._arrays[name] = np.array(self._numbers[name], dtype=np.float64)
        return known

    def scale(self, name: str) -> SweepScale:
        """The axis of a column as its values are now."""
        if name in self._words:
            words = tuple(self._words[name])
            return SweepScale(-0.5, len(words) - 0.5, False, words)
        values = self.numbers(name)
        values = values[np.isfinite(values)]
        if not len(values):
            return SweepScale(0.0, 1.0)
        low, high = float(values.min()), float(values.max())
        decades = CHOSEN_DECADES if name in self.settings else DECADES
        logarithmic = low > 0 and math.log10(high) - math.log10(low) >= decades
        different = np.unique(values) if name in self.settings else values
        marks = tuple(different.tolist()) if name in self.settings and len(different) <= MOST_MARKS else ()
        if logarithmic:
            low, high = math.log10(low), math.log10(high)
        if high - low <= 1e-12 * max(abs(low), abs(high), 1e-12):
            half = max(abs(low) * 0.5, 0.5)
            low, high = low - half, high + half
        return SweepScale(low, high, logarithmic, (), marks)

    def written(self, result: TrialResult, name: str) -> str:
        """A value as the table says it."""
        value = result.get(name)
        is_found = name not in self.settings and isinstance(value, float)
        return numbers.number(value) if is_found and isinstance(value, float) else written(value)

    def _number(self, name: str, value: TrialValue) -> float:
        if value is None:
            return math.nan
        if isinstance(value, str | bool):
            words = self._words.setdefault(name, {})
            return float(words.setdefault(written(value), len(words)))
        return float(value)


def written(value: TrialValue) -> str:
    if value is None:
        return numbers.NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "on" if value else "off"
    return numbers.count(value) if isinstance(value, int) else numbers.short(value, 5)


def description(result: TrialResult) -> str:
    """A trial by its settings, as one would say it: units 8, learning_rate 0.01, seed 3."""
    return ", ".join(f"{key} {written(value)}" for key, value in result.trial.settings.items())


def title_of(name: str) -> str:
    """A column as people read it: learning rate for learning_rate, R² for r2."""
    return {"r2": "R²", "mae": "mean abs. error"}.get(name, name.replace("_", " ") if "." not in name else name)
