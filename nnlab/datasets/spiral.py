"""Two spirals winding around each other, the classic hard problem for a small network.

Point i of n on an arm has radius r = 5 i/n and angle t = 1.75 · 2π · i/n (the other arm starts half a turn later)
and lies at (r sin t, r cos t), moved by noise that is uniform in -1 … 1 times the noise in both directions.
(Lang and Witbrock 1988; TensorFlow Playground, classifySpiralData.)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, random_generator, register
from nnlab.core.setting import Value
from nnlab.datasets._plane_sampling import SIGNED, halves, noise_setting, samples_setting, two_classes, uniform_points

RADIUS = 5.0
TURNS = 1.75


def make(settings: Mapping[str, Value], seed: int) -> Table:
    samples = int(settings["samples"])
    generator = random_generator(seed, "spiral")
    first, second = halves(samples)
    along = np.concatenate([np.arange(first), np.arange(second)]) / (samples / 2.0)  # i/n, from 0 to almost 1
    on_first_arm = np.arange(samples) < first
    radii = RADIUS * along
    angles = 2.0 * np.pi * TURNS * along + np.where(on_first_arm, 0.0, np.pi)
    arms = np.column_stack([radii * np.sin(angles), radii * np.cos(angles)])
    points = arms + uniform_points(generator, samples, 1.0) * (float(settings["noise"]) / 100.0)
    return two_classes(points, on_first_arm, "second arm", "first arm", settings)


register(
    Dataset(
        name="spiral",
        title="Spiral",
        category="Two inputs",
        description="Two spirals winding around each other, one for each class.",
        settings=(
            samples_setting(500),
            noise_setting("Largest distance of a point from its spiral: at 50 %, half a unit in x and in y."),
            SIGNED,
        ),
        make=make,
        inputs=True,
    )
)
