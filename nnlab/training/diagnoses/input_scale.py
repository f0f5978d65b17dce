"""Badly scaled inputs: features that are very large, very small, or of very different size.

The loss is then steep in the weights of one feature and flat in those of another, and one learning rate cannot suit both (LeCun et al.,
Efficient BackProp, 1998, section 4.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nnlab.core.written import rounded
from nnlab.graph.fixes.building import insert_chain
from nnlab.graph.graph import Graph
from nnlab.training.diagnoses._columns import column_name
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, FindingChart, Remedy, edit_graph, possible, register
from nnlab.training.observation import Observation

MOST_BARS = 12
LARGE, SMALL, APART = 10.0, 0.05, 100.0  # root mean squares, and the ratio of two of them


def find(seen: Observation) -> Iterator[Diagnosis]:
    if not _matters(seen.graph):
        return
    sizes = np.sqrt(np.mean(np.square(np.asarray(seen.x, dtype=np.float64)), axis=0))
    varies = np.ptp(seen.x, axis=0) > 0
    if not varies.any():
        return
    candidates = np.flatnonzero(varies)
    largest, smallest = int(candidates[np.argmax(sizes[candidates])]), int(candidates[np.argmin(sizes[candidates])])
    ratio = sizes[largest] / sizes[smallest]
    most, least = (f"{column_name(seen, which)} ({rounded(sizes[which], 3)})" for which in (largest, smallest))
    if sizes[largest] > LARGE:
        words = f"The network sees values around {rounded(sizes[largest], 3)} in {column_name(seen, largest)}; around 1 suits its weights."
    elif sizes[largest] < SMALL:
        words = f"No feature the network sees exceeds {most} in size; around 1 suits its weights."
    elif ratio > APART and not _is_image(seen.graph):
        words = f"Features differ in size by a factor of {ratio:,.0f}: {most} against {least}."
    else:
        return
    yield Diagnosis(
        "input_scale",
        next((node.id for node in seen.graph if node.kind.is_input), None),
        words,
        figure=rounded(sizes[largest], 3) if sizes[largest] > LARGE or sizes[largest] < SMALL else f"{ratio:,.0f} ×",
        remedies=tuple(_remedies(seen)),
        figures={"largest": float(sizes[largest]), "smallest": float(sizes[smallest]), "ratio": float(ratio)},
        columns=(largest, smallest),
        mark="badly scaled",
        chart=_chart(seen, sizes),
        harm=0.7,
    )


def _chart(seen: Observation, sizes: np.ndarray) -> FindingChart:
    """The sizes of the columns, or where there are many those of the smallest and the largest."""
    order = np.argsort(sizes)
    shown = np.arange(len(sizes)) if len(sizes) <= MOST_BARS else np.concatenate([order[: MOST_BARS // 2], order[-MOST_BARS // 2 :]])
    values = tuple(float(sizes[column]) for column in shown)
    meant = tuple(k for k, value in enumerate(values) if value in (sizes.max(), sizes.min()))
    words = "size of the values, by column (log)" if len(shown) == len(sizes) else "size of the values, smallest and largest columns (log)"
    return FindingChart(words, tuple(column_name(seen, int(column)) for column in shown), values, meant, logarithmic=True)


def _matters(graph: Graph) -> bool:
    """Whether what reads the input takes its size as it is: not where it is normalised or scaled first, or counts something."""
    readers = [graph[edge.target] for node in graph if node.kind.is_input for edge in graph.outgoing(node.id)]
    return not any(r.kind.reads_indices or r.kind.category == "Normalisation" or r.operator == "scale" for r in readers)


def _is_image(graph: Graph) -> bool:
    """Whether the inputs are the pixels of an image for a convolution, whose weights meet all of them alike."""
    return any(graph[edge.target].operator == "reshape" for node in graph if node.kind.is_input for edge in graph.outgoing(node.id))


def _remedies(seen: Observation) -> Iterator[Remedy]:
    if seen.data is not None:
        outlook = "Every feature gets mean 0 and standard deviation 1, both worked out on the training part."

        yield Remedy(
            "Standardise the inputs",
            lambda project: replace(project, data=replace(project.data, standardize=True)), outlook, starts_over=True,
        )  # fmt: skip
        return

    def normalised(graph: Graph) -> Graph:
        for node in list(graph):
            for edge in graph.outgoing(node.id) if node.kind.is_input else ():
                graph = insert_chain(graph, edge, [("batch_norm", {})])
        return graph

    outlook = "Every feature gets mean 0 and standard deviation 1 over the batch."
    yield from possible(seen.graph, [edit_graph("Normalise the inputs by a batch norm", normalised, outlook, starts_over=True)])


register(
    DiagnosisKind(
        "input_scale", "Badly scaled inputs",
        f"A feature's root mean square exceeds {LARGE:g}, none reaches {SMALL:g}, or two differ by a factor of more than {APART:g}.", find,
    )
)  # fmt: skip
