"""Function: one input x, and the number f(x) of a typed formula to be fitted.

x covers start … end, evenly spaced or uniformly at random. Noise adds to each value a normal random number whose
standard deviation is the given percentage of the curve's amplitude (half of highest minus lowest value), so the same
percentage looks the same for every formula. The exact curve stays known as the table's `truth`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, Target, random_generator, register
from nnlab.core.expression import compile_expression
from nnlab.core.setting import Setting, Value
from nnlab.datasets._formula import VALUE_NOISE, check_interval, formula_setting, interval_settings, values_of, with_noise

SETTINGS = (
    formula_setting("sin(x)", "The curve to be learned."),
    *interval_settings(("start", "end"), "x", -6.0, 6.0),
    Setting("samples", 256, minimum=10, maximum=100_000, logarithmic=True, tip="Number of values of x, training and validation together."),
    Setting("spacing", "even", choices=("even", "random"), tip="Whether x is evenly spaced or drawn at random from the interval."),
    VALUE_NOISE,
)


def make(settings: Mapping[str, Value], seed: int) -> Table:
    formula = compile_expression(str(settings["formula"]))
    start, end, samples = float(settings["start"]), float(settings["end"]), int(settings["samples"])
    check_interval("x", start, end)
    generator = random_generator(seed, "function")
    x = np.linspace(start, end, samples) if settings["spacing"] == "even" else np.sort(generator.uniform(start, end, samples))
    y = with_noise(values_of(formula, x), float(settings["noise"]), generator)
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
