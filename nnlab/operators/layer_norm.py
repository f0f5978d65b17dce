"""Layer norm: the features of every row are moved to mean 0 and deviation 1, then stretched and shifted by what is learned.

Ba, Kiros, Hinton, Layer Normalization (2016), equation 4; PyTorch's LayerNorm over the last axis, whose weight and bias are called
gain and shift here. Means and variances are summed in float64, so that a large mean costs float32 no digits.
"""

import math

import numpy as np

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import (
    Explanation,
    Factor,
    abridged_sum,
    constant,
    factor,
    gradient,
    number,
    product,
    shortened,
    sum_of,
    sum_of_numbers,
    sum_of_products,
)  # fmt: skip
from nnlab.core.fault import Fault, row_of_zero_variance
from nnlab.core.kernel import kernel
from nnlab.core.kernel.reductions import squares_around, wide_dot, wide_dot_of_three, wide_total
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, along_row, computed, mean_over, over_leading, over_samples, subscript


@kernel
def forward(x, gain, shift, eps, mean, deviation, normalised, y):
    """normalised = (x - mean) / sqrt(variance + eps),   y = gain * normalised + shift."""
    features = x.shape[1]
    for n in range(x.shape[0]):
        center = wide_total(x[n]) / features
        spread = math.sqrt(squares_around(x[n], center) / features + eps)
        mean[n] = center
        deviation[n] = spread
        inverse = 1.0 / spread
        for i in range(features):
            normalised[n, i] = (x[n, i] - center) * inverse
        for i in range(features):
            y[n, i] = gain[i] * normalised[n, i] + shift[i]


@kernel
def backward(gain, deviation, normalised, d_y, d_x, d_gain, d_shift):
    """With g = gain * d_y:   d_x = (g - mean(g) - normalised * mean(g * normalised)) / deviation."""
    features = d_y.shape[1]
    for n in range(d_y.shape[0]):
        if d_gain.size:
            for i in range(features):
                d_gain[i] += d_y[n, i] * normalised[n, i]
        if d_shift.size:
            for i in range(features):
                d_shift[i] += d_y[n, i]
        if d_x.size:
            level = wide_dot(gain, d_y[n]) / features
            stretch = wide_dot_of_three(gain, d_y[n], normalised[n]) / features
            inverse = 1.0 / np.float64(deviation[n])
            for i in range(features):
                d_x[n, i] += (np.float64(gain[i]) * d_y[n, i] - level - normalised[n, i] * stretch) * inverse


def _row(m, name):  # type: ignore[no-untyped-def]
    """The row of `name` in which the explained element lies."""
    return m[name][m.index[:-1]].astype(np.float64)


def _mean(m):  # type: ignore[no-untyped-def]
    row = m["x"][m.index]
    return rf"\frac{{1}}{{{len(row)}}} \left({sum_of_numbers(row)}\right)"


def _deviation(m):  # type: ignore[no-untyped-def]
    row, mean = m["x"][m.index], float(m.after["mean"][m.index])
    squares = abridged_sum(lambda k: f"({number(row[k])} - {factor(mean)})^2", row - mean)
    return rf"\sqrt{{\frac{{1}}{{{len(row)}}} \left({squares}\right) + {constant(m['eps'])}}}"


def _pull(m):  # type: ignore[no-untyped-def]
    """The three terms of the gradient, before they are divided by the deviation."""
    g, normalised = m["gain"] * _row(m, "d_y"), _row(m, "normalised")
    i = m.index[-1]
    return [float(g[i]), -float(g.mean()), -float(normalised[i] * (g * normalised).mean())]


def _scaled_and_shifted(m):  # type: ignore[no-untyped-def]
    gain = TermEntries.of("gain", m.index[-1]), TermEntries.of("normalised", *m.index)
    return TermSum(gain, last=TermEntries.of("shift", m.index[-1]))


def _distance(m):  # type: ignore[no-untyped-def]
    mean = computed(TermEntries.of("mean", *m.index[:-1]), np.negative, "(−{})")
    inverse = 1.0 / float(m.after["deviation"][m.index[:-1]])
    return TermSum((TermEntries.of("x", *m.index),), last=mean, scale=inverse, scale_text="1/s")


def _squared_distances(m):  # type: ignore[no-untyped-def]
    length, mean, eps = m["x"].shape[-1], float(m.after["mean"][m.index]), float(m["eps"])
    squares = computed(along_row("x", (*m.index, 0), length), lambda x: (x - mean) ** 2, "({} − μ)²")
    return TermSum((squares,), outcome=lambda s: math.sqrt(s / length + eps), outcome_text=f"the root of 1/{length} of it and ε")


def _through_the_jacobian(m):  # type: ignore[no-untyped-def]
    """Over the row: γ_j · upstream_j · (1 where j = i, less (1 + x̂_i x̂_j) / K), all divided by the deviation."""
    i, length, own = m.index[-1], m["d_y"].shape[-1], float(m.at("normalised"))
    symbols = [f"({'1 − ' if j == i else '−'}(1 + n{subscript(i)} n{subscript(j)})/{length})" for j in range(length)]
    row = along_row("normalised", m.index, length)
    part = computed(row, lambda x: (np.arange(length) == i) - (1.0 + own * x) / length, symbols)
    upstream = along_row("d_y", m.index, length), TermEntries.of("gain", np.arange(length))
    return TermSum((*upstream, part), scale=1.0 / float(m["deviation"][m.index[:-1]]), scale_text="1/s")


_D_GAIN, _D_SHIFT = gradient(r"\gamma", "<0>"), gradient(r"\beta", "<0>")


def _fault(values):  # type: ignore[no-untyped-def]
    row = row_of_zero_variance(values["x"].reshape(len(values["x"]), -1), (1,)) if values["eps"] == 0 else None
    return None if row is None else Fault("all its inputs are equal and eps is 0: a division by 0", "set eps above 0, as to 1e−5", row)


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    return Doubt("normalises a single feature, so its output is the same for every sample.") if shapes["x"][-1] == 1 else None


register(
    Operator(
        name="layer_norm",
        title="Layer norm",
        category="Normalisation",
        inputs=(Tensor("x", "... features"),),
        parameters=(Parameter("gain", "features", init="ones", symbol="γ"), Parameter("shift", "features", symbol="β")),
        outputs=(Tensor("y", "... features"),),
        saved=(Tensor("mean", "..."), Tensor("deviation", "..."), Tensor("normalised", "... features")),
        settings=(
            Setting(
                "eps",
                1e-5,
                "ε",
                "Added to the variance, so that a row of equal numbers is not divided by 0",
                minimum=0.0,
                maximum=1.0,
                logarithmic=True,
            ),
        ),
        doubt=_doubt,
        forward=forward,
        fault=_fault,
        backward=backward,
        rows_apart=True,
        skippable=("x", "gain", "shift"),
        formula=r"y = \gamma\, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta",
        explain_forward=(
            Explanation(
                "y",
                r"y_{<~>} = \gamma_{<-1>}\, \hat{x}_{<~>} + \beta_{<-1>}",
                lambda m: sum_of(
                    [rf"{number(m['gain'][m.index[-1]])} \cdot {factor(m.wrote('normalised'))}", number(m["shift"][m.index[-1]])]
                ),
                lambda m: "The normalised value is scaled and shifted by the learned gain and shift of this feature.",
                terms=_scaled_and_shifted,
            ),
            Explanation(
                "normalised",
                r"\hat{x}_{<~>} = \frac{x_{<~>} - \mu}{s}",
                lambda m: (
                    rf"\frac{{{number(m.at('x'))} - {factor(m.after['mean'][m.index[:-1]])}}}"
                    rf"{{{number(m.after['deviation'][m.index[:-1]])}}}"
                ),
                lambda m: "The distance from the row's mean, in standard deviations.",
                terms=_distance,
            ),
            Explanation(
                "mean",
                r"\mu = \frac{1}{K} \sum_i x_i",
                _mean,
                lambda m: "The mean of the features of one row." + shortened(m["x"].shape[-1]),
                terms=lambda m: mean_over(along_row("x", (*m.index, 0), m["x"].shape[-1])),
            ),
            Explanation(
                "deviation",
                r"s = \sqrt{\frac{1}{K} \sum_i (x_i - \mu)^2 + \epsilon}",
                _deviation,
                lambda m: "How far the features of one row lie from their mean." + shortened(m["x"].shape[-1]),
                terms=_squared_distances,
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("x"),
                (
                    Factor(
                        "one over the deviation",
                        r"\frac{1}{s}",
                        lambda m: rf"\frac{{1}}{{{number(m['deviation'][m.index[:-1]])}}}",
                        lambda m: 1 / float(m["deviation"][m.index[:-1]]),
                    ),
                    Factor(
                        "gradient through the normalisation",
                        r"\left(g_{<~>} - \overline{g} - \hat{x}_{<~>} \overline{g \hat{x}}\right)",
                        lambda m: f"({sum_of([number(term) for term in _pull(m)])})",
                        lambda m: sum(_pull(m)),
                    ),
                ),
                lambda m: (
                    "With g = γ · upstream: shifting or scaling the whole row does not change the output, so these two parts of g "
                    "are subtracted."
                ),
                terms=_through_the_jacobian,
            ),
            Explanation(
                "d_gain",
                rf"{_D_GAIN} = \sum_n {gradient('y', 'n<0>')}\, \hat{{x}}_{{n<0>}}",
                lambda m: sum_of_products(m["d_y"][..., m.index[0]].ravel(), m["normalised"][..., m.index[0]].ravel()),
                lambda m: "Each row adds its upstream gradient times the normalised value." + shortened(m["d_y"][..., 0].size),
                terms=lambda m: over_samples("d_y", "normalised", m["d_y"].shape, m.index[0], m.index[0]),
            ),
            Explanation(
                "d_shift",
                rf"{_D_SHIFT} = \sum_n {gradient('y', 'n<0>')}",
                lambda m: sum_of_numbers(m["d_y"][..., m.index[0]].ravel()),
                lambda m: (
                    "The shift is added to y, so its gradient is the sum of the upstream gradients." + shortened(m["d_y"][..., 0].size)
                ),
                terms=lambda m: over_leading("d_y", m["d_y"].shape, m.index[0]),
            ),
        ),
    )
)
