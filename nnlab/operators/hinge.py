"""Hinge loss: a score on the right side of 0 by at least 1 costs nothing, every other as much as it lacks, max(0, 1 - s x).

Cortes and Vapnik, Support-Vector Networks (1995). The target 0 or 1 is read as the side s = -1 or 1, as Keras' Hinge does; the mean is
over batch and outputs. Exactly at the margin the slope is taken as 0, as in PyTorch's MultiMarginLoss. The window classifies by the
sign of the score (the link "sigmoid"); the sigmoid of such a score is no probability that the network was trained to give.
"""

from nnlab.core.explanation import Explanation, Factor, bracketed, constant, factor, gradient, product, shortened
from nnlab.core.kernel import as_real, kernel
from nnlab.core.loss_terms import mean_over_outputs, mean_over_samples, outputs, pairs, share_of_mean
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, target, loss, sample_loss):
    share = as_real(x, 1.0 / x.shape[1])
    total = 0.0
    for n in range(x.shape[0]):
        sample = 0.0
        for i in range(x.shape[1]):
            lacking = 1.0 - (2.0 * target[n, i] - 1.0) * x[n, i]
            sample += 0.0 if lacking <= 0.0 else lacking  # a NaN passes
        sample_loss[n] = sample * share
        total += sample_loss[n]
    loss[0] = total / as_real(x, x.shape[0])


@kernel
def backward(x, target, d_x):
    """d_x = -s / (batch * outputs) where 1 - s x > 0, else 0, with s = 2 target - 1."""
    share = as_real(x, 1.0 / (x.shape[0] * x.shape[1]))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            side = 2.0 * target[n, i] - 1.0
            d_x[n, i] -= 0.0 if 1.0 - side * x[n, i] <= 0.0 else share * side


def _lacking(score: float, target: float) -> str:
    return rf"1 - {bracketed(constant(2 * target - 1))} \cdot {factor(score)}"


def _costs(m):  # type: ignore[no-untyped-def]
    scores, targets = pairs(m)
    terms = [rf"\max(0,\, {_lacking(z, t)})" for z, t in zip(scores, targets, strict=True)]
    return mean_over_outputs(terms, (1 - (2 * targets - 1) * scores).clip(min=0))


def _side(m):  # type: ignore[no-untyped-def]
    return 2 * m.at("target") - 1


def _is_lacking(m):  # type: ignore[no-untyped-def]
    return 1 - _side(m) * m.at("x") > 0


register(
    Operator(
        name="hinge",
        title="Hinge",
        category="Losses",
        inputs=(Tensor("x", "batch ..."),),
        target=Tensor("target", "batch ..."),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"),),
        applies_link=False,
        forward=forward,
        backward=backward,
        target_kinds=("binary",),
        link="sigmoid",
        summary=lambda s: "from scores",
        formula=r"L = \frac{1}{N}\sum_n \max(0,\, 1 - s_n z_n),\quad s_n = 2 t_n - 1",
        explain_forward=(
            mean_over_samples(r"\max(0,\, 1 - s_n z_n)", "The loss is the mean of the samples' margin violations."),
            Explanation(
                "sample_loss",
                lambda m: (
                    r"\ell_{<0>} = "
                    + (r"\max(0,\, 1 - s_{<0>} z_{<0>})" if outputs(m) == 1 else r"\frac{1}{K} \sum_k \max(0,\, 1 - s_{<0>k} z_{<0>k})")
                ),
                _costs,
                lambda m: (
                    "The loss of a score is 0 once it is on its target's side, s = −1 or 1, by a margin of at least 1."
                    + shortened(outputs(m))
                ),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z", "<*>"),
                (
                    share_of_mean(),
                    Factor("minus the target's sign", "(-s_{<*>})", lambda m: bracketed(constant(-_side(m))), lambda m: -_side(m)),
                    Factor(
                        "whether the margin is violated",
                        "[1 - s_{<*>} z_{<*>} > 0]",
                        lambda m: f"[{_lacking(m.at('x'), m.at('target'))} > 0]",
                        lambda m: 1.0 if _is_lacking(m) else 0.0,
                    ),
                ),
                lambda m: (
                    "The margin of 1 is violated: the gradient has the same size however large the violation is."
                    if _is_lacking(m)
                    else "The margin of 1 is met, so the gradient is 0."
                ),
            ),
        ),
    )
)
