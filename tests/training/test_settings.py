"""How a network is trained, as a value: what it starts as, what is in range, and what a file is given of it."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from nnlab.core.errors import SettingError
from nnlab.training.settings import BATCH_SIZE, EPOCHS, PATIENCE, SEED, SHUFFLE, TrainingSettings


def test_it_starts_as_its_settings_say() -> None:
    own = TrainingSettings()
    for setting in (BATCH_SIZE, EPOCHS, PATIENCE, SEED, SHUFFLE):
        assert getattr(own, setting.name) == setting.default, setting.name
    assert (own.optimizer, own.learning_rate, own.batch_size, own.epochs, own.seed) == ("adam", 1e-3, 32, 20, 0)
    assert (own.shuffle, own.schedule, own.patience, own.accumulate, own.zero_gradients) == (True, "constant", 0, 1, True)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("batch_size", 1, 65536), ("seed", 0, 2**31 - 1), ("epochs", 1, 10_000_000), ("patience", 0, 10**6)],
)
def test_whole_numbers_have_a_least_and_a_greatest(name: str, least: int, most: int) -> None:
    for value in (least, most):
        settings: dict[str, Any] = {name: value}
        assert getattr(TrainingSettings(**settings).checked(), name) == value
    for value in (least - 1, most + 1):
        settings = {name: value}
        with pytest.raises(SettingError):
            TrainingSettings(**settings).checked()


def test_checked_it_has_every_setting_and_as_given_only_those_that_were() -> None:
    given = TrainingSettings("adam", {"beta1": 0.5}, schedule="step")
    full = given.checked()
    assert full.optimizer_settings["beta1"] == 0.5 and full.optimizer_settings["beta2"] == 0.999 and full.schedule_settings
    own = given.checked_as_given()
    assert dict(own.optimizer_settings) == {"beta1": 0.5} and dict(own.schedule_settings) == {}


def test_it_compares_by_value_and_comes_back_from_a_pickle() -> None:
    given = TrainingSettings("sgd", {"momentum": 0.9}, 0.25, 7, 3, 5, False, "step", {"every": 4}, 2, 6, False)
    again = pickle.loads(pickle.dumps(given))
    assert again == given and again is not given
    assert (again.batch_size, again.seed, again.epochs, again.patience, again.accumulate) == (7, 3, 5, 2, 6)
    assert (again.shuffle, again.zero_gradients, again.schedule_settings["every"]) == (False, False, 4)
