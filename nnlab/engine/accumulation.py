"""What gradient accumulation adds to a program: a few instructions behind the backward pass, and one before an update.

    forward, loss, backward, [count, add the batch's loss and gradients]   done again for every batch of an update
    [add what was left]                                                    once, where gradients are not zeroed
    [leave the gradients], update

A program without it has none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nnlab.core.accumulation import (
    ADD_BATCH,
    ADD_LEFT,
    COUNT_ROWS,
    COUNT_WEIGHT,
    EXPLAIN_BATCH,
    EXPLAIN_LEAVE,
    EXPLAIN_LEFT,
    LEAVE,
)  # fmt: skip
from nnlab.core.explanation import Explanation
from nnlab.core.kernel import Adapter
from nnlab.engine.program import Operand, ParameterInfo, Place
from nnlab.engine.steps import gradient_name

WEIGHTS = "accumulation/weights"  # what this batch counts, and all of the update so far; no node's name holds a slash
TOTAL, LEFT = "total", "left"


class Added(NamedTuple):
    """An instruction in the making: of which node, what runs on which tensors, and what it is called."""

    node_id: str
    adapter: Adapter
    operands: tuple[Operand, ...]
    explanations: tuple[Explanation, ...]
    title: str


def total_name(tensor: str) -> str:
    """Where the weighted sum of a parameter's gradients, or of the losses, is kept during an update."""
    return f"{tensor}.{TOTAL}"


def left_name(parameter: str) -> str:
    """The moment that holds what an update left of a parameter's gradient."""
    return f"{parameter}.{LEFT}"


def batch_end(places: Mapping[str, Place], trained: Sequence[ParameterInfo], loss: str, total_weight: str) -> Iterator[Added]:
    """What follows the backward pass of every batch: its loss and gradients join those of the batches before it."""
    node = loss.partition(".")[0]
    counted = total_weight in places
    names = {"weights": WEIGHTS, "total_weight": total_weight}
    yield Added(node, *_with(COUNT_WEIGHT if counted else COUNT_ROWS, names, {"weights"}, places), (), "Samples of the update")
    for name, gradient, of in ((loss, loss, node), *((i.name, gradient_name(i.name), i.node_id) for i in trained)):
        own = {"gradient": gradient, "weights": WEIGHTS, "total": total_name(name)}
        what = "Loss" if name == loss else name.split(".", 1)[1]
        yield Added(of, *_with(ADD_BATCH, own, {"gradient", "total"}, places), EXPLAIN_BATCH, f"Mean over the batches: {what} of {of}")


def update_begin(places: Mapping[str, Place], trained: Sequence[ParameterInfo]) -> Iterator[Added]:
    """What comes before the gradients are looked at: all that earlier updates left."""
    for info in trained:
        own = {"gradient": gradient_name(info.name), "left": left_name(info.name)}
        yield Added(info.node_id, *_with(ADD_LEFT, own, {"gradient"}, places), EXPLAIN_LEFT, f"Not zeroed: {_words(info)}")


def update_left(places: Mapping[str, Place], trained: Sequence[ParameterInfo]) -> Iterator[Added]:
    """What an update does first: the gradients stay for the next."""
    for info in trained:
        own = {"gradient": gradient_name(info.name), "left": left_name(info.name)}
        yield Added(info.node_id, *_with(LEAVE, own, {"left"}, places), EXPLAIN_LEAVE, f"Left for the next update: {_words(info)}")


def _words(info: ParameterInfo) -> str:
    return f"{info.name.split('.', 1)[1]} of {info.node_id}"


def _with(
    adapter: Adapter, names: Mapping[str, str], written: set[str], places: Mapping[str, Place]
) -> tuple[Adapter, tuple[Operand, ...]]:  # fmt: skip
    operands = []
    for argument in adapter.arguments:
        if argument.kind == "context":
            operands.append(Operand(argument, None, False, ()))
        else:
            name = names[argument.name]
            operands.append(Operand(argument, name, argument.name in written, (places[name].offset, places[name].row)))
    return adapter, tuple(operands)
