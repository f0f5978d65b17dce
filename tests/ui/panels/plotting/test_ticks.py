from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.ui.panels.plotting.ticks import iteration_ticks, linear_ticks, logarithmic_ticks, nice_step, power_of_ten


def texts(ticks: list) -> list[str]:  # type: ignore[type-arg]
    return [tick.text for tick in ticks]


def test_steps_are_one_two_or_five_times_a_power_of_ten() -> None:
    assert [nice_step(span, 5) for span in (1.0, 10.0, 3.0, 0.07)] == pytest.approx([0.2, 2.0, 1.0, 0.02])


def test_linear_ticks_have_just_the_decimals_they_need() -> None:
    assert texts(linear_ticks(-6, 6, 400, 64)) == ["−6", "−4", "−2", "0", "2", "4", "6"]
    assert texts(linear_ticks(0, 0.1, 200, 64)) == ["0", "0.05", "0.10"]
    assert texts(linear_ticks(0, 4e6, 200, 64)) == ["0", "2e6", "4e6"]


def test_iterations_are_whole_and_never_negative() -> None:
    assert texts(iteration_ticks(0, 3, 1000)) == ["0", "1", "2", "3"]
    assert texts(iteration_ticks(-500, 4304, 340)) == ["0", "2,000", "4,000"]


def test_a_logarithmic_axis_shows_decades_and_finer_steps_when_it_spans_few() -> None:
    assert texts(logarithmic_ticks(-2.2, 0.4, 200)) == ["0.01", "0.1", "1"]
    assert texts(logarithmic_ticks(-1.0, 0.1, 200)) == ["0.1", "0.2", "0.5", "1"]
    assert texts(logarithmic_ticks(-0.30, -0.25, 200)) == ["0.51", "0.52", "0.53", "0.54", "0.55", "0.56"]


def test_many_decades_are_thinned_to_what_has_room() -> None:
    ticks = logarithmic_ticks(-30, 2, 160, 32)
    assert 3 <= len(ticks) <= 6
    assert all(tick.position == round(tick.position) for tick in ticks)


@pytest.mark.parametrize(("exponent", "text"), [(0, "1"), (-2, "0.01"), (-3, "1e−3"), (3, "1,000"), (7, "1e7"), (-12, "1e−12")])
def test_powers_of_ten(exponent: int, text: str) -> None:
    assert power_of_ten(exponent) == text


@pytest.mark.parametrize("ticks", [linear_ticks, logarithmic_ticks, iteration_ticks])
@pytest.mark.parametrize("axis", [(float("nan"), 1.0), (0.0, float("inf")), (1.0, 1.0), (2.0, 1.0)])
def test_an_axis_that_cannot_be_drawn_has_none(ticks, axis) -> None:  # type: ignore[no-untyped-def]
    assert ticks(*axis, 300) == []


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.floats(40, 3000))
def test_linear_ticks_lie_within_the_axis_and_apart(low: float, span: float, length: float) -> None:
    high = low + max(span, 1e-9 * abs(low))  # nearer than that, floating point has no room for ticks
    ticks = linear_ticks(low, high, length, 32)
    slack = 1e-5 * (high - low) + 1e-9 * max(abs(low), abs(high))
    assert all(low - slack <= tick.position <= high + slack for tick in ticks)
    places = [tick.position / (high - low) * length for tick in ticks]
    assert all(right - left >= 31 for left, right in itertools.pairwise(places))
