"""The units of a network's last hidden layer as functions of the raw input: v f(w x + b) in the units that people read on the axis.

What the network sees may be standardised, (x − mean) / scale. A unit is the same function either way; here w and b are those that belong to
raw x, so that −b/w is a place on the axis, and for two features w x + b = 0 a line in the plane.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnlab.core.preparation import Data
from nnlab.graph.unit_sum import UnitSum


@dataclass(frozen=True, eq=False)
class Units:
    """`weight` (units, features), `bias` (units,), `height` (units,): w, b and v of every unit, float64, for raw features."""

    weight: np.ndarray
    bias: np.ndarray
    height: np.ndarray

    @cached_property
    def centres(self) -> np.ndarray:
        """(units,): where w x + b is 0, for one feature; NaN for a unit with w = 0, which is constant."""
        weight = self.weight[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            found = -self.bias / weight
        return np.where(weight == 0.0, np.nan, found)


def are_raw(data: Data) -> bool:
    """Whether the network sees the data set's own features, in their order, standardised at most."""
    return data.columns == data.raw_features


def units_of(structure: UnitSum, parameters: Mapping[str, np.ndarray], data: Data) -> Units | None:
    """The units for raw features; None where they are no f(w x + b) of these (a deeper network, derived inputs)."""
    if not structure.is_first_layer or not are_raw(data):
        return None
    weight = np.asarray(parameters[f"{structure.hidden}.weight"], dtype=np.float64)
    bias = np.asarray(parameters.get(f"{structure.hidden}.bias", np.zeros(len(weight))), dtype=np.float64)
    raw = weight / data.scale
    return Units(raw, bias - raw @ data.mean, np.asarray(parameters[structure.weight], dtype=np.float64)[0])


def stored_units(structure: UnitSum, units: Units, parameters: Mapping[str, np.ndarray], data: Data) -> dict[str, np.ndarray]:
    """New arrays of the parameters (float64) with which the network's units are `units`; a layer without bias keeps none."""
    found = {
        f"{structure.hidden}.weight": units.weight * data.scale, f"{structure.hidden}.bias": units.bias + units.weight @ data.mean,
        structure.weight: units.height.reshape(1, -1),
    }  # fmt: skip
    return {name: values for name, values in found.items() if name in parameters}
