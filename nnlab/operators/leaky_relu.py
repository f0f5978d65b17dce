"""Leaky ReLU: like ReLU, but a negative input keeps a small slope, y = x or slope * x.

Maas, Hannun, Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models (2013). At 0 the derivative is the slope, as
in PyTorch.
"""

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, Factor, constant, factor, gradient, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded


@kernel
def forward(x, negative_slope, y):
    for i in range(x.size):
        y[i] = x[i] if x[i] > 0.0 else negative_slope * x[i]


@kernel
def backward(x, negative_slope, d_y, d_x):
    """d_x = d_y where x > 0, else slope * d_y."""
    for i in range(x.size):
        d_x[i] += d_y[i] if x[i] > 0.0 else negative_slope * d_y[i]


def _slope(m):  # type: ignore[no-untyped-def]
    return 1.0 if m.at("x") > 0 else float(m["negative_slope"])


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    if settings["negative_slope"] == 1:
        return Doubt("passes every input unchanged with a negative slope of 1.", {"negative_slope": 0.01})
    return None


register(
    Operator(
        name="leaky_relu",
        title="Leaky ReLU",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        settings=(Setting("negative_slope", 0.01, "Negative slope", "Slope for negative inputs", minimum=0.0, maximum=1.0),),
        initializer="he_uniform",
        aliases=("lrelu", "leakyrelu", "leaky"),
        doubt=_doubt,
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \max(x,\, s x)",
        explain_forward=(
            Explanation(
                "y",
                r"a_{<~>} = \max(z_{<~>},\, s z_{<~>})",
                lambda m: rf"\max({number(m.at('x'))},\, {constant(m['negative_slope'])} \cdot {factor(m.at('x'))})",
                lambda m: "z is positive and passes unchanged." if m.at("x") > 0 else "z is not positive: only the small slope s passes.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (
                    upstream(),
                    Factor("local slope: 1 or s", "f'(z_{<~>})", lambda m: constant(_slope(m)), lambda m: _slope(m)),
                ),
                lambda m: (
                    "z is positive, where the slope is 1."
                    if m.at("x") > 0
                    else f"z is not positive: the slope is s = {rounded(_slope(m), 3)}."
                ),
            ),
        ),
    )
)
