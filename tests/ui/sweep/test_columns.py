"""Columns of a sweep as numbers that can be drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.ui.sweep.columns import SweepColumns, description, title_of


def test_words_have_places_in_the_order_of_their_appearance(columns: Callable[..., SweepColumns]) -> None:
    found = columns(5)
    assert found.numbers("optimizer").tolist() == [0, 1, 0, 1, 0]
    scale = found.scale("optimizer")
    assert scale.words == ("adam", "sgd") and (scale.low, scale.high) == (-0.5, 1.5)
    assert scale.fractions(np.array([0.0, 1.0])).tolist() == [0.25, 0.75]
    assert [tick.text for tick in scale.ticks(200, 20)] == ["adam", "sgd"]


def test_what_has_no_number_is_not_a_number(columns: Callable[..., SweepColumns]) -> None:
    found = columns(4)
    assert found.failed == 1
    assert found.numbers("loss")[:3].tolist() == [1.0, 1 / 2, 1 / 3] and np.isnan(found.numbers("loss")[3])


def test_settings_are_logarithmic_sooner_than_results_and_marked_where_they_are_few(columns: Callable[..., SweepColumns]) -> None:
    found = columns(9)
    units, loss = found.scale("units"), found.scale("loss")
    assert units.logarithmic and units.marks == (1.0, 2.0, 4.0, 8.0)
    assert units.fractions(np.array([1.0, 8.0])).tolist() == [0.0, 1.0]
    assert [tick.text for tick in units.ticks(300, 20)] == ["1", "2", "4", "8"]
    assert len(units.ticks(40, 20)) < 4  # marks do not lie on one another
    assert not loss.logarithmic and (loss.low, loss.high) == pytest.approx((1 / 8, 1.0))


def test_results_over_two_decades_are_logarithmic_and_zeros_have_no_place_there() -> None:
    found = SweepColumns(("n",), ("loss",))
    found.add([TrialResult(Trial({"n": k}), {"loss": loss}, 0.1) for k, loss in enumerate((1.0, 0.1, 0.001))])
    scale = found.scale("loss")
    assert scale.logarithmic and (scale.low, scale.high) == (-3.0, 0.0)
    assert np.isnan(scale.fractions(np.array([0.0]))[0]) and scale.fractions(np.array([0.1]))[0] == pytest.approx(2 / 3)


def test_a_column_of_one_value_has_an_axis_all_the_same(columns: Callable[..., SweepColumns]) -> None:
    scale = columns(5).scale("iterations")
    assert scale.low < 5 < scale.high
    assert SweepColumns(("n",), ("loss",)).scale("loss").fractions(np.array([0.5])).tolist() == [0.5]


def test_people_read_titles_and_descriptions(columns: Callable[..., SweepColumns]) -> None:
    assert [title_of(name) for name in ("learning_rate", "r2", "dense_1.units")] == ["learning rate", "R²", "dense_1.units"]
    assert description(columns(2).results[0]) == "units 1, optimizer adam, seed 0"
