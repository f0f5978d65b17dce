"""Cross-entropy from logits: minus the logarithm of the softmax probability of the true class, averaged over the batch.

Bishop (2006), equation 4.108, in the stable form log(sum_j exp(x_j - max)) - (x_t - max), as PyTorch's CrossEntropyLoss. The
target is a class number; the gradient is p - one_hot(target).
"""

import math

from nnlab.core.explanation import Explanation, number, sum_of
from nnlab.core.kernel import as_real, kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, target, loss, sample_loss, probability):
    total = 0.0
    for n in range(x.shape[0]):
        highest = x[n, 0]
        for i in range(1, x.shape[1]):
            highest = max(highest, x[n, i])
        exponentials = 0.0
        for i in range(x.shape[1]):
            probability[n, i] = math.exp(x[n, i] - highest)
            exponentials += probability[n, i]
        for i in range(x.shape[1]):
            probability[n, i] /= exponentials
        sample_loss[n] = math.log(exponentials) - (x[n, int(target[n])] - highest)
        total += sample_loss[n]
    loss[0] = total / as_real(x, x.shape[0])


@kernel
def backward(target, probability, d_x):
    """d_x = (p - one_hot(target)) / batch."""
    share = as_real(d_x, 1.0 / d_x.shape[0])
    for n in range(d_x.shape[0]):
        for i in range(d_x.shape[1]):
            d_x[n, i] += share * probability[n, i]
        d_x[n, int(target[n])] -= share


def _gradient(m):  # type: ignore[no-untyped-def]
    is_target = 1 if int(m["target"][m.index[0]]) == m.index[1] else 0
    return rf"\frac{{1}}{{{len(m['target'])}}} ({number(m.at('probability'))} - {is_target})"


register(
    Operator(
        name="cross_entropy",
        title="Cross-entropy",
        category="Losses",
        inputs=(Tensor("x", "batch classes"),),
        target=Tensor("target", "batch"),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"), Tensor("probability", "batch classes")),
        forward=forward,
        backward=backward,
        target_kinds=("classes", "binary"),
        link="softmax",
        summary=lambda s: "from logits",
        formula=r"L = -\frac{1}{N}\sum_n \log p_{n,t_n}",
        explain_forward=(
            Explanation(
                "loss",
                r"L = \frac{1}{N}\sum_n -\log p_{n,t_n}",
                lambda m: rf"\frac{{1}}{{{len(m.after['sample_loss'])}}} \left({sum_of([number(v) for v in m.after['sample_loss']])}\right)",
                lambda m: "A sample's loss is minus the logarithm of the probability given to its true class.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                r"\frac{\partial L}{\partial z_{ni}} = \frac{1}{N} (p_{ni} - [i = t_n])",
                _gradient,
                lambda m: "Every probability should be 0, the true class's 1: the gradient is the difference.",
            ),
        ),
    )
)
