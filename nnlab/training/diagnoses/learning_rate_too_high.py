"""Learning rate too high: steps overshoot, so the loss swings or rises where smaller steps would lower it.

Gradient descent is stable up to a rate of 2 over the greatest curvature (LeCun et al., Efficient BackProp, 1998). Whether the rate is to
blame is tried: training begins once more for a few steps with this rate and with smaller ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlab.core.written import rounded, setting_value
from nnlab.engine.convergence import DIVERGING, OSCILLATING
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, FindingChart, Remedy, edit_training, register
from nnlab.training.observation import TRIAL_STEPS, Observation

SMALLER = (10.0, 100.0, 1000.0)
WORSE, BETTER = 1.05, 0.9  # of the loss at the beginning: where the present rate ends, and where a smaller one does


def find(seen: Observation) -> Iterator[Diagnosis]:
    rate, convergence = seen.training.learning_rate, seen.curves.convergence
    if rate == 0.0 or not len(seen.curves.mean):
        return
    swings = convergence.verdict in (OSCILLATING, DIVERGING)
    first = seen.loss_of(seen.start)
    reached = seen.trial(rate, seen.start)
    if not swings and not seen.failure and not reached > WORSE * first:
        return
    for factor in SMALLER:
        smaller = seen.trial(rate / factor, seen.start)
        if smaller < BETTER * min(first, reached) or (smaller < first < reached):
            break
    else:
        if not swings:
            return  # smaller steps are no better: the rate is not to blame
        factor, smaller = SMALLER[0], seen.trial(rate / SMALLER[0], seen.parameters)
        if not smaller < BETTER * seen.loss:
            return
    yield Diagnosis(
        "learning_rate_too_high",
        None,
        _words(seen, factor, first, reached, smaller),
        figure=setting_value(rate),
        remedies=(_lower(seen, rate / factor),),
        figures={"rate": rate, "suggested": rate / factor, "first_loss": first, "loss": reached, "loss_at_suggested": smaller},
        chart=FindingChart(
            f"loss after {TRIAL_STEPS} steps from the start, by learning rate",
            ("before", setting_value(rate), setting_value(rate / factor)), (first, reached, smaller), (1,),
        ),
        harm=0.92,
    )


def _words(seen: Observation, factor: float, first: float, reached: float, smaller: float) -> str:
    convergence = seen.curves.convergence
    what = f"{convergence.sentence} " if convergence.verdict in (OSCILLATING, DIVERGING) else ""
    ends = f"leads from {rounded(first, 3)} to {rounded(reached, 3)}" if np.isfinite(reached) else "ends at numbers that are not finite"
    return f"{what}In {TRIAL_STEPS} steps from the start the rate {ends}, a rate {factor:g} times smaller to {rounded(smaller, 3)}."


def _lower(seen: Observation, rate: float) -> Remedy:
    label = f"Learning rate {setting_value(seen.training.learning_rate)} → {setting_value(rate)}, from iteration 0"
    return edit_training(label, "Smaller steps stay where the gradient tells the truth.", starts_over=True, learning_rate=rate)


register(
    DiagnosisKind(
        "learning_rate_too_high", "Learning rate too high",
        f"The loss swings, rises, or is higher after {TRIAL_STEPS} steps than before, and a rate 10 to 1,000 times smaller does better.",
        find,
    )
)  # fmt: skip
