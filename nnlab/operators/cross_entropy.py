"""Cross-entropy from logits: minus the logarithm of the softmax probability of the true class, averaged over the batch.

Bishop (2006), equation 4.108, in the stable form log(sum_j exp(x_j - max)) - (x_t - max), as PyTorch's CrossEntropyLoss. The
target is a class number; the gradient is p - one_hot(target).
"""

import math

from nnlab.core.explanation import Explanation, Factor, abridged_sum, gradient, number, product, shortened, sum_of, sum_of_numbers
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


def _class(m):  # type: ignore[no-untyped-def]
    return int(m["target"].ravel()[m.index[0]])


def _is_true(m):  # type: ignore[no-untyped-def]
    return 1 if _class(m) == m.index[1] else 0


def _surprise(m):  # type: ignore[no-untyped-def]
    probability = float(m.after["probability"][m.index[0], _class(m)])
    if probability > 1e-30:
        return rf"-\log {number(probability)}"
    # The probability is too small for its type, its logarithm is not: the loss is computed from the logits.
    row = m["x"][m.index[0]]
    return sum_of([number(row.max()), number(-row[_class(m)])])


def _share_of_exponentials(m):  # type: ignore[no-untyped-def]
    row = m["x"][m.index[0]]
    total = abridged_sum(lambda k: f"e^{{{number(row[k])}}}", row - row.min() + 1)
    return rf"\frac{{e^{{{number(m.at('x'))}}}}}{{{total}}}"


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
                r"L = \frac{1}{N} \sum_n -\log p_{n,t_n}",
                lambda m: rf"\frac{{1}}{{{len(m['x'])}}} \left({sum_of_numbers(m.after['sample_loss'])}\right)",
                lambda m: "A sample's loss is minus the logarithm of the probability given to its true class." + shortened(len(m["x"])),
            ),
            Explanation(
                "sample_loss",
                lambda m: rf"\ell_{{<0>}} = -\log p_{{<0>,{_class(m) + 1}}}",
                _surprise,
                lambda m: f"The sample is of class {_class(m)}: its loss is minus the logarithm of the probability given to that class.",
            ),
            Explanation(
                "probability",
                r"p_{<0,1>} = \frac{e^{z_{<0,1>}}}{\sum_j e^{z_{<0>j}}}",
                _share_of_exponentials,
                lambda m: "Softmax: every logit's exponential is divided by the sum of all." + shortened(m["x"].shape[1]),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z", "<0,1>"),
                (
                    Factor(
                        "from the mean",
                        r"\frac{1}{N}",
                        lambda m: rf"\frac{{1}}{{{len(m['target'])}}}",
                        lambda m: 1 / len(m["target"]),
                        is_constant=True,
                    ),
                    Factor(
                        "probability minus target",
                        "(p_{<0,1>} - t_{<0,1>})",
                        lambda m: f"({number(m.at('probability'))} - {_is_true(m)})",
                        lambda m: m.at("probability") - _is_true(m),
                    ),
                ),
                lambda m: (
                    f"The sample is of class {_class(m)}, so class {m.index[1]} should have the probability {_is_true(m)}: "
                    "the gradient is the difference."
                ),
            ),
        ),
    )
)
