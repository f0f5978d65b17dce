"""Softplus: a smooth ReLU, y = log(1 + exp(beta x)) / beta.

Dugas et al., Incorporating Second-Order Functional Knowledge (2001); PyTorch's Softplus, which passes x itself where beta x is above
the threshold.
"""

import math

from nnlab.core.explanation import Explanation, constant, factor, gradient, local_slope, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.kernel.mathematics import sigmoid
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded


@kernel
def forward(x, beta, threshold, y):
    for i in range(x.size):
        z = beta * x[i]
        y[i] = x[i] if z > threshold else math.log1p(math.exp(z)) / beta


@kernel
def backward(x, beta, threshold, d_y, d_x):
    """d_x = d_y sigma(beta x); above the threshold d_y."""
    for i in range(x.size):
        z = beta * x[i]
        d_x[i] += d_y[i] if z > threshold else d_y[i] * sigmoid(z)


def _passes(m):  # type: ignore[no-untyped-def]
    return m["beta"] * m.at("x") > m["threshold"]


def _slope(m):  # type: ignore[no-untyped-def]
    return 1.0 if _passes(m) else 1 / (1 + math.exp(-m["beta"] * m.at("x")))


def _numbers(m):  # type: ignore[no-untyped-def]
    if _passes(m):
        return number(m.at("x"))
    if m["beta"] == 1:
        return rf"\log(1 + e^{{{number(m.at('x'))}}})"
    return rf"\frac{{1}}{{{constant(m['beta'])}}} \log(1 + e^{{{constant(m['beta'])} \cdot {factor(m.at('x'))}}})"


register(
    Operator(
        name="softplus",
        title="Softplus",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        settings=(
            Setting("beta", 1.0, "β", "Larger values make the bend sharper", minimum=1e-3, maximum=1e3),
            Setting("threshold", 20.0, "Threshold", "Where β z is above it, z passes unchanged", minimum=0.0, maximum=80.0),
        ),
        bounds=(0.0, math.inf),
        saturates=True,
        initializer="he_uniform",
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \frac{1}{\beta} \log(1 + e^{\beta x})",
        explain_forward=(
            Explanation(
                "y",
                lambda m: (
                    r"a_{<~>} = z_{<~>}"
                    if _passes(m)
                    else r"a_{<~>} = \log(1 + e^{z_{<~>}})"
                    if m["beta"] == 1
                    else r"a_{<~>} = \frac{1}{\beta} \log(1 + e^{\beta z_{<~>}})"
                ),
                _numbers,
                lambda m: "A smooth ReLU: far above 0 it is z, far below it is nearly 0.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (upstream(), local_slope(_slope, "local slope: σ(β z)")),
                lambda m: f"The slope of softplus is the sigmoid: {rounded(_slope(m), 3)} here.",
            ),
        ),
    )
)
