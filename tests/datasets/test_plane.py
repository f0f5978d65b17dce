import numpy as np

from nnlab.core.dataset import datasets


def test_the_value_is_a_tenth_of_the_sum_and_noise_shifts_it_by_its_reach() -> None:
    calm, noisy = (datasets["plane"].make({"samples": 2000, "noise": noise}, 0) for noise in (0.0, 50.0))
    np.testing.assert_allclose(calm.y[:, 0], calm.x.sum(axis=1) / 10.0)
    shift = np.abs(noisy.y - calm.y)
    assert 0.5 < shift.max() <= 2 * 0.5 * 6.0 / 10.0
