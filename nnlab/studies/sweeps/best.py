"""The best combination of settings in a sweep, with its spread over the seeds, and whether it is clearly the best.

Judged as a comparison is (`nnlab.studies.comparison.judge`): by the median over the seeds, and clear only where its whole band lies beyond
every other. A combination of which a trial failed is not judged, nor, while the sweep runs, one that lacks seeds of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nnlab.core.errors import SettingError
from nnlab.core.setting import Value
from nnlab.studies.comparison import LOWER_IS_BETTER, MEASURES, Band, judge
from nnlab.studies.sweeps.axes import difference
from nnlab.studies.sweeps.trials import TrialResult
from nnlab.training.difference import SEED_KEY

LOSSES = ("validation_loss", "loss")


@dataclass(frozen=True)
class Combination:
    """Settings that trials have in common, all but the seed, and their measure over the seeds."""

    settings: Mapping[str, Value]
    results: tuple[TrialResult, ...]
    band: Band
    measure: str

    @property
    def typical(self) -> TrialResult:
        """The trial whose measure is the median, or next to it."""
        return min(self.results, key=lambda result: abs(_number(result, self.measure) - self.band.median))


@dataclass(frozen=True)
class Ranking:
    """Combinations from the best on, `failed` of them left out; `verdict` is one sentence on the first."""

    measure: str
    combinations: tuple[Combination, ...]
    failed: int
    verdict: str
    is_clear: bool

    @property
    def best(self) -> Combination:
        return self.combinations[0]


def measure_of(columns: Iterable[str]) -> str:
    """What trials with these values are judged by, unless said: accuracy, R², the mean absolute error, or a loss."""
    known = set(columns)
    return next((name for name in (*MEASURES, *LOSSES) if name in known), "")


def rank(results: Sequence[TrialResult], measure: str = "") -> Ranking | None:
    """The combinations by `measure`; None where no trial has come to its end yet, or the trials cannot be judged.

    Raises SettingError when the trials have no such value.
    """
    groups: dict[tuple[tuple[str, Value], ...], list[TrialResult]] = {}
    columns: dict[str, None] = {}
    for result in results:
        settings = tuple((key, value) for key, value in result.trial.settings.items() if key != SEED_KEY)
        groups.setdefault(settings or tuple(result.trial.settings.items()), []).append(result)
        columns.update(dict.fromkeys(result.values))
    if measure and columns and measure not in columns:
        raise SettingError(f"The trials have no {measure!r} to be judged by; choose one of {', '.join(columns)}.")
    measure = measure or measure_of(columns)
    seeds = max((len(group) for group in groups.values()), default=0)
    whole = [(dict(settings), group) for settings, group in groups.items() if len(group) == seeds and not any(r.error for r in group)]
    found = [_combination(settings, group, measure) for settings, group in whole]
    sign = 1.0 if measure in LOWER_IS_BETTER else -1.0
    loss = next((name for name in LOSSES if name in columns), measure)
    found = sorted(
        (one for one in found if math.isfinite(one.band.median)), key=lambda one: (sign * one.band.median, _middle(one.results, loss))
    )
    if not found:
        return None
    winner, verdict = judge([one.band for one in found], measure, seeds)
    if winner is not None and len(found) == 1:
        winner, verdict = None, f"{winner} is the only combination that came to its end with every seed."
    failed = sum(any(r.error for r in group) for group in groups.values())
    return Ranking(measure, tuple(found), failed, verdict, winner is not None)


def _combination(settings: Mapping[str, Value], results: Sequence[TrialResult], measure: str) -> Combination:
    name = ", ".join(str(difference(key, value)) for key, value in settings.items())
    return Combination(settings, tuple(results), _band(name, sorted(_number(r, measure) for r in results)), measure)


def _band(name: str, values: Sequence[float]) -> Band:
    """Of sorted values. In plain Python: an array for each of ten thousand combinations would take as long as all the rest together."""
    if any(math.isnan(value) for value in values):
        return Band(name, math.nan, math.nan, math.nan)
    half = len(values) // 2
    middle = values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
    return Band(name, values[0], middle, values[-1])


def _number(result: TrialResult, column: str) -> float:
    value = result.values.get(column)
    return float(value) if isinstance(value, int | float) else math.nan


def _middle(results: Sequence[TrialResult], column: str) -> float:
    values = sorted(_number(result, column) for result in results)
    middle = values[(len(values) - 1) // 2]
    return middle if math.isfinite(middle) else math.inf
