"""Rescale: every number times a chosen factor plus a chosen offset, y = c x + d.

Behind the last layer of a network that predicts a number, it leads outputs around 0 and 1 to the target's own unit, with the target's
standard deviation as the factor and its mean as the offset: the weights need not grow to reach a target in the thousands. Keras' Rescaling
layer computes the same.
"""

from nnlab.core.explanation import Explanation, constant, factor, gradient, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.written import setting_value

FARTHEST = 1e30  # within float32, with room for the outputs


@kernel
def forward(x, factor, offset, y):
    for i in range(x.size):
        y[i] = factor * x[i] + offset


@kernel
def backward(factor, d_y, d_x):
    """d_x = c d_y."""
    for i in range(d_y.size):
        d_x[i] += factor * d_y[i]


def _summary(settings):  # type: ignore[no-untyped-def]
    sign = "−" if float(settings["offset"]) < 0 else "+"
    return f"× {setting_value(settings['factor'])} {sign} {setting_value(abs(float(settings['offset'])))}"


register(
    Operator(
        name="rescale",
        title="Rescale",
        category="Shape",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        settings=(
            Setting("factor", 1.0, "Factor", "Every value is multiplied by this", minimum=-FARTHEST, maximum=FARTHEST),
            Setting("offset", 0.0, "Offset", "Is added to every product", minimum=-FARTHEST, maximum=FARTHEST),
        ),
        blocks=lambda settings: settings["factor"] == 0.0,
        forward=forward,
        backward=backward,
        rows_apart=True,
        summary=_summary,
        formula=r"y = c\, x + d",
        explain_forward=(
            Explanation(
                "y",
                r"y_{<~>} = c \cdot x_{<~>} + d",
                lambda m: sum_of([rf"{constant(m['factor'])} \cdot {factor(m.at('x'))}", constant(m["offset"])]),
                lambda m: "The value is multiplied by the factor, and the offset is added.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                rf"{gradient('x')} = c \cdot {gradient('y')}",
                lambda m: rf"{constant(m['factor'])} \cdot {factor(m.at('d_y'))}",
                lambda m: "The gradient is multiplied by the factor; the offset does not change it.",
            ),
        ),
    )
)
