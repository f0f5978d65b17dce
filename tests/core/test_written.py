"""Numbers in sentences: what a person would write."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.written import percent, plain_number, rounded, setting_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10_000_000, "10,000,000"), (1e7, "10,000,000"), (-6.0, "-6"), (0.0, "0"), (0.9999, "0.9999"), (0.0001, "0.0001"),
        (0.000001, "0.000001"), (1e-8, "0.00000001"), (1e-30, "1e-30"),
        (3.4e38, "3.4e38"), (float("inf"), "infinity"), (2.5, "2.5"), (np.float32(1e-5), "0.00001"),
        (1.91581e21, "1.916e21"), (-3.2e18, "-3.2e18"), (float("-inf"), "-infinity"), (float("nan"), "NaN"),
    ],
)  # fmt: skip
def test_a_number_in_a_sentence_is_written_out(value: float, text: str) -> None:
    assert plain_number(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.25, 4, "0.25"), (0.123456, 3, "0.123"), (12345.6, 4, "12,346"), (0.0, 4, "0"), (-2.0, 4, "-2"), (4.87e-16, 2, "4.9e-16"),
        (1e-5, 3, "1e-5"), (2.5e7, 3, "2.5e7"), (99.96, 3, "100"), (float("nan"), 4, "NaN"),
    ],
)  # fmt: skip
def test_a_computed_number_has_so_many_digits(value: float, digits: int, text: str) -> None:
    assert rounded(value, digits) == text


def test_a_share_is_written_as_everywhere_in_the_window() -> None:
    assert [percent(0.85), percent(0.0312, 1), percent(0.5, 0), percent(12.0)] == ["85 %", "3.1 %", "50 %", "1,200 %"]


def test_a_setting_is_written_as_it_was_chosen() -> None:
    assert [setting_value(v) for v in (True, False, 32, 1.0, 1e-5, "tanh", "", None)] == [
        "on", "off", "32", "1", "0.00001", "tanh", "nothing", "nothing",
    ]  # fmt: skip
