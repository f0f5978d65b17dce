"""Mean squared error: the mean over batch and outputs of (x - target)^2.

Bishop, Pattern Recognition and Machine Learning (2006), section 5.2, without the factor 1/2 (as PyTorch's MSELoss).
"""

from nnlab.core.explanation import Explanation, number, sum_of
from nnlab.core.kernel import as_real, kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, target, loss, sample_loss):
    share = as_real(x, 1.0 / x.shape[1])
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
def backward(x, target, d_x):
    """d_x = 2 (x - target) / (batch * outputs)."""
    share = as_real(x, 2.0 / (x.shape[0] * x.shape[1]))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            d_x[n, i] += share * (x[n, i] - target[n, i])


register(
    Operator(
        name="mse",
        title="MSE",
        category="Losses",
        inputs=(Tensor("x", "batch ..."),),
        target=Tensor("target", "batch ..."),
        outputs=(Tensor("loss", "1"),),
        saved=(Tensor("sample_loss", "batch"),),
        forward=forward,
        backward=backward,
        target_kinds=("continuous", "binary"),
        summary=lambda s: "mean over batch",
        formula=r"L = \frac{1}{N}\sum_n (y_n - t_n)^2",
        explain_forward=(
            Explanation(
                "loss",
                r"L = \frac{1}{N}\sum_n (y_n - t_n)^2",
                lambda m: rf"\frac{{1}}{{{len(m.after['sample_loss'])}}} \left({sum_of([number(v) for v in m.after['sample_loss']])}\right)",
                lambda m: "Each sample's squared error counts equally.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                r"\frac{\partial L}{\partial y_n} = \frac{2}{N} (y_n - t_n)",
                lambda m: rf"\frac{{2}}{{{m['x'].size}}} ({number(m.at('x'))} - {_target(m)})",
                lambda m: "The gradient is proportional to the error: twice as wrong, twice as strong.",
            ),
        ),
    )
)


def _target(m):  # type: ignore[no-untyped-def]
    value = m.at("target")
    return f"({number(value)})" if value < 0 else number(value)
