import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.ui.look import numbers
from nnlab.ui.look.numbers import (
    MINUS,
    NO_BREAK_SPACE,
    count,
    decimals,
    editable,
    fixed,
    number,
    parse_number,
    percent,
    rate,
    scientific,
    short,
    split_at_point,
    with_minus,
)  # fmt: skip

FINITE = st.floats(-1e300, 1e300)  # beyond, rounding up to fewer digits is infinite


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.44962, "0.4496"), (9.3829, "9.383"), (4.872e-4, "4.87e−4"), (-0.39901, "−0.3990"), (0, "0"), (-0.0, "0"), (12345.6, "12,346"),

        (0.0013, "0.00130"), (0.01306, "0.0131"), (0.09996, "0.100"), (99.9996, "100.0"), (1, "1.000"), (-1, "−1.000"),
        (0.1, "0.1000"), (0.0999, "0.0999"), (-0.1, "−0.1000"), (0.001, "0.00100"), (0.00099999, "1.00e−3"), (9999.6, "10,000"),
        (123.456, "123.5"), (999_499, "999,499"), (1_000_000, "1.00e6"), (-1_234_567.0, "−1.23e6"),
        (1234567.0, "1.23e6"), (999999.9, "1.00e6"), (-1e-12, "−1.00e−12"), (math.nan, "NaN"),
        (math.inf, "∞"), (-math.inf, "−∞"),
    ],
)  # fmt: skip
def test_number_by_example(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(math.pi, 3, "3.14"), (math.pi, 1, "3"), (0.0314159, 3, "0.031"), (0.0314159, 1, "0.03"), (3.14159e-5, 1, "3e−5"),
     (31415.9, 2, "31,416"),
     (3_141_592.0, 2, "3e6"), (3_141_592.0, 1, "3e6"), (0.5, 2, "0.50")],
)  # fmt: skip
def test_as_many_digits_as_are_asked_for(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


@pytest.mark.parametrize(
    ("values", "digits", "most", "places"),
    [([123.4], 4, 6, 1), ([999.9], 4, 6, 1), ([1000.0], 4, 6, 0), ([0.5], 4, 6, 4), ([-1.0, 0.25], 3, 6, 2), ([0.0], 4, 6, 3),
     ([0.001], 4, 6, 6),
     ([0.001], 4, 4, 4), ([1e-3, math.nan, math.inf], 2, 6, 4), ([1e9], 4, 6, 0)],
)  # fmt: skip
def test_a_column_shares_the_decimals_of_its_largest(values: list[float], digits: int, most: int, places: int) -> None:
    assert decimals(values, digits, most) == places


def test_defaults_are_four_digits_and_three_for_powers() -> None:
    assert (number(math.pi), fixed(math.pi), scientific(math.pi), decimals([math.pi])) == ("3.142", "3.1416", "3.14e0", 3)
    assert short(math.pi) == "3.142" and decimals([1e-12]) == 6
    assert [scientific(value) for value in (math.nan, math.inf, -math.inf)] == ["NaN", "∞", "−∞"]


@given(FINITE, st.integers(2, 6))
def test_a_written_number_is_within_its_digits(value: float, digits: int) -> None:
    text = number(value, digits)
    back = parse_number(text)
    assert back is not None
    kept = digits - 1 if "e" in text or abs(value) < 0.1 else digits
    assert abs(back - value) <= abs(value) * 0.501 * 10.0 ** (1 - max(1, kept)) + 1e-300
    assert "-" not in text


@given(FINITE)
def test_a_field_loses_nothing(value: float) -> None:
    assert parse_number(editable(value)) == value


@given(st.integers(-(10**15), 10**15))
def test_whole_numbers_read_back(value: int) -> None:
    assert parse_number(editable(value)) == value
    assert parse_number(count(value)) == value
    assert re.fullmatch(rf"{MINUS}?\d{{1,3}}(,\d{{3}})*", count(value))


def test_fields_show_what_people_type() -> None:
    assert [editable(v) for v in (0.001, 1e-5, 8, 8.0, -0.5, -0.0, 65536)] == ["0.001", "1e−5", "8", "8", "−0.5", "0", "65536"]


@given(FINITE)
def test_splitting_keeps_the_text_and_puts_the_point_first(value: float) -> None:
    for text in (number(value), fixed(value, 3), scientific(value), editable(value)):
        whole, rest = split_at_point(text)
        assert whole + rest == text
        assert rest == "" or rest[0] in ".e"
        assert re.fullmatch(rf"{MINUS}?[\d,]+", whole)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("4,304", ("4,304", "")), ("4.87e−4", ("4", ".87e−4")), ("1e−5", ("1", "e−5")),
    ("11.1\u00a0%", ("11", ".1\u00a0%")), ("NaN", ("NaN", "")),
     (">\u00a099.9\u00a0%", (">\u00a099", ".9\u00a0%")), ("100\u00a0%", ("100", "\u00a0%")), ("∞", ("∞", "")), ("–", ("–", ""))],
)  # fmt: skip
def test_splitting_by_example(text: str, parts: tuple[str, str]) -> None:
    assert split_at_point(text) == parts


@pytest.mark.parametrize(
    ("share", "text"), [
        (0.958, "95.8"), (1, "100"), (0, "0"), (0.99999, "> 99.9"), (0.00001, "< 0.1"), (0.9994, "99.9"), (1.5, "150.0"),
        (0.9995, "> 99.9"),
        (0.0005, "0.1"), (0.00049, "< 0.1"), (-0.25, "−25.0"), (0.01, "1.0"), (12.5, "1,250.0"), (1.00001, "100.0"), (math.nan, "NaN"),
    ],
)
def test_percent_never_rounds_to_all_or_nothing(share: float, text: str) -> None:
    assert percent(share) == (text if text == "NaN" else f"{text} %".replace(" ", NO_BREAK_SPACE))


@pytest.mark.parametrize(
    ("value", "text"),
    [(1240.4, "1,240"), (485123, "485,000"), (12.34, "12.3"), (0.519, "0.519"), (0, "0"), (9.996, "10.0"), (999.6, "1,000"), (99.96, "100"),
     (0.0123, "0.012"), (-12.34, "−12.3"), (1.0, "1.00"), (123456789, "123,000,000"), (math.inf, "∞")],
)
def test_rates(value: float, text: str) -> None:
    assert rate(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.004, "0.004"), (1e-5, "1e−5"), (0.1, "0.1"), (20.0, "20"), (2.5e-7, "2.5e−7"), (1500.0, "1,500")]
)
def test_chosen_values_have_no_needless_zeros(value: float, text: str) -> None:
    assert short(value) == text


def test_tables_keep_their_decimals() -> None:
    assert [fixed(v) for v in (-1.79814, 0.0, -0.00001, 1234.5)] == ["−1.7981", "0.0000", "0.0000", "1,234.5000"]
    assert fixed(math.nan) == "NaN"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3),
        ("1E−3", 1e-3),
        (" 1,000 ", 1000),
        ("1000", 1000),
        (".5", 0.5),
        ("5.", 5),
        ("+2", 2),
        ("12 %", 0.12),
        ("−∞", -math.inf),
        ("１", 1),
    ],
)
def test_reading_what_people_type(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "abc", "1,00", "1.2.3", "e5", "-", ".", "1e", "0x10", "1_000", "1 2"])
def test_what_is_not_a_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@given(st.text(max_size=12))
def test_reading_never_raises(text: str) -> None:
    value = parse_number(text)
    assert value is None or isinstance(value, float)


def test_a_sentence_has_the_minus_of_a_textbook() -> None:
    assert with_minus("The slope at z = -1.5 is -2e-3, from -1 to 1; log-probabilities 3-4") == (
        "The slope at z = −1.5 is −2e−3, from −1 to 1; log-probabilities 3-4"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2.5, "2.5 s"), (1.0, "1 s"), (0.9995, "1 s"), (0.9994, "999 ms"), (0.0123, "12.3 ms"), (0.00099951, "1 ms"), (0.0009994, "999 µs"),
        (1.23e-5, "12.3 µs"), (9.9951e-7, "1 µs"), (9.994e-7, "999 ns"), (1.5e-8, "15 ns"), (0.0, "0 ns"), (125.0, "125 s"),
    ],
)  # fmt: skip
def test_durations_have_three_digits_and_a_unit(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.523, "0.523"), (12.34, "12.3"), (1240.0, "1,240"), (485_123.0, "485,000"), (0.0, "0"), (999.6, "1,000"), (0.0012, "0.001"),
     (math.nan, "NaN"), (math.inf, "∞")],
)  # fmt: skip
def test_rates_have_three_digits_and_no_exponent(value: float, text: str) -> None:
    assert numbers.rate(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(-1.79809, "−1.7981"), (0.00001, "0.0000"), (-0.00001, "0.0000"), (1234.5, "1,234.5000"), (math.nan, "NaN"), (-math.inf, "−∞")],
)
def test_fixed_decimals_have_no_negative_zero(value: float, text: str) -> None:
    assert numbers.fixed(value) == text
    assert numbers.fixed(2.345, 1) == "2.3"


@pytest.mark.parametrize(
    ("value", "text"),
    [(65536, "65536"), (-3, "−3"), (0.001, "0.001"), (1e-5, "1e−5"), (2.0, "2"), (-0.0, "0"), (0.1 + 0.2, "0.30000000000000004"),
     (1e22, "1e22"), (math.inf, "∞")],
)  # fmt: skip
def test_in_a_field_a_number_has_all_its_digits(value: float, text: str) -> None:
    assert numbers.editable(value) == text


@pytest.mark.parametrize(
    ("values", "decimals"),
    [([12.3, 0.5], 2), ([1.0], 3), ([0.5], 4), ([0.0001], 6), ([12345.0], 0), ([0.0], 3), ([], 3), ([math.nan, 999.0], 1), ([1000.0], 0)],
)
def test_a_column_has_the_decimals_of_its_largest(values: list[float], decimals: int) -> None:
    assert numbers.decimals(values) == decimals
