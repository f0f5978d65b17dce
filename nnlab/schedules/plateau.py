"""Reduce on plateau: the learning rate falls when the loss has not improved for some epochs.

torch.optim.lr_scheduler.ReduceLROnPlateau (mode min, relative threshold), its `step` being called at the end of every epoch with the mean
of the training losses of that epoch.
"""

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, constant, number
from nnlab.core.kernel import as_real, kernel
from nnlab.core.optimizer import Moment
from nnlab.core.schedule import Schedule, register
from nnlab.core.setting import Setting


@kernel
def update(
    learning_rate, factor, patience, threshold, cooldown, min_lr, eps, loss, rows, batch_start, samples,
    rate, total, seen, best, bad_epochs, waiting, reduction,
):  # fmt: skip
    rate[0] = learning_rate * reduction[0]
    total[0] += loss[0] * as_real(loss, rows)
    seen[0] += as_real(loss, rows)
    if batch_start + rows < samples:
        return
    mean = total[0] / seen[0]
    total[0] = 0.0
    seen[0] = 0.0
    if mean < best[0] * (1.0 - threshold):
        best[0] = mean
        bad_epochs[0] = 0.0
    else:
        bad_epochs[0] += 1.0
    if waiting[0] > 0.0:
        waiting[0] -= 1.0
        bad_epochs[0] = 0.0
    if bad_epochs[0] > patience:
        lower = max(rate[0] * factor, min_lr)
        if rate[0] - lower > eps:
            reduction[0] = lower / learning_rate
        waiting[0] = cooldown
        bad_epochs[0] = 0.0


def _doubt(rate, settings):  # type: ignore[no-untyped-def]
    if settings["min_lr"] >= rate:
        return Doubt("The minimum rate is not below the learning rate, so it is never reduced.", {"min_lr": 0.0})
    if (1 - settings["factor"]) * rate <= settings["eps"]:
        return Doubt("Every reduction is smaller than ε, so it is skipped.", {"eps": 0.0})
    return None


register(
    Schedule(
        name="plateau",
        title="Reduce on plateau",
        description="The learning rate falls when the training loss has not improved for some epochs.",
        update=update,
        settings=(
            Setting("factor", 0.1, "Factor", "Every reduction multiplies the rate by this", minimum=1e-6, maximum=0.999),
            Setting(
                "patience", 10, "Patience", "Epochs without improvement before the rate is reduced", minimum=0, maximum=10**6, unit="epochs"
            ),
            Setting("threshold", 1e-4, "Threshold", "Smallest relative improvement that counts", minimum=0.0, maximum=1.0),
            Setting("cooldown", 0, "Cooldown", "Epochs to wait after a reduction", minimum=0, maximum=10**6, unit="epochs"),
            Setting("min_lr", 0.0, "Minimum rate", "The rate never falls below this", minimum=0.0, maximum=1e3),
            Setting("eps", 1e-8, "ε", "Reductions smaller than this are skipped", minimum=0.0, maximum=1.0),
        ),
        moments=(
            Moment("total", "one"),
            Moment("seen", "one"),  # samples that total holds: the data may change within an epoch
            Moment("best", "one", initial=3e38),  # no loss seen yet; larger than any that a float32 run goes on with
            Moment("bad_epochs", "one"),
            Moment("waiting", "one"),
            Moment("reduction", "one", initial=1.0),
        ),
        doubt=_doubt,
        formula=r"\eta_t = \eta\, f^{\,k}",
        explain=(
            Explanation(
                "rate",
                r"\eta_t = \eta \cdot r",
                lambda m: rf"{constant(m['learning_rate'])} \cdot {number(m.at('reduction'))}",
                lambda m: f"{m.wrote('bad_epochs'):.0f} epochs without improvement so far; the rate falls after {m['patience']:.0f}.",
            ),
        ),
    )
)
