"""Mean absolute error: the mean over batch and outputs of |x - target|.

Koenker and Bassett, Regression Quantiles (1978), the case of the median: the best constant prediction is the median of the targets,
so single outliers count little. PyTorch's L1Loss; the slope of |e| at 0 is taken as 0, as there.
"""

from nnlab.core.explanation import Explanation, Factor, bracketed, constant, gradient, product, shortened
from nnlab.core.kernel import as_real, kernel
from nnlab.core.loss_terms import error, mean_over_outputs, mean_over_samples, outputs, pairs, share_of_mean
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, target, loss, sample_loss):
    share = as_real(x, 1.0 / x.shape[1])
    total = 0.0
    for n in range(x.shape[0]):
        sizes = 0.0
        for i in range(x.shape[1]):
            sizes += abs(x[n, i] - target[n, i])
        sample_loss[n] = sizes * share
        total += sample_loss[n]
    loss[0] = total / as_real(x, x.shape[0])


@kernel
def backward(x, target, d_x):
    """d_x = sign(x - target) / (batch * outputs)."""
    share = as_real(x, 1.0 / (x.shape[0] * x.shape[1]))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            error = x[n, i] - target[n, i]
            # 0 and NaN are their own sign.
            d_x[n, i] += share * (1.0 if error > 0.0 else (-1.0 if error < 0.0 else error))


def _sizes(m):  # type: ignore[no-untyped-def]
    values, targets = pairs(m)
    return mean_over_outputs([f"|{error(y, t)}|" for y, t in zip(values, targets, strict=True)], values - targets)


def _sign(m):  # type: ignore[no-untyped-def]
    return float(m.at("x") > m.at("target")) - float(m.at("x") < m.at("target"))


def _side(m):  # type: ignore[no-untyped-def]
    if _sign(m) == 0:
        return "The output equals the target, so the gradient is 0."
    side = "large" if _sign(m) > 0 else "small"
    return f"The output is too {side}: the gradient is the same however large the error is."


register(
    Operator(
        name="mae",
        title="MAE",
        category="Losses",
        inputs=(Tensor("x", "batch ..."),),
        target=Tensor("target", "batch ..."),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"),),
        forward=forward,
        backward=backward,
        target_kinds=("continuous", "binary"),
        summary=lambda s: "mean over batch",
        formula=r"L = \frac{1}{N}\sum_n |y_n - t_n|",
        explain_forward=(
            mean_over_samples("|y_n - t_n|", "The loss is the mean of the samples' absolute errors."),
            Explanation(
                "sample_loss",
                lambda m: r"\ell_{<0>} = " + (r"|y_{<0>} - t_{<0>}|" if outputs(m) == 1 else r"\frac{1}{K} \sum_k |y_{<0>k} - t_{<0>k}|"),
                _sizes,
                lambda m: "A sample's absolute error: twice the error counts twice." + shortened(outputs(m)),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("y", "<*>"),
                (
                    share_of_mean(),
                    Factor("sign of the error", r"\mathrm{sign}(y_{<*>} - t_{<*>})", lambda m: bracketed(constant(_sign(m))), _sign),
                ),
                _side,
            ),
        ),
    )
)
