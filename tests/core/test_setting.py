"""Settings: the limits are told as a person writes numbers."""

from __future__ import annotations

import pytest

from nnlab.core.errors import SettingError
from nnlab.core.setting import Setting, plain_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10_000_000, "10,000,000"), (1e7, "10,000,000"), (-6.0, "-6"), (0.0, "0"), (0.9999, "0.9999"), (0.0001, "0.0001"),
        (0.000001, "0.000001"), (1e-8, "0.00000001"), (1e-30, "1e-30"),
        (3.4e38, "3.4e38"), (float("inf"), "infinity"), (2.5, "2.5"),
    ],
)  # fmt: skip
def test_a_number_in_a_sentence_is_written_out(value: float, text: str) -> None:
    assert plain_number(value) == text


def test_limits_have_no_powers_of_ten() -> None:
    setting = Setting("epochs", 1, minimum=1, maximum=10_000_000)
    assert setting.limits == "from 1 to 10,000,000"
    assert Setting("rate", 0.1, minimum=0.00001).limits == "at least 0.00001"
    assert Setting("count", 1, maximum=65_536).limits == "at most 65,536"
    with pytest.raises(SettingError, match=r"^epochs is 20,000,000; it must be from 1 to 10,000,000\.$"):
        setting.check(20_000_000)
