import numpy as np
import pytest

from nnlab.core.dataset import datasets


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (25.0, 2.25), (50.0, 4.0)])
def test_clouds_have_their_centres_and_the_variance_of_the_noise(noise: float, variance: float) -> None:
    table = datasets["gaussians"].make({"samples": 20_000, "noise": noise}, 0)
    for label, centre in ((1, 2.0), (0, -2.0)):
        cloud = table.x[table.y == label]
        assert len(cloud) == 10_000
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.08)
        np.testing.assert_allclose(cloud.var(axis=0), variance, rtol=0.05)
