"""Kullback-Leibler divergence: how far predicted probabilities are from the target's, the batch mean of sum_k t_k (log t_k - x_k).

Kullback and Leibler, On Information and Sufficiency (1951). The input is log-probabilities (put log_softmax before it), the target
probabilities of the same shape, and 0 log 0 = 0; PyTorch's KLDivLoss with reduction "batchmean". It is the sum over the outputs,
averaged over the samples alone.
"""

import math

import numpy as np

from nnlab.core.explanation import Explanation, Factor, abridged_sum, bracketed, gradient, number, product, shortened, sum_of_numbers
from nnlab.core.kernel import as_real, kernel
from nnlab.core.kernel.limits import times
from nnlab.core.loss_terms import outputs, pairs
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.term_sum import mean_of


@kernel
def forward(x, target, loss, sample_loss):
    total = 0.0
    for n in range(x.shape[0]):
        divergence = 0.0
        for i in range(x.shape[1]):
            share = target[n, i]
            # 0 log 0 = 0, however small the predicted probability
            divergence += (0.0 if share == 0.0 else share * math.log(share)) - times(share, x[n, i])
        sample_loss[n] = divergence
        total += divergence
    loss[0] = total / as_real(x, x.shape[0])


@kernel
def backward(target, d_x):
    """d_x = -target / batch."""
    share = as_real(target, 1.0 / target.shape[0])
    for n in range(target.shape[0]):
        for i in range(target.shape[1]):
            d_x[n, i] -= share * target[n, i]


def _term(output: float, target: float) -> str:
    if target == 0:
        return "0"
    return rf"{number(target)} \cdot (\log {number(target)} - {bracketed(number(output))})"


def _divergence(m):  # type: ignore[no-untyped-def]
    values, targets = (row.astype(np.float64) for row in pairs(m))
    logarithms = np.log(targets, where=targets > 0, out=np.zeros_like(targets))
    return abridged_sum(lambda k: _term(values[k], targets[k]), targets * (logarithms - values))


register(
    Operator(
        name="kl_divergence",
        title="KL divergence",
        category="Losses",
        inputs=(Tensor("x", "batch ..."),),
        target=Tensor("target", "batch ..."),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"),),
        forward=forward,
        backward=backward,
        target_kinds=("continuous",),
        target_bounds=(0.0, math.inf),
        summary=lambda s: "from log-probabilities",
        formula=r"L = \frac{1}{N}\sum_n \sum_k t_{nk} \left(\log t_{nk} - \log p_{nk}\right)",
        explain_forward=(
            Explanation(
                "loss",
                r"L = \frac{1}{N} \sum_n \ell_n",
                lambda m: rf"\frac{{1}}{{{len(m['x'])}}} \left({sum_of_numbers(m.after['sample_loss'])}\right)",
                lambda m: "The loss is the mean of the samples' divergences." + shortened(len(m["x"])),
                terms=lambda m: mean_of("sample_loss", len(m["x"])),
            ),
            Explanation(
                "sample_loss",
                r"\ell_{<0>} = \sum_k t_{<0>k} \left(\log t_{<0>k} - y_{<0>k}\right)",
                _divergence,
                lambda m: (
                    "By how much the predicted log-probabilities y fall short of the logarithm of the target, weighted by the target: "
                    "0 only where both are the same." + shortened(outputs(m))
                ),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("y", "<*>"),
                (
                    Factor(
                        "from the mean",
                        r"\frac{1}{N}",
                        lambda m: rf"\frac{{1}}{{{len(m['target'])}}}",
                        lambda m: 1 / len(m["target"]),
                        is_constant=True,
                    ),
                    Factor("minus the target", "(-t_{<*>})", lambda m: bracketed(number(-m.at("target"))), lambda m: -m.at("target")),
                ),
                lambda m: "The larger the target probability, the larger the gradient that raises this log-probability.",
            ),
        ),
    )
)
