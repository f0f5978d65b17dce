"""Curve: points above and below a typed curve y = f(x).

Points are uniform in the square -6 … 6 and belong to the class "above" where y > f(x). Noise reads the label up to
6 · noise away in x and in y, as in the other sets of the plane. The network has to bend its decision line into f.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, random_generator, register
from nnlab.core.errors import DataError
from nnlab.core.expression import compile_expression
from nnlab.core.setting import Value
from nnlab.datasets._formula import formula_setting, shown, values_of
from nnlab.datasets._plane_sampling import LABEL_NOISE, SIGNED, noisy_labels, samples_setting, two_classes, uniform_points

RADIUS = 6.0


def make(settings: Mapping[str, Value], seed: int) -> Table:
    formula = compile_expression(str(settings["formula"]))
    generator = random_generator(seed, "curve")
    points = uniform_points(generator, int(settings["samples"]), RADIUS)

    def is_above(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return y > values_of(formula, np.clip(x, -RADIUS, RADIUS))  # noise must not ask for f outside the square

    above = noisy_labels(generator, points, is_above, RADIUS, float(settings["noise"]))
    if above.all() or not above.any():
        side = "above" if above.all() else "below"
        raise DataError(f"All points lie {side} the curve y = {shown(formula)}; choose one that runs through x and y from -6 to 6.")
    return two_classes(points, above, "below", "above", settings)


register(
    Dataset(
        name="curve",
        title="Above and below a curve",
        category="Two inputs",
        description="Points above and below a curve y = f(x) that you type.",
        settings=(formula_setting("3 sin(x)", "The curve between the two classes."), samples_setting(500), LABEL_NOISE, SIGNED),
        make=make,
        inputs=True,
    )
)
