"""What a sweep varies: a key and its values, or a key and a range, as typed.

    units=4,8,16                      values, from a list
    learning_rate=0.0001..0.1:log     a range, from which random trials draw; log: evenly over its orders of magnitude
    learning_rate=0.0001..0.1:log:4   the range as a list of four: 0.0001, 0.001, 0.01, 0.1
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import SettingError
from nnlab.core.setting import Value
from nnlab.studies.sweeps.trial_file import read_value
from nnlab.training.difference import Difference, differences
from nnlab.training.project import Project
from nnlab.training.varied import declared_setting

DIGITS = 6  # significant ones of a number drawn: what the table shows is what was trained
MOST_VALUES = 10_000  # of one key
LOG = "log"
EXAMPLE = "units=4,8,16 or learning_rate=0.0001..0.1:log"


@dataclass(frozen=True)
class SweepAxis:
    """One key with `values`; or, where these are empty, with a range from `low` to `high`."""

    key: str
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    logarithmic: bool = False
    is_whole: bool = False

    @property
    def is_range(self) -> bool:
        return not self.values

    def at(self, fraction: float) -> Value:
        """The value at `fraction` of the way, from 0 to 1: in the list, or in the range."""
        if self.values:
            return self.values[min(int(fraction * len(self.values)), len(self.values) - 1)]
        if self.is_whole:
            # every whole number has a share of its own, of equal size or of equal ratio
            low, high = (self.low - 0.5, self.high + 0.5) if not self.logarithmic else (max(self.low - 0.5, 0.5), self.high + 0.5)
            return int(min(max(round(_between(low, high, fraction, self.logarithmic)), self.low), self.high))
        return float(f"{_between(self.low, self.high, fraction, self.logarithmic):.{DIGITS}g}")

    def spread(self, count: int) -> SweepAxis:
        """The range as a list of `count` values from end to end, fewer where whole numbers coincide."""
        steps = [_between(self.low, self.high, k / max(count - 1, 1), self.logarithmic) for k in range(count)]
        found: list[Value] = [round(step) if self.is_whole else float(f"{step:.{DIGITS}g}") for step in steps]
        return SweepAxis(self.key, tuple(dict.fromkeys(found)))

    def __str__(self) -> str:
        if self.values:
            return f"{self.key}={','.join(_typed(value) for value in self.values)}"
        return f"{self.key}={_typed(self.low)}..{_typed(self.high)}{':log' if self.logarithmic else ''}"


def _typed(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:.12g}" if isinstance(value, float) else str(value)


def difference(key: str, value: Value) -> Difference:
    """The key with this value, as `nnlab.training.varied` applies it."""
    return Difference(key, str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value))


def _between(low: float, high: float, fraction: float, logarithmic: bool) -> float:
    if logarithmic:
        return float(math.exp(math.log(low) + fraction * (math.log(high) - math.log(low))))
    return low + fraction * (high - low)


def read_axis(text: str, project: Project) -> SweepAxis:
    """KEY=A,B,… or KEY=LOW..HIGH[:log][:COUNT] for this project; raises SettingError for what cannot be read.

    Whether the key exists and takes such values, `nnlab.studies.sweeps.sweep` finds out by applying them.
    """
    key, equals, given = (part.strip() for part in text.partition("="))
    if not equals or not key or not given:
        raise SettingError(f"{text!r} is not understood; give a key and its values, such as {EXAMPLE}.")
    if ".." not in given:
        found = differences(text)
        if len(found) > MOST_VALUES:
            raise SettingError(f"{key} has {len(found):,} values; at most {MOST_VALUES:,} can be swept.")
        values = tuple(value for value in (read_value(one.text) for one in found) if value is not None)
        repeated = next((v for k, v in enumerate(values) if v in values[:k]), None)
        if repeated is not None:
            raise SettingError(f"{text!r} names {_typed(repeated)} twice; give every value once.")
        return SweepAxis(key, values)
    return _read_range(text, key, given, project)


def _read_range(text: str, key: str, given: str, project: Project) -> SweepAxis:
    ends, *options = given.split(":")
    try:
        low, high = (float(end) for end in ends.split(".."))
        counts = [int(option) for option in options if option != LOG]
    except ValueError:
        raise SettingError(f"{text!r} is not understood; a range is LOW..HIGH, LOW..HIGH:log or LOW..HIGH:log:COUNT.") from None
    setting = declared_setting(project, key)
    if setting is not None and type(setting.default) not in (int, float):
        raise SettingError(f"{key} is no number, so it has no range; give its values, such as {key}={_choices(setting.choices)}.")
    logarithmic, is_whole = LOG in options, setting is not None and type(setting.default) is int
    if not (math.isfinite(low) and math.isfinite(high)) or low >= high:
        raise SettingError(f"{text!r}: a range goes from a smaller number to a greater one, such as {key}={low:g}..{low + 1:g}.")
    if logarithmic and low <= 0:
        raise SettingError(f"{text!r}: a logarithmic range begins above 0.")
    if is_whole and (low != int(low) or high != int(high)):
        raise SettingError(f"{text!r}: {key} is a whole number, so its range has whole ends.")
    axis = SweepAxis(key, (), low, high, logarithmic, is_whole)
    if not counts:
        return axis
    if len(counts) > 1 or not 2 <= counts[0] <= MOST_VALUES:
        raise SettingError(f"{text!r}: a range becomes a list of 2 to {MOST_VALUES:,} values.")
    return axis.spread(counts[0])


def _choices(choices: tuple[str, ...]) -> str:
    return ",".join(choices[:2]) if choices else "true,false"


def drawn(axes: tuple[SweepAxis, ...], number: int, seed: int) -> tuple[Value, ...]:
    """One value of every axis for random trial `number`: a function of the two numbers, so that more trials leave the first as they are."""
    fractions = np.random.default_rng([seed, number]).random(len(axes))
    return tuple(axis.at(float(fraction)) for axis, fraction in zip(axes, fractions, strict=True))
