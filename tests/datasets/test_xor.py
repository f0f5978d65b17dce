import numpy as np

from nnlab.core.dataset import datasets


def test_the_class_is_whether_the_signs_agree_and_the_axes_are_clear() -> None:
    table = datasets["xor"].make({"samples": 1000, "noise": 0.0}, 0)
    x, y = table.x.T
    assert np.array_equal(table.y == 1, x * y > 0)
    assert table.target.names[1] == "same sign"
    assert np.abs(table.x).min() >= 0.3
    assert np.abs(table.x).max() <= 5.3
