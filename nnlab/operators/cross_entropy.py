"""Cross-entropy from logits: minus the logarithm of the softmax probability of the true class, averaged over the batch.

Bishop (2006), equation 4.108, in the stable form log(sum_j exp(x_j - max)) - (x_t - max), as PyTorch's CrossEntropyLoss. The
target is a class number; the gradient is p - one_hot(target). An infinite logit counts as the limit: of the true class it costs nothing.

Label smoothing s (Szegedy et al., Rethinking the Inception Architecture for Computer Vision (2016), section 7) spreads the share s of
the target evenly over all K classes. Class weights w multiply each class's part, and the mean becomes the sum over the batch divided by
the weights of its true classes, which `total_weight` holds. Both are PyTorch's `label_smoothing` and `weight`: with
a_k = (1 - s) w_k [k = target] + s w_k / K a sample's loss is -sum_k a_k log p_k and its gradient (sum_j a_j) p_k - a_k.
"""

import math
from collections.abc import Mapping

import numpy as np

from nnlab.core.doubt import Doubt
from nnlab.core.errors import GraphError
from nnlab.core.explanation import (
    Explanation,
    Factor,
    abridged_sum,
    base,
    constant,
    gradient,
    number,
    product,
    shortened,
    sum_of,
    sum_of_numbers,
)  # fmt: skip
from nnlab.core.kernel import as_real, kernel
from nnlab.core.kernel.limits import subtract_highest
from nnlab.core.number_list import positive_numbers
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Constant, Sizes, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, share_of_exponentials
from nnlab.core.written import rounded


@kernel
def is_plain(class_weight, label_smoothing):
    """Whether every class counts 1 and no label is smoothed, which is quicker."""
    for i in range(class_weight.size):
        if class_weight[i] != 1.0:
            return False
    return label_smoothing == 0.0


@kernel
def forward(x, target, class_weight, label_smoothing, loss, sample_loss, probability, total_weight):
    plain = is_plain(class_weight, label_smoothing)
    total, weights = 0.0, as_real(x, x.shape[0] if plain else 0)
    for n in range(x.shape[0]):
        highest = x[n, 0]
        for i in range(1, x.shape[1]):
            highest = max(highest, x[n, i])
        exponentials, true = 0.0, int(target[n])
        subtract_highest(x, n, highest, probability)
        sample_loss[n] = -probability[n, true]
        for i in range(x.shape[1]):
            probability[n, i] = math.exp(probability[n, i])
            exponentials += probability[n, i]
        for i in range(x.shape[1]):
            probability[n, i] /= exponentials
        logarithm = math.log(exponentials)
        sample_loss[n] += logarithm
        if not plain:
            sample_loss[n] *= (1.0 - label_smoothing) * class_weight[true]
            if label_smoothing > 0.0:
                surprise = 0.0
                for i in range(x.shape[1]):
                    surprise += class_weight[i] * (logarithm - (0.0 if x[n, i] == highest else x[n, i] - highest))
                sample_loss[n] += label_smoothing / as_real(x, x.shape[1]) * surprise
            weights += class_weight[true]
        total += sample_loss[n]
    loss[0] = total / weights
    total_weight[0] = weights


@kernel
def backward(target, class_weight, label_smoothing, probability, total_weight, d_x):
    """d_x = (p - one_hot(target)) / batch; with class weights or smoothing ((sum_j a_j) p - a) / total weight."""
    share = 1.0 / total_weight[0]
    if is_plain(class_weight, label_smoothing):
        for n in range(d_x.shape[0]):
            for i in range(d_x.shape[1]):
                d_x[n, i] += share * probability[n, i]
            d_x[n, int(target[n])] -= share
    else:
        spread = share * label_smoothing / as_real(target, d_x.shape[1])
        everywhere = 0.0
        for i in range(d_x.shape[1]):
            everywhere += spread * class_weight[i]
        for n in range(d_x.shape[0]):
            true = int(target[n])
            sharp = share * (1.0 - label_smoothing) * class_weight[true]
            for i in range(d_x.shape[1]):
                d_x[n, i] += (sharp + everywhere) * probability[n, i] - spread * class_weight[i]
            d_x[n, true] -= sharp


def _class_weight(settings: Mapping[str, Value], sizes: Sizes) -> np.ndarray:
    """One weight for each class; 1 where nothing was typed."""
    numbers, classes = positive_numbers(str(settings["class_weights"])), sizes["classes"]
    assert isinstance(classes, int)
    if numbers and len(numbers) != classes:
        raise GraphError(
            f"there are {classes} classes, but class_weights has {len(numbers)} number{'s' if len(numbers) != 1 else ''}; "
            "give one for each class, or none."
        )
    return np.array(numbers or (1.0,) * classes)


def _class(m):  # type: ignore[no-untyped-def]
    return int(m["target"].ravel()[m.index[0]])


def _is_true(m):  # type: ignore[no-untyped-def]
    return 1 if _class(m) == m.index[1] else 0


def _smoothing(m):  # type: ignore[no-untyped-def]
    return float(m["label_smoothing"])


def _weight(m, k):  # type: ignore[no-untyped-def]
    return float(m["class_weight"][k])


def _is_weighted(m):  # type: ignore[no-untyped-def]
    return bool((m["class_weight"] != 1).any())


def _mean(m):  # type: ignore[no-untyped-def]
    return r"\frac{1}{\sum_n w_{t_n}}" if _is_weighted(m) else r"\frac{1}{N}"


def _mean_numbers(m):  # type: ignore[no-untyped-def]
    return rf"\frac{{1}}{{{number(m.after['total_weight'][0]) if _is_weighted(m) else len(m['target'])}}}"


def _mean_words(m):  # type: ignore[no-untyped-def]
    if _is_weighted(m):
        return "The samples' losses are added up and divided by the weights of their true classes."
    if _smoothing(m):
        return "The loss is the mean of the samples' losses."
    return "A sample's loss is minus the logarithm of the probability given to its true class."


def _logarithm(m, k):  # type: ignore[no-untyped-def]
    """log p of class k with numbers."""
    probability = float(m.after["probability"][m.index[0], k])
    if probability > 1e-30:
        return rf"\log {base(probability)}"
    # The probability is too small for its type, its logarithm is not: the loss is computed from the logits.
    row = m["x"][m.index[0]].astype(np.float64)
    return f"({sum_of([number(row[k]), number(-np.logaddexp.reduce(row))])})"


def _surprise(m):  # type: ignore[no-untyped-def]
    true, smoothing, weighted = _class(m), _smoothing(m), _is_weighted(m)
    own = [constant(1 - smoothing)] if smoothing else []
    own += [constant(_weight(m, true))] if weighted else []
    text = "-" + r" \cdot ".join([*own, _logarithm(m, true)])
    if smoothing:
        row, weights = m["x"][m.index[0]].astype(np.float64), m["class_weight"]
        terms = [(rf"{constant(_weight(m, k))} \cdot " if weighted else "") + _logarithm(m, k) for k in range(len(weights))]
        total = abridged_sum(lambda k: terms[k], weights * (np.logaddexp.reduce(row) - row))
        text += rf" - \frac{{{constant(smoothing)}}}{{{len(weights)}}} \left({total}\right)"
    return text


def _surprise_symbols(m):  # type: ignore[no-untyped-def]
    true, smoothing, weighted = _class(m) + 1, _smoothing(m), _is_weighted(m)
    own = (r"(1 - s)\, " if smoothing else "") + (f"w_{{{true}}} " if weighted else "")
    text = rf"\ell_{{<0>}} = -{own}\log p_{{<0>,{true}}}"
    if smoothing:
        text += rf" - \frac{{s}}{{K}} \sum_k {'w_k ' if weighted else ''}\log p_{{<0>k}}"
    return text


def _surprise_words(m):  # type: ignore[no-untyped-def]
    true, smoothing = _class(m), _smoothing(m)
    text = f"The sample is of class {true}: its loss is minus the logarithm of the probability given to that class"
    if _is_weighted(m):
        text += f", times the weight {rounded(_weight(m, true))} of the class"
    if smoothing:
        text += f"; the share s = {rounded(smoothing, 3)} is spread over all classes"
    return text + "." + (shortened(len(m["class_weight"])) if smoothing else "")


def _part(m, k):  # type: ignore[no-untyped-def]
    """a_k: the target for class k, smoothed and weighted."""
    smoothing = _smoothing(m)
    return _weight(m, k) * ((1 - smoothing) * (k == _class(m)) + smoothing / len(m["class_weight"]))


def _whole(m):  # type: ignore[no-untyped-def]
    """The sum of the targets of all classes: 1 without class weights."""
    return sum(_part(m, k) for k in range(len(m["class_weight"])))


def _difference_symbols(m):  # type: ignore[no-untyped-def]
    if not _is_weighted(m):
        return r"(p_{<0,1>} - \tilde{t}_{<0,1>})" if _smoothing(m) else "(p_{<0,1>} - t_{<0,1>})"
    if not _smoothing(m):
        return rf"w_{{{_class(m) + 1}}}\, (p_{{<0,1>}} - t_{{<0,1>}})"
    return r"\left(p_{<0,1>} \sum_k w_k \tilde{t}_{<0>k} - w_{<1>} \tilde{t}_{<0,1>}\right)"


def _difference(m):  # type: ignore[no-untyped-def]
    probability = number(m.at("probability"))
    if not _smoothing(m):
        difference = f"({probability} - {_is_true(m)})"
        return rf"{constant(_weight(m, _class(m)))} \cdot {difference}" if _is_weighted(m) else difference
    if not _is_weighted(m):
        return f"({probability} - {number(_part(m, m.index[1]))})"
    return rf"({probability} \cdot {number(_whole(m))} - {number(_part(m, m.index[1]))})"


def _difference_words(m):  # type: ignore[no-untyped-def]
    true, smoothing = _class(m), _smoothing(m)
    wanted = (1 - smoothing) * _is_true(m) + smoothing / len(m["class_weight"])
    text = f"The sample is of class {true}, so class {m.index[1]} should have the probability {rounded(wanted)}: "
    text += "the gradient is the difference"
    if not _is_weighted(m):
        return text + "."
    weight = rounded(_weight(m, true))
    return text + (", each side weighted by the classes." if smoothing else f", times the weight {weight} of class {true}.")


def _share_of_exponentials(m):  # type: ignore[no-untyped-def]
    row = m["x"][m.index[0]]
    total = abridged_sum(lambda k: f"e^{{{number(row[k])}}}", row - row.min() + 1)
    return rf"\frac{{e^{{{number(m.at('x'))}}}}}{{{total}}}"


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    if shapes["x"][-1] == 1:
        return Doubt("has a single class, so the loss is always 0.")
    if settings["label_smoothing"] == 1:
        return Doubt("spreads the whole target over all classes: nothing is left of the true one.", {"label_smoothing": 0.0})
    return None


register(
    Operator(
        name="cross_entropy",
        title="Cross-entropy",
        category="Losses",
        inputs=(Tensor("x", "batch classes"),),
        target=Tensor("target", "batch"),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"), Tensor("probability", "batch classes"), Tensor("total_weight", "1")),
        constants=(Constant("class_weight", "classes", values=_class_weight),),
        settings=(
            Setting(
                "label_smoothing",
                0.0,
                "Label smoothing",
                "Share of the target that is spread evenly over all classes",
                minimum=0.0,
                maximum=1.0,
            ),
            Setting(
                "class_weights",
                "",
                "Class weights",
                "How much each class counts: one number per class, as in 1, 2.5, 1; empty for 1 each",
                reader=positive_numbers,
            ),
        ),
        doubt=_doubt,
        forward=forward,
        backward=backward,
        target_kinds=("classes", "binary"),
        link="softmax",
        summary=lambda s: "from logits",
        formula=r"L = -\frac{1}{N}\sum_n \log p_{n,t_n}",
        explain_forward=(
            Explanation(
                "loss",
                lambda m: f"L = {_mean(m)} " + (r"\sum_n \ell_n" if _is_weighted(m) or _smoothing(m) else r"\sum_n -\log p_{n,t_n}"),
                lambda m: rf"{_mean_numbers(m)} \left({sum_of_numbers(m.after['sample_loss'])}\right)",
                lambda m: _mean_words(m) + shortened(len(m["x"])),
                terms=lambda m: TermSum(
                    (TermEntries.of("sample_loss", np.arange(len(m["x"]))),),
                    scale=1.0 / float(m.after["total_weight"][0]),
                    scale_text=f"1/{float(m.after['total_weight'][0]):.6g}",
                ),
            ),
            Explanation("sample_loss", _surprise_symbols, _surprise, _surprise_words),
            Explanation(
                "probability",
                r"p_{<0,1>} = \frac{e^{z_{<0,1>}}}{\sum_j e^{z_{<0>j}}}",
                _share_of_exponentials,
                lambda m: "Softmax: every logit's exponential is divided by the sum of all." + shortened(m["x"].shape[1]),
                terms=lambda m: share_of_exponentials("x", m.index, m["x"][m.index[:-1]]),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z", "<0,1>"),
                (
                    Factor("from the mean", _mean, _mean_numbers, lambda m: 1 / float(m["total_weight"][0]), is_constant=True),
                    Factor(
                        "probability minus target",
                        _difference_symbols,
                        _difference,
                        lambda m: _whole(m) * m.at("probability") - _part(m, m.index[1]),
                    ),
                ),
                _difference_words,
            ),
        ),
    )
)
