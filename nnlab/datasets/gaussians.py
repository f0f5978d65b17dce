"""Two Gaussians: one round cloud around (2, 2), one around (-2, -2).

Without noise each coordinate has variance 0.5 and one neuron separates the clouds; noise widens them up to a
variance of 4, where they overlap and no network can be right everywhere. (TensorFlow Playground,
classifyTwoGaussData.)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, random_generator, register
from nnlab.core.setting import Value
from nnlab.datasets._plane_sampling import SIGNED, halves, noise_setting, samples_setting, two_classes

CENTRE = 2.0
VARIANCES = (0.5, 4.0)  # at 0 % and at 50 % noise


def make(settings: Mapping[str, Value], seed: int) -> Table:
    generator = random_generator(seed, "gaussians")
    positive, negative = halves(int(settings["samples"]))
    variance = np.interp(float(settings["noise"]), (0.0, 50.0), VARIANCES)
    centres = np.repeat([CENTRE, -CENTRE], [positive, negative])
    points = centres[:, None] + np.sqrt(variance) * generator.standard_normal((positive + negative, 2))
    return two_classes(points, centres > 0.0, "lower left", "upper right", settings)


register(
    Dataset(
        name="gaussians",
        title="Two Gaussians",
        category="Two inputs",
        description="Two round clouds of points, one for each class.",
        settings=(samples_setting(500), noise_setting("How wide the clouds are: from a variance of 0.5 at 0 % to 4 at 50 %."), SIGNED),
        make=make,
        inputs=True,
    )
)
