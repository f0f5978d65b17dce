import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.ui.look.numbers import (
    MINUS,
    NO_BREAK_SPACE,
    count,
    editable,
    fixed,
    number,
    parse_number,
    percent,
    rate,
    scientific,
    short,
    split_at_point,
)  # fmt: skip

FINITE = st.floats(-1e300, 1e300)  # beyond, rounding up to fewer digits is infinite


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.44962, "0.4496"), (9.3829, "9.383"), (4.872e-4, "4.87e−4"), (-0.39901, "−0.3990"), (0, "0"), (-0.0, "0"), (12345.6, "12,346"),

        (0.0013, "0.00130"), (0.01306, "0.0131"), (0.09996, "0.100"), (99.9996, "100.0"),
        (1234567.0, "1.23e6"), (999999.9, "1.00e6"), (-1e-12, "−1.00e−12"), (math.nan, "NaN"),
        (math.inf, "∞"), (-math.inf, "−∞"),
    ],
)  # fmt: skip
def test_number_by_example(value: float, text: str) -> None:
    assert number(value) == text


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
    ("share", "text"), [(0.958, "95.8"), (1, "100"), (0, "0"), (0.99999, "> 99.9"), (0.00001, "< 0.1"), (0.9994, "99.9"), (1.5, "150.0")]
)
def test_percent_never_rounds_to_all_or_nothing(share: float, text: str) -> None:
    assert percent(share) == f"{text} %".replace(" ", NO_BREAK_SPACE)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1240.4, "1,240"), (485123, "485,000"), (12.34, "12.3"), (0.519, "0.519"), (0, "0"), (9.996, "10.0"), (999.6, "1,000")],
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
