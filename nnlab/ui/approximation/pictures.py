"""From what the probe says of the network to what the plots show, and from a dragged handle to the weights of a unit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from nnlab.studies.approximation.unit_handles import Unit, UnitShape, shape_of, unit_at
from nnlab.training.probes.approximation import Approximation, Sum
from nnlab.ui.approximation.assembly import UnitAssembly
from nnlab.ui.approximation.residual_plot import Residual
from nnlab.ui.approximation.sum_picture import Grip, Handles, SumPicture
from nnlab.ui.run.live_view import LiveView

MOST_EARLIER = 24  # earlier sums drawn as faint lines; of more, the eye sees none


def moved(found: Approximation, index: int, shape: UnitShape, picture: SumPicture, grip: Grip, x: float, y: float) -> Unit | None:
    """The unit as it is once a handle has been dragged to (x, y) of the plot; None for a unit without handles."""
    if found.sum is None or found.sum.units is None or picture.before is None:
        return None
    unit = unit_at(found.sum.units, index)
    if grip is Grip.CENTRE:
        return unit.with_centre(x)
    if grip is Grip.SLOPE:
        across = x - unit.centre
        least = 1e-6 * (found.domain[1] - found.domain[0])
        across = across if abs(across) > least else math.copysign(least, across)
        height = float(np.interp(unit.centre, picture.x, picture.now))
        return unit.with_slope((y - height) / across, shape)
    edge, _ = unit.plateau(shape, found.domain)
    return unit.with_height(y - float(np.interp(edge, picture.x, picture.before)), shape, found.domain)


def sum_picture(view: LiveView, found: Approximation, assembly: UnitAssembly) -> SumPicture:
    """What the plot shows of a network whose units are put together in an order."""
    samples = (view.data.raw_x[:, 0], view.data.y.reshape(-1).astype(np.float64))
    plain = SumPicture(
        x=found.x, domain=found.domain, fit=found.fit, target=found.truth, samples=samples, now=found.fit, before=None, earlier=(), added=0,
        units=0, name=view.data.raw_features[0],
    )  # fmt: skip
    total, added, indices, unit = found.sum, assembly.added, assembly.indices, assembly.unit
    if total is None:
        return plain
    in_order = total.contributions[indices]
    now = total.bias + in_order[:added].sum(axis=0)
    whole = replace(plain, now=now, added=added, units=len(indices), centres=centres_of(total)[indices])
    if unit is None or not added:
        return whole
    earlier = []
    if len(indices) <= MOST_EARLIER:
        running = np.full(len(found.x), total.bias)
        for values in in_order[: added - 1]:
            earlier.append(running)
            running = running + values
    handles = handles_of(found, total, shape_of(view.project.graph, total.structure), unit)
    return replace(whole, before=now - in_order[added - 1], earlier=earlier, handles=handles)


def centres_of(total: Sum) -> np.ndarray:
    """(units,): NaN for units that have none."""
    return total.units.centres if total.units is not None else np.full(len(total.contributions), np.nan)


def handles_of(found: Approximation, total: Sum, shape: UnitShape, index: int) -> Handles | None:
    """The selected unit in raw x; None where it is no v f(w x + b) of it, as behind another hidden layer."""
    if total.units is None:
        return None
    unit = unit_at(total.units, index)
    edge, height = unit.plateau(shape, found.domain)
    centre = None if math.isnan(unit.centre) else unit.centre
    return Handles(centre, unit.slope(shape), height, edge)


def residual_of(view: LiveView, found: Approximation, units: int) -> Residual | None:
    """Target minus fit along the curve, or at the samples where the target is known nowhere else."""
    errors, name = found.inside, view.data.raw_features[0]
    domain = found.domain
    if errors is None:
        return None
    at_x = errors.at[0]
    if found.truth is not None:
        values = found.truth - found.fit
        at = float(np.interp(at_x, found.x, np.nan_to_num(values)))
        return Residual(found.x, values, domain, (at_x, math.copysign(errors.sup, at)), errors.rms, True, units, name)
    x = view.data.raw_x[:, 0]
    values = view.data.y.reshape(-1).astype(np.float64) - np.interp(x, found.x, found.fit)
    at = float(values[np.abs(x - at_x).argmin()]) if len(x) else 0.0
    return Residual(x, values, domain, (at_x, math.copysign(errors.sup, at)), errors.rms, False, units, name)
