"""The figures and sentences of verdicts, on histories whose every number is known; and where each verdict begins and ends.

Lines are compared with SciPy's regression, ranks with its tests; levels are counted from the numbers that stand here.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kendalltau, linregress, mannwhitneyu, t

from nnlab.engine.convergence import (
    CONVERGING,
    DIVERGING,
    OSCILLATING,
    OVERFITTING,
    PLATEAU,
    TOO_EARLY,
    Convergence,
    Series,
    _groups,
    _line,
    judge,
)  # fmt: skip

NONE = np.empty(0)


def losses(mean: object, origin: int = 0, size: int = 1) -> Series:
    return Series(origin, size, np.asarray(mean, dtype=float), NONE, NONE, NONE)


def checked(mean: np.ndarray, validation: np.ndarray, training: np.ndarray, every: int = 10) -> Series:
    return Series(0, 2, mean, every * (np.arange(len(validation)) + 1.0), validation, training)


def short(p: float) -> str:
    return f"{p:.2g}".replace("e-0", "e-")


# Words


@pytest.mark.parametrize(
    ("verdict", "since", "title", "is_fault"),
    [
        (TOO_EARLY, None, "Too early", False), (CONVERGING, 10, "Converging", False), (PLATEAU, 2350, "Plateau since 2,350", True),
        (DIVERGING, None, "Diverging", True), (OVERFITTING, 0, "Overfitting since 0", True),
    ],
)  # fmt: skip
def test_titles(verdict: str, since: int | None, title: str, is_fault: bool) -> None:
    found = Convergence(verdict, since, "", "")
    assert (found.title, found.is_fault) == (title, is_fault)


# Groups and lines


@pytest.mark.parametrize(
    ("blocks", "groups", "size", "first"), [(24, 24, 1, 0), (127, 127, 1, 0), (128, 64, 2, 0), (200, 66, 3, 2), (640, 64, 10, 0)]
)
def test_groups_are_equal_and_end_with_the_run(blocks: int, groups: int, size: int, first: int) -> None:
    mean = np.arange(blocks, dtype=float) ** 2
    ends, levels = _groups(losses(mean, origin=7, size=3))
    assert len(ends) == len(levels) == groups
    assert ends[0] == 7 + (first + size) * 3
    assert ends[-1] == 7 + blocks * 3
    assert np.ptp(np.diff(ends)) == 0
    assert levels[0] == mean[first : first + size].mean()
    assert levels[-1] == mean[-size:].mean()


@pytest.mark.parametrize("seed", range(4))
def test_a_line_is_that_of_a_regression_with_the_effective_number_of_points(seed: int) -> None:
    """Santer et al. 2000: n (1 − r) / (1 + r) points, here with the autocorrelation of noise that a moving mean has smoothed."""
    noise = np.convolve(np.random.default_rng(seed).standard_normal(62), [0.5, 0.5, 0.5], "valid")
    at = 100.0 + 5.0 * np.arange(60)
    values = 2.0 - 0.003 * at + noise
    fit, line = linregress(at, values), _line(at, np.exp(values))
    e = values - (fit.intercept + fit.slope * at)
    r = (e[1:] @ e[:-1]) / (e @ e)
    assert 0.2 < r < 0.9
    effective = 60 * (1 - r) / (1 + r)
    error = math.sqrt((e @ e) / (effective - 2) / ((at - at.mean()) @ (at - at.mean())))
    assert line.slope == pytest.approx(fit.slope)
    assert line.high - line.slope == pytest.approx(t.ppf(0.975, effective - 2) * error)
    assert line.slope - line.low == pytest.approx(line.high - line.slope)
    (x0, y0), (x1, y1) = line.ends
    assert (x0, x1) == (100.0, 395.0)
    assert (y0, y1) == (pytest.approx(np.exp(fit.intercept + fit.slope * 100)), pytest.approx(np.exp(fit.intercept + fit.slope * 395)))


def test_noise_that_alternates_counts_as_independent() -> None:
    """Its autocorrelation is below 0: no more points than there are."""
    at, noise = np.arange(40.0), np.tile([0.2, -0.2], 20)
    fit, line = linregress(at, noise), _line(at, np.exp(noise))
    assert line.high - line.slope == pytest.approx(t.ppf(0.975, 38) * fit.stderr)


@pytest.mark.parametrize("points", [24, 200])
def test_however_alike_neighbours_are_there_are_three_points_and_a_tenth_counts(points: int) -> None:
    """A half circle about its line: r near 1 counts as 0.9, of 200 points 200 · 0.1 / 1.9; of 24 points three, one degree of freedom."""
    at = np.arange(float(points))
    values = -(((at - at.mean()) / points) ** 2) * 4
    fit, line = linregress(at, values), _line(at, np.exp(values))
    e = values - fit.intercept - fit.slope * at
    r = min((e[1:] @ e[:-1]) / (e @ e), 0.9)
    effective = max(points * (1 - r) / (1 + r), 3.0)
    assert (effective == 3.0) == (points == 24)
    error = math.sqrt((e @ e) / (effective - 2) / ((at - at.mean()) @ (at - at.mean())))
    assert line.high - line.slope == pytest.approx(t.ppf(0.975, effective - 2) * error)


def test_a_loss_of_zero_has_a_logarithm() -> None:
    line = _line(np.arange(8.0), np.zeros(8))
    assert line.slope == pytest.approx(0.0, abs=1e-12)
    assert line.ends[0] == (0.0, pytest.approx(1e-30))


# Too early


@pytest.mark.parametrize("blocks", [0, 1, 23])
def test_below_24_blocks_nothing_is_said(blocks: int) -> None:
    found = judge(losses(np.full(blocks, 0.5)))
    assert (found.verdict, found.since, found.trend) == (TOO_EARLY, None, None)
    assert found.sentence == f"Too early to tell: {blocks} of at least 24 blocks of iterations."
    assert found.test == "Nothing is said before 24 blocks of iterations."


def test_from_24_blocks_on_something_is_said() -> None:
    assert judge(losses(np.full(24, 0.5))).verdict == PLATEAU


def test_batches_that_differ_more_than_the_loss_has_changed() -> None:
    mean = np.exp(np.random.default_rng(8).standard_normal(30))
    found = judge(losses(mean, size=2))
    assert (found.verdict, found.since) == (TOO_EARLY, None)
    assert found.sentence == "Too early to tell: the loss of single batches differs more than it has changed."
    assert found.test == "No straight line, not even through all 30 groups, has a 95 % interval below 0, or one narrow enough around it."
    fit = linregress(2.0 * np.arange(1, 31), np.log(mean))
    assert found.figures["percent_per_1000_iterations"] == pytest.approx(1e5 * fit.slope)


# Diverging


def test_a_few_blocks_suffice_for_a_hundredfold_loss() -> None:
    found = judge(losses([2.0, 0.5, 1.5, 1.0, 300.0], origin=500, size=10))
    assert (found.verdict, found.since) == (DIVERGING, 510)  # behind the first block comes the least
    assert found.sentence == "Diverging since iteration 510: the loss is 150 times the first one."
    assert found.test == "The loss is more than 100 times the first one and the median."
    assert dict(found.figures) == {"times_first_loss": 150.0, "loss": 300.0}


@pytest.mark.parametrize(
    ("mean", "runs_away"),
    [
        ([1.0, 100.0], False), ([1.0, 100.5], True), ([1.0], False),
        ([1.0, 3.0, 3.0, 3.0, 250.0], False),  # not a hundred times the median
        ([3.0, 1.0, 1.0, 1.0, 250.0], False),  # … or the first one
        ([3.0, 1.0, 1.0, 1.0, 301.0], True),
        ([0.0, 0.0, 1e-29], False), ([0.0, 0.0, 1e-27], True),  # 0 counts as 1e-30
    ],
)  # fmt: skip
def test_what_runs_away(mean: list[float], runs_away: bool) -> None:
    assert judge(losses(mean)).verdict == (DIVERGING if runs_away else TOO_EARLY)


FALL, RISE = np.exp(-0.05 * np.arange(41)), np.exp(-2.0 + 0.1 * np.arange(1, 24))
VALLEY = np.append(FALL, RISE)  # 64 levels, the least at place 40


def test_a_steady_rise_has_the_slope_of_its_exponential() -> None:
    found = judge(losses(VALLEY, origin=1000, size=5))
    assert (found.verdict, found.since) == (DIVERGING, 1000 + 41 * 5)
    lowest = min(VALLEY[k : k + 8].mean() for k in range(57))
    level = float(np.median(VALLEY[-8:]))
    assert dict(found.figures) == pytest.approx(
        {
            "level": level, "lowest_level": lowest, "first_loss": 1.0, "times_lowest_level": level / lowest,
            "percent_per_1000_iterations": 2000.0, "lowest_percent": 2000.0, "highest_percent": 2000.0,  # 0.1 in five iterations
        }
    )  # fmt: skip
    assert found.sentence == f"Diverging since iteration 1,205: the loss is {level / lowest:.3g} times its lowest level."
    assert found.test.startswith("From iteration 1,205 the loss rises by 2,000 ± ")
    assert found.test.endswith(" % per 1,000 iterations (95 % interval above 0).")
    assert found.trend is not None
    assert found.trend[0] == (1205.0, pytest.approx(np.exp(-2.0)))
    assert found.trend[1] == (1320.0, pytest.approx(np.exp(0.3)))


def test_the_first_loss_is_the_mean_of_the_first_hundredth() -> None:
    mean = np.append(np.repeat(VALLEY, 10), VALLEY[-1])  # 641 blocks: six are a hundredth
    mean[:6] = [5.0, 4.0, 3.0, 3.0, 2.0, 1.0]
    assert judge(losses(mean)).figures["first_loss"] == 3.0


@pytest.mark.parametrize(("factor", "diverges"), [(1.47, False), (1.53, True)])
def test_half_as_high_again_is_where_it_begins(factor: float, diverges: bool) -> None:
    """From 1 to ½ and up again evenly by its logarithm, as far as makes the level of the end so many times the lowest one."""
    for rate in np.linspace(0.01, 0.04, 301):
        mean = np.append(np.linspace(1.0, 0.5, 41), 0.5 * np.exp(rate * np.arange(1, 24)))
        if np.median(mean[-8:]) / min(mean[k : k + 8].mean() for k in range(57)) > factor:
            break
    assert (judge(losses(mean, size=2)).verdict == DIVERGING) == diverges


def leap(height: float) -> np.ndarray:
    """It falls to e⁻², leaps to `height` times that at place 40, and falls again, faster than it leapt: no line rises."""
    return np.append(FALL, height * FALL[-1] * np.exp(-0.04 * np.arange(23)))


def test_a_leap_is_told_by_ranks() -> None:
    mean = leap(16.0)
    found = judge(losses(mean, size=2))
    lowest = min(mean[k : k + 8].mean() for k in range(57))
    k = int(np.argmin([mean[k : k + 8].mean() for k in range(57)]))
    factor = float(np.median(mean[-8:])) / lowest
    p = float(mannwhitneyu(mean[-8:], mean[k : k + 8], alternative="greater").pvalue)
    assert factor > 3.0 and p < 0.01
    assert (found.verdict, found.since, found.trend) == (DIVERGING, 82, None)
    assert (found.figures["times_lowest_level"], found.figures["p"]) == (pytest.approx(factor), pytest.approx(p))
    assert found.sentence == f"Diverging since iteration 82: the loss is {factor:.3g} times its lowest level."
    assert found.test == f"The last eighth of the run is higher than the eighth of the lowest level (Mann-Whitney, p = {short(p)})."


def test_a_loss_that_is_higher_than_at_first() -> None:
    """It rises by a third within the first quarter and stays: not half as high again, and no slope at its end."""
    generator = np.random.default_rng(2)
    mean = np.append(np.linspace(0.6, 0.8, 16), np.full(48, 0.8)) + 0.001 * generator.standard_normal(64)
    found = judge(losses(mean, origin=300, size=2))
    p = float(mannwhitneyu(mean[-8:], np.append(mean[:8], mean[0]), alternative="greater").pvalue)
    assert (found.verdict, found.since) == (DIVERGING, 300)
    times = np.median(mean[-8:]) / mean[0]
    assert found.sentence == f"Diverging since iteration 300: the loss is {times:.3g} times what it was at first."
    assert found.test == f"The last eighth of the run is higher than the first (Mann-Whitney, p = {short(p)})."
    assert found.figures["p"] == pytest.approx(p)


@pytest.mark.parametrize(("end", "diverges"), [(0.655, False), (0.67, True)])
def test_a_tenth_above_the_first_level_is_where_that_begins(end: float, diverges: bool) -> None:
    mean = np.append(np.full(16, 0.6), np.full(48, end)) + 1e-4 * np.random.default_rng(2).standard_normal(64)
    assert (judge(losses(mean, size=2)).verdict == DIVERGING) == diverges


# Oscillating


SWING = np.array([1.0, -1.0, -1.0, 1.0])  # has no slope and the mean 0


def swings(size: float, count: int = 40, level: float = 0.5) -> np.ndarray:
    return level + size * np.resize(SWING, count)


def test_swings_of_evaluations_are_counted() -> None:
    mean = np.full(400, 0.5)
    found = judge(checked(mean, swings(0.1), swings(0.1)))
    assert (found.verdict, found.since) == (OSCILLATING, 210)  # the half of forty evaluations begins with the 21st
    assert found.sentence == "Oscillating since iteration 210 at the latest: the loss swings by ± 20 % of its level and does not fall."
    assert found.test == (
        "About a straight line the loss turns 18 times in 20 evaluations, with a standard deviation of 20 % of its level."
    )  # of 19 steps between 20 evaluations each differs in sign from the one before
    assert found.figures["swing_of_level"] == pytest.approx(0.2)
    assert found.figures["turns"] == 18
    assert found.trend is not None
    assert [at for at, _ in found.trend] == [210.0, 400.0]


@pytest.mark.parametrize(
    ("size", "level", "first", "oscillates"),
    [
        (0.049, 0.5, 0.5, False), (0.051, 0.5, 0.5, True),  # a tenth of the level
        (0.051, 0.5, 1.03, False), (0.051, 0.5, 1.01, True),  # a twentieth of the first loss
    ],
)  # fmt: skip
def test_how_large_a_swing_is(size: float, level: float, first: float, oscillates: bool) -> None:
    mean = np.full(400, level)
    mean[:4] = first
    found = judge(checked(mean, swings(size, level=level), swings(size, level=level)))
    assert (found.verdict == OSCILLATING) == oscillates


@pytest.mark.parametrize(("count", "oscillates"), [(15, False), (16, True)])
def test_it_takes_sixteen_evaluations(count: int, oscillates: bool) -> None:
    found = judge(checked(np.full(400, 0.5), swings(0.2, count), swings(0.2, count)))
    assert (found.verdict == OSCILLATING) == oscillates


@pytest.mark.parametrize(("period", "oscillates"), [(2, True), (8, False)])
def test_what_turns_at_fewer_than_a_quarter_of_the_places_is_no_swing(period: int, oscillates: bool) -> None:
    """Steps that hold for eight evaluations each turn at most twice at every change of forty evaluations' second half."""
    held = 0.5 + 0.1 * np.repeat([1.0, -1.0] * 40, period)[:64]
    found = judge(checked(np.full(640, 0.5), held, held))
    assert (found.verdict == OSCILLATING) == oscillates


def test_what_swings_and_falls_does_not_oscillate() -> None:
    falling = (0.5 + 0.06 * np.resize(SWING, 40)) * np.exp(-0.05 * np.arange(40))
    assert judge(checked(np.full(400, 0.5), falling, falling)).verdict != OSCILLATING


def test_single_iterations_that_alternate() -> None:
    mean = 0.5 + 0.1 * (-1.0) ** np.arange(400)
    found = judge(losses(mean, origin=50))
    half = mean[200:]
    line = linregress(np.arange(200.0), half)
    e = half - line.intercept - line.slope * np.arange(200.0)
    again = (e[1:] @ e[:-1]) / (e @ e)
    assert (found.verdict, found.since) == (OSCILLATING, 251)
    assert found.figures["autocorrelation"] == pytest.approx(again)
    assert found.figures["swing_of_level"] == pytest.approx(e.std() / half.mean())
    assert found.test == (
        f"About a straight line the loss alternates (autocorrelation {again:.2f}) over 200 iterations, with a standard deviation of 20 % "
        "of its level."
    )
    assert judge(losses(mean, size=2)).verdict != OSCILLATING, "means of two iterations are no single ones"
    assert judge(losses(0.5 + 0.1 * np.resize(SWING, 400))).verdict != OSCILLATING, "every second one is like its neighbour"


def test_of_a_long_run_the_last_thousand_iterations_are_looked_at() -> None:
    found = judge(losses(0.5 + 0.1 * (-1.0) ** np.arange(4000)))
    assert found.since == 4000 - 1024 + 1


# Overfitting


def split(rise: float, count: int = 40, lowest: int = 15) -> tuple[np.ndarray, np.ndarray]:
    """Validation falls from 1 to ½ at place `lowest`, then rises evenly to `rise`; training falls from 1 evenly to 0.1."""
    validation = np.append(np.linspace(1.0, 0.5, lowest + 1), np.linspace(0.5, rise, count - lowest)[1:])
    return validation, np.linspace(1.0, 0.1, count)


FALLING = np.exp(-np.arange(200) / 80)


def test_a_validation_loss_that_rises_while_training_falls() -> None:
    validation, training = split(0.9)
    found = judge(checked(FALLING, validation, training))
    assert (found.verdict, found.since, found.trend) == (OVERFITTING, 160, None)
    after = validation[15:]  # 25 evaluations; their last quarter are six
    smooth = np.median([validation[14], validation[15], validation[16]])
    end = float(validation[-6:].mean())
    assert dict(found.figures) == pytest.approx(
        {
            "lowest_validation_loss": smooth, "validation_loss": end, "training_loss_then": training[14:17].mean(),
            "training_loss": training[-6:].mean(), "tau": 1.0, "p": float(kendalltau(np.arange(25), after).pvalue),
        }
    )  # fmt: skip
    assert found.sentence == (
        f"Overfitting since iteration 160: the validation loss is {end / smooth:.3g} times its lowest value, the training loss fell on."
    )
    p = short(kendalltau(np.arange(25), after).pvalue)
    assert found.test == f"Over 25 evaluations since, the validation loss rises (Kendall's tau 1.00, p = {p})."


def is_overfitting(validation: np.ndarray, training: np.ndarray) -> bool:
    return judge(checked(FALLING, validation, training)).verdict == OVERFITTING


def test_where_overfitting_begins() -> None:
    validation, training = split(0.9)
    assert is_overfitting(validation, training)
    assert not is_overfitting(*split(0.52)), "less than 5 % above the lowest"
    assert is_overfitting(*split(0.62))
    assert not is_overfitting(*split(0.9, count=15, lowest=5)), "fewer than sixteen evaluations"
    assert is_overfitting(*split(0.9, count=16, lowest=5))
    assert is_overfitting(*split(0.9, lowest=33)), "eight evaluations since"
    assert not is_overfitting(*split(0.9, lowest=34)), "seven"
    assert not is_overfitting(validation, np.append(training[:16], np.full(24, 0.9))), "the training loss rises as well"
    assert not is_overfitting(validation, training + 1.0), "it is no lower than the validation loss"
    assert not is_overfitting(np.append(validation[:-1], np.nan), training), "not a finite number"


def test_a_rise_that_is_nothing_beside_the_first_loss() -> None:
    """From 100 to ½ and up to 0.9: not a hundredth of what it was at first."""
    validation, training = split(0.9)
    assert not is_overfitting(np.append(100.0, validation[1:]), training)
    assert is_overfitting(np.append(20.0, validation[1:]), training)


def test_a_rise_without_order_is_none() -> None:
    """After its least value the loss leaps to a higher level and wavers there without rising: ranks tell nothing."""
    validation, training = split(0.9)
    waver = np.resize([0.7, 0.66, 0.62, 0.58], 24)
    assert kendalltau(np.arange(25), np.append(0.5, waver)).pvalue > 0.01
    assert not is_overfitting(np.append(validation[:16], waver), training)


# Plateau and converging


def test_a_fall_is_said_by_its_last_quarter() -> None:
    mean = np.exp(-0.01 * np.arange(1, 65)) * np.exp(0.001 * np.resize(SWING, 64))
    found = judge(losses(mean, size=4))
    at, last = 4.0 * np.arange(49, 65), mean[48:]
    fit = linregress(at, np.log(last))
    wide = t.ppf(0.975, 14) * fit.stderr  # of independent points: SWING's neighbours differ as often as not
    assert (found.verdict, found.since) == (CONVERGING, 4)
    assert found.figures["percent_per_1000_iterations"] == pytest.approx(1e5 * fit.slope)
    assert found.figures["highest_percent"] == pytest.approx(1e5 * (fit.slope + wide), rel=0.01)
    assert found.sentence.startswith("Converging: the loss changes by −250 ± ")
    assert found.sentence.endswith(" % per 1,000 iterations.")
    assert found.test == "A straight line through the last 16 of 64 groups falls (95 % interval below 0)."
    assert found.trend is not None and [at for at, _ in found.trend] == [196.0, 256.0]


def test_a_plateau_is_said_with_its_beginning_and_groups() -> None:
    mean = np.append(np.exp(-0.1 * np.arange(20)), np.full(44, np.exp(-1.9)))
    mean *= np.exp(0.002 * np.resize(SWING, 64))
    found = judge(losses(mean, origin=100, size=2))
    assert found.verdict == PLATEAU
    assert found.since is not None and found.since == pytest.approx(100 + 20 * 2, abs=10)
    groups = 64 - ((found.since - 100) // 2 - 1)
    assert found.figures["groups"] == groups
    assert found.sentence.startswith(f"Plateau since iteration {found.since}: the loss changes by ")
    assert found.test == f"It is the earliest from which a line through {groups} groups has 0 in its 95 % interval, or hardly falls."
    assert found.trend is not None and found.trend[0][0] == found.since


@pytest.mark.parametrize(("fall", "verdict"), [(0.009, PLATEAU), (0.011, CONVERGING)])
@pytest.mark.parametrize(("size", "time"), [(20, 630), (2, 500)], ids=["half of the run", "never fewer than 500"])
def test_a_fall_of_a_hundredth_in_half_of_the_run_is_a_plateau(size: int, time: int, fall: float, verdict: str) -> None:
    """Of 64 blocks of 20 iterations half are 630 from the first end to the last; of 2 iterations 63, so 500 count."""
    mean = np.exp(-fall / time * size * np.arange(64))
    assert judge(losses(mean, size=size)).verdict == verdict


@pytest.mark.parametrize(("noise", "verdict"), [(0.01, PLATEAU), (0.5, TOO_EARLY)])
def test_a_plateau_is_not_said_where_the_interval_is_wide(noise: float, verdict: str) -> None:
    assert judge(losses(np.exp(noise * np.resize(SWING, 32)), size=40)).verdict == verdict


def test_what_is_below_a_hundredth_of_the_highest_loss_stands_still() -> None:
    """It goes up and down by a factor of two there: nothing beside the first loss."""
    mean = np.concatenate([np.exp(-0.5 * np.arange(16)), 5e-4 * np.exp(0.7 * np.resize(SWING, 48))])
    found = judge(losses(mean, size=2))
    assert found.verdict == PLATEAU
    assert found.test.endswith(" All of them lie below 1 % of the highest loss.")
    higher = np.concatenate([np.exp(-0.5 * np.arange(16)), 5e-2 * np.exp(0.7 * np.resize(SWING, 48))])
    assert "All of them" not in judge(losses(higher, size=2)).test


@pytest.mark.parametrize(("start", "diverges"), [(3.0, True), (10.5, False)])
def test_what_lost_less_than_a_tenth_of_what_was_gained_does_not_diverge(start: float, diverges: bool) -> None:
    """From so much down to ½ and up again to 0.9 in the last eighth: of 2½ that were gained 0.4 are more than a tenth, of 10 less."""
    mean = np.concatenate([np.full(8, start), np.geomspace(start, 0.5, 33), 0.5 * np.exp(0.03 * np.arange(1, 24))])
    assert len(mean) == 64
    assert (judge(losses(mean, size=2)).verdict == DIVERGING) == diverges


def test_as_long_as_training_is_no_better_than_validation_nothing_overfits() -> None:
    """Both end at ⅞: the training loss fell to it, the validation loss rose."""
    validation = np.append(split(0.9)[0][:34], np.full(6, 0.875))
    assert is_overfitting(validation, np.append(np.ones(34), np.full(6, 0.75)))
    assert not is_overfitting(validation, np.append(np.ones(34), np.full(6, 0.875)))


@pytest.mark.parametrize(("since", "diverges"), [(6, True), (5, False)])
def test_a_rise_is_told_from_six_groups_on(since: int, diverges: bool) -> None:
    mean = np.append(np.exp(-0.05 * np.arange(64 - since)), np.exp(-0.05 * (64 - since)) * np.exp(1.2 * np.arange(since)))
    assert (judge(losses(mean, size=2)).verdict == DIVERGING) == diverges
