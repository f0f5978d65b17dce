"""Mean squared error: the mean over batch and outputs of (x - target)^2.

Bishop, Pattern Recognition and Machine Learning (2006), section 5.2, without the factor 1/2 (as PyTorch's MSELoss) unless `half` is
chosen: many books and TensorFlow Playground halve the square, so that its gradient is the error itself.

Behind a softmax it takes classes too, the target being 1 for the true class and 0 for the others (Brier, Verification of Forecasts
Expressed in Terms of Probability, 1950, but for the mean over outputs in place of the sum).
"""

import numpy as np

from nnlab.core.explanation import Explanation, Factor, abridged_sum, factor, gradient, number, product, shortened, sum_of_numbers
from nnlab.core.kernel import as_real, kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor
from nnlab.core.term_sum import TermEntries, TermSum, computed, mean_of


@kernel
def forward(x, target, half, loss, sample_loss):
    share = as_real(x, (0.5 if half else 1.0) / x.shape[1])
    total = 0.0
    for n in range(x.shape[0]):
        squares = 0.0
        for i in range(x.shape[1]):
            error = x[n, i] - target[n, i]
            squares += error * error
        sample_loss[n] = squares * share
        total += sample_loss[n]
    loss[0] = total / as_real(x, x.shape[0])


@kernel
def backward(x, target, half, d_x):
    """d_x = 2 (x - target) / (batch * outputs), or half of it."""
    share = as_real(x, (1.0 if half else 2.0) / (x.shape[0] * x.shape[1]))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            d_x[n, i] += share * (x[n, i] - target[n, i])


def _outputs(m):  # type: ignore[no-untyped-def]
    return m["x"][0].size


def _error(output: float, target: float) -> str:
    return f"{number(output)} - {factor(target)}"


def _half(m):  # type: ignore[no-untyped-def]
    return r"\frac{1}{2} " if m["half"] else ""


def _squares(m):  # type: ignore[no-untyped-def]
    outputs, targets = m["x"][m.index[0]].ravel(), m["target"][m.index[0]].ravel()
    squares = [f"({_error(y, t)})^2" for y, t in zip(outputs, targets, strict=True)]
    if len(squares) == 1:
        return _half(m) + squares[0]
    count = 2 * len(squares) if m["half"] else len(squares)
    return rf"\frac{{1}}{{{count}}} \left({abridged_sum(lambda k: squares[k], outputs - targets)}\right)"


def _squared_errors(m):  # type: ignore[no-untyped-def]
    targets, shape = m["target"][m.index[0]].ravel(), m["x"].shape[1:]
    outputs = TermEntries.of("x", m.index[0], *np.indices(shape).reshape(len(shape), -1))
    count = len(outputs) * (2 if m["half"] else 1)
    return TermSum((computed(outputs, lambda y: (y - targets) ** 2, "({} − t)²"),), scale=1.0 / count, scale_text=f"1/{count}")


def _squares_symbols(m):  # type: ignore[no-untyped-def]
    if _outputs(m) == 1:
        return rf"\ell_{{<0>}} = {_half(m)}(y_{{<0>}} - t_{{<0>}})^2"
    count = "2 K" if m["half"] else "K"
    return rf"\ell_{{<0>}} = \frac{{1}}{{{count}}} \sum_k (y_{{<0>k}} - t_{{<0>k}})^2"


def _power(m):  # type: ignore[no-untyped-def]
    """What the square leaves in front of its derivative."""
    return 1 if m["half"] else 2


register(
    Operator(
        name="mse",
        title="MSE",
        category="Losses",
        inputs=(Tensor("x", "batch ..."),),
        target=Tensor("target", "batch ..."),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"),),
        settings=(Setting("half", False, "Halved", "Half the squared error, so that its gradient is the error itself"),),
        forward=forward,
        backward=backward,
        target_kinds=("continuous", "binary"),
        takes_probabilities=True,
        summary=lambda s: "half the mean" if s["half"] else "mean over batch",
        formula=r"L = \frac{1}{N}\sum_n (y_n - t_n)^2",
        explain_forward=(
            Explanation(
                "loss",
                lambda m: r"L = \frac{1}{N} \sum_n " + (f"{_half(m)}(y_n - t_n)^2" if _outputs(m) == 1 else r"\ell_n"),
                lambda m: rf"\frac{{1}}{{{len(m['x'])}}} \left({sum_of_numbers(m.after['sample_loss'])}\right)",
                lambda m: "The loss is the mean of the samples' squared errors." + shortened(len(m["x"])),
                terms=lambda m: mean_of("sample_loss", len(m["x"])),
            ),
            Explanation(
                "sample_loss",
                _squares_symbols,
                _squares,
                lambda m: "A sample's squared error: twice the error counts four times." + shortened(_outputs(m)),
                terms=_squared_errors,
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("y", "<*>"),
                (
                    Factor(
                        "from the mean and the square",
                        lambda m: rf"\frac{{{_power(m)}}}{{{'N' if _outputs(m) == 1 else 'N K'}}}",
                        lambda m: rf"\frac{{{_power(m)}}}{{{m['x'].size}}}",
                        lambda m: _power(m) / m["x"].size,
                        is_constant=True,
                    ),
                    Factor(
                        "error",
                        "(y_{<*>} - t_{<*>})",
                        lambda m: f"({_error(m.at('x'), m.at('target'))})",
                        lambda m: m.at("x") - m.at("target"),
                    ),
                ),
                lambda m: "The gradient is proportional to the error.",
            ),
        ),
    )
)
