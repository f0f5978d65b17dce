from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.ui.panels.plotting.ticks import iteration_ticks, linear_ticks, logarithmic_ticks, nice_step, power_of_ten, write


def texts(ticks: list) -> list[str]:  # type: ignore[type-arg]
    return [tick.text for tick in ticks]


def test_steps_are_one_two_or_five_times_a_power_of_ten() -> None:
    assert [nice_step(span, 5) for span in (1.0, 10.0, 3.0, 0.07)] == pytest.approx([0.2, 2.0, 1.0, 0.02])


@pytest.mark.parametrize(
    ("span", "most", "step"), [(10, 10, 1), (10, 9.99, 2), (20, 4, 5), (26, 5, 10), (1e-3, 4, 5e-4), (7, 1, 10), (7, 0.1, 10), (5, 1, 5),
    (5.1, 1, 10)]
)  # fmt: skip
def test_the_step_is_the_smallest_that_leaves_room(span: float, most: float, step: float) -> None:
    assert nice_step(span, most) == pytest.approx(step)


def test_as_many_ticks_as_the_length_has_room_for() -> None:
    """32 pixels for each number, 80 for each iteration."""
    assert [len(linear_ticks(0, 10, length)) for length in (320, 319, 160, 159, 32)] == [11, 6, 6, 3, 2]
    assert [len(logarithmic_ticks(0, 10, length)) for length in (320, 352, 160)] == [11, 11, 6]
    assert [len(iteration_ticks(0, 10, length)) for length in (800, 799, 400, 80)] == [11, 6, 6, 2]
    assert texts(iteration_ticks(5, 6, 1000)) == ["5", "6"], "no halves"
    assert texts(iteration_ticks(100, 300, 320)) == ["100", "150", "200", "250", "300"]


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [(0.25, 0.05, "0.25"), (0.3, 0.1, "0.3"), (7, 1, "7"), (70, 10, "70"), (1500, 500, "1,500"), (1e-20, 1.0, "0"), (-0.5, 0.5, "−0.5"),
     (999_999, 1, "999,999"), (1e6, 1e5, "1.0e6"), (1_250_000, 50_000, "1.25e6"), (3e-5, 1e-5, "3e−5"), (1.5e-4, 5e-5, "1.5e−4"),
     (2e6, 1e6, "2e6"), (3e-13, 1e-13, "3e−13"), (0.0, 0.0, "0"), (0.0, 1e-6, "0"),
     (0.0002, 0.0001, "0.0002"), (1_234_567_891, 1, "1.23457e9")],
)  # fmt: skip
def test_a_tick_has_the_decimals_of_its_step(value: float, step: float, text: str) -> None:
    assert write(value, step) == text


def test_positions_are_multiples_of_the_step_and_both_ends_count() -> None:
    assert [tick.position for tick in linear_ticks(-1, 1, 64, 32)] == [-1.0, 0.0, 1.0]
    assert [tick.position for tick in linear_ticks(0.9, 3.1, 96, 32)] == [1.0, 2.0, 3.0]
    assert [tick.position for tick in iteration_ticks(-3, 2, 400)] == [0.0, 1.0, 2.0]


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


def test_where_a_logarithmic_axis_has_its_ticks() -> None:
    assert [t.position for t in logarithmic_ticks(-2, 0, 96)] == [-2.0, -1.0, 0.0]
    assert [t.position for t in logarithmic_ticks(-2, 0, 300)] == [-2.0, -1.0, 0.0], "three decades are enough, though 2 and 5 had room"
    assert [t.position for t in logarithmic_ticks(-4, 4, 160)] == [-4.0, -2.0, 0.0, 2.0, 4.0], "every second decade"
    assert [t.position for t in logarithmic_ticks(0, 1, 300)] == pytest.approx([0.0, 0.30103, 0.69897, 1.0], abs=1e-5)
    assert texts(logarithmic_ticks(0, 1, 64)) == ["1", "10"], "no room for 2 and 5"
    assert texts(logarithmic_ticks(0.2, 0.9, 128)) == ["2", "4", "6"] and texts(logarithmic_ticks(0.2, 0.9, 64)) == ["5"]
    assert logarithmic_ticks(-300, 301, 300) == [] and logarithmic_ticks(-299, 300, 300) != []


def test_many_decades_are_thinned_to_what_has_room() -> None:
    ticks = logarithmic_ticks(-30, 2, 160, 32)
    assert 3 <= len(ticks) <= 6
    assert all(tick.position == round(tick.position) for tick in ticks)


@pytest.mark.parametrize(("exponent", "text"), [(0, "1"), (-1, "0.1"), (-2, "0.01"), (-3, "1e−3"), (3, "1,000"), (4, "10,000"),
    (5, "1e5"), (7, "1e7"), (-12, "1e−12")])
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
