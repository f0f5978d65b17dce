"""Formulas of losses and of their gradients, written beside curves that they fit.

Which one belongs to a curve is told from the curve, which the engine computed: a formula that does not give its values is not shown. So
none is wrong, whatever stands before the loss and however it is set.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

CurveFormula = tuple[str, Callable[[np.ndarray], np.ndarray]]

_OF_PROBABILITY: tuple[CurveFormula, ...] = (
    ("−log p", lambda p: -np.log(p)),
    ("(1 − p)²", lambda p: (1 - p) ** 2),
    ("1 − p", lambda p: 1 - p),
    ("2p(1 − p)²", lambda p: 2 * p * (1 - p) ** 2),
    ("p(1 − p)", lambda p: p * (1 - p)),
    ("2(1 − p)", lambda p: 2 * (1 - p)),
)
_OF_ERROR: tuple[CurveFormula, ...] = (
    ("e²", lambda e: e**2),
    ("|e|", np.abs),
    ("2|e|", lambda e: 2 * np.abs(e)),
    ("1", np.ones_like),
    ("|e|, at most 1", lambda e: np.minimum(np.abs(e), 1)),
    ("log cosh e", lambda e: np.logaddexp(e, -e) - np.log(2)),
    ("|tanh e|", lambda e: np.abs(np.tanh(e))),
)
AGREEMENT = 1e-3  # of the largest value; curves are computed in single precision


def formula_of(x: np.ndarray, values: np.ndarray, of_probability: bool) -> str:
    """The formula whose values these are at x, empty where none that is known gives them."""
    if not len(x) or not np.isfinite(values).all():
        return ""
    largest = float(np.abs(values).max())
    for text, compute in _OF_PROBABILITY if of_probability else _OF_ERROR:
        if largest > 0 and float(np.abs(compute(x) - values).max()) <= AGREEMENT * largest:
            return text
    return ""
