"""GELU: the input times the probability that a standard normal number lies below it, y = x Phi(x).

Hendrycks and Gimpel, Gaussian Error Linear Units (2016), exactly by the error function, as PyTorch's GELU by default.
"""

import math

from nnlab.core.explanation import Explanation, factor, gradient, local_slope, number, product, upstream
from nnlab.core.kernel import as_real, kernel
from nnlab.core.kernel.limits import times
from nnlab.core.kernel.mathematics import exp, normal_below
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded


@kernel
def forward(x, y):
    for i in range(x.size):
        y[i] = times(normal_below(x[i]), x[i])


@kernel
def backward(x, d_y, d_x):
    """d_x = d_y (Phi(x) + x phi(x)), with the normal distribution and its density."""
    half, peak = as_real(x, 0.5), as_real(x, 1.0 / math.sqrt(2.0 * math.pi))
    for i in range(x.size):
        d_x[i] += d_y[i] * (normal_below(x[i]) + times(exp(-half * (x[i] * x[i])), x[i] * peak))


def _below(z: float) -> float:
    return 0.5 * math.erfc(-z * math.sqrt(0.5))


def _slope(m):  # type: ignore[no-untyped-def]
    z = m.at("x")
    return _below(z) + z * math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


register(
    Operator(
        name="gelu",
        title="GELU",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        bounds=(-0.17, math.inf),
        saturates=True,
        initializer="he_uniform",
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = x\, \Phi(x)",
        explain_forward=(
            Explanation(
                "y",
                r"a_{<~>} = z_{<~>} \cdot \Phi(z_{<~>})",
                lambda m: rf"{number(m.at('x'))} \cdot {factor(_below(m.at('x')))}",
                lambda m: f"z passes with the probability that a standard normal number is smaller: {rounded(_below(m.at('x')), 3)}.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (upstream(), local_slope(_slope, "local slope of GELU")),
                lambda m: f"The slope of GELU at z = {rounded(m.at('x'))} is {rounded(_slope(m), 3)}.",
            ),
        ),
    )
)
