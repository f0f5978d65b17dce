"""Dropout: while training, every number is left out with probability p, and the others grow by 1 / (1 - p) to keep the mean.

Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting (2014), in the inverted form of PyTorch's Dropout:
a prediction is computed without it. Which numbers are left out is a function of the run's seed, the node, the iteration, the batch within
it (where an update takes several), the row of the batch and the element, so that any iteration can be replayed.
"""

from nnlab.core.explanation import Explanation, Factor, constant, factor, gradient, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.kernel.random_numbers import random_bits, uniform
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded, setting_value


@kernel
def forward(x, p, seed, stream, iteration, accumulated, training, mask, y):
    """y = mask * x, each element of the mask 0 with probability p and else 1 / (1 - p); y = x when it is not training."""
    if training == 0:
        for i in range(x.size):
            y[i] = x[i]
        return
    key = random_bits(seed, stream, iteration)
    if accumulated > 0:
        key = random_bits(key, stream, accumulated)
    kept = 1.0 / (1.0 - p) if p < 1.0 else 0.0
    for i in range(x.size):
        mask[i] = kept if uniform(key, i) >= p else 0.0
        y[i] = mask[i] * x[i]


@kernel
def backward(mask, d_y, d_x):
    """d_x = mask * d_y."""
    for i in range(d_y.size):
        d_x[i] += mask[i] * d_y[i]


def _factor(m):  # type: ignore[no-untyped-def]
    """The mask's element with numbers."""
    if not m.after["mask"][m.index]:
        return "0"
    return rf"\frac{{1}}{{1 - {constant(m['p'])}}}" if "p" in m.before else number(m.at("mask"))


_MASK = Factor("mask", "m_{<~>}", _factor, lambda m: float(m.after["mask"][m.index]))


def _fate(m):  # type: ignore[no-untyped-def]
    if m.after["mask"][m.index]:
        return f"The value is kept and scaled up, because a share of {rounded(m['p'], 3)} of all values is set to 0."
    return "The value is set to 0 in this iteration."


register(
    Operator(
        name="dropout",
        title="Dropout",
        category="Normalisation",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        saved=(Tensor("mask", "..."),),
        settings=(Setting("p", 0.5, "Probability", "Share of the values set to 0 in every training iteration", minimum=0.0, maximum=1.0),),
        keeps_whole=True,
        blocks=lambda settings: settings["p"] == 1.0,
        forward=forward,
        backward=backward,
        summary=lambda s: f"p = {setting_value(s['p'])}",
        formula=r"y = m \cdot x, \quad m = 0 \;\mathrm{or}\; \frac{1}{1 - p}",
        explain_forward=(
            product("y", "y_{<~>}", (_MASK, Factor("input", "x_{<~>}", lambda m: factor(m.at("x")), lambda m: m.at("x"))), _fate),
            Explanation("mask", lambda m: "m_{<~>} = " + ("0" if not m.wrote("mask") else r"\frac{1}{1 - p}"), _factor, _fate),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("x"),
                (_MASK, upstream("y")),
                lambda m: (
                    "The value was kept, so its gradient is scaled up by the same factor."
                    if m.at("mask")
                    else "The value was set to 0, so its gradient is 0."
                ),
            ),
        ),
    )
)
