"""Binary cross-entropy from logits: the mean of log(1 + exp(x)) - target * x, the target being 0 or 1.

Bishop (2006), equation 4.90, written on the logit in the stable form max(x, 0) - x t + log(1 + exp(-|x|)), as PyTorch's
BCEWithLogitsLoss. The gradient is simply p - t, with p = sigmoid(x).

Label smoothing s takes t (1 - s) + s / 2 as the target, as Keras' BinaryCrossentropy does. A positive weight q (PyTorch's `pos_weight`)
multiplies what a true 1 costs, -q t log p - (1 - t) log(1 - p), which makes up for rare ones; the mean stays over batch and outputs.
"""

import math
from collections.abc import Mapping

import numpy as np

from nnlab.core.doubt import Doubt
from nnlab.core.errors import GraphError
from nnlab.core.explanation import Explanation, Factor, constant, gradient, number, product, shortened, sum_of_numbers
from nnlab.core.kernel import as_real, kernel
from nnlab.core.kernel.limits import times
from nnlab.core.kernel.mathematics import sigmoid
from nnlab.core.loss_terms import mean_over_outputs, outputs, pairs, share_of_mean
from nnlab.core.number_list import positive_numbers
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Constant, Sizes, Tensor
from nnlab.core.term_sum import mean_of
from nnlab.core.written import rounded


@kernel
def is_plain(pos_weight, label_smoothing):
    """Whether a true 1 counts 1 and no target is smoothed, which is quicker."""
    for i in range(pos_weight.size):
        if pos_weight[i] != 1.0:
            return False
    return label_smoothing == 0.0


@kernel
def limit(x, target, pos_weight, label_smoothing, n):
    """A sample's sum where logits are infinite: on the target's side they cost nothing."""
    sample = 0.0
    for i in range(x.shape[1]):
        logit = x[n, i]
        rest = math.log1p(math.exp(-abs(logit)))
        wanted = (1.0 - label_smoothing) * target[n, i] + 0.5 * label_smoothing
        sample += times(pos_weight[i] * wanted, max(-logit, 0.0) + rest) + times(1.0 - wanted, max(logit, 0.0) + rest)
    return sample


@kernel
def forward(x, target, pos_weight, label_smoothing, loss, sample_loss):
    plain = is_plain(pos_weight, label_smoothing)
    share = as_real(x, 1.0 / x.shape[1])
    total = 0.0
    for n in range(x.shape[0]):
        sample = 0.0
        for i in range(x.shape[1]):
            logit = x[n, i]
            rest = math.log1p(math.exp(-abs(logit)))
            if plain:
                sample += max(logit, 0.0) - logit * target[n, i] + rest
            else:
                wanted = (1.0 - label_smoothing) * target[n, i] + 0.5 * label_smoothing
                # -log p = max(-x, 0) + rest and -log(1 - p) = max(x, 0) + rest: neither loses digits.
                sample += pos_weight[i] * wanted * (max(-logit, 0.0) + rest) + (1.0 - wanted) * (max(logit, 0.0) + rest)
        if sample != sample:
            sample = limit(x, target, pos_weight, label_smoothing, n)
        sample_loss[n] = sample * share
        total += sample_loss[n]
    loss[0] = total / as_real(x, x.shape[0])


@kernel
def backward(x, target, pos_weight, label_smoothing, d_x):
    """d_x = (sigmoid(x) - t) / (batch * outputs); with a positive weight ((q t + 1 - t) sigmoid(x) - q t) / (batch * outputs)."""
    share = as_real(x, 1.0 / (x.shape[0] * x.shape[1]))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            wanted = (1.0 - label_smoothing) * target[n, i] + 0.5 * label_smoothing
            positive = pos_weight[i] * wanted
            d_x[n, i] += share * ((positive + (1.0 - wanted)) * sigmoid(x[n, i]) - positive)


def _pos_weight(settings: Mapping[str, Value], sizes: Sizes) -> np.ndarray:
    """One weight for each output; 1 where nothing was typed, and a single number for all."""
    numbers, shape = positive_numbers(str(settings["pos_weight"])) or (1.0,), sizes["..."]
    assert isinstance(shape, tuple)
    count = math.prod(shape)
    if len(numbers) not in (1, count):
        raise GraphError(
            f"there {'is 1 output' if count == 1 else f'are {count} outputs'}, but pos_weight has {len(numbers)} numbers; "
            "give one for all or one for each."
        )
    return np.resize(np.array(numbers), shape)


def _target(m, target):  # type: ignore[no-untyped-def]
    """The target, or a vector of targets, smoothed."""
    smoothing = float(m["label_smoothing"])
    return (1 - smoothing) * target + smoothing / 2


def _symbol(m, marks):  # type: ignore[no-untyped-def]
    return rf"\tilde{{t}}_{{{marks}}}" if m["label_smoothing"] else f"t_{{{marks}}}"


def _q(m, marks):  # type: ignore[no-untyped-def]
    """The positive weight's symbol: one for all outputs, or with the output's own number."""
    return "q" if (m["pos_weight"] == m["pos_weight"].flat[0]).all() else f"q_{{{marks}}}"


def _is_weighted(m):  # type: ignore[no-untyped-def]
    return bool((m["pos_weight"] != 1).any())


def _is_plain(m):  # type: ignore[no-untyped-def]
    return not m["label_smoothing"] and not _is_weighted(m)


def _mean_words(m):  # type: ignore[no-untyped-def]
    if _is_plain(m):
        return "A sample's loss is minus the logarithm of the probability given to its true class."
    return "The loss is the mean of the samples' losses."


def _surprise_symbols(m):  # type: ignore[no-untyped-def]
    if outputs(m) > 1:
        return r"\ell_{<0>} = \frac{1}{K} \sum_k " + _general_symbols(m)
    target = _target(m, m["target"][m.index[0]].ravel()[0])
    if target == 1:
        return r"\ell_{<0>} = -" + ("q " if _is_weighted(m) else "") + r"\log \sigma(z_{<0>})"
    if target == 0:
        return r"\ell_{<0>} = -\log(1 - \sigma(z_{<0>}))"
    t = _symbol(m, "<0>")
    true = rf"-{'q ' if _is_weighted(m) else ''}{t} \log \sigma(z_{{<0>}})"
    return rf"\ell_{{<0>}} = {true} - (1 - {t}) \log(1 - \sigma(z_{{<0>}}))"


def _general_symbols(m):  # type: ignore[no-untyped-def]
    if _is_plain(m):
        return r"-\log p(t_{<0>k} \mid x_{<0>})"
    t, q = _symbol(m, "<0>k"), f"{_q(m, 'k')} " if _is_weighted(m) else ""
    return rf"\left(-{q}{t} \log p_{{<0>k}} - (1 - {t}) \log(1 - p_{{<0>k}})\right)"


def _surprise(logit: float, target: float, weight: float) -> str:
    times = rf"{constant(weight)} \cdot " if weight != 1 else ""
    if target in (0.0, 1.0):
        return rf"-{times}\log \sigma({number(logit)})" if target else rf"-\log(1 - \sigma({number(logit)}))"
    true, false = rf"\log \sigma({number(logit)})", rf"\log(1 - \sigma({number(logit)}))"
    return rf"-{times}{constant(target)} {true} - (1 - {constant(target)}) {false}"


def _surprises(m):  # type: ignore[no-untyped-def]
    logits, targets = (row.astype(np.float64) for row in pairs(m))
    targets, weights = _target(m, targets), m["pos_weight"].ravel()
    terms = [_surprise(z, t, q) for z, t, q in zip(logits, targets, weights, strict=True)]
    return mean_over_outputs(terms, weights * targets * np.logaddexp(0, -logits) + (1 - targets) * np.logaddexp(0, logits))


def _surprise_words(m):  # type: ignore[no-untyped-def]
    text = "The sample's loss: minus the logarithm of the probability given to the true class, p = σ(z) or 1 − p"
    if m["label_smoothing"]:
        text += f"; smoothed, the targets are {rounded(_target(m, 0))} and {rounded(_target(m, 1))} instead of 0 and 1"
    if _is_weighted(m):
        text += "; a target of 1 has the weight q"
    return text + "." + shortened(outputs(m))


def _weight_at(m):  # type: ignore[no-untyped-def]
    return float(m["pos_weight"][m.index[1:]])


def _difference_symbols(m):  # type: ignore[no-untyped-def]
    t, target, marks = _symbol(m, "<*>"), _target(m, m.at("target")), "<" + ",".join(map(str, range(1, len(m.index)))) + ">"
    if _weight_at(m) == 1 or target == 0:
        return rf"(\sigma(z_{{<*>}}) - {t})"
    if target == 1:
        return rf"{_q(m, marks)}\, (\sigma(z_{{<*>}}) - {t})"
    return rf"\left((1 - {t} + {_q(m, marks)} {t})\, \sigma(z_{{<*>}}) - {_q(m, marks)} {t}\right)"


def _difference(m):  # type: ignore[no-untyped-def]
    target, weight, probability = _target(m, m.at("target")), _weight_at(m), rf"\sigma({number(m.at('x'))})"
    if weight == 1 or target == 0:
        return f"({probability} - {constant(target)})"
    if target == 1:
        return rf"{constant(weight)} \cdot ({probability} - 1)"
    return rf"({constant(1 - target + weight * target)} \cdot {probability} - {constant(weight * target)})"


def _difference_words(m):  # type: ignore[no-untyped-def]
    text = "The gradient at the logit is the predicted probability p = σ(z) minus the target"
    if m["label_smoothing"]:
        text += f", smoothed to {rounded(_target(m, m.at('target')))}"
    return text + (f"; the term of the target 1 counts {rounded(_weight_at(m))} times." if _is_weighted(m) else ".")


def _slope(m):  # type: ignore[no-untyped-def]
    positive, negative = _weight_at(m) * _target(m, m.at("target")), 1 - _target(m, m.at("target"))
    return (positive + negative) * (1 + math.tanh(m.at("x") / 2)) / 2 - positive


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    if settings["label_smoothing"] == 1:
        return Doubt("takes one half as the target of every sample: nothing is left of the true one.", {"label_smoothing": 0.0})
    return None


register(
    Operator(
        name="binary_cross_entropy",
        title="Binary cross-entropy",
        category="Losses",
        inputs=(Tensor("x", "batch ..."),),
        target=Tensor("target", "batch ..."),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"),),
        constants=(Constant("pos_weight", "...", values=_pos_weight),),
        settings=(
            Setting(
                "label_smoothing",
                0.0,
                "Label smoothing",
                "Moves the targets 0 and 1 towards 0.5 by this share",
                minimum=0.0,
                maximum=1.0,
            ),
            Setting(
                "pos_weight",
                "",
                "Positive weight",
                "Weight of the samples whose target is 1: one number, or one for each output; empty for 1",
                reader=positive_numbers,
            ),
        ),
        doubt=_doubt,
        forward=forward,
        backward=backward,
        target_kinds=("binary",),
        link="sigmoid",
        summary=lambda s: "from logits",
        formula=r"L = -\frac{1}{N}\sum_n t_n \log p_n + (1 - t_n)\log(1 - p_n)",
        explain_forward=(
            Explanation(
                "loss",
                lambda m: r"L = \frac{1}{N} \sum_n " + (r"-\log p(t_n \mid x_n)" if outputs(m) == 1 and _is_plain(m) else r"\ell_n"),
                lambda m: rf"\frac{{1}}{{{len(m['x'])}}} \left({sum_of_numbers(m.after['sample_loss'])}\right)",
                lambda m: _mean_words(m) + shortened(len(m["x"])),
                terms=lambda m: mean_of("sample_loss", len(m["x"])),
            ),
            Explanation("sample_loss", _surprise_symbols, _surprises, _surprise_words),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z", "<*>"),
                (
                    share_of_mean(),
                    Factor("probability minus target", _difference_symbols, _difference, _slope),
                ),
                _difference_words,
            ),
        ),
    )
)
