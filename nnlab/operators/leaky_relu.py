"""Leaky ReLU: like ReLU, but a negative input keeps a small slope, y = x or slope * x.

Maas, Hannun, Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models (2013). At 0 the derivative is the slope, as
in PyTorch.
"""

from nnlab.core.explanation import Explanation, factor, number
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor


@kernel
def forward(x, negative_slope, y):
    for i in range(x.size):
        y[i] = x[i] if x[i] > 0.0 else negative_slope * x[i]


@kernel
def backward(x, negative_slope, d_y, d_x):
    """d_x = d_y where x > 0, else slope * d_y."""
    for i in range(x.size):
        d_x[i] += d_y[i] if x[i] > 0.0 else negative_slope * d_y[i]


register(
    Operator(
        name="leaky_relu",
        title="Leaky ReLU",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        settings=(Setting("negative_slope", 0.01, "Negative slope", "Slope for negative inputs", minimum=0.0, maximum=1.0),),
        forward=forward,
        backward=backward,
        formula=r"y = \max(x,\, s x)",
        explain_forward=(
            Explanation(
                "y",
                r"a = z \;\mathrm{if}\; z > 0 \;\mathrm{else}\; s z",
                lambda m: number(m.at("x")) if m.at("x") > 0 else rf"{number(m['negative_slope'])} \cdot {factor(m.at('x'))}",
                lambda m: "z is positive and passes unchanged." if m.at("x") > 0 else "z is negative: only the small slope passes.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \cdot (1 \;\mathrm{if}\; z > 0 \;\mathrm{else}\; s)",
                lambda m: rf"{factor(m.at('d_y'))} \cdot {'1' if m.at('x') > 0 else number(m['negative_slope'])}",
                lambda m: "The local slope is 1." if m.at("x") > 0 else "z is negative: the gradient shrinks by the small slope.",
            ),
        ),
    )
)
