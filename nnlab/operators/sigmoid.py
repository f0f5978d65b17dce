"""Sigmoid: an S-curve from 0 to 1, y = 1 / (1 + exp(-x)).

Rumelhart, Hinton, Williams, Learning representations by back-propagating errors (1986), equation 2. The derivative is
written by the output: y (1 - y).
"""

from nnlab.core.explanation import Explanation, Factor, gradient, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.kernel.mathematics import sigmoid
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded


@kernel
def forward(x, y):
    for i in range(x.size):
        y[i] = sigmoid(x[i])


@kernel
def backward(y, d_y, d_x):
    """d_x = d_y * y * (1 - y)."""
    for i in range(y.size):
        d_x[i] += d_y[i] * y[i] * (1.0 - y[i])


register(
    Operator(
        name="sigmoid",
        title="sigmoid",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        bounds=(0.0, 1.0),
        saturates=True,
        computes_link="sigmoid",
        aliases=("logistic",),
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \frac{1}{1 + e^{-x}}",
        explain_forward=(
            Explanation(
                "y",
                r"a_{<~>} = \frac{1}{1 + e^{-z_{<~>}}}",
                lambda m: rf"\frac{{1}}{{1 + e^{{{number(-m.at('x'))}}}}}",
                lambda m: "z is mapped to the range from 0 to 1.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (
                    upstream(),
                    Factor(
                        "local slope of sigmoid",
                        "a_{<~>} (1 - a_{<~>})",
                        lambda m: rf"{number(m.at('y'))} \cdot (1 - {number(m.at('y'))})",
                        lambda m: m.at("y") * (1 - m.at("y")),
                    ),
                ),
                lambda m: f"The sigmoid's slope is {rounded(m.at('y') * (1 - m.at('y')), 2)} here; nowhere is it more than 0.25.",
            ),
        ),
    )
)
