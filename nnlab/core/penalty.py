"""Penalties: large weights of a layer cost something, l1 * sum |w| + l2 * sum w^2 added to the loss.

Goodfellow, Bengio, Courville, Deep Learning (2016), section 7.1 (there with l2 / 2; here as in Keras, whose settings have these
names). An operator that lists parameters in `penalized` takes `PENALTIES` among its settings; the compiler then adds these two
kernels to the program for every node where one of the two is not 0. Unlike an optimiser's weight decay, a penalty is part of the
loss that is shown, of its gradient, and of every step through it.
"""

from nnlab.core.explanation import Explanation, constant, factor, number, sum_of
from nnlab.core.kernel import as_real, kernel
from nnlab.core.operator import Operator, register_inner
from nnlab.core.setting import Setting
from nnlab.core.tensor import Parameter, Tensor

PENALTIES = (
    Setting(
        "l1",
        0.0,
        "L1 penalty",
        "Adds this times the sum of |w| to the loss; drives weights to exactly 0",
        minimum=0.0,
        maximum=100.0,
        logarithmic=True,
    ),
    Setting(
        "l2",
        0.0,
        "L2 penalty",
        "Adds this times the sum of w² to the loss; keeps weights small",
        minimum=0.0,
        maximum=100.0,
        logarithmic=True,
    ),
)


@kernel
def forward(weight, l1, l2, loss):
    sizes = 0.0
    squares = 0.0
    for i in range(weight.size):
        sizes += abs(weight[i])
        squares += weight[i] * weight[i]
    loss[0] += l1 * sizes + l2 * squares


@kernel
def backward(weight, l1, l2, d_weight):
    """d_w = l1 * sign(w) + 2 * l2 * w; the slope of |w| at 0 is taken as 0, as PyTorch does."""
    for i in range(weight.size):
        sign = as_real(weight, (weight[i] > 0.0) - (weight[i] < 0.0))
        d_weight[i] += l1 * sign + 2.0 * l2 * weight[i]


def _symbols(m):  # type: ignore[no-untyped-def]
    terms = [r"\lambda_1 \sum |w|"] if m["l1"] else []
    return " + ".join(["L", *terms, *([r"\lambda_2 \sum w^2"] if m["l2"] else [])])


def _cost(m):  # type: ignore[no-untyped-def]
    weight = m["weight"].astype("float64")
    terms = [number(m.at("loss"))]
    if m["l1"]:
        terms.append(rf"{constant(m['l1'])} \cdot {number(abs(weight).sum())}")
    if m["l2"]:
        terms.append(rf"{constant(m['l2'])} \cdot {number((weight * weight).sum())}")
    return sum_of(terms)


def _sign(m):  # type: ignore[no-untyped-def]
    return int(m.at("weight") > 0) - int(m.at("weight") < 0)


def _pull_symbols(m):  # type: ignore[no-untyped-def]
    terms = [r"\lambda_1\, \mathrm{sign}(w_{<*>})"] if m["l1"] else []
    return " + ".join([*terms, *([r"2 \lambda_2 w_{<*>}"] if m["l2"] else [])])


def _pull(m):  # type: ignore[no-untyped-def]
    terms = [rf"{constant(m['l1'])} \cdot {factor(_sign(m))}"] if m["l1"] else []
    if m["l2"]:
        terms.append(rf"2 \cdot {constant(m['l2'])} \cdot {factor(m.at('weight'))}")
    return sum_of(terms)


PENALTY = register_inner(
    Operator(
        name="penalty",
        title="Penalty",
        category="Losses",
        parameters=(Parameter("weight", "..."),),
        outputs=(Tensor("loss", "1"),),
        settings=PENALTIES,
        forward=forward,
        backward=backward,
        formula=r"L + \lambda_1 \sum |w| + \lambda_2 \sum w^2",
        explain_forward=(
            Explanation(
                "loss",
                lambda m: rf"L \leftarrow {_symbols(m)}",
                _cost,
                lambda m: "The penalty on this layer's weights is added to the loss.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_weight",
                lambda m: rf"\frac{{\partial L}}{{\partial w_{{<*>}}}} = {_pull_symbols(m)}",
                _pull,
                lambda m: "The penalty pulls the weight towards 0.",
            ),
        ),
    )
)
