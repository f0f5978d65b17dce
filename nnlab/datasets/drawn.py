"""Drawn: one input x, and a curve drawn by hand, straight lines through its points.

The points are a setting, so a drawing is saved with the project and undone like any other edit. The exact curve is known
between the first point and the last, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, Target, random_generator, register
from nnlab.core.polyline import Polyline
from nnlab.core.setting import Setting, Value
from nnlab.datasets._formula import VALUE_NOISE, with_noise

FIRST = "-3 0; -2 1; -1 -0.5; 0 0.5; 1 1.5; 2 -1; 3 0"
SETTINGS = (
    Setting("points", FIRST, reader=Polyline.read, tip="The points of the curve: x and y each, separated by semicolons; x rises."),
    Setting("samples", 256, minimum=10, maximum=100_000, logarithmic=True, tip="Number of values of x, training and validation together."),
    Setting("spacing", "even", choices=("even", "random"), tip="Whether x is evenly spaced or drawn at random from the interval."),
    VALUE_NOISE,
)


def make(settings: Mapping[str, Value], seed: int) -> Table:
    curve = Polyline.read(str(settings["points"]))
    samples, (start, end) = int(settings["samples"]), curve.domain
    generator = random_generator(seed, "drawn")
    x = np.linspace(start, end, samples) if settings["spacing"] == "even" else np.sort(generator.uniform(start, end, samples))
    y = with_noise(curve.values(x), float(settings["noise"]), generator)
    return Table(x.reshape(-1, 1), y.reshape(-1, 1), ("x",), Target("continuous", ("y",)), domain=((start, end),), truth=curve.values)


register(
    Dataset(
        name="drawn",
        title="Drawn",
        category="One input",
        description="A curve that you draw, to be fitted.",
        settings=SETTINGS,
        make=make,
    )
)
