"""Multi-Gaussian: six hills and hollows, each falling off to zero at a distance of 2 from its centre.

The value is that of the nearest centre, sign · max(0, 1 - distance/2). Points are uniform in -6 … 6; noise reads
the value up to 6 · noise away in x and in y. (TensorFlow Playground, regressGaussian.)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, random_generator, register
from nnlab.core.setting import Value
from nnlab.datasets._plane_sampling import LABEL_NOISE, noisy_labels, one_number, samples_setting, uniform_points

RADIUS = 6.0
CENTRES = np.array([[-4.0, 2.5], [0.0, 2.5], [4.0, 2.5], [-4.0, -2.5], [0.0, -2.5], [4.0, -2.5]])
SIGNS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
REACH = 2.0


def value(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The noise-free value at the points (x, y): of the hills and hollows in reach, the strongest."""
    distances = np.hypot(x[:, None] - CENTRES[:, 0], y[:, None] - CENTRES[:, 1])
    nearest = distances.argmin(axis=1)
    return SIGNS[nearest] * np.maximum(0.0, 1.0 - distances.min(axis=1) / REACH) + 0.0  # + 0.0 turns -0.0 into 0.0


def make(settings: Mapping[str, Value], seed: int) -> Table:
    generator = random_generator(seed, "multi_gaussian")
    points = uniform_points(generator, int(settings["samples"]), RADIUS)
    return one_number(points, noisy_labels(generator, points, value, RADIUS, float(settings["noise"])))


register(
    Dataset(
        name="multi_gaussian",
        title="Multi-Gaussian",
        category="Two inputs",
        description="A target with three positive and three negative peaks, arranged as a checkerboard.",
        settings=(samples_setting(1200), LABEL_NOISE),
        make=make,
        inputs=True,
    )
)
