"""Log-softmax: the logarithm of softmax along the last axis, y_i = x_i - log sum_j exp(x_j), without its overflow.

The row's maximum is subtracted first (Blanchard, Higham, Higham, Accurately Computing the Log-Sum-Exp (2021)); PyTorch's LogSoftmax.
"""

import math

import numpy as np

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, abridged_sum, factor, gradient, number, shortened, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.kernel.limits import subtract_highest
from nnlab.core.kernel.mathematics import exp
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.term_sum import TermEntries, TermSum, along_row, computed, exponentials, subscript


@kernel
def forward(x, y):
    for n in range(x.shape[0]):
        highest = x[n, 0]
        for i in range(1, x.shape[1]):
            highest = max(highest, x[n, i])
        total = 0.0
        subtract_highest(x, n, highest, y)
        for i in range(x.shape[1]):
            total += exp(y[n, i])
        shift = math.log(total)
        for i in range(x.shape[1]):
            y[n, i] -= shift


@kernel
def backward(y, d_y, d_x):
    """d_x_i = d_y_i - exp(y_i) sum_j d_y_j."""
    for n in range(y.shape[0]):
        total = 0.0
        for i in range(y.shape[1]):
            total += d_y[n, i]
        for i in range(y.shape[1]):
            d_x[n, i] += d_y[n, i] - exp(y[n, i]) * total


def _numbers(m):  # type: ignore[no-untyped-def]
    row = m["x"][m.index[:-1]]
    total = abridged_sum(lambda k: f"e^{{{number(row[k])}}}", row - row.min() + 1)
    return rf"{number(m.at('x'))} - \log({total})"


def _log_of_sum(m):  # type: ignore[no-untyped-def]
    """The exponentials that the logarithm is taken of the sum of."""
    entries, taken = exponentials("x", m.index, m["x"][m.index[:-1]])
    own = float(m.at("x")) - taken
    return TermSum((entries,), outcome=lambda s: own - math.log(s) if s > 0 else math.inf, outcome_text=f"{own:.4g} − log of it")


def _sent_back(m):  # type: ignore[no-untyped-def]
    """The own upstream gradient, then every one of the row times -p_i."""
    own, upstream = math.exp(m.at("y")), along_row("d_y", m.index, m["y"].shape[-1])
    others = computed(upstream, lambda d: np.full_like(d, -own), f"(−p{subscript(m.index[-1])})")
    return TermSum((TermEntries.of("d_y", *m.index),), further=((upstream, others),))


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    return Doubt("has a single input, so its output is always 0.") if shapes["x"][-1] == 1 else None


register(
    Operator(
        name="log_softmax",
        title="Log-softmax",
        category="Activations",
        inputs=(Tensor("x", "... features"),),
        outputs=(Tensor("y", "... features"),),
        bounds=(-math.inf, 0.0),
        idempotent=True,
        doubt=_doubt,
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y_i = x_i - \log \sum_j e^{x_j}",
        explain_forward=(
            Explanation(
                "y",
                r"\log p_{<~>} = z_{<~>} - \log \sum_j e^{z_{<~j>}}",
                _numbers,
                lambda m: "The logarithm of the share this score's exponential has in the sum of all." + shortened(m["x"].shape[-1]),
                terms=_log_of_sum,
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                rf"{gradient('z')} = {gradient('y')} - p_{{<~>}} \sum_j {gradient('y', '<~j>')}",
                lambda m: sum_of([number(m.at("d_y")), rf"-{number(math.exp(m.at('y')))} \cdot {factor(m['d_y'][m.index[:-1]].sum())}"]),
                lambda m: "Raising one score lowers the logarithms of all others by its probability.",
                terms=_sent_back,
            ),
        ),
    )
)
