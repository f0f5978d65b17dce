"""Binary cross-entropy from logits: the mean of log(1 + exp(x)) - target * x, the target being 0 or 1.

Bishop (2006), equation 4.90, written on the logit in the stable form max(x, 0) - x t + log(1 + exp(-|x|)), as PyTorch's
BCEWithLogitsLoss. The gradient is simply p - t, with p = sigmoid(x).
"""

import math

from nnlab.core.explanation import Explanation, number, sum_of
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
                r"L = \frac{1}{N}\sum_n -\log p(t_n \mid x_n)",
                lambda m: rf"\frac{{1}}{{{len(m.after['sample_loss'])}}} \left({sum_of([number(v) for v in m.after['sample_loss']])}\right)",
                lambda m: "A sample's loss is minus the logarithm of the probability given to its true class.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                r"\frac{\partial L}{\partial z_n} = \frac{1}{N} (p_n - t_n), \quad p_n = \sigma(z_n)",
                lambda m: rf"\frac{{1}}{{{m['x'].size}}} (\sigma({number(m.at('x'))}) - {number(m.at('target'))})",
                lambda m: "The gradient at the logit is the predicted probability minus the target.",
            ),
        ),
    )
)
