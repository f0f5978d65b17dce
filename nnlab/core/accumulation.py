"""Gradient accumulation: one update from the gradients of several batches, and what happens where gradients are not zeroed.

Backward passes add up (Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.5.6, by linearity), so the gradient of a large batch
can be computed in parts that fit. Each part's mean counts with the samples behind it, n₁ g₁ + n₂ g₂ + … over n₁ + n₂ + …, which is the
gradient of all of them as one batch also where the last part is shorter, or where samples count differently (PyTorch's usual division by
the number of parts is not). The mean so far stands in the gradient's own place after every batch, so that what looks at gradients sees it.

Without zeroing, the gradient of every earlier update is still there when the next is added, as in PyTorch without `zero_grad()`: what was
left is a moment like those of an optimiser.
"""

from __future__ import annotations

import inspect
from typing import Any

from nnlab.core.explanation import Explanation, ExplanationContext, factor, number, sum_of
from nnlab.core.kernel import Adapter, Argument, adapter, kernel
from nnlab.core.kernel.context import CONTEXT_ARGUMENTS
from nnlab.core.setting import Setting
from nnlab.core.written import rounded

ACCUMULATE = Setting(
    "accumulate", 1, "Batches per update", "The gradients of so many batches become one update, as if they were one; 1: each updates",
    minimum=1, maximum=1024, unit="batches",
)  # fmt: skip
ZERO_GRADIENTS = Setting(
    "zero_gradients", True, "Zero gradients", "Off: every update also uses all gradients before it, as when zero_grad() is forgotten"
)


@kernel
def count_rows(rows, accumulated, weights):
    """`weights` is what this batch counts, and all batches of this update so far."""
    weights[0] = rows
    weights[1] = rows if accumulated == 0 else weights[1] + rows


@kernel
def count_weight(total_weight, accumulated, weights):
    """Where a loss says what its batch counts."""
    weights[0] = total_weight[0]
    weights[1] = total_weight[0] if accumulated == 0 else weights[1] + total_weight[0]


@kernel
def add_batch(gradient, weights, accumulated, total):
    """The gradient of a batch is added to `total`, and the mean so far takes its place; the first batch's is that mean already."""
    if accumulated == 0:
        for i in range(gradient.size):
            total[i] = weights[0] * gradient[i]
    else:
        for i in range(gradient.size):
            total[i] += weights[0] * gradient[i]
            gradient[i] = total[i] / weights[1]


@kernel
def add_left(gradient, left):
    for i in range(gradient.size):
        gradient[i] += left[i]


@kernel
def leave(gradient, left):
    for i in range(gradient.size):
        left[i] = gradient[i]


def _adapter(function: Any) -> Adapter:
    names = inspect.signature(function.py_func).parameters
    return adapter(
        function, tuple(Argument(name, kind="context") if name in CONTEXT_ARGUMENTS else Argument(name, ("size",)) for name in names)
    )


COUNT_ROWS, COUNT_WEIGHT, ADD_BATCH, ADD_LEFT, LEAVE = map(_adapter, (count_rows, count_weight, add_batch, add_left, leave))


def _is_first(m: ExplanationContext) -> bool:
    weights = m["weights"]
    return bool(weights[0] == weights[1])


def _samples(m: ExplanationContext, place: int) -> str:
    return rounded(float(m["weights"][place]), 6)


EXPLAIN_BATCH = (
    Explanation(
        "total",
        lambda m: r"S_{<*>} \leftarrow n\, g_{<*>}" if _is_first(m) else r"S_{<*>} \leftarrow S_{<*>} + n\, g_{<*>}",
        lambda m: sum_of(
            [*([] if _is_first(m) else [number(m.at("total"))]), rf"{_samples(m, 0)} \cdot {factor(m.at('gradient'))}"]
        ),
        lambda m: f"The gradient of this batch counts with its {_samples(m, 0)} samples; nothing is updated until the last batch.",
    ),
    Explanation(
        "gradient",
        r"\bar g_{<*>} = \frac{S_{<*>}}{N}",
        lambda m: rf"\frac{{{number(m.wrote('total'))}}}{{{_samples(m, 1)}}}",
        lambda m: f"The mean over the {_samples(m, 1)} samples of this update so far takes the place of the batch's gradient.",
        applies=lambda m: not _is_first(m),
    ),
)  # fmt: skip
EXPLAIN_LEFT = (
    Explanation(
        "gradient",
        r"g_{<*>} \leftarrow g_{<*>} + g^{\mathrm{left}}_{<*>}",
        lambda m: sum_of([number(m.at("gradient")), number(m.at("left"))]),
        lambda m: "Nobody set the gradient to 0, so the gradients of all updates before are still in it.",
    ),
)
EXPLAIN_LEAVE = (
    Explanation(
        "left",
        r"g^{\mathrm{left}}_{<*>} \leftarrow g_{<*>}",
        lambda m: number(m.at("gradient")),
        lambda m: "The gradient is left where it is: the next one is added to it.",
    ),
)
