"""Exclusive or: the class is whether x and y have the same sign.

Points are uniform in -5 … 5, pushed 0.3 away from both axes. No straight line separates the four quadrants, which
is why a network without a hidden layer cannot learn it (Minsky and Papert 1969). (TensorFlow Playground,
classifyXORData.)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, random_generator, register
from nnlab.core.setting import Value
from nnlab.datasets._plane_sampling import LABEL_NOISE, SIGNED, noisy_labels, samples_setting, two_classes, uniform_points

RADIUS = 5.0
PADDING = 0.3


def make(settings: Mapping[str, Value], seed: int) -> Table:
    generator = random_generator(seed, "xor")
    points = uniform_points(generator, int(settings["samples"]), RADIUS)
    points += np.where(points > 0.0, PADDING, -PADDING)
    same_sign = noisy_labels(generator, points, lambda x, y: x * y >= 0.0, RADIUS, float(settings["noise"]))
    return two_classes(points, same_sign, "different signs", "same sign", settings)


register(
    Dataset(
        name="xor",
        title="Exclusive or",
        category="Two inputs",
        description="Four quadrants; the class is whether x and y have the same sign.",
        settings=(samples_setting(500), LABEL_NOISE, SIGNED),
        make=make,
        inputs=True,
    )
)
