"""SiLU, also called Swish: the input times its own sigmoid, y = x sigma(x).

Elfwing, Uchibe, Doya, Sigmoid-Weighted Linear Units (2018); PyTorch's SiLU.
"""

import math

from nnlab.core.explanation import Explanation, gradient, local_slope, number, product, upstream
from nnlab.core.kernel import as_real, kernel
from nnlab.core.kernel.mathematics import sigmoid
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded

FAR = 1e30  # as good as infinity, but 0 times it is 0


@kernel
def forward(x, y):
    far = as_real(x, FAR)
    for i in range(x.size):
        y[i] = max(x[i], -far) * sigmoid(x[i])


@kernel
def backward(x, d_y, d_x):
    """d_x = d_y s (1 + x (1 - s)) with s = sigma(x)."""
    far = as_real(x, FAR)
    for i in range(x.size):
        s = sigmoid(x[i])
        d_x[i] += d_y[i] * s * (1.0 + min(max(x[i], -far), far) * (1.0 - s))


def _slope(m):  # type: ignore[no-untyped-def]
    z = m.at("x")
    s = 1 / (1 + math.exp(-z)) if z > -700 else 0.0
    return s * (1 + z * (1 - s))


register(
    Operator(
        name="silu",
        title="SiLU",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        bounds=(-0.2785, math.inf),
        saturates=True,
        initializer="he_uniform",
        aliases=("swish",),
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = x\, \sigma(x)",
        explain_forward=(
            Explanation(
                "y",
                r"a_{<~>} = z_{<~>} \cdot \sigma(z_{<~>})",
                lambda m: rf"{number(m.at('x'))} \cdot \sigma({number(m.at('x'))})",
                lambda m: "z is multiplied by its own sigmoid: large values pass, very negative ones become almost 0.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (upstream(), local_slope(_slope, "local slope of SiLU")),
                lambda m: f"The slope of SiLU at z = {rounded(m.at('x'))} is {rounded(_slope(m), 3)}.",
            ),
        ),
    )
)
