"""The best combination of a sweep, by medians over the seeds."""

from __future__ import annotations

import pytest

from nnlab.core.errors import SettingError
from nnlab.studies.sweeps.best import rank
from nnlab.studies.sweeps.trials import Trial, TrialResult


def result(units: int, seed: int, error: str = "", **values: float) -> TrialResult:
    return TrialResult(Trial({"units": units, "seed": seed}), values, 1.0, error)


def test_the_best_has_the_best_median_and_is_clear_beyond_every_other_band() -> None:
    accuracies = {2: (0.5, 0.6, 0.7), 8: (0.8, 0.95, 0.9)}
    found = rank([result(u, s, loss=1.0, accuracy=a) for u, values in accuracies.items() for s, a in enumerate(values)])
    assert found is not None and found.measure == "accuracy" and found.is_clear
    band = found.best.band
    assert found.best.settings == {"units": 8} and (band.lowest, band.median, band.highest) == (0.8, 0.9, 0.95)
    assert found.best.typical.trial.settings == {"units": 8, "seed": 2}
    assert found.verdict == "units=8 wins by accuracy over 3 seeds: 0.8 to 0.95; units=2 0.5 to 0.7."


def test_less_is_better_for_losses_and_equal_medians_are_told_apart_by_the_loss() -> None:
    results = [result(u, s, loss=loss, accuracy=1.0) for u, loss in ((2, 0.3), (4, 0.1), (8, 0.2)) for s in (0, 1)]
    assert [one.settings["units"] for one in rank(results).combinations] == [4, 8, 2]
    assert [one.settings["units"] for one in rank(results, "loss").combinations] == [4, 8, 2]


def test_combinations_that_failed_or_lack_seeds_are_not_judged() -> None:
    results = [result(2, 0, accuracy=0.5), result(2, 1, accuracy=0.5), result(4, 0, "It broke."), result(4, 1, accuracy=1.0)]
    found = rank([*results, result(8, 0, accuracy=1.0)])
    assert [one.settings["units"] for one in found.combinations] == [2] and found.failed == 1
    assert not found.is_clear and found.verdict == "units=2 is the only combination that came to its end with every seed."


def test_nothing_is_the_best_of_nothing() -> None:
    assert rank([]) is None
    assert rank([result(2, 0, "It broke.")]) is None
    assert rank([result(2, 0, accuracy=float("nan"))]) is None


def test_one_seed_has_a_best_but_no_winner() -> None:
    found = rank([result(2, 0, accuracy=0.5), result(4, 0, accuracy=0.9)])
    assert found.best.settings == {"units": 4} and not found.is_clear and found.verdict.startswith("No clear winner: one seed")


def test_where_the_seed_is_what_varies_every_seed_is_its_own_combination() -> None:
    found = rank([TrialResult(Trial({"seed": s}), {"r2": r}, 1.0) for s, r in ((0, 0.1), (1, 0.9))])
    assert found.measure == "r2" and found.best.settings == {"seed": 1}


def test_a_value_that_trials_lack_is_said() -> None:
    with pytest.raises(SettingError, match="no 'beauty' to be judged by; choose one of accuracy"):
        rank([result(2, 0, accuracy=0.5)], "beauty")
