"""Columns of a sweep as numbers that can be drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.ui.sweep.columns import SweepColumns, SweepScale, description, title_of, written


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


def of(setting: Sequence[object], loss: Sequence[float] = ()) -> SweepColumns:
    """Trials with these values of a setting `n`, and these losses."""
    found = SweepColumns(("n",), ("loss",))
    given = [*loss, *[0.5] * (len(setting) - len(loss))]
    found.add([TrialResult(Trial({"n": value}), {"loss": each}, 0.1) for value, each in zip(setting, given, strict=True)])  # type: ignore[dict-item]
    return found


@pytest.mark.parametrize(("least", "logarithmic"), [(0.01, True), (0.0101, False), (0.0, False)])
def test_two_decades_make_results_logarithmic(least: float, logarithmic: bool) -> None:
    assert of([1, 2], [1.0, least]).scale("loss").logarithmic == logarithmic


@pytest.mark.parametrize(("most", "logarithmic"), [(8, True), (7.9, False)])
def test_nine_tenths_of_a_decade_make_settings_logarithmic(most: float, logarithmic: bool) -> None:
    scale = of([1.0, float(most)]).scale("n")
    assert scale.logarithmic == logarithmic
    assert (scale.low, scale.high) == ((0.0, pytest.approx(np.log10(8))) if logarithmic else (1.0, 7.9))


@pytest.mark.parametrize(("count", "marks"), [(12, 12), (13, 0)])
def test_up_to_twelve_values_of_a_setting_are_marked(count: int, marks: int) -> None:
    assert len(of([*range(count), 0]).scale("n").marks) == marks
    assert of(range(count)).scale("loss").marks == (), "results are not"


@pytest.mark.parametrize(("value", "low", "high"), [(5.0, 2.5, 7.5), (0.2, -0.3, 0.7), (-8.0, -12.0, -4.0), (0.0, -0.5, 0.5)])
def test_around_a_single_value_there_is_half_of_it(value: float, low: float, high: float) -> None:
    scale = of([1, 2], [value, value]).scale("loss")
    assert (scale.low, scale.high) == (pytest.approx(low), pytest.approx(high))


def test_places_on_a_logarithmic_axis() -> None:
    scale = SweepScale(-2.0, 2.0, logarithmic=True)
    np.testing.assert_allclose(scale.places(np.array([0.01, 1.0, 0.0, -1.0])), [-2.0, 0.0, np.nan, np.nan])
    np.testing.assert_allclose(scale.fractions(np.array([0.01, 1.0, 100.0])), [0.0, 0.5, 1.0])
    np.testing.assert_allclose(SweepScale(1.0, 5.0).fractions(np.array([2.0])), [0.25])


def test_words_stand_as_far_apart_as_there_is_room() -> None:
    scale = SweepScale(-0.5, 4.5, False, ("a", "b", "c", "d", "e"))
    assert [tick.text for tick in scale.ticks(100, 20)] == ["a", "b", "c", "d", "e"]
    assert [(tick.position, tick.text) for tick in scale.ticks(40, 20)] == [(0.0, "a"), (3.0, "d")]
    assert [tick.text for tick in scale.ticks(0, 20)] == ["a"]


@pytest.mark.parametrize(("length", "texts"), [(28.0, ["1", "2", "3"]), (27.9, ["1", "3"]), (13.9, ["1"])])
def test_marks_stand_seven_tenths_of_the_spacing_apart(length: float, texts: list[str]) -> None:
    """Of an axis from 1 to 3 with a spacing of 20: 14 from one to the next where it is 28 long."""
    assert [tick.text for tick in of([1, 2, 3]).scale("n").ticks(length, 20.0)] == texts


def test_axes_without_marks_have_round_numbers() -> None:
    assert [tick.text for tick in SweepScale(0.0, 1.0).ticks(64, 32)] == ["0", "0.5", "1.0"]
    assert [tick.text for tick in SweepScale(-1.0, 1.0, True).ticks(96, 32)] == ["0.1", "1", "10"]


def test_values_as_the_table_says_them() -> None:
    found = [written(value) for value in (None, "adam", True, False, 12346, 0.00125, 0.123456, -0.5)]
    assert found == ["–", "adam", "on", "off", "12,346", "0.00125", "0.12346", "−0.5"]
    columns = of([0.123456, 1.0], [0.123456, 2.0])
    result = columns.results[0]
    assert (columns.written(result, "n"), columns.written(result, "loss")) == ("0.12346", "0.1235"), "what was found has four digits"


def test_what_comes_later_is_in_the_columns() -> None:
    found = of([1, 2])
    assert (len(found), found.numbers("n").tolist()) == (2, [1.0, 2.0])
    found.add([TrialResult(Trial({"n": 3}), {}, 0.1, error="no memory")])
    assert (len(found), found.failed, found.numbers("n").tolist()) == (3, 1, [1.0, 2.0, 3.0])
    assert np.isnan(found.numbers("loss")[2])
    assert title_of("mae") == "mean abs. error"
