"""Class imbalance: one class is so rare that a network is nearly always right without ever predicting it.

The remedy weighs every class by the inverse of its share (King and Zeng, Logistic regression in rare events data, 2001; scikit-learn's
`class_weight="balanced"`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from nnlab.core.dataset import Target
from nnlab.core.written import percent
from nnlab.graph import edits
from nnlab.graph.graph import Graph, Node
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, FindingChart, Remedy, edit_graph, possible, register
from nnlab.training.observation import Observation

RARE = 10.0  # so many times as common is the most common class


def find(seen: Observation) -> Iterator[Diagnosis]:
    loss = seen.graph.losses[0]
    classes = _classes(seen, loss)
    if classes is None or any(loss.settings.get(name) for name in ("class_weights", "pos_weight")):
        return
    numbers, counts = np.unique(classes, return_counts=True)
    if not len(counts) or counts.max() < RARE * counts.min():
        return
    rarest, total = int(numbers[np.argmin(counts)]), int(counts.sum())
    target = seen.target
    name = repr(_name(target, rarest)) if target is not None and target.classes > rarest else str(rarest)
    share = float(counts.max() / total)
    yield Diagnosis(
        "class_imbalance",
        loss.id,
        f"Class {name} has {int(counts.min()):,} of {total:,} samples; "
        f"always predicting the most common class is right in {percent(share, 1)}.",
        figure=percent(counts.min() / total, 1),
        remedies=possible(seen.graph, _remedies(loss, numbers, counts)),
        figures={"rarest": int(counts.min()), "samples": total, "share_of_most_common": share, "classes": len(counts)},
        mark="uneven classes",
        chart=FindingChart(
            "samples, by class", tuple(_name(target, int(n)) for n in numbers), tuple(map(float, counts)), (int(np.argmin(counts)),)
        ),
        harm=0.5,
    )


def _name(target: Target | None, number: int) -> str:
    return target.names[number] if target is not None and target.classes > number else str(number)


def _classes(seen: Observation, loss: Node) -> np.ndarray | None:
    """The class numbers of the training samples, or None for a target that is no class."""
    y = np.asarray(seen.y)
    y = y.reshape(len(y), -1)
    if seen.target is not None and not seen.target.classes:
        return None
    if y.shape[1] > 1:
        return np.argmax(y, axis=1) if (np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()) else None
    is_class = loss.kind.link == "softmax" or (loss.kind.link == "sigmoid" and np.isin(y, (0, 1)).all()) or seen.target is not None
    return y[:, 0].astype(np.int64) if is_class else None


def _remedies(loss: Node, numbers: np.ndarray, counts: np.ndarray) -> Iterator[Remedy]:
    names = {setting.name for setting in loss.kind.settings}
    outlook = "Every class counts as much as the others, however many samples it has."
    if "pos_weight" in names and len(counts) == 2:
        weight = f"{counts[0] / counts[1]:.3g}"
        yield edit_graph(f"Let class 1 count {weight} times", _configured(loss.id, pos_weight=weight), outlook, starts_over=True)
    elif "class_weights" in names and len(numbers) == numbers.max() + 1:
        weights = ", ".join(f"{counts.sum() / (len(counts) * count):.3g}" for count in counts)
        yield edit_graph("Weigh classes by the inverse of their share", _configured(loss.id, class_weights=weights), outlook, True)


def _configured(node_id: str, **settings: object) -> Callable[[Graph], Graph]:
    def change(graph: Graph) -> Graph:
        return edits.configure(graph, node_id, **settings)

    return change


register(
    DiagnosisKind(
        "class_imbalance", "Class imbalance",
        f"The most common class has at least {RARE:g} times as many samples as the rarest, and the loss weighs none.", find,
    )
)  # fmt: skip
