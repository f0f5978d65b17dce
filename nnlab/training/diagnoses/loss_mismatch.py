"""A loss that does not fit the target: squared errors of classes, a class loss on numbers, or an output that cannot reach the target.

The loss belongs to what the target is (Bishop, Pattern Recognition and Machine Learning, 2006, section 5.2). Under squared errors a sigmoid
that is sure and wrong has no gradient; a bounded activation before a loss from logits keeps every probability from 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from nnlab.core.operator import operators
from nnlab.core.written import percent, rounded
from nnlab.graph import edits
from nnlab.graph.graph import Graph, Node
from nnlab.graph.lint import lint
from nnlab.graph.validation import infer
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, Remedy, edit_graph, possible, register
from nnlab.training.observation import Observation

BEFORE_LOSS = ("squashed_twice", "bounded_logits")
MARGIN = 0.02  # of the target's range, by which the output may fall short of it


def find(seen: Observation) -> Iterator[Diagnosis]:
    loss = seen.graph.losses[0]
    for found in (*_squashed(seen), *_wrong_kind(seen, loss), *_out_of_reach(seen, loss)):
        yield found
        return  # the others follow from it


def _squashed(seen: Observation) -> Iterator[Diagnosis]:
    for kind, node_id, sentence in lint(seen.graph, infer(seen.graph).shapes):
        if kind in BEFORE_LOSS:
            label, change = f"Remove {node_id}", _without(node_id)
            yield _diagnosis(seen, node_id, sentence, [edit_graph(label, change, "The loss applies what it needs itself.")])


def _wrong_kind(seen: Observation, loss: Node) -> Iterator[Diagnosis]:
    y = np.asarray(seen.y)
    y = y.reshape(len(y), -1)
    target = seen.target
    are_classes = bool(target.classes) if target is not None else _look_like_classes(y)
    if are_classes and {"continuous", "binary"} <= set(loss.kind.target_kinds):
        several = y.shape[1] > 1 or (target is not None and target.kind == "classes")
        better = "cross_entropy" if several else "binary_cross_entropy"
        words = "classes" if several else "two classes"
        sentence = f"{loss.kind.title} is for numbers on a scale, but the target is {words}: sure and wrong answers cost little."
        outlook = f"{operators[better].title} gives every wrong answer a gradient as large as it is wrong."
        possible_edits = [] if several and target is None else [edit_graph(f"Use {operators[better].title}", _with(loss, better), outlook)]
        yield _diagnosis(seen, loss.id, sentence, possible_edits)
    elif loss.kind.link != "identity" and target is not None and not target.classes and not target.are_probabilities:
        sentence = f"{loss.kind.title} is for classes, but the target holds numbers on a scale."
        outlook = "It is least at the mean of what is possible."
        yield _diagnosis(seen, loss.id, sentence, [edit_graph("Use MSE", _with(loss, "mse"), outlook)])


def _look_like_classes(y: np.ndarray) -> bool:
    """Whether targets (samples, outputs) of which nothing is known are 0 and 1, in one column or as one 1 a row."""
    if not np.isin(y, (0, 1)).all() or np.ptp(y) == 0:
        return False
    return y.shape[1] == 1 or bool((y.sum(axis=1) == 1).all())


def _out_of_reach(seen: Observation, loss: Node) -> Iterator[Diagnosis]:
    """What comes before the loss stays within bounds that the target does not keep to."""
    incoming = seen.graph.incoming(loss.id)
    if loss.kind.link != "identity" or len(incoming) != 1:
        return
    source, y = seen.graph[incoming[0].source], np.asarray(seen.y, dtype=np.float64)
    low, high = source.kind.output_bounds(source.settings)
    least, most = float(y.min()), float(y.max())
    slack = MARGIN * (most - least)
    if least >= low - slack and most <= high + slack:
        return
    limits = [f"above {rounded(low)}"] * bool(np.isfinite(low)) + [f"below {rounded(high)}"] * bool(np.isfinite(high))
    share = float(np.mean((y < low) | (y > high)))
    sentence = (
        f"{source.id} before the loss stays {' and '.join(limits)}, but the target goes from {rounded(least)} to {rounded(most)}: "
        f"{percent(share)} of it is out of reach."
    )
    edit = edit_graph(f"Remove {source.id}", _without(source.id), "An output without an activation reaches every number.")
    yield _diagnosis(seen, source.id, sentence, [edit], out_of_reach=share)


def _diagnosis(seen: Observation, node_id: str, sentence: str, remedies: list[Remedy], **figures: float) -> Diagnosis:
    shown = possible(seen.graph, remedies)
    return Diagnosis("loss_mismatch", node_id, sentence, figure=node_id, remedies=shown, figures=figures, harm=0.8)


def _without(node_id: str) -> Callable[[Graph], Graph]:
    def change(graph: Graph) -> Graph:
        return edits.bypass_node(graph, node_id)

    return change


def _with(loss: Node, operator: str) -> Callable[[Graph], Graph]:
    def change(graph: Graph) -> Graph:
        """The loss exchanged; an activation before it that the new one applies itself is taken out."""
        for edge in graph.incoming(loss.id):
            if graph[edge.source].kind.computes_link:
                graph = edits.bypass_node(graph, edge.source)
        return edits.replace_operator(graph, loss.id, operator)

    return change


register(
    DiagnosisKind(
        "loss_mismatch", "Loss that does not fit the target",
        "The loss is for another kind of target, or what comes before it keeps the output from where the target is.", find,
    )
)  # fmt: skip
