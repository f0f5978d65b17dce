import math

import numpy as np
import pytest

from nnlab.core.dataset import datasets
from nnlab.core.preparation import DataSettings, prepare


def test_without_noise_every_point_lies_where_the_formula_says() -> None:
    table = datasets["spiral"].make({"samples": 200, "noise": 0.0}, 0)
    for arm, (label, start) in enumerate(((1, 0.0), (0, math.pi))):
        for i in range(100):
            radius, angle = 5.0 * i / 100, 1.75 * 2 * math.pi * i / 100 + start
            row = 100 * arm + i
            np.testing.assert_allclose(table.x[row], [radius * math.sin(angle), radius * math.cos(angle)], atol=1e-12)
            assert table.y[row] == label


def test_noise_moves_each_point_by_at_most_its_share_of_a_unit() -> None:
    calm, noisy = (datasets["spiral"].make({"samples": 500, "noise": noise}, 0) for noise in (0.0, 30.0))
    moved = np.abs(noisy.x - calm.x)
    assert 0.25 < moved.max() <= 0.3


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # it need not converge to show enough
def test_a_small_network_learns_the_default_spiral() -> None:
    """The example project promises 0.97 on unknown points; scikit-learn's own network shows that the data allows it."""
    from sklearn.neural_network import MLPClassifier

    data = prepare(DataSettings("spiral"))
    network = MLPClassifier((16, 8), "tanh", learning_rate_init=0.01, batch_size=40, max_iter=300, n_iter_no_change=30, random_state=0)
    assert network.fit(data.x, data.y).score(data.validation_x, data.validation_y) >= 0.97
