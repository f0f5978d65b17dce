"""Softmax: scores to probabilities along the last axis, y_i = exp(x_i) / sum_j exp(x_j).

Bridle (1990); the row's maximum is subtracted first, which changes nothing but keeps exp finite. A classifier trained with
cross_entropy needs no softmax before it: that loss takes logits.
"""

import math

from nnlab.core.explanation import Explanation, factor, number, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, y):
    for n in range(x.shape[0]):
        highest = x[n, 0]
        for i in range(1, x.shape[1]):
            highest = max(highest, x[n, i])
        total = 0.0
        for i in range(x.shape[1]):
            y[n, i] = math.exp(x[n, i] - highest)
            total += y[n, i]
        for i in range(x.shape[1]):
            y[n, i] /= total


@kernel
def backward(y, d_y, d_x):
    """d_x_i = y_i * (d_y_i - sum_j d_y_j y_j)."""
    for n in range(y.shape[0]):
        mean = 0.0
        for i in range(y.shape[1]):
            mean += d_y[n, i] * y[n, i]
        for i in range(y.shape[1]):
            d_x[n, i] += y[n, i] * (d_y[n, i] - mean)


register(
    Operator(
        name="softmax",
        title="Softmax",
        category="Activations",
        inputs=(Tensor("x", "... features"),),
        outputs=(Tensor("y", "... features"),),
        forward=forward,
        backward=backward,
        formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
        explain_forward=(
            Explanation(
                "y",
                r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
                lambda m: rf"\frac{{e^{{{number(m.at('x'))}}}}}{{{sum_of([f'e^{{{number(v)}}}' for v in m['x'][m.index[:-1]]])}}}",
                lambda m: "Every score's exponential is divided by the sum of all, so that they add up to 1.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                r"\frac{\partial L}{\partial z_i} = p_i \left(\frac{\partial L}{\partial p_i} - \sum_j \frac{\partial L}{\partial p_j} p_j\right)",
                lambda m: (
                    rf"{number(m.at('y'))} \cdot ({number(m.at('d_y'))} - "
                    rf"{factor(float((m['d_y'][m.index[:-1]] * m['y'][m.index[:-1]]).sum()))})"
                ),
                lambda m: "Raising one score lowers every other probability, so the mean gradient is taken off.",
            ),
        ),
    )
)
