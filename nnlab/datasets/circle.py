"""Circle: a disc of one class inside a ring of the other.

Half of the points have a radius uniform in 0 … 2.5, half in 3.5 … 5, all with a uniform angle; the label says
whether the point, moved by noise, lies within 2.5 of the centre. One circle is no straight line: a single neuron
cannot separate it from x and y, but can from x² and y². (TensorFlow Playground, classifyCircleData.)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, random_generator, register
from nnlab.core.setting import Value
from nnlab.datasets._plane_sampling import LABEL_NOISE, SIGNED, halves, noisy_labels, samples_setting, two_classes

RADIUS = 5.0


def make(settings: Mapping[str, Value], seed: int) -> Table:
    generator = random_generator(seed, "circle")
    inner, outer = halves(int(settings["samples"]))
    radii = np.concatenate([generator.uniform(0.0, 0.5 * RADIUS, inner), generator.uniform(0.7 * RADIUS, RADIUS, outer)])
    angles = generator.uniform(0.0, 2.0 * np.pi, inner + outer)
    points = np.column_stack([radii * np.sin(angles), radii * np.cos(angles)])
    inside = noisy_labels(generator, points, lambda x, y: np.hypot(x, y) < 0.5 * RADIUS, RADIUS, float(settings["noise"]))
    return two_classes(points, inside, "outside", "inside", settings)


register(
    Dataset(
        name="circle",
        title="Circle",
        category="Two inputs",
        description="A disc of one class inside a ring of the other.",
        settings=(samples_setting(500), LABEL_NOISE, SIGNED),
        make=make,
        inputs=True,
    )
)
