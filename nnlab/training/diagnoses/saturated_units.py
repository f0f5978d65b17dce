"""Saturated units: activations at the flat ends of tanh or a sigmoid, where the slope is next to nothing and the layer learns slowly.

Inputs or weights are too large for it (LeCun et al., Efficient BackProp, 1998).
"""

from __future__ import annotations

from collections.abc import Iterator

from nnlab.core.operator import FLAT
from nnlab.core.written import percent
from nnlab.graph.fixes.building import insert_chain
from nnlab.graph.graph import Graph
from nnlab.training.diagnoses._flat_units import feeds_loss, is_flat
from nnlab.training.diagnoses._gradient_flow import drawn_anew
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, FindingChart, Remedy, edit_graph, possible, register
from nnlab.training.observation import Observation

LEAST = 0.85  # of a layer's activations


def find(seen: Observation) -> Iterator[Diagnosis]:
    for node in seen.graph:
        if node.kind.can_die or feeds_loss(seen, node):
            continue
        flat = is_flat(seen, node)
        if flat is None or flat.mean() < LEAST:
            continue
        share, by_unit = float(flat.mean()), flat.mean(axis=(0, 1))
        units = tuple(int(unit) for unit in (by_unit >= LEAST).nonzero()[0])
        yield Diagnosis(
            "saturated_units",
            node.id,
            f"{percent(share)} of the activations of {node.id} are saturated: their slope is at most {percent(FLAT)} of the greatest.",
            figure=percent(share),
            remedies=possible(seen.graph, _remedies(seen, node.id)),
            figures={"share": share, "units": len(by_unit), "saturated_units": len(units)},
            units=units,
            mark=f"{percent(share)} saturated",
            chart=FindingChart(
                "share of saturated outputs, by neuron", tuple(str(unit + 1) for unit in range(len(by_unit))),
                tuple(map(float, by_unit)), units,
            ),
            harm=0.5 + 0.4 * share,
        )


def _remedies(seen: Observation, node_id: str) -> Iterator[Remedy]:
    def normalised(graph: Graph) -> Graph:
        return insert_chain(graph, graph.incoming(node_id)[0], [("layer_norm", {})])

    outlook = "What enters the activation has mean 0 and standard deviation 1 in every sample, where its slope is large."
    yield edit_graph(f"Normalise what enters {node_id}", normalised, outlook)
    yield from drawn_anew(seen)


register(
    DiagnosisKind(
        "saturated_units", "Saturated units",
        f"At least {percent(LEAST)} of a hidden layer's activations have a slope of at most {percent(FLAT)} of the greatest.", find,
        follows_from=("input_scale", "learning_rate_too_high"),
    )
)  # fmt: skip
