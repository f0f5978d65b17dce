"""Hard tanh: the input, cut to a range.

Collobert, Large Scale Machine Learning (2004); PyTorch's Hardtanh. Its derivative at the ends is 0, as in PyTorch.
"""

from collections.abc import Mapping

from nnlab.core.errors import GraphError
from nnlab.core.explanation import Explanation, constant, gradient, local_slope, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Sizes, Tensor
from nnlab.core.written import plain_number


@kernel
def forward(x, min_val, max_val, y):
    for i in range(x.size):
        # In this order a NaN passes: every comparison with it is false.
        y[i] = min_val if x[i] < min_val else (max_val if x[i] > max_val else x[i])


@kernel
def backward(x, min_val, max_val, d_y, d_x):
    """d_x = d_y inside the range, else 0."""
    for i in range(x.size):
        d_x[i] += d_y[i] if (x[i] > min_val) & (x[i] < max_val) else 0.0


def _check_range(settings: Mapping[str, Value], sizes: Sizes) -> Sizes:
    if float(settings["min_val"]) >= float(settings["max_val"]):
        least, greatest = plain_number(float(settings["min_val"])), plain_number(float(settings["max_val"]))
        raise GraphError(f"min_val is {least} and max_val is {greatest}; min_val must be the smaller one.")
    return {}


def _is_inside(m):  # type: ignore[no-untyped-def]
    return m["min_val"] < m.at("x") < m["max_val"]


def _cut(m):  # type: ignore[no-untyped-def]
    z = m.at("x")
    if z < m["min_val"]:
        return constant(m["min_val"])
    return constant(m["max_val"]) if z > m["max_val"] else number(z)


register(
    Operator(
        name="hard_tanh",
        title="Hard tanh",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        settings=(
            Setting("min_val", -1.0, "Least", "Lower end of the range", minimum=-1e6, maximum=1e6),
            Setting("max_val", 1.0, "Greatest", "Upper end of the range", minimum=-1e6, maximum=1e6),
        ),
        sizes=_check_range,
        bounds=lambda settings: (float(settings["min_val"]), float(settings["max_val"])),
        saturates=True,
        can_die=True,
        idempotent=True,
        aliases=("hardtanh",),
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \min(\max(x,\, l),\, u)",
        explain_forward=(
            Explanation(
                "y",
                r"a_{<~>} = \min(\max(z_{<~>},\, l),\, u)",
                _cut,
                lambda m: (
                    "z is within the range and passes unchanged." if _is_inside(m) else "z is outside the range and is clipped to its end."
                ),
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (upstream(), local_slope(lambda m: 1.0 if _is_inside(m) else 0.0, "local slope: 1 or 0")),
                lambda m: "Inside the range the slope is 1." if _is_inside(m) else "Outside the range the slope is 0.",
            ),
        ),
    )
)
