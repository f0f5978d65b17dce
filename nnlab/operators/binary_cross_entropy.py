"""Binary cross-entropy from logits: the mean of log(1 + exp(x)) - target * x, the target being 0 or 1.

Bishop (2006), equation 4.90, written on the logit in the stable form max(x, 0) - x t + log(1 + exp(-|x|)), as PyTorch's
BCEWithLogitsLoss. The gradient is simply p - t, with p = sigmoid(x).
"""

import math

import numpy as np

from nnlab.core.explanation import Explanation, Factor, abridged_sum, constant, gradient, number, product, shortened, sum_of_numbers
from nnlab.core.kernel import as_real, kernel
from nnlab.core.kernel.mathematics import sigmoid
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, target, loss, sample_loss):
    share = as_real(x, 1.0 / x.shape[1])
    total = 0.0
    for n in range(x.shape[0]):
        sample = 0.0
        for i in range(x.shape[1]):
            logit = x[n, i]
            sample += max(logit, 0.0) - logit * target[n, i] + math.log1p(math.exp(-abs(logit)))
        sample_loss[n] = sample * share
        total += sample_loss[n]
    loss[0] = total / as_real(x, x.shape[0])


@kernel
def backward(x, target, d_x):
    """d_x = (sigmoid(x) - target) / (batch * outputs)."""
    share = as_real(x, 1.0 / (x.shape[0] * x.shape[1]))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            d_x[n, i] += share * (sigmoid(x[n, i]) - target[n, i])


def _outputs(m):  # type: ignore[no-untyped-def]
    return m["x"][0].size


def _surprise_symbols(m):  # type: ignore[no-untyped-def]
    target = float(m["target"][m.index[0]].ravel()[0])
    if target in (0.0, 1.0):
        return r"-\log \sigma(z_{<0>})" if target else r"-\log(1 - \sigma(z_{<0>}))"
    return r"-t_{<0>} \log \sigma(z_{<0>}) - (1 - t_{<0>}) \log(1 - \sigma(z_{<0>}))"


def _surprise(logit: float, target: float) -> str:
    if target in (0.0, 1.0):
        return rf"-\log \sigma({number(logit)})" if target else rf"-\log(1 - \sigma({number(logit)}))"
    true, false = rf"\log \sigma({number(logit)})", rf"\log(1 - \sigma({number(logit)}))"
    return rf"-{constant(target)} {true} - (1 - {constant(target)}) {false}"


def _surprises(m):  # type: ignore[no-untyped-def]
    logits, targets = m["x"][m.index[0]].ravel(), m["target"][m.index[0]].ravel()
    terms = [_surprise(z, t) for z, t in zip(logits, targets, strict=True)]
    if len(terms) == 1:
        return terms[0]
    return rf"\frac{{1}}{{{len(terms)}}} \left({abridged_sum(lambda k: terms[k], np.logaddexp(0, logits) - logits * targets)}\right)"


register(
    Operator(
        name="binary_cross_entropy",
        title="Binary cross-entropy",
        category="Losses",
        inputs=(Tensor("x", "batch ..."),),
        target=Tensor("target", "batch ..."),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"),),
        forward=forward,
        backward=backward,
        target_kinds=("binary",),
        link="sigmoid",
        summary=lambda s: "from logits",
        formula=r"L = -\frac{1}{N}\sum_n t_n \log p_n + (1 - t_n)\log(1 - p_n)",
        explain_forward=(
            Explanation(
                "loss",
                lambda m: r"L = \frac{1}{N} \sum_n " + (r"-\log p(t_n \mid x_n)" if _outputs(m) == 1 else r"\ell_n"),
                lambda m: rf"\frac{{1}}{{{len(m['x'])}}} \left({sum_of_numbers(m.after['sample_loss'])}\right)",
                lambda m: "A sample's loss is minus the logarithm of the probability given to its true class." + shortened(len(m["x"])),
            ),
            Explanation(
                "sample_loss",
                lambda m: (
                    r"\ell_{<0>} = " + (_surprise_symbols(m) if _outputs(m) == 1 else r"\frac{1}{K} \sum_k -\log p(t_{<0>k} \mid x_{<0>})")
                ),
                _surprises,
                lambda m: (
                    "The sample's surprise: minus the logarithm of the probability given to what is true, p = σ(z) or 1 − p."
                    + shortened(_outputs(m))
                ),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z", "<*>"),
                (
                    Factor(
                        "from the mean",
                        lambda m: r"\frac{1}{N}" if _outputs(m) == 1 else r"\frac{1}{N K}",
                        lambda m: rf"\frac{{1}}{{{m['x'].size}}}",
                        lambda m: 1 / m["x"].size,
                        is_constant=True,
                    ),
                    Factor(
                        "probability minus target",
                        r"(\sigma(z_{<*>}) - t_{<*>})",
                        lambda m: rf"(\sigma({number(m.at('x'))}) - {constant(m.at('target'))})",
                        lambda m: 1 / (1 + math.exp(-m.at("x"))) - m.at("target"),
                    ),
                ),
                lambda m: "The gradient at the logit is the predicted probability p = σ(z) minus the target.",
            ),
        ),
    )
)
