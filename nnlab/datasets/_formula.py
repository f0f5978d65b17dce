"""What the data sets made from a typed formula share: the setting, and values that must exist everywhere."""

from __future__ import annotations

import textwrap

import numpy as np

from nnlab.core.errors import DataError
from nnlab.core.expression import Expression
from nnlab.core.setting import Setting
from nnlab.core.written import rounded


def formula_setting(default: str, tip: str) -> Setting:
    return Setting("formula", default, title="Formula in x", tip=f"{tip} For example 2 sin(x), x^2 - 3 or where(x > 0, 1, -1).")


def shown(formula: Expression) -> str:
    """A formula as it fits into one line of a message."""
    return textwrap.shorten(formula.text, 60, placeholder=" …")


def values_of(formula: Expression, x: np.ndarray) -> np.ndarray:
    """f(x) for every x; raises DataError naming the first x (from the left) where the formula has no finite value."""
    values = formula.evaluate(x=x)
    undefined = ~np.isfinite(values)
    if undefined.any():
        at = x[undefined].min()
        raise DataError(f"The formula {shown(formula)} has no finite value at x = {rounded(at)}; change the formula or the interval of x.")
    return values
