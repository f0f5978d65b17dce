"""Scale: every number times a chosen factor, y = c x.

In attention the scores are scaled by 1 / sqrt(features) (Vaswani et al., Attention Is All You Need (2017), equation 1).
"""

from nnlab.core.explanation import Explanation, constant, factor, gradient
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.written import setting_value


@kernel
def forward(x, factor, y):
    for i in range(x.size):
        y[i] = factor * x[i]


@kernel
def backward(factor, d_y, d_x):
    """d_x = c d_y."""
    for i in range(d_y.size):
        d_x[i] += factor * d_y[i]


register(
    Operator(
        name="scale",
        title="Scale",
        category="Shape",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        settings=(Setting("factor", 1.0, "Factor", "Every value is multiplied by this", minimum=-1e6, maximum=1e6),),
        blocks=lambda settings: settings["factor"] == 0.0,
        forward=forward,
        backward=backward,
        rows_apart=True,
        summary=lambda s: f"× {setting_value(s['factor'])}",
        formula=r"y = c\, x",
        explain_forward=(
            Explanation(
                "y",
                r"y_{<~>} = c \cdot x_{<~>}",
                lambda m: rf"{constant(m['factor'])} \cdot {factor(m.at('x'))}",
                lambda m: "The value is multiplied by the factor.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                rf"{gradient('x')} = c \cdot {gradient('y')}",
                lambda m: rf"{constant(m['factor'])} \cdot {factor(m.at('d_y'))}",
                lambda m: "The gradient is multiplied by the same factor.",
            ),
        ),
    )
)
