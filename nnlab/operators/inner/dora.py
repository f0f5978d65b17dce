"""DoRA: the rows of the adapted weight are brought to learned lengths, y = y₀ + (g - 1) (W x) + g s B h with g = m / n.

Liu et al. 2024 (arXiv 2402.09353), as Hugging Face PEFT computes it: y₀ is what the layer gives, bias included; n are the lengths of the
rows of W + s B A, taken as constants; m are learned. W x is y₀ without the bias; or `plain`, where dropout has left out some of the x
that the adapter sees.
"""

import numpy as np

from nnlab.core.explanation import Explanation, factor, gradient, number, shortened, sum_of, sum_of_products
from nnlab.core.kernel import kernel
from nnlab.core.kernel.linear_algebra import add_product_transposed
from nnlab.core.operator import Operator, register_inner
from nnlab.core.setting import Setting
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, computed, over_leading, over_samples


@kernel
def forward(base, plain, bias, h, lora_B, lora_magnitude_vector, norm, scale, scaled, update, y):
    """update = (s h) B^T;   y = base + (g - 1) W x + g update.   An empty view of plain: W x is base without the bias."""
    for n in range(h.shape[0]):
        for k in range(h.shape[1]):
            scaled[n, k] = scale * h[n, k]
    for n in range(y.shape[0]):
        for u in range(y.shape[1]):
            update[n, u] = 0.0
    add_product_transposed(scaled, lora_B, update)
    for n in range(y.shape[0]):
        for u in range(y.shape[1]):
            gain = lora_magnitude_vector[u] / norm[u]
            own = plain[n, u] if plain.size else base[n, u] - bias[u] if bias.size else base[n, u]
            y[n, u] = base[n, u] + ((gain - 1.0) * own + gain * update[n, u])


@kernel
def backward(
    base, plain, bias, lora_B, lora_magnitude_vector, norm, scale, scaled, update, d_y, d_base, d_plain, d_bias, d_h, d_lora_B,
    d_lora_magnitude_vector,
):  # fmt: skip
    """With g = m / n and n constant:  d_m = sum of d_y (W x + update) / n,  d_B = (g d_y)^T (s h),  d_h = s (g d_y) B."""
    for u in range(d_y.shape[1]):
        gain = lora_magnitude_vector[u] / norm[u]
        for n in range(d_y.shape[0]):
            slope = d_y[n, u]
            if d_base.size:
                d_base[n, u] += slope if plain.size else gain * slope
            if d_plain.size:
                d_plain[n, u] += (gain - 1.0) * slope
            if d_bias.size:
                d_bias[u] -= (gain - 1.0) * slope
            if d_lora_magnitude_vector.size:
                own = plain[n, u] if plain.size else base[n, u] - bias[u] if bias.size else base[n, u]
                d_lora_magnitude_vector[u] += slope * (own + update[n, u]) / norm[u]
            slope *= gain
            if d_lora_B.size:
                for k in range(lora_B.shape[1]):
                    d_lora_B[u, k] += slope * scaled[n, k]
            if d_h.size:
                for k in range(lora_B.shape[1]):
                    d_h[n, k] += scale * slope * lora_B[u, k]


def _own(m):  # type: ignore[no-untyped-def]
    """W x of every sample, without the bias, as an array."""
    if "plain" in m:
        return m["plain"]
    return m["base"] - m["bias"] if "bias" in m else m["base"]


def _gain(m, unit):  # type: ignore[no-untyped-def]
    return float(m["lora_magnitude_vector"][unit]) / float(m["norm"][unit])


def _output(m):  # type: ignore[no-untyped-def]
    gain, own, update = _gain(m, m.index[-1]), float(_own(m)[m.index]), m.wrote("update")
    terms = rf"{factor(gain - 1)} \cdot {factor(own)}", rf"{factor(gain)} \cdot {factor(update)}"
    return sum_of([number(m.at("base")), *terms])


def _magnitude(m):  # type: ignore[no-untyped-def]
    unit = m.index[0]
    sums = (_own(m) + m["update"])[..., unit].ravel()
    return rf"\frac{{1}}{{{number(m['norm'][unit])}}} \left({sum_of_products(m['d_y'][..., unit].ravel(), sums)}\right)"


def _down(m):  # type: ignore[no-untyped-def]
    gains = m["lora_magnitude_vector"] / m["norm"]
    return sum_of_products(m["lora_B"][:, m.index[-1]], m["scale"] * gains * m["d_y"][m.index[:-1]])


def _column(m):  # type: ignore[no-untyped-def]
    slopes = m["d_y"][..., m.index[0]].ravel()
    return rf"{factor(_gain(m, m.index[0]))} \left({sum_of_products(slopes, m['scaled'][..., m.index[1]].ravel())}\right)"


def _over_ranks(m):  # type: ignore[no-untyped-def]
    ranks = np.arange(m["h"].shape[-1])
    return TermSum((TermEntries.of("lora_B", m.index[-1], ranks), TermEntries.of("scaled", *m.index[:-1], ranks)))


def _both_paths(m):  # type: ignore[no-untyped-def]
    """What the layer gives, (g - 1) W x, and g s B h."""
    unit, own = m.index[-1], float(_own(m)[m.index])
    length = TermEntries.of("lora_magnitude_vector", unit)
    path = computed(TermEntries.of("plain" if "plain" in m else "base", *m.index), lambda values: np.full_like(values, own), "(W x)")
    return TermSum(
        (computed(length, lambda values: values / float(m["norm"][unit]) - 1.0, "({}/n − 1)"), path),
        first=TermEntries.of("base", *m.index),
        further=((computed(length, lambda values: values / float(m["norm"][unit]), "({}/n)"), TermEntries.of("update", *m.index)),),
    )  # fmt: skip


def _lengthened(m):  # type: ignore[no-untyped-def]
    unit = m.index[0]
    samples = over_samples("d_y", "update", m["d_y"].shape, unit, unit).factors
    sums = (_own(m) + m["update"])[..., unit].ravel()
    inverse = 1.0 / float(m["norm"][unit])
    return TermSum((samples[0], computed(samples[1], lambda values: sums, "(W x + s B h)")), scale=inverse, scale_text="1/n")


def _over_samples(m):  # type: ignore[no-untyped-def]
    return TermSum(over_samples("d_y", "scaled", m["d_y"].shape, *m.index).factors, scale=_gain(m, m.index[0]), scale_text="g")


def _over_units(m):  # type: ignore[no-untyped-def]
    units = np.arange(len(m["lora_B"]))
    gains = computed(TermEntries.of("lora_magnitude_vector", units), lambda values: values / m["norm"], "({}/n)")
    parts = TermEntries.of("lora_B", units, m.index[-1]), TermEntries.of("d_y", *m.index[:-1], units), gains
    return TermSum(parts, scale=float(m["scale"]), scale_text="s")


def _taken_out(m):  # type: ignore[no-untyped-def]
    unit = m.index[0]
    return TermSum(over_leading("d_y", m["d_y"].shape, unit).factors, scale=1.0 - _gain(m, unit), scale_text="−(g − 1)")


register_inner(
    Operator(
        name="dora",
        title="Learned lengths",
        category="Layers",
        inputs=(
            Tensor("base", "... units", symbol="z₀"),
            Tensor("plain", "... units", symbol="W x"),
            Tensor("h", "... rank"),
            Tensor("norm", "units", symbol="n"),
        ),
        parameters=(
            Parameter("lora_B", "units rank", symbol="B"),
            Parameter("lora_magnitude_vector", "units", symbol="m"),
            Parameter("bias", "units", symbol="b"),
        ),
        outputs=(Tensor("y", "... units", symbol="z"),),
        saved=(Tensor("scaled", "... rank", symbol="s h"), Tensor("update", "... units", symbol="s B h")),
        settings=(Setting("scale", 1.0, "Scale", "alpha / rank, times the adapter's weight"),),
        forward=forward,
        backward=backward,
        skippable=("base", "plain", "h", "norm", "lora_B", "lora_magnitude_vector", "bias"),
        formula=r"y = y_0 + (g - 1) W x + g s B h, \quad g = m / n",
        explain_forward=(
            Explanation(
                "y",
                r"z_{<-1>} = z^0_{<-1>} + (g_{<-1>} - 1)(W x)_{<-1>} + g_{<-1>} s (B h)_{<-1>}",
                _output,
                lambda m: (
                    f"The row's length n = {number(m['norm'][m.index[-1]])} becomes the learned "
                    f"m = {number(m['lora_magnitude_vector'][m.index[-1]])}: both paths are multiplied by g = m / n."
                ),
                terms=_both_paths,
            ),
            Explanation(
                "update",
                r"s \sum_k b_{<-1>k}\, h_{<~k>}",
                lambda m: sum_of_products(m["lora_B"][m.index[-1]], m.after["scaled"][m.index[:-1]]),
                lambda m: "What the adapter alone would add." + shortened(m["h"].shape[-1]),
                terms=_over_ranks,
            ),
            Explanation(
                "scaled",
                r"s\, h_{<-1>}",
                lambda m: rf"{number(m['scale'])} \cdot {factor(m.at('h'))}",
                lambda m: "The number that A passed on, times s.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_lora_magnitude_vector",
                rf"{gradient('m', '<0>')} = \frac{{1}}{{n_{{<0>}}}} \sum_n {gradient('z', 'n<0>')}\, (W x + s B h)_{{n<0>}}",
                _magnitude,
                lambda m: "How much the loss changes when this row grows longer." + shortened(m["d_y"][..., 0].size),
                terms=_lengthened,
            ),
            Explanation(
                "d_lora_B",
                rf"{gradient('b', '<0,1>')} = g_{{<0>}} \sum_n {gradient('z', 'n<0>')}\, s\, h_{{n<1>}}",
                _column,
                lambda m: "As without learned lengths, times the ratio of this row's lengths." + shortened(m["d_y"][..., 0].size),
                terms=_over_samples,
            ),
            Explanation(
                "d_h",
                rf"{gradient('h')} = \sum_i b_{{i<-1>}}\, s g_i\, {gradient('z', 'i')}",
                _down,
                lambda m: (
                    "Each unit sends its upstream gradient back, times the ratio of its lengths, its number in B and s."
                    + shortened(len(m["lora_B"]))
                ),
                terms=_over_units,
            ),
            Explanation(
                "d_plain",
                rf"{gradient('(W x)')} = (g_{{<-1>}} - 1)\, {gradient('z')}",
                lambda m: rf"{factor(_gain(m, m.index[-1]) - 1)} \cdot {factor(m.at('d_y'))}",
                lambda m: "What the ratio adds to the frozen path reaches W x by the same factor.",
            ),
            Explanation(
                "d_base",
                lambda m: rf"{gradient('z^0')} = " + ("" if "plain" in m else r"g_{<-1>}\, ") + gradient("z"),
                lambda m: number(m.at("d_y")) if "plain" in m else rf"{factor(_gain(m, m.index[-1]))} \cdot {factor(m.at('d_y'))}",
                lambda m: (
                    "What the layer gives is added to z, so the gradient reaches it unchanged."
                    if "plain" in m
                    else "What the layer gives is multiplied by the ratio of the row's lengths, and so is its gradient."
                ),
            ),
            Explanation(
                "d_bias",
                rf"{gradient('b', '<0>')} = -(g_{{<0>}} - 1) \sum_n {gradient('z', 'n<0>')}",
                lambda m: rf"{factor(1 - _gain(m, m.index[0]))} \cdot {factor(float(m['d_y'][..., m.index[0]].sum()))}",
                lambda m: "The bias is not scaled, so it is taken out of what is.",
                terms=_taken_out,
            ),
        ),
    )
)
