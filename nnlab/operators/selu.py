"""SELU: a scaled ELU whose constants keep mean 0 and variance 1 from layer to layer.

Klambauer et al., Self-Normalizing Neural Networks (2017), equation 2 with the constants of its appendix; PyTorch's SELU. Wants LeCun
normal weights.
"""

import math

from nnlab.core.explanation import Explanation, gradient, local_slope, number, product, upstream
from nnlab.core.kernel import as_real, kernel
from nnlab.core.kernel.mathematics import exp
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded

ALPHA = 1.6732632423543772848170429916717
SCALE = 1.0507009873554804934193349852946


@kernel
def forward(x, y):
    scale, alpha = as_real(x, SCALE), as_real(x, ALPHA)
    for i in range(x.size):
        y[i] = scale * (x[i] if x[i] > 0.0 else alpha * math.expm1(x[i]))


@kernel
def backward(x, d_y, d_x):
    """d_x = scale d_y where x > 0, else scale alpha exp(x) d_y."""
    scale, alpha = as_real(x, SCALE), as_real(x, ALPHA)
    for i in range(x.size):
        d_x[i] += scale * (d_y[i] if x[i] > 0.0 else alpha * exp(x[i]) * d_y[i])


def _slope(m):  # type: ignore[no-untyped-def]
    return SCALE * (1.0 if m.at("x") > 0 else ALPHA * math.exp(m.at("x")))


register(
    Operator(
        name="selu",
        title="SELU",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        bounds=(-SCALE * ALPHA, math.inf),
        saturates=True,
        initializer="lecun_normal",
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \lambda \left(\max(x, 0) + \min(0,\, \alpha (e^x - 1))\right)",
        explain_forward=(
            Explanation(
                "y",
                lambda m: r"a_{<~>} = \lambda z_{<~>}" if m.at("x") > 0 else r"a_{<~>} = \lambda \alpha (e^{z_{<~>}} - 1)",
                lambda m: (
                    rf"{number(SCALE)} \cdot {number(m.at('x'))}"
                    if m.at("x") > 0
                    else rf"{number(SCALE * ALPHA)} \cdot (e^{{{number(m.at('x'))}}} - 1)"
                ),
                lambda m: (
                    "z is positive and is scaled by λ." if m.at("x") > 0 else "z is not positive: the output approaches −λα as z falls."
                ),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (upstream(), local_slope(_slope, "local slope: λ or λ α eᶻ")),
                lambda m: f"The slope of SELU at z = {rounded(m.at('x'))} is {rounded(_slope(m), 3)}.",
            ),
        ),
    )
)
