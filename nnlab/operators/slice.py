"""Slice: some of the features along the last axis, y = x[start : stop]."""

from nnlab.core.errors import GraphError
from nnlab.core.explanation import Explanation, gradient, number, shifted
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor


@kernel
def forward(x, start, y):
    first = int(start)
    for n in range(y.shape[0]):
        for i in range(y.shape[1]):
            y[n, i] = x[n, first + i]


@kernel
def backward(d_y, start, d_x):
    """d_x = d_y at the places that were taken, else 0."""
    first = int(start)
    for n in range(d_y.shape[0]):
        for i in range(d_y.shape[1]):
            d_x[n, first + i] += d_y[n, i]


def _sizes(settings, sizes):  # type: ignore[no-untyped-def]
    features, start = sizes["features"], settings["start"]
    stop = settings["stop"] or features
    if not start < stop <= features:
        raise GraphError(f"features {start} to {stop} of {features} cannot be selected; choose 0 ≤ start < stop ≤ {features}.")
    return {"length": stop - start}


def _is_taken(m):  # type: ignore[no-untyped-def]
    return 0 <= m.index[-1] - m["start"] < m["d_y"].shape[-1]


def _upstream(m):  # type: ignore[no-untyped-def]
    return number(m["d_y"][(*m.index[:-1], int(m.index[-1] - m["start"]))]) if _is_taken(m) else "0"


register(
    Operator(
        name="slice",
        title="Slice",
        category="Shape",
        inputs=(Tensor("x", "... features"),),
        outputs=(Tensor("y", "... length"),),
        settings=(
            Setting("start", 0, "Start", "Index of the first feature selected, counted from 0", minimum=0, maximum=10**6),
            Setting("stop", 0, "Stop", "Index after the last feature selected; 0: to the end", minimum=0, maximum=10**6),
        ),
        keeps_whole=True,
        forward=forward,
        backward=backward,
        rows_apart=True,
        sizes=_sizes,
        summary=lambda s: f"{s['start']} : {s['stop'] or ''}",
        formula=r"y_i = x_{s + i}",
        explain_forward=(
            Explanation(
                "y",
                lambda m: "y_{<~>} = " + shifted("x_{<~>}", m, int(m["start"])),
                lambda m: number(m["x"][(*m.index[:-1], m.index[-1] + int(m["start"]))]),
                lambda m: "The feature is copied.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                lambda m: rf"{gradient('x')} = {shifted(gradient('y'), m, -int(m['start'])) if _is_taken(m) else '0'}",
                _upstream,
                lambda m: (
                    "The gradient is copied back to the element that the value came from."
                    if _is_taken(m)
                    else "This feature was left out: no gradient reaches it."
                ),
            ),
        ),
    )
)
