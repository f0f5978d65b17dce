"""Bands, least widths and slopes, from errors that are known; constructed networks as theory has them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnlab.core.errors import SettingError
from nnlab.studies.approximation.target_fit import formula_data
from nnlab.studies.approximation.width_curves import SLOPES, constructed_points, curves, fitted_slope, slopes_for
from nnlab.studies.sweeps.trials import Trial, TrialResult

ERRORS = {0: [1.0, 0.5, 0.02], 1: [2.0, 0.01, 0.03], 2: [4.0, 0.2, 0.01]}  # by seed, of widths 1, 2 and 4


def result(width: int, seed: int, error: float | None, activation: str = "tanh", depth: int = 1) -> TrialResult:
    trial = Trial({"activation": activation, "width": width, "depth": depth, "seed": seed})
    values = {"parameters": 3 * width + 1, "sup": error, "rms": None if error is None else error / 2, "steps": 5}
    return TrialResult(trial, values if error is not None else {}, 0.1, "" if error is not None else "Numbers went wrong.")


RESULTS = [result(width, seed, errors[k]) for k, width in enumerate((1, 2, 4)) for seed, errors in ERRORS.items()]


def test_the_band_is_least_median_and_greatest_over_the_seeds() -> None:
    (curve,) = curves(RESULTS, "sup")
    assert (curve.activation, curve.depth, curve.widths.tolist(), curve.parameters.tolist()) == ("tanh", 1, [1, 2, 4], [4, 7, 13])
    assert (curve.lowest.tolist(), curve.median.tolist(), curve.highest.tolist()) == ([1, 0.01, 0.01], [2, 0.2, 0.02], [4, 0.5, 0.03])
    assert curve.seeds.tolist() == [3, 3, 3]
    assert curves(RESULTS, "rms")[0].median.tolist() == [1, 0.1, 0.01]


def test_the_least_width_by_the_median_and_by_seed() -> None:
    (curve,) = curves(RESULTS, "sup")
    assert [curve.least_width(epsilon) for epsilon in (3.0, 0.2, 0.1, 0.02, 0.001)] == [1, 2, 4, 4, None]
    assert curve.least_widths(0.02) == {0: 4, 1: 2, 2: 4} and curve.least_widths(0.005) == {0: None, 1: None, 2: None}


def test_partial_and_failed_results_are_bands_of_what_there_is() -> None:
    some = [*RESULTS[:4], result(2, 1, None), result(8, 0, math.nan), result(1, 0, 0.5, "relu"), result(1, 0, 0.4, "tanh", 2)]
    found = {(curve.activation, curve.depth): curve for curve in curves(some, "sup")}
    assert set(found) == {("tanh", 1), ("relu", 1), ("tanh", 2)}
    assert found["tanh", 1].widths.tolist() == [1, 2] and found["tanh", 1].seeds.tolist() == [3, 1]
    assert curves([], "sup") == ()
    with pytest.raises(SettingError, match="There is no measure 'loss'; choose one of sup, rms"):
        curves(RESULTS, "loss")


def test_the_fitted_slope_of_a_power() -> None:
    (curve,) = curves([result(width, 0, 3.0 * width**-2.0) for width in (1, 4, 16, 64)], "sup")
    assert fitted_slope(curve) == pytest.approx(-2.0)
    assert fitted_slope(curve, floor=0.1) == pytest.approx(-2.0)
    assert math.isnan(fitted_slope(curve, floor=2.0))


def test_constructed_networks_fall_as_theory_says_and_keep_their_bounds() -> None:
    found = constructed_points(formula_data("sin(x)", (0.0, 6.0)), (16, 32, 64), ("relu", "sigmoid"))
    by_kind = {kind: [p for p in found if p.kind == kind] for kind in ("interpolant", "staircase", "bumps")}
    for kind, exponent in (("interpolant", -2.0), ("staircase", -1.0), ("bumps", -1.0)):
        points = by_kind[kind]
        assert [p.width for p in points] == [16, 32, 64] and all(p.sup <= p.bound * 1.001 for p in points)
        slope = np.polyfit(np.log([p.width for p in points]), np.log([p.sup for p in points]), 1)[0]
        assert slope == pytest.approx(exponent, abs=0.1)
    assert constructed_points(formula_data("sin(x)", (0.0, 6.0)), (1,), ("sigmoid", "sine"))[0].kind == "staircase"


def test_slopes_name_their_source() -> None:
    assert [slope.exponent for slope in slopes_for("sup", "width", ["relu", "sigmoid"])] == [-2.0, -1.0]
    assert [slope.title for slope in slopes_for("rms", "width", ["tanh"])] == ["Barron"]
    assert slopes_for("sup", "parameters", ["relu"])[0].source.startswith("Yarotsky")
    assert slopes_for("sup", "width", ["sine"]) == ()
    assert all(slope.source and slope.condition and slope.exponent < 0 for slope in SLOPES)
