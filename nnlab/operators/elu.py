"""ELU: like ReLU, but a negative input falls smoothly to -alpha, y = x or alpha (exp(x) - 1).

Clevert, Unterthiner, Hochreiter, Fast and Accurate Deep Network Learning by Exponential Linear Units (2016); PyTorch's ELU.
"""

import math

from nnlab.core.explanation import Explanation, constant, gradient, local_slope, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.kernel.mathematics import exp
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded


@kernel
def forward(x, alpha, y):
    for i in range(x.size):
        y[i] = x[i] if x[i] > 0.0 else alpha * math.expm1(x[i])


@kernel
def backward(x, alpha, d_y, d_x):
    """d_x = d_y where x > 0, else alpha exp(x) d_y."""
    for i in range(x.size):
        d_x[i] += d_y[i] if x[i] > 0.0 else alpha * exp(x[i]) * d_y[i]


def _slope(m):  # type: ignore[no-untyped-def]
    return 1.0 if m.at("x") > 0 else m["alpha"] * math.exp(m.at("x"))


register(
    Operator(
        name="elu",
        title="ELU",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        settings=(Setting("alpha", 1.0, "α", "The output of a very negative input is −α", minimum=0.0, maximum=100.0),),
        bounds=lambda settings: (-float(settings["alpha"]), math.inf),
        saturates=True,
        initializer="he_uniform",
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \max(x, 0) + \min(0,\, \alpha (e^x - 1))",
        explain_forward=(
            Explanation(
                "y",
                lambda m: r"a_{<~>} = z_{<~>}" if m.at("x") > 0 else r"a_{<~>} = \alpha (e^{z_{<~>}} - 1)",
                lambda m: number(m.at("x")) if m.at("x") > 0 else rf"{constant(m['alpha'])} \cdot (e^{{{number(m.at('x'))}}} - 1)",
                lambda m: (
                    "z is positive and passes unchanged." if m.at("x") > 0 else "z is not positive: the output approaches −α as z falls."
                ),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (upstream(), local_slope(_slope, "local slope: 1 or α eᶻ")),
                lambda m: f"The slope of ELU at z = {rounded(m.at('x'))} is {rounded(_slope(m), 3)}.",
            ),
        ),
    )
)
