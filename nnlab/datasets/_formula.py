"""What the data sets made from a typed formula share: the setting, values that must exist everywhere, and noise."""

from __future__ import annotations

import textwrap

import numpy as np

from nnlab.core.errors import DataError
from nnlab.core.expression import Expression
from nnlab.core.setting import Setting
from nnlab.core.written import plain_number, rounded

LIMIT = 1e6  # of an interval's ends
EXAMPLES = {("x",): "2 sin(x), x^2 - 3 or where(x > 0, 1, -1)", ("x", "y"): "sin(x) cos(y), x^2 - y^2 or where(x > y, 1, -1)"}
# The same share of noise disturbs a steep and a flat curve alike.
VALUE_NOISE = Setting(
    "noise", 0.0, minimum=0.0, maximum=50.0, title="Noise %",
    tip="Standard deviation of the noise added to each value, in percent of the target's amplitude.",
)  # fmt: skip


def formula_setting(default: str, tip: str, variables: tuple[str, ...] = ("x",)) -> Setting:
    return Setting("formula", default, title=f"Formula in {' and '.join(variables)}", tip=f"{tip} For example {EXAMPLES[variables]}.")


def interval_settings(names: tuple[str, str], variable: str, low: float, high: float) -> tuple[Setting, Setting]:
    """The two ends of the interval that a variable covers."""
    ends = (f"{variable} from", f"The left end of the interval that {variable} covers."), (
        f"{variable} to", f"The right end of the interval that {variable} covers."
    )  # fmt: skip
    start, end = (
        Setting(name, value, minimum=-LIMIT, maximum=LIMIT, title=title, tip=tip)
        for name, value, (title, tip) in zip(names, (low, high), ends, strict=True)
    )
    return start, end


def check_interval(variable: str, low: float, high: float) -> None:
    """Raises DataError for an interval that is empty or runs backwards."""
    if low >= high:
        raise DataError(
            f"The interval of {variable} runs from {plain_number(low)} to {plain_number(high)}; its end must be larger than its start."
        )


def shown(formula: Expression) -> str:
    """A formula as it fits into one line of a message."""
    return textwrap.shorten(formula.text, 60, placeholder=" …")


def values_of(formula: Expression, x: np.ndarray, y: np.ndarray | None = None) -> np.ndarray:
    """f(x), or f(x, y), for every element; raises DataError naming the first place (from the left) where there is no finite value."""
    values = formula.evaluate(x=x) if y is None else formula.evaluate(x=x, y=y)
    undefined = np.flatnonzero(~np.isfinite(values))
    if len(undefined):
        first = undefined[np.argmin(x[undefined])]
        place = f"x = {rounded(x[first])}" + (f", y = {rounded(y[first])}" if y is not None else "")
        raise DataError(f"The formula {shown(formula)} has no finite value at {place}; change the formula or the interval of x.")
    return values


def with_noise(exact: np.ndarray, percent: float, generator: np.random.Generator) -> np.ndarray:
    """The values with normal noise, whose standard deviation is a percentage of half their range."""
    amplitude = 0.5 * exact.max() - 0.5 * exact.min()
    return exact + generator.standard_normal(len(exact)) * (amplitude * percent / 100.0)
