"""Softmax: scores to probabilities along the last axis, y_i = exp(x_i) / sum_j exp(x_j).

Bridle (1990); the row's maximum is subtracted first, which changes nothing but keeps exp finite. A classifier trained with
cross_entropy needs no softmax before it: that loss takes logits.
"""

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, Factor, abridged_sum, gradient, number, product, shortened, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.kernel.limits import subtract_highest
from nnlab.core.kernel.mathematics import exp_of_negative
from nnlab.core.kernel.reductions import total
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.term_sum import TermEntries, TermSum, along_row, computed, share_of_exponentials, subscript


@kernel
def forward(x, y):
    for n in range(x.shape[0]):
        highest = x[n, 0]
        for i in range(1, x.shape[1]):
            highest = max(highest, x[n, i])
        subtract_highest(x, n, highest, y)
        for i in range(x.shape[1]):
            y[n, i] = exp_of_negative(y[n, i])
        sum_of_exponentials = total(y[n])
        for i in range(x.shape[1]):
            y[n, i] /= sum_of_exponentials


@kernel
def backward(y, d_y, d_x):
    """d_x_i = y_i * (d_y_i - sum_j d_y_j y_j)."""
    for n in range(y.shape[0]):
        mean = 0.0
        for i in range(y.shape[1]):
            mean += d_y[n, i] * y[n, i]
        for i in range(y.shape[1]):
            d_x[n, i] += y[n, i] * (d_y[n, i] - mean)


def _share_of_exponentials(m):  # type: ignore[no-untyped-def]
    row = m["x"][m.index[:-1]]
    total = abridged_sum(lambda k: f"e^{{{number(row[k])}}}", row - row.min() + 1)
    return rf"\frac{{e^{{{number(m.at('x'))}}}}}{{{total}}}"


def _mean(m):  # type: ignore[no-untyped-def]
    """The upstream gradient of the row, weighted by its probabilities."""
    return float((m["d_y"][m.index[:-1]] * m["y"][m.index[:-1]]).sum())


def _through_the_jacobian(m):  # type: ignore[no-untyped-def]
    """Every upstream gradient times its place in the row of the Jacobian, p_i where j = i and -p_i p_j everywhere."""
    length, own, name = m["y"].shape[-1], float(m.at("y")), f"y{subscript(m.index[-1])}"
    others = computed(along_row("y", m.index, length), lambda y: -own * y, f"(−{name} {{}})")
    return TermSum(
        (TermEntries.of("d_y", *m.index), TermEntries.of("y", *m.index)), further=((along_row("d_y", m.index, length), others),)
    )


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    return Doubt("has a single input, so its output is always 1.") if shapes["x"][-1] == 1 else None


register(
    Operator(
        name="softmax",
        title="Softmax",
        category="Activations",
        inputs=(Tensor("x", "... features"),),
        outputs=(Tensor("y", "... features"),),
        bounds=(0.0, 1.0),
        computes_link="softmax",
        doubt=_doubt,
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
        explain_forward=(
            Explanation(
                "y",
                r"p_{<~>} = \frac{e^{z_{<~>}}}{\sum_j e^{z_{<~j>}}}",
                _share_of_exponentials,
                lambda m: "Every score's exponential is divided by the sum of all, so that they add up to 1." + shortened(m["x"].shape[-1]),
                terms=lambda m: share_of_exponentials("x", m.index, m["x"][m.index[:-1]]),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (
                    Factor("probability", "p_{<~>}", lambda m: number(m.at("y")), lambda m: m.at("y")),
                    Factor(
                        "upstream above the mean",
                        rf"\left({gradient('p')} - \sum_j {gradient('p', '<~j>')}\, p_{{<~j>}}\right)",
                        lambda m: f"({sum_of([number(m.at('d_y')), number(-_mean(m))])})",
                        lambda m: m.at("d_y") - _mean(m),
                    ),
                ),
                lambda m: "Raising one score lowers every other probability, so the mean of the upstream gradient is subtracted.",
                terms=_through_the_jacobian,
            ),
        ),
    )
)
