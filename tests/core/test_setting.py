"""Settings: the limits are told as a person writes numbers."""

from __future__ import annotations

import re

import pytest

from nnlab.core.dataset import datasets
from nnlab.core.errors import SettingError
from nnlab.core.operator import operators
from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.schedule import schedules
from nnlab.core.setting import Setting
from nnlab.training.settings import BATCH_SIZE, EPOCHS, SEED


def test_limits_have_no_powers_of_ten() -> None:
    setting = Setting("epochs", 1, minimum=1, maximum=10_000_000)
    assert setting.limits == "from 1 to 10,000,000"
    assert Setting("rate", 0.1, minimum=0.00001).limits == "at least 0.00001"
    assert Setting("count", 1, maximum=65_536).limits == "at most 65,536"
    with pytest.raises(SettingError, match=r"^epochs is 20,000,000; it must be from 1 to 10,000,000\.$"):
        setting.check(20_000_000)


EVERY = [
    (owner.name, setting)
    for registry, found in ((operators, "settings"), (optimizers, "all_settings"), (schedules, "settings"), (datasets, "settings"))
    for owner in registry
    for setting in getattr(owner, found)
] + [("training", setting) for setting in (LEARNING_RATE, BATCH_SIZE, EPOCHS, SEED)]


def _accepts(setting: Setting, value: float) -> bool:
    within = (setting.minimum is None or value >= setting.minimum) and (setting.maximum is None or value <= setting.maximum)
    return within and (not isinstance(setting.default, int) or value == int(value))


NUMBERS = [pytest.param(o, s, id=f"{o}.{s.name}") for o, s in EVERY if not isinstance(s.default, bool | str)]


@pytest.mark.parametrize(("owner", "setting"), NUMBERS)
def test_what_every_setting_refuses_is_written_as_a_person_writes_it(owner: str, setting: Setting) -> None:
    low = -1e-5 if setting.minimum is None else setting.minimum - 1e-5
    for value in (1e9, 1e12, -1e9, low, 1e30, 1.5, -0.25):
        if _accepts(setting, value):
            continue
        with pytest.raises(SettingError) as refused:
            setting.check(value, owner)
        assert not re.search(r"\de[+-]?0|e\+|\.0\b", str(refused.value)), refused.value
    assert not re.search(r"\de[+-]?0|e\+|\.0\b", setting.limits)
