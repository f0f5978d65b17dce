"""Batch norm: every feature (or channel of an image) is moved to mean 0 and deviation 1 over the batch, then stretched and shifted.

Ioffe, Szegedy, Batch Normalization (2015), algorithm 1; PyTorch's BatchNorm1d and BatchNorm2d, whose weight and bias are called gain
and shift here. The first axis behind the batch holds the features; what follows it (places) counts like further samples. While
training, mean and variance are the batch's own; a prediction uses running means of them, kept with `momentum` and, as in PyTorch, from
the variance divided by count - 1. Both are summed in float64, so that a large mean costs float32 no digits.
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
from nnlab.core.kernel import as_real, kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, computed, mean_over, subscript


@kernel
def forward(x, gain, shift, running_mean, running_variance, eps, training, mean, variance, normalised, y):
    """normalised = (x - mean) / sqrt(variance + eps),   y = gain * normalised + shift."""
    samples, features, places = x.shape
    count = samples * places
    for f in range(features):
        center = np.float64(running_mean[f])
        spread = np.float64(running_variance[f])
        if training:
            total = np.float64(0)
            for n in range(samples):
                for k in range(places):
                    total += x[n, f, k]
            center = total / count
            squares = np.float64(0)
            for n in range(samples):
                for k in range(places):
                    squares += (x[n, f, k] - center) * (x[n, f, k] - center)
            spread = squares / count
            mean[f] = center
            variance[f] = spread
        inverse = 1.0 / math.sqrt(spread + eps)
        for n in range(samples):
            for k in range(places):
                normalised[n, f, k] = (x[n, f, k] - center) * inverse
                y[n, f, k] = gain[f] * normalised[n, f, k] + shift[f]


@kernel
def backward(gain, eps, variance, normalised, d_y, d_x, d_gain, d_shift):
    """d_x = gain * (d_y - mean(d_y) - normalised * mean(d_y * normalised)) / sqrt(variance + eps), the means over batch and places."""
    samples, features, places = d_y.shape
    count = samples * places
    for f in range(features):
        level = np.float64(0)
        stretch = np.float64(0)
        for n in range(samples):
            for k in range(places):
                level += d_y[n, f, k]
                stretch += np.float64(d_y[n, f, k]) * normalised[n, f, k]
        if d_gain.size:
            d_gain[f] += stretch
        if d_shift.size:
            d_shift[f] += level
        if d_x.size:
            level /= count
            stretch /= count
            slope = gain[f] / math.sqrt(np.float64(variance[f]) + eps)
            for n in range(samples):
                for k in range(places):
                    d_x[n, f, k] += slope * (d_y[n, f, k] - level - normalised[n, f, k] * stretch)


@kernel
def update(x, momentum, mean, variance, running_mean, running_variance):
    """running = (1 - momentum) * running + momentum * batch; of one value alone no variance can be told."""
    count = x.shape[0] * x.shape[2]
    for f in range(x.shape[1]):
        running_mean[f] = (1.0 - momentum) * running_mean[f] + momentum * mean[f]
    if count > 1:
        unbiased = as_real(x, count / (count - 1))
        for f in range(x.shape[1]):
            running_variance[f] = (1.0 - momentum) * running_variance[f] + momentum * unbiased * variance[f]


def _of_feature(m, name, feature):  # type: ignore[no-untyped-def]
    """All numbers of one feature in the batch."""
    return m[name][:, feature].ravel().astype(np.float64)


def _entries(m, name, feature):  # type: ignore[no-untyped-def]
    """All places of one feature in the batch."""
    batch, *places = m.after[name][:, 0].shape
    found = np.indices((batch, *places)).reshape(1 + len(places), -1)
    return TermEntries.of(name, found[0], feature, *found[1:])


def _over_feature(m, *names):  # type: ignore[no-untyped-def]
    """The sum over all numbers of the explained feature in the batch, those of several tensors multiplied."""
    return TermSum(tuple(_entries(m, name, m.index[0]) for name in names))


def _scaled_and_shifted(m):  # type: ignore[no-untyped-def]
    gain = TermEntries.of("gain", m.index[1]), TermEntries.of("normalised", *m.index)
    return TermSum(gain, last=TermEntries.of("shift", m.index[1]))


def _distance(m):  # type: ignore[no-untyped-def]
    mean = computed(TermEntries.of("mean", m.index[1]), np.negative, "(−{})")
    inverse = 1.0 / math.sqrt(float(m.after["variance"][m.index[1]]) + float(m["eps"]))
    return TermSum((TermEntries.of("x", *m.index),), last=mean, scale=inverse, scale_text="1/√(σ² + ε)")


def _squared_distances(m):  # type: ignore[no-untyped-def]
    mean = float(m.after["mean"][m.index])
    return mean_over(computed(_entries(m, "x", m.index[0]), lambda x: (x - mean) ** 2, "({} − μ)²"))


def _through_the_jacobian(m):  # type: ignore[no-untyped-def]
    """Over the feature: upstream · (1 where it is the explained number, less (1 + x̂ x̂') / N), all times γ over the deviation."""
    found, own = _entries(m, "normalised", m.index[1]), float(m.at("normalised"))
    count = len(found)
    places = [found.place(k) for k in range(count)]
    is_own = np.array([place == m.index for place in places])
    own_name = f"n{subscript(m.index[0])}"
    symbols = [
        f"({'1 − ' if each else '−'}(1 + {own_name} n{subscript(place[0])})/{count})" for each, place in zip(is_own, places, strict=True)
    ]
    part = computed(found, lambda x: is_own - (1.0 + own * x) / count, symbols)
    return TermSum((_entries(m, "d_y", m.index[1]), part), scale=_slope(m), scale_text="γ/√(σ² + ε)")


def _mean(m):  # type: ignore[no-untyped-def]
    values = _of_feature(m, "x", m.index[0])
    return rf"\frac{{1}}{{{len(values)}}} \left({sum_of_numbers(values)}\right)"


def _variance(m):  # type: ignore[no-untyped-def]
    values, mean = _of_feature(m, "x", m.index[0]), float(m.after["mean"][m.index])
    squares = abridged_sum(lambda k: f"({number(values[k])} - {factor(mean)})^2", values - mean)
    return rf"\frac{{1}}{{{len(values)}}} \left({squares}\right)"


def _root(m, variance):  # type: ignore[no-untyped-def]
    return rf"\sqrt{{{number(variance)} + {constant(m['eps'])}}}"


def _slope(m):  # type: ignore[no-untyped-def]
    return float(m["gain"][m.index[1]] / math.sqrt(float(m["variance"][m.index[1]]) + float(m["eps"])))


def _pull(m):  # type: ignore[no-untyped-def]
    """The three terms of the gradient, before they are stretched."""
    d_y, normalised = _of_feature(m, "d_y", m.index[1]), _of_feature(m, "normalised", m.index[1])
    return [m.at("d_y"), -float(d_y.mean()), -m.at("normalised") * float((d_y * normalised).mean())]


def _count(m):  # type: ignore[no-untyped-def]
    return m["x"][:, 0].size


def _running(name):  # type: ignore[no-untyped-def]
    """(1 - α) running + α batch with numbers, for the mean or the variance."""

    def numbers(m):  # type: ignore[no-untyped-def]
        share, count = constant(m["momentum"]), _count(m)
        unbiased = rf"\frac{{{count}}}{{{count - 1}}} \cdot " if name == "variance" else ""
        return rf"(1 - {share}) \cdot {factor(m.former)} + {share} \cdot {unbiased}{factor(m.at(name))}"

    return numbers


_D_GAIN, _D_SHIFT = gradient(r"\gamma", "<0>"), gradient(r"\beta", "<0>")


def _fault(values):  # type: ignore[no-untyped-def]
    x = values["x"]
    feature = row_of_zero_variance(x.reshape(len(x), x.shape[1], -1), (0, 2)) if values["eps"] == 0 else None
    if feature is None:
        return None
    return Fault(f"feature {feature} is the same in the whole batch and eps is 0: a division by 0", "set eps above 0, as to 1e−5")


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    if settings["momentum"] == 0:
        return Doubt("never updates its running mean and variance, by which it is validated and predicts.", {"momentum": 0.1})
    return None


def _least_rows(shapes):  # type: ignore[no-untyped-def]
    """One number for each feature has no variance, as PyTorch says; an image has many."""
    return 1 if math.prod(shapes["x"][1:]) > 1 else 2


register(
    Operator(
        name="batch_norm",
        title="Batch norm",
        category="Normalisation",
        inputs=(Tensor("x", "batch features ..."),),
        parameters=(Parameter("gain", "features", init="ones", symbol="γ"), Parameter("shift", "features", symbol="β")),
        buffers=(Parameter("running_mean", "features"), Parameter("running_variance", "features", init="ones")),
        outputs=(Tensor("y", "batch features ..."),),
        saved=(Tensor("mean", "features"), Tensor("variance", "features"), Tensor("normalised", "batch features ...")),
        settings=(
            Setting(
                "eps",
                1e-5,
                "ε",
                "Added to the variance, so that a constant feature is not divided by 0",
                minimum=0.0,
                maximum=1.0,
                logarithmic=True,
            ),
            Setting(
                "momentum",
                0.1,
                "Momentum",
                "Share of the latest batch in the running mean and variance, which predictions use",
                minimum=0.0,
                maximum=1.0,
            ),
        ),
        doubt=_doubt,
        least_rows=_least_rows,
        forward=forward,
        fault=_fault,
        backward=backward,
        update=update,
        skippable=("x", "gain", "shift"),
        formula=r"y = \gamma\, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta",
        explain_forward=(
            Explanation(
                "y",
                r"y_{<*>} = \gamma_{<1>}\, \hat{x}_{<*>} + \beta_{<1>}",
                lambda m: sum_of(
                    [rf"{number(m['gain'][m.index[1]])} \cdot {factor(m.wrote('normalised'))}", number(m["shift"][m.index[1]])]
                ),
                lambda m: "The normalised value is scaled and shifted by the learned gain and shift of this feature.",
                terms=_scaled_and_shifted,
            ),
            Explanation(
                "normalised",
                r"\hat{x}_{<*>} = \frac{x_{<*>} - \mu_{<1>}}{\sqrt{\sigma_{<1>}^2 + \epsilon}}",
                lambda m: (
                    rf"\frac{{{number(m.at('x'))} - {factor(m.after['mean'][m.index[1]])}}}"
                    rf"{{{_root(m, m.after['variance'][m.index[1]])}}}"
                ),
                lambda m: "The distance from the feature's mean over the batch, in standard deviations.",
                terms=_distance,
            ),
            Explanation(
                "mean",
                r"\mu_{<0>} = \frac{1}{N} \sum_n x_{n<0>}",
                _mean,
                lambda m: f"The mean of feature {m.index[0] + 1} over the batch." + shortened(_count(m)),
                terms=lambda m: mean_over(_entries(m, "x", m.index[0])),
            ),
            Explanation(
                "variance",
                r"\sigma_{<0>}^2 = \frac{1}{N} \sum_n (x_{n<0>} - \mu_{<0>})^2",
                _variance,
                lambda m: f"The mean squared distance of feature {m.index[0] + 1} from its mean." + shortened(_count(m)),
                terms=_squared_distances,
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("x", "<*>"),
                (
                    Factor(
                        "gain over deviation",
                        r"\frac{\gamma_{<1>}}{\sqrt{\sigma_{<1>}^2 + \epsilon}}",
                        lambda m: rf"\frac{{{number(m['gain'][m.index[1]])}}}{{{_root(m, m['variance'][m.index[1]])}}}",
                        _slope,
                    ),
                    Factor(
                        "gradient through the normalisation",
                        r"\left(g_{<*>} - \overline{g} - \hat{x}_{<*>} \overline{g \hat{x}}\right)",
                        lambda m: f"({sum_of([number(term) for term in _pull(m)])})",
                        lambda m: sum(_pull(m)),
                    ),
                ),
                lambda m: (
                    "With g for the upstream gradient: shifting or scaling the feature over the whole batch does not change the "
                    "output, so these two parts of g are subtracted."
                ),
                terms=_through_the_jacobian,
            ),
            Explanation(
                "d_gain",
                rf"{_D_GAIN} = \sum_n {gradient('y', 'n<0>')}\, \hat{{x}}_{{n<0>}}",
                lambda m: sum_of_products(_of_feature(m, "d_y", m.index[0]), _of_feature(m, "normalised", m.index[0])),
                lambda m: "Each sample adds its upstream gradient times the normalised value." + shortened(m["d_y"][:, 0].size),
                terms=lambda m: _over_feature(m, "d_y", "normalised"),
            ),
            Explanation(
                "d_shift",
                rf"{_D_SHIFT} = \sum_n {gradient('y', 'n<0>')}",
                lambda m: sum_of_numbers(_of_feature(m, "d_y", m.index[0])),
                lambda m: "The shift is added to y, so its gradient is the sum of the upstream gradients." + shortened(m["d_y"][:, 0].size),
                terms=lambda m: _over_feature(m, "d_y"),
            ),
        ),
        explain_update=(
            Explanation(
                "running_mean",
                r"\overline{\mu}_{<0>} \leftarrow (1 - \alpha)\, \overline{\mu}_{<0>} + \alpha\, \mu_{<0>}",
                _running("mean"),
                lambda m: "The running mean, used for predictions, moves towards the mean of this batch.",
            ),
            Explanation(
                "running_variance",
                r"\overline{\sigma^2}_{<0>} \leftarrow (1 - \alpha)\, \overline{\sigma^2}_{<0>} + \alpha \frac{N}{N - 1} \sigma_{<0>}^2",
                _running("variance"),
                lambda m: "The running variance, used for predictions, moves towards the variance of this batch, taken with N − 1.",
                applies=lambda m: _count(m) > 1,
            ),
        ),
    )
)
