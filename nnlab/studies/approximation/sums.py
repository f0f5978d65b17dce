"""A network as a sum of its hidden units: what each contributes, in which order to add them, and the sums on the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnlab.core.errors import SettingError, shown
from nnlab.graph.unit_sum import unit_sum
from nnlab.training.session import Session

LEFT_TO_RIGHT, LARGEST_FIRST, AS_NUMBERED = "left_to_right", "largest_first", "as_numbered"
ORDERS = (LEFT_TO_RIGHT, LARGEST_FIRST, AS_NUMBERED)


def contributions(session: Session, x: Any) -> np.ndarray:
    """v_k a_k(x) of every unit of the last hidden layer: float64 (units, len(x)); with the output's bias they sum to `session.predict(x)`.

    x is what the network takes, (n, features), or (n,) for one feature. Raises GraphError, saying why, for a network that is no such sum.
    """
    structure = unit_sum(session.graph)
    values = session.activations(x, [structure.units])[structure.units]
    weight = session.parameters[structure.weight].astype(np.float64)
    return np.ascontiguousarray((values.reshape(len(values), -1) * weight).T)


def order_of(contributions: np.ndarray, kind: str, centres: np.ndarray | None = None) -> np.ndarray:
    """In which order to add the units: int64 (units,).

    From left to right by their centres (units,), those without one last; the largest root mean square first; or as they are numbered.
    """
    if kind not in ORDERS:
        raise SettingError(f"There is no order {shown(kind)} of units; choose one of {', '.join(ORDERS)}.")
    if kind == LARGEST_FIRST:
        return np.argsort(-np.square(contributions).mean(axis=1), kind="stable")
    if kind == LEFT_TO_RIGHT and centres is not None:
        return np.argsort(centres, kind="stable")  # NaN comes last
    return np.arange(len(contributions))


def partial_sums(contributions: np.ndarray, bias: float, order: np.ndarray) -> np.ndarray:
    """The bias, then the sum after each unit of `order`: float64 (units + 1, points), the last being the whole fit."""
    start = np.full((1, contributions.shape[1]), bias)
    return np.concatenate([start, bias + np.cumsum(contributions[order], axis=0)])
