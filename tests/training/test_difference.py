"""KEY=A,B,… as differences of one key."""

from __future__ import annotations

import pytest

from nnlab.core.errors import SettingError
from nnlab.training.difference import Difference, differences


def test_values_are_what_was_typed_without_the_space_around_them() -> None:
    assert differences(" loss = mse , mae") == (Difference("loss", "mse"), Difference("loss", "mae"))
    assert differences("seed=7") == (Difference("seed", "7"),)
    assert str(Difference("seed", "7")) == "seed=7"


@pytest.mark.parametrize("text", ["", "loss", "loss=", "=mse", " =mse", "loss=mse,", "loss=,mse", "loss=mse,,mae"])
def test_what_is_no_key_with_values_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="is not understood; give a key and values"):
        differences(text)


def test_the_value_that_comes_twice_is_named() -> None:
    with pytest.raises(SettingError, match="names 2 twice"):
        differences("seed=1,2, 2,3")
