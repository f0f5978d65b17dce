"""Plane: the value is (x + y)/10, a tilted plane that one linear neuron fits exactly.

Points are uniform in -6 … 6; noise reads the value up to 6 · noise away in x and in y. (TensorFlow Playground,
regressPlane.)
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, random_generator, register
from nnlab.core.setting import Value
from nnlab.datasets._plane_sampling import LABEL_NOISE, noisy_labels, one_number, samples_setting, uniform_points

RADIUS = 6.0


def make(settings: Mapping[str, Value], seed: int) -> Table:
    generator = random_generator(seed, "plane")
    points = uniform_points(generator, int(settings["samples"]), RADIUS)
    values = noisy_labels(generator, points, lambda x, y: (x + y) / 10.0, RADIUS, float(settings["noise"]))
    return one_number(points, values)


register(
    Dataset(
        name="plane",
        title="Plane",
        category="Two inputs",
        description="A target that rises linearly from the lower left to the upper right.",
        settings=(samples_setting(1200), LABEL_NOISE),
        make=make,
        inputs=True,
    )
)
