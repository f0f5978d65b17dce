"""Learning rate too low: the loss falls steadily, but so slowly that a far higher rate would be as safe and much quicker.

Whether it would is tried: a few steps from the present weights with this rate, and with one 100 times higher.
"""

from __future__ import annotations

from collections.abc import Iterator

from nnlab.core.written import rounded, setting_value
from nnlab.engine.convergence import DIVERGING, OSCILLATING, OVERFITTING
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, FindingChart, edit_training, register
from nnlab.training.observation import TRIAL_STEPS, Observation

HIGHER = 100.0
QUICKER, MUCH = 20.0, 0.05  # how much more it lowers the loss, and by which share of the present loss at least
LEAST_ITERATIONS = 20
LEARNED = 0.5  # a run that is below this share of its first loss has learned


def find(seen: Observation) -> Iterator[Diagnosis]:
    rate, curves = seen.training.learning_rate, seen.curves
    iterations = len(curves.mean) * curves.block_size
    if rate == 0.0 or iterations < LEAST_ITERATIONS or seen.failure:
        return
    if curves.verdict in (DIVERGING, OSCILLATING, OVERFITTING) or seen.loss < LEARNED * float(curves.mean[0]):
        return
    own = seen.loss - seen.trial(rate, seen.parameters)
    reached = seen.trial(rate * HIGHER, seen.parameters)
    higher = seen.loss - reached
    if higher < MUCH * seen.loss or higher < QUICKER * own:
        return
    suggested = float(f"{rate * HIGHER / 3.0:.1g}")
    label = f"Learning rate {setting_value(rate)} → {setting_value(suggested)}"
    yield Diagnosis(
        "learning_rate_too_low",
        None,
        f"In {TRIAL_STEPS} steps from here the rate lowers the loss from {rounded(seen.loss, 3)} to {rounded(seen.loss - own, 3)}, "
        f"one {HIGHER:g} times higher to {rounded(reached, 3)}.",
        figure=setting_value(rate),
        remedies=(edit_training(label, "Larger steps reach the same place sooner.", learning_rate=suggested),),
        figures={"rate": rate, "suggested": suggested, "loss": seen.loss, "loss_after": seen.loss - own, "loss_at_higher": reached},
        chart=FindingChart(
            f"loss after {TRIAL_STEPS} steps from here, by learning rate",
            ("now", setting_value(rate), setting_value(rate * HIGHER)), (seen.loss, seen.loss - own, reached), (1,),
        ),
        harm=0.55,
    )


register(
    DiagnosisKind(
        "learning_rate_too_low", "Learning rate too low",
        f"The loss is above half of the first one, and in {TRIAL_STEPS} steps a rate {HIGHER:g} times higher lowers it "
        f"{QUICKER:g} times as far.",
        find,
        follows_from=("vanishing_gradients", "exploding_gradients", "dead_units", "saturated_units", "input_scale"),
    )
)  # fmt: skip
