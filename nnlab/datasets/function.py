"""Function: one input x, and the number f(x) of a typed formula to be fitted.

x covers start … end, evenly spaced or uniformly at random. Noise adds to each value a normal random number whose
standard deviation is the given percentage of the curve's amplitude (half of highest minus lowest value), so the same
percentage looks the same for every formula. The exact curve stays known as the table's `truth`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, Target, random_generator, register
from nnlab.core.errors import DataError
from nnlab.core.expression import compile_expression
from nnlab.core.setting import Setting, Value
from nnlab.core.written import plain_number
from nnlab.datasets._formula import formula_setting, values_of

SETTINGS = (
    formula_setting("sin(x)", "The curve to be learned."),
    Setting("start", -6.0, minimum=-1e6, maximum=1e6, title="x from", tip="The left end of the interval that x covers."),
    Setting("end", 6.0, minimum=-1e6, maximum=1e6, title="x to", tip="The right end of the interval that x covers."),
    Setting("samples", 256, minimum=10, maximum=100_000, logarithmic=True, tip="Number of values of x, training and validation together."),
    Setting("spacing", "even", choices=("even", "random"), tip="Whether x is evenly spaced or drawn at random from the interval."),
    Setting(
        "noise",
        0.0,
        minimum=0.0,
        maximum=50.0,
        title="Noise %",
        tip="Standard deviation of the noise added to each value, in percent of the curve's amplitude.",
    ),
)


def make(settings: Mapping[str, Value], seed: int) -> Table:
    formula = compile_expression(str(settings["formula"]))
    start, end, samples = float(settings["start"]), float(settings["end"]), int(settings["samples"])
    if start >= end:
        raise DataError(f"The interval of x runs from {plain_number(start)} to {plain_number(end)}; its end must be larger than its start.")
    generator = random_generator(seed, "function")
    x = np.linspace(start, end, samples) if settings["spacing"] == "even" else np.sort(generator.uniform(start, end, samples))
    exact = values_of(formula, x)
    amplitude = 0.5 * exact.max() - 0.5 * exact.min()
    y = exact + generator.standard_normal(samples) * (amplitude * float(settings["noise"]) / 100.0)
    return Table(
        x.reshape(-1, 1),
        y.reshape(-1, 1),
        ("x",),
        Target("continuous", ("y",)),
        domain=((start, end),),
        truth=lambda x: formula.evaluate(x=x),
    )


register(
    Dataset(
        name="function",
        title="Function",
        category="One input",
        description="The graph of a formula in x that you type, to be fitted.",
        settings=SETTINGS,
        make=make,
    )
)
