"""Sine: a periodic activation, y = sin(omega x).

Sitzmann et al., Implicit Neural Representations with Periodic Activation Functions (SIREN, 2020), equation 3.
"""

import math

from nnlab.core.explanation import Explanation, constant, factor, gradient, local_slope, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded


@kernel
def forward(x, omega, y):
    for i in range(x.size):
        y[i] = math.sin(omega * x[i])


@kernel
def backward(x, omega, d_y, d_x):
    """d_x = d_y omega cos(omega x)."""
    for i in range(x.size):
        d_x[i] += d_y[i] * omega * math.cos(omega * x[i])


def _slope(m):  # type: ignore[no-untyped-def]
    return m["omega"] * math.cos(m["omega"] * m.at("x"))


def _numbers(m):  # type: ignore[no-untyped-def]
    if m["omega"] == 1:
        return rf"\sin({number(m.at('x'))})"
    return rf"\sin({constant(m['omega'])} \cdot {factor(m.at('x'))})"


register(
    Operator(
        name="sine",
        title="Sine",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        settings=(Setting("omega", 1.0, "ω", "Frequency ω of the sine", minimum=1e-3, maximum=1e3),),
        bounds=(-1.0, 1.0),
        aliases=("sin",),
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \sin(\omega x)",
        explain_forward=(
            Explanation(
                "y",
                lambda m: r"a_{<~>} = \sin z_{<~>}" if m["omega"] == 1 else r"a_{<~>} = \sin(\omega z_{<~>})",
                _numbers,
                lambda m: "The output is the sine of ω z.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (upstream(), local_slope(_slope, "local slope: ω cos(ω z)")),
                lambda m: f"The slope of the sine at z = {rounded(m.at('x'))} is {rounded(_slope(m), 3)}.",
            ),
        ),
    )
)
