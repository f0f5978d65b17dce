"""Surface: two inputs x and y, and the number f(x, y) of a typed formula to be fitted.

The points lie at random in a rectangle, or on an even grid over it whose side is the whole number nearest to the root
of the wanted samples. Noise is that of the one-dimensional function: normal, in percent of the amplitude. The exact
surface stays known as the table's `truth`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, Target, random_generator, register
from nnlab.core.expression import Expression, compile_expression
from nnlab.core.setting import Setting, Value
from nnlab.datasets._formula import VALUE_NOISE, check_interval, formula_setting, interval_settings, values_of, with_noise

VARIABLES = ("x", "y")
SETTINGS = (
    formula_setting("sin(2x) cos(2y)", "The surface to be learned.", VARIABLES),
    *interval_settings(("x_start", "x_end"), "x", -2.0, 2.0),
    *interval_settings(("y_start", "y_end"), "y", -2.0, 2.0),
    Setting(
        "samples", 1000, minimum=10, maximum=100_000, logarithmic=True,
        tip="Number of points, training and validation together; on a grid the square number nearest to it.",
    ),
    Setting("spacing", "random", choices=("even", "random"), tip="Whether the points lie on an even grid or at random in the rectangle."),
    VALUE_NOISE,
)  # fmt: skip


def make(settings: Mapping[str, Value], seed: int) -> Table:
    formula = compile_expression(str(settings["formula"]), VARIABLES)
    sides = [(float(settings[f"{v}_start"]), float(settings[f"{v}_end"])) for v in VARIABLES]
    for variable, (low, high) in zip(VARIABLES, sides, strict=True):
        check_interval(variable, low, high)
    generator = random_generator(seed, "surface")
    samples = int(settings["samples"])
    if settings["spacing"] == "even":
        points = _grid(sides, samples)
    else:
        points = np.stack([generator.uniform(low, high, samples) for low, high in sides], axis=1)
    y = with_noise(values_of(formula, points[:, 0], points[:, 1]), float(settings["noise"]), generator)
    return Table(
        points, y.reshape(-1, 1), VARIABLES, Target("continuous", ("value",)), domain=(sides[0], sides[1]),
        truth=lambda points: _truth(formula, points),
    )  # fmt: skip


def _grid(sides: list[tuple[float, float]], samples: int) -> np.ndarray:
    """Points (side², 2) on an even grid with its outermost points on the edges."""
    side = round(samples**0.5)
    x, y = np.meshgrid(*(np.linspace(low, high, side) for low, high in sides))
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _truth(formula: Expression, points: np.ndarray) -> np.ndarray:
    points = np.asarray(points, dtype=np.float64)
    return formula.evaluate(x=points[:, 0], y=points[:, 1]).reshape(-1, 1)


register(
    Dataset(
        name="surface",
        title="Surface",
        category="Two inputs",
        description="The surface of a formula in x and y that you type, to be fitted.",
        settings=SETTINGS,
        make=make,
        inputs=True,
    )
)
