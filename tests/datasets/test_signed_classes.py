"""Two classes of the plane as the numbers -1 and 1: the same points, the same classes."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.dataset import datasets
from nnlab.core.setting import check_settings

SIGNED = [dataset.name for dataset in datasets if any(setting.name == "signed" for setting in dataset.settings)]


def test_all_two_class_sets_of_the_plane_offer_it() -> None:
    assert set(SIGNED) == {"circle", "xor", "gaussians", "spiral", "curve"}


@pytest.mark.parametrize("name", SIGNED)
def test_class_0_is_minus_1_and_class_1_is_1(name: str) -> None:
    dataset = datasets[name]
    classes = dataset.make(check_settings(dataset.settings, {"noise": 20.0}), 3)
    numbers = dataset.make(check_settings(dataset.settings, {"noise": 20.0, "signed": True}), 3)
    np.testing.assert_array_equal(numbers.x, classes.x)
    np.testing.assert_array_equal(numbers.y[:, 0], 2.0 * classes.y - 1.0)
    assert (classes.target.kind, numbers.target.kind) == ("binary", "continuous")
