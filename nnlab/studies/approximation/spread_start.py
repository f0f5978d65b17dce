"""Initial weights for a function of one feature: the units' kinks spread over the domain, their widths by how many there are.

The usual initialisers put every kink at 0, for biases start there: most units then have nothing to say about most of the domain. Here the
domain is cut into as many strata as there are units, and each unit's centre is drawn from its own. An S-curve rises over about three
strata, either way with equal chance; any other unit opens to either side, with a slope of four over the width of the domain. Output
weights are normal with the deviation 1/√units, so that the sum is about 1 whatever their number.
"""

from __future__ import annotations

import math

import numpy as np

from nnlab.core.dataset import Interval, random_generator
from nnlab.studies.approximation.unit_handles import UnitShape
from nnlab.training.units import Units

STRATA = 0.375  # w times the width of a stratum, of tanh; a sigmoid of the same steepness has twice the w
LEAST = 4.0  # w times the width of the domain, so that a few units still bend within it
VARIATION = 0.33  # of w, evenly to both sides, so that no two units are alike


def spread_units(shape: UnitShape, domain: Interval, units: int, seed: int) -> Units:
    """Units for raw x, a function of the seed."""
    generator = random_generator(seed, "spread start")
    low, high = domain
    width = high - low
    centres = low + (np.arange(units) + generator.uniform(0.0, 1.0, units)) / units * width
    rise = 0.5 * (shape.high - shape.low) if shape.is_step else 1.0
    is_straight = shape.kind is None or shape.hinge is not None
    steepness = LEAST / width if is_straight else max(STRATA * units, LEAST) / width * rise / shape.slope
    variation = np.ones(units) if is_straight else generator.uniform(1.0 - VARIATION, 1.0 + VARIATION, units)
    weight = steepness * variation * generator.choice([-1.0, 1.0], units)
    height = generator.standard_normal(units) / np.sqrt(units)
    if not math.isfinite(shape.high):  # steeper units would also be higher
        height *= LEAST / width / np.abs(weight)
    return Units(weight.reshape(-1, 1), -weight * centres, height)
