"""The verdict on a run: converging, plateau, oscillating, diverging or overfitting, each from a test over its history.

A verdict is said with its test and figures, and with the iteration it began at, so that a reader can check it:

    diverging     since its lowest level the loss has risen: the 95 % interval of the slope lies above 0, the level is half as high again,
                  and a tenth of what was gained is lost; or it leapt to three times that level (Mann-Whitney, p < 0.01); or the loss is
                  higher than at the start (the same test)
    oscillating   the loss on the same samples swings: over the last half of the run the standard deviation about a straight line is a
                  tenth of the level and a twentieth of the first loss, it turns at a quarter of the places, and the line is flat
    overfitting   since the lowest validation loss that loss has risen (Kendall's tau, p < 0.01) by 5 %, while the training loss has not
    plateau       by its 95 % interval a straight line through the last quarter of the run changes by under 10 % per half of the run, or per
                  500 iterations where those are more (or all of it lies below 1 % of the highest level), and may not fall at all, or falls
                  by under 1 % in that time; and its interval leaves out the pace at which the last half, or the whole run, surely falls;
                  it began at the earliest iteration from which such a line exists
    converging    none of these, and the interval lies below 0; where the last quarter does not tell, the last half, then the whole run
    too_early     no window tells, or there are fewer than 24 blocks of iterations

Lines are fitted to the logarithm of the loss, since losses fall by factors, through the means of up to 64 equal groups of iterations.
Neighbouring groups resemble each other, so standard errors are those of the effective number of groups, n (1 - r) / (1 + r) with the
autocorrelation r of the residuals (Santer et al., Statistical significance of trends, 2000). Batches differ, and a loss that differs with
them does not oscillate: swings are looked for in the losses evaluated on the same samples, or, where there are none, in losses of single
iterations that alternate (autocorrelation below -0.6), as gradient descent does beyond the greatest stable learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from nnlab.core.written import percent, rounded

TOO_EARLY, CONVERGING, PLATEAU, OSCILLATING, DIVERGING, OVERFITTING = (
    "too_early", "converging", "plateau", "oscillating", "diverging", "overfitting",
)  # fmt: skip
VERDICTS = (TOO_EARLY, CONVERGING, PLATEAU, OSCILLATING, DIVERGING, OVERFITTING)

LEAST = 24  # blocks of iterations, below which nothing is said
GROUPS = 64
LEAST_CHECKS = 16
SURE = 0.01  # p from which a rank test is believed
SMALLEST = 1e-30  # losses below count as this one, which has a logarithm
RISE, LOST = 1.5, 0.1  # diverging: factor of the level, share of what was gained
LEAP = 3.0  # … and the factor that counts even where the loss leapt once and falls again
SWING_OF_LEVEL, SWING_OF_START, ALTERNATING = 0.1, 0.05, -0.6
WORSE, WORSE_OF_START = 1.05, 0.01  # overfitting: factor of the lowest validation loss, share of the first one
FLAT, NARROW = 0.01, 0.1  # plateau: relative fall in the time below, and the greatest that its interval may hold
YOUNG = 500.0  # iterations: the time is half of the run, but never fewer, for in a few iterations no loss changes much
NOTHING = 0.01  # … or a level below this share of the highest loss, whatever it does there
RUNAWAY = 100.0  # factor from which a few iterations suffice


@dataclass(frozen=True)
class Convergence:
    """`verdict`: one of VERDICTS. `since`: the iteration it began after, None for `too_early`.

    `sentence` says it to people, `test` how it was found; `figures` by name, in the units their names say. `trend`: the two ends of the
    line that was fitted to the logarithm of the loss, as (iteration, loss) each; None where the test fits none.
    """

    verdict: str
    since: int | None
    sentence: str
    test: str
    figures: Mapping[str, float] = field(default_factory=dict, hash=False)
    trend: tuple[tuple[float, float], tuple[float, float]] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", MappingProxyType(dict(self.figures)))

    @property
    def is_fault(self) -> bool:
        """Whether it says that something goes wrong, or no further."""
        return self.verdict not in (TOO_EARLY, CONVERGING)

    @property
    def title(self) -> str:
        """In a word or two, and since when: "Plateau since 2,350"."""
        word = self.verdict.replace("_", " ").capitalize()
        return f"{word} since {self.since:,}" if self.is_fault and self.since is not None else word


@dataclass(frozen=True, eq=False)
class Series:
    """What is judged: mean losses of equal blocks of iterations, and losses evaluated on the same samples at `checked`."""

    origin: int
    block_size: int
    mean: np.ndarray
    checked: np.ndarray
    validation: np.ndarray
    training: np.ndarray


@dataclass(frozen=True)
class _FittedLine:
    """A straight line through the logarithms: slope per iteration with its 95 % interval, and its two ends as (iteration, loss)."""

    slope: float
    low: float
    high: float
    ends: tuple[tuple[float, float], tuple[float, float]]


def judge(series: Series) -> Convergence:
    """The verdict on a run so far. Takes up to 30 ms."""
    found = _runaway(series)
    if found is not None:
        return found
    if len(series.mean) < LEAST:
        words = f"Too early to tell: {len(series.mean)} of at least {LEAST} blocks of iterations."
        return Convergence(TOO_EARLY, None, words, f"Nothing is said before {LEAST} blocks of iterations.")
    ends, levels = _groups(series)
    for test in (_oscillating, _diverging):
        found = test(series, ends, levels)
        if found is not None:
            return found
    return _overfitting(series) or _plateau(ends, levels, float(series.mean.max()))


def _groups(series: Series) -> tuple[np.ndarray, np.ndarray]:
    """(last iteration, mean loss) of up to GROUPS equal groups; what does not fill one is left out at the beginning."""
    size = max(1, len(series.mean) // GROUPS)
    groups = len(series.mean) // size
    first = len(series.mean) - groups * size
    ends = series.origin + (first + size * (np.arange(groups) + 1)) * series.block_size
    return ends.astype(np.float64), series.mean[first:].reshape(groups, size).mean(axis=1)


def _line(at: np.ndarray, losses: np.ndarray) -> _FittedLine:
    from scipy.special import stdtrit  # a tenth of a second that a start is spared

    values = np.log(np.maximum(losses, SMALLEST))
    away = at - at.mean()
    width = float(away @ away)
    slope = float(away @ (values - values.mean())) / width
    intercept = float(values.mean()) - slope * float(at.mean())
    residuals = values - (intercept + slope * at)
    energy = float(residuals @ residuals)
    resemblance = min(max(float(residuals[1:] @ residuals[:-1]) / energy, 0.0), 0.9) if energy > 0.0 else 0.0
    effective = max(len(at) * (1 - resemblance) / (1 + resemblance), 3.0)
    freedom = effective - 2
    error = math.sqrt(energy / freedom / width)  # the standard error of the slope, by the effective number in place of n
    reach = float(stdtrit(freedom, 0.975)) * error  # Student's t
    first, last = ((float(x), float(np.exp(intercept + slope * x))) for x in (at[0], at[-1]))
    return _FittedLine(slope, slope - reach, slope + reach, (first, last))


def _runaway(series: Series) -> Convergence | None:
    """A loss that grew by a factor of RUNAWAY and ends there needs no statistics."""
    mean = series.mean
    if len(mean) < 2 or not mean[-1] > RUNAWAY * max(mean[0], float(np.median(mean[:-1])), SMALLEST):
        return None
    since = series.origin + int(np.argmin(mean)) * series.block_size
    factor = float(mean[-1] / max(mean[0], SMALLEST))
    words = f"Diverging since iteration {since:,}: the loss is {rounded(factor, 3)} times the first one."
    test = f"The loss is more than {RUNAWAY:g} times the first one and the median."
    return Convergence(DIVERGING, since, words, test, {"times_first_loss": factor, "loss": float(mean[-1])})


def _diverging(series: Series, ends: np.ndarray, levels: np.ndarray) -> Convergence | None:
    part = len(levels) // 8  # three at least, of LEAST groups
    smooth = np.convolve(levels, np.full(part, 1 / part), "valid")  # smooth[k]: mean of levels[k] … levels[k + part - 1]
    lowest = int(np.argmin(smooth))
    end, least, start = float(np.median(levels[-part:])), float(smooth[lowest]), float(np.mean(levels[:part]))
    first = float(series.mean[: max(1, len(series.mean) // 100)].mean())
    figures = {"level": end, "lowest_level": least, "first_loss": first}
    since = lowest + int(np.argmin(levels[lowest : lowest + part]))
    if len(levels) - since >= 6 and end > RISE * least and end - least > LOST * (max(start, first) - least):
        line = _line(ends[since:], levels[since:])
        factor = end / max(least, SMALLEST)
        if line.low > 0.0:
            return _risen(int(ends[since]), line, factor, figures)
        p = _is_higher(levels[-part:], levels[lowest : lowest + part])
        if p < SURE and factor > LEAP:
            words = f"Diverging since iteration {int(ends[since]):,}: the loss is {rounded(factor, 3)} times its lowest level."
            test = f"The last eighth of the run is higher than the eighth of the lowest level (Mann-Whitney, p = {rounded(p, 2)})."
            return Convergence(DIVERGING, int(ends[since]), words, test, {**figures, "times_lowest_level": factor, "p": p})
    if end > 1.1 * max(start, first):
        p = _is_higher(levels[-part:], np.append(levels[:part], first))
        if p < SURE:
            times = rounded(end / max(first, SMALLEST), 3)
            words = f"Diverging since iteration {series.origin:,}: the loss is {times} times what it was at first."
            test = f"The last eighth of the run is higher than the first (Mann-Whitney, p = {rounded(p, 2)})."
            return Convergence(DIVERGING, series.origin, words, test, {**figures, "p": p})
    return None


def _is_higher(later: np.ndarray, earlier: np.ndarray) -> float:
    """p of the Mann-Whitney test. SciPy's statistics take half a second to import: only where there is something to test."""
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(later, earlier, alternative="greater").pvalue)


def _risen(since: int, line: _FittedLine, factor: float, figures: dict[str, float]) -> Convergence:
    words = f"Diverging since iteration {since:,}: the loss is {rounded(factor, 3)} times its lowest level."
    test = f"From iteration {since:,} the loss rises by {_percent(line)} per 1,000 iterations (95 % interval above 0)."
    return Convergence(DIVERGING, since, words, test, {**figures, **_slope(line), "times_lowest_level": factor}, line.ends)


def _oscillating(series: Series, ends: np.ndarray, levels: np.ndarray) -> Convergence | None:
    first = float(series.mean[: max(1, len(series.mean) // 100)].mean())
    if len(series.training) >= LEAST_CHECKS:
        at, losses = series.checked[len(series.checked) // 2 :], series.training[len(series.training) // 2 :]
        found = _swing(at, losses, first)
        if found is None:
            return None
        swing, line, residuals = found
        turns = int(np.count_nonzero(np.diff(np.sign(np.diff(residuals))) != 0))
        if turns < len(losses) / 4 or not line.low <= 0.0 <= line.high:
            return None
        counted, of = {"turns": float(turns)}, f"turns {turns} times in {len(losses)} evaluations"
    elif series.block_size == 1:
        half = series.mean[len(series.mean) // 2 :][-1024:]
        at = series.origin + len(series.mean) - len(half) + 1.0 + np.arange(len(half))
        found = _swing(at, half, first)
        if found is None:
            return None
        swing, line, residuals = found
        again = float(residuals[1:] @ residuals[:-1]) / float(residuals @ residuals)
        if again > ALTERNATING or not line.low <= 0.0 <= line.high:
            return None
        counted, of = {"autocorrelation": again}, f"alternates (autocorrelation {again:.2f}) over {len(half)} iterations"
    else:
        return None
    since = int(at[0])
    words = f"Oscillating since iteration {since:,} at the latest: the loss swings by ± {percent(swing)} of its level and does not fall."
    test = f"About a straight line the loss {of}, with a standard deviation of {percent(swing)} of its level."
    return Convergence(OSCILLATING, since, words, test, {"swing_of_level": swing, **counted, **_slope(line)}, line.ends)


def _swing(at: np.ndarray, losses: np.ndarray, first: float) -> tuple[float, _FittedLine, np.ndarray] | None:
    """(standard deviation about a straight line as a share of the level, the line, residuals) where that is large."""
    residuals = losses - np.polyval(np.polyfit(at - at[0], losses, 1), at - at[0])
    deviation, level = float(residuals.std()), float(losses.mean())
    if level <= 0.0 or deviation < SWING_OF_LEVEL * level or deviation < SWING_OF_START * first:
        return None
    return deviation / level, _line(at, losses), residuals


def _overfitting(series: Series) -> Convergence | None:
    validation, training = series.validation, series.training
    if len(validation) < LEAST_CHECKS or not np.isfinite(validation).all():
        return None
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(validation, 1, mode="edge"), 3), axis=1)
    lowest = int(np.argmin(smooth))
    after = validation[lowest:]
    if len(after) < LEAST_CHECKS // 2:
        return None
    part = len(after) // 4
    least, end = float(smooth[lowest]), float(after[-part:].mean())
    trained_before, trained = float(training[max(0, lowest - 1) : lowest + 2].mean()), float(training[-part:].mean())
    is_worse = end > WORSE * least and end - least > WORSE_OF_START * float(validation[0])
    if not is_worse or trained > trained_before or trained >= end:
        return None
    from scipy.stats import kendalltau  # only where there is something to test, as in _is_higher

    rank = kendalltau(np.arange(len(after)), after)
    if rank.statistic <= 0.0 or rank.pvalue >= SURE:
        return None
    since, factor = int(series.checked[lowest]), end / max(least, SMALLEST)
    times, p = rounded(factor, 3), rounded(rank.pvalue, 2)
    words = f"Overfitting since iteration {since:,}: the validation loss is {times} times its lowest value, the training loss fell on."
    test = f"Over {len(after)} evaluations since, the validation loss rises (Kendall's tau {rank.statistic:.2f}, p = {p})."
    figures = {
        "lowest_validation_loss": least, "validation_loss": end, "training_loss_then": trained_before, "training_loss": trained,
        "tau": float(rank.statistic), "p": float(rank.pvalue),
    }  # fmt: skip
    return Convergence(OVERFITTING, since, words, test, figures)


def _plateau(ends: np.ndarray, levels: np.ndarray, highest: float) -> Convergence:
    """Plateau or converging, by the shortest of three windows that tells them apart."""
    starts = [len(levels) - len(levels) // share for share in (4, 2, 1)]
    lines = [_line(ends[start:], levels[start:]) for start in starts]
    for number, (start, line) in enumerate(zip(starts, lines, strict=True)):
        if _is_flat(line, start, ends, levels, highest) and not _may_fall_on(line, lines[number + 1 :], _time(ends)):
            return _flat_since(start, ends, levels, highest)
        if line.high < 0.0:
            words = f"Converging: the loss changes by {_percent(line)} per 1,000 iterations."
            test = f"A straight line through the last {len(levels) - start} of {len(levels)} groups falls (95 % interval below 0)."
            return Convergence(CONVERGING, int(ends[0]), words, test, _slope(line), line.ends)
    words = "Too early to tell: the loss of single batches differs more than it has changed."
    test = f"No straight line, not even through all {len(levels)} groups, has a 95 % interval below 0, or one narrow enough around it."
    return Convergence(TOO_EARLY, None, words, test, _slope(lines[-1]))


def _time(ends: np.ndarray) -> float:
    """The iterations for which a change of the loss is told: half of the run, at least YOUNG."""
    return max(float(ends[-1] - ends[0]) / 2, YOUNG)


def _is_flat(line: _FittedLine, start: int, ends: np.ndarray, levels: np.ndarray, highest: float) -> bool:
    """Whether the loss may stand still behind group `start`, and would have changed but little at most in half of the run."""
    is_little = max(-line.low, line.high) * _time(ends) < NARROW or levels[start:].max() < NOTHING * highest
    return bool(is_little and (line.high >= 0.0 or -line.slope * _time(ends) < FLAT))


def _may_fall_on(line: _FittedLine, longer: Sequence[_FittedLine], time: float) -> bool:
    """Whether a fall that a longer window is sure of lies within the line's interval: then it was not seen to have ended."""
    return any(other.high < 0.0 and line.low <= other.slope <= line.high and -other.slope * time >= FLAT for other in longer)


def _flat_since(start: int, ends: np.ndarray, levels: np.ndarray, highest: float) -> Convergence:
    found = ((first, _line(ends[first:], levels[first:])) for first in range(start + 1))
    start, line = next((first, line) for first, line in found if _is_flat(line, first, ends, levels, highest))
    since = int(ends[start])
    words = f"Plateau since iteration {since:,}: the loss changes by {_percent(line)} per 1,000 iterations."
    test = f"It is the earliest from which a line through {len(levels) - start} groups has 0 in its 95 % interval, or hardly falls."
    if levels[start:].max() < NOTHING * highest:
        test += f" All of them lie below {percent(NOTHING)} of the highest loss."
    return Convergence(PLATEAU, since, words, test, {**_slope(line), "groups": float(len(levels) - start)}, line.ends)


def _percent(line: _FittedLine) -> str:
    """The slope per 1,000 iterations with its interval: −1.0 ± 1.1 %."""
    return f"{_signed(1e5 * line.slope)} ± {rounded(1e5 * (line.high - line.slope), 2)} %"


def _signed(value: float) -> str:
    return rounded(value, 2).replace("-", "−")


def _slope(line: _FittedLine) -> dict[str, float]:
    return {
        "percent_per_1000_iterations": 1e5 * line.slope, "lowest_percent": 1e5 * line.low, "highest_percent": 1e5 * line.high,
    }  # fmt: skip
