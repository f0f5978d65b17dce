"""PReLU: like leaky ReLU, but the slope for negative inputs is learned, y = x or a x.

He et al., Delving Deep into Rectifiers (2015), equation 1; PyTorch's PReLU with one parameter, which starts at 0.25. At 0 the
derivative is a, as in PyTorch.
"""

import numpy as np

from nnlab.core.explanation import Explanation, factor, gradient, local_slope, number, product, sum_of_products, upstream
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum
from nnlab.core.written import rounded


@kernel
def forward(x, weight, y):
    slope = weight[0]
    for i in range(x.size):
        y[i] = x[i] if x[i] > 0.0 else slope * x[i]


@kernel
def backward(x, weight, d_y, d_x, d_weight):
    """d_x = d_y where x > 0, else a d_y;   d_a = sum of d_y x where x <= 0."""
    slope = weight[0]
    if d_weight.size:
        total = 0.0
        for i in range(d_y.size):
            total += 0.0 if x[i] > 0.0 else d_y[i] * x[i]
        d_weight[0] += total
    if d_x.size:
        for i in range(d_y.size):
            d_x[i] += d_y[i] if x[i] > 0.0 else slope * d_y[i]


def _slope(m):  # type: ignore[no-untyped-def]
    return 1.0 if m.at("x") > 0 else float(m["weight"][0])


def _negative(m):  # type: ignore[no-untyped-def]
    chosen = m["x"] <= 0
    return sum_of_products(m["d_y"][chosen], m["x"][chosen])


register(
    Operator(
        name="prelu",
        title="PReLU",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        parameters=(Parameter("weight", "1", init="quarter", symbol="a"),),
        initializer="he_uniform",
        forward=forward,
        backward=backward,
        skippable=("x", "weight"),
        formula=r"y = \max(x, 0) + a \min(x, 0)",
        explain_forward=(
            Explanation(
                "y",
                lambda m: r"a_{<~>} = z_{<~>}" if m.at("x") > 0 else r"a_{<~>} = w z_{<~>}",
                lambda m: number(m.at("x")) if m.at("x") > 0 else rf"{number(m['weight'][0])} \cdot {factor(m.at('x'))}",
                lambda m: "z is positive and passes unchanged." if m.at("x") > 0 else "z is not positive: the learned slope applies.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (upstream(), local_slope(_slope, "local slope: 1 or the learned one")),
                lambda m: f"The slope at z = {rounded(m.at('x'))} is {rounded(_slope(m), 3)}.",
            ),
            Explanation(
                "d_weight",
                r"\frac{\partial L}{\partial w} = \sum_{z \leq 0} \frac{\partial L}{\partial a}\, z",
                _negative,
                lambda m: "Every input that is not positive adds its upstream gradient times itself.",
                terms=lambda m: TermSum(tuple(TermEntries.of(name, *np.nonzero(m["x"] <= 0)) for name in ("d_y", "x"))),
            ),
        ),
    )
)
