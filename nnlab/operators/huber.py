"""Huber loss: squared where the error is small, straight where it is large, averaged over batch and outputs.

Huber, Robust Estimation of a Location Parameter (1964): e^2 / 2 for |e| <= delta, else delta (|e| - delta / 2). The gradient is the
error, cut to the range from -delta to delta. PyTorch's HuberLoss.
"""

from nnlab.core.explanation import Explanation, Factor, bracketed, constant, gradient, product, shortened
from nnlab.core.kernel import as_real, kernel
from nnlab.core.loss_terms import error, mean_over_outputs, mean_over_samples, outputs, pairs, share_of_mean
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.written import plain_number, setting_value


@kernel
def forward(x, target, delta, loss, sample_loss):
    share = as_real(x, 1.0 / x.shape[1])
    total = 0.0
    for n in range(x.shape[0]):
        sample = 0.0
        for i in range(x.shape[1]):
            size = abs(x[n, i] - target[n, i])
            sample += delta * (size - 0.5 * delta) if size > delta else 0.5 * size * size
        sample_loss[n] = sample * share
        total += sample_loss[n]
    loss[0] = total / as_real(x, x.shape[0])


@kernel
def backward(x, target, delta, d_x):
    """d_x = (x - target), cut to -delta .. delta, / (batch * outputs)."""
    share = as_real(x, 1.0 / (x.shape[0] * x.shape[1]))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            error = x[n, i] - target[n, i]
            d_x[n, i] += share * (delta if error > delta else (-delta if error < -delta else error))


def _cost(output: float, target: float, delta: float) -> str:
    if abs(output - target) > delta:
        return rf"{constant(delta)} \cdot (|{error(output, target)}| - \frac{{1}}{{2}} \cdot {constant(delta)})"
    return rf"\frac{{1}}{{2}} ({error(output, target)})^2"


def _costs(m):  # type: ignore[no-untyped-def]
    values, targets = pairs(m)
    return mean_over_outputs([_cost(y, t, m["delta"]) for y, t in zip(values, targets, strict=True)], values - targets)


def _cost_symbols(m):  # type: ignore[no-untyped-def]
    if outputs(m) > 1:
        return r"\ell_{<0>} = \frac{1}{K} \sum_k h(y_{<0>k} - t_{<0>k})"
    values, targets = pairs(m)
    if abs(values[0] - targets[0]) > m["delta"]:
        return r"\ell_{<0>} = \delta \left(|y_{<0>} - t_{<0>}| - \frac{1}{2} \delta\right)"
    return r"\ell_{<0>} = \frac{1}{2} (y_{<0>} - t_{<0>})^2"


def _error(m):  # type: ignore[no-untyped-def]
    return m.at("x") - m.at("target")


def _cut(m):  # type: ignore[no-untyped-def]
    return min(max(_error(m), -m["delta"]), m["delta"])


def _is_cut(m):  # type: ignore[no-untyped-def]
    return abs(_error(m)) > m["delta"]


def _cut_symbols(m):  # type: ignore[no-untyped-def]
    if _is_cut(m):
        return r"\delta" if _error(m) > 0 else r"(-\delta)"
    return "(y_{<*>} - t_{<*>})"


register(
    Operator(
        name="huber",
        title="Huber",
        category="Losses",
        inputs=(Tensor("x", "batch ..."),),
        target=Tensor("target", "batch ..."),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"),),
        settings=(
            Setting(
                "delta",
                1.0,
                "δ",
                "Errors up to this size are squared; larger ones grow linearly",
                minimum=1e-6,
                maximum=1e6,
                logarithmic=True,
            ),
        ),
        forward=forward,
        backward=backward,
        target_kinds=("continuous", "binary"),
        summary=lambda s: f"δ = {setting_value(s['delta'])}",
        formula=(
            r"L = \frac{1}{N}\sum_n h(y_n - t_n),\quad h(e) = \begin{cases} \frac{1}{2} e^2 & |e| \leq \delta \\ "
            r"\delta \left(|e| - \frac{1}{2} \delta\right) & |e| > \delta \end{cases}"
        ),
        explain_forward=(
            mean_over_samples("h(y_n - t_n)", "The loss is the mean of the samples' losses."),
            Explanation(
                "sample_loss",
                _cost_symbols,
                _costs,
                lambda m: (
                    f"An error up to δ = {plain_number(m['delta'])} costs half its square; the loss of a larger one grows linearly."
                    + shortened(outputs(m))
                ),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("y", "<*>"),
                (
                    share_of_mean(),
                    Factor(
                        "error, clipped to ±δ",
                        _cut_symbols,
                        lambda m: bracketed(constant(_cut(m))) if _is_cut(m) else f"({error(m.at('x'), m.at('target'))})",
                        _cut,
                    ),
                ),
                lambda m: (
                    f"The error is larger than δ = {plain_number(m['delta'])}: the gradient is limited to it."
                    if _is_cut(m)
                    else "The error is within δ: the gradient is the error itself."
                ),
            ),
        ),
    )
)
