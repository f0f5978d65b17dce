"""Dead units: units of ReLU and its like that are 0 for every sample, so no gradient reaches their weights and they stay so.

One step that is too large suffices, or biases far below 0 (Maas et al., Rectifier nonlinearities improve neural network acoustic models,
2013, who propose the leak). A few dead units are common and harmless.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlab.core.written import percent, setting_value
from nnlab.graph import edits
from nnlab.graph.graph import Graph, Node
from nnlab.training.diagnoses._flat_units import is_flat
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, FindingChart, Remedy, edit_graph, edit_training, possible, register
from nnlab.training.observation import Observation

LEAST = 0.5  # of a layer's units
MOST_NAMED = 8  # dead units that are named one by one


def find(seen: Observation) -> Iterator[Diagnosis]:
    for node in seen.graph:
        if not node.kind.can_die:
            continue
        flat = is_flat(seen, node)
        if flat is None:
            continue
        dead = np.asarray(flat.all(axis=(0, 1)))
        count, units = int(dead.sum()), len(dead)
        if units < 2 or count < LEAST * units:
            continue
        whole = ": nothing before it learns any more" if count == units else ""
        numbers = [str(unit + 1) for unit in dead.nonzero()[0]]
        named = f" ({', '.join(numbers[:-1])} and {numbers[-1]})" if 1 < count <= MOST_NAMED and count < units else ""
        yield Diagnosis(
            "dead_units",
            node.id,
            f"{count} of the {units} units of {node.id}{named} are 0 for all {len(flat)} samples{_since(seen, node, dead)}"
            f"{_idle(seen, node, dead)}{whole}.",
            figure=f"{count} of {units}",
            remedies=possible(seen.graph, _remedies(seen, node.id)),
            figures={"dead": count, "units": units, "samples": len(flat)},
            units=tuple(int(unit) for unit in dead.nonzero()[0]),
            mark=f"{count} of {units} always 0",
            chart=FindingChart(
                "samples above 0, by neuron", tuple(str(unit + 1) for unit in range(units)),
                tuple(float(number) for number in (~flat).any(axis=1).sum(axis=0)), tuple(int(unit) for unit in dead.nonzero()[0]),
            ),
            harm=0.6 + 0.39 * count / units,
        )


def _since(seen: Observation, node: Node, dead: np.ndarray) -> str:
    """From which iteration on that was so, as far as the run's weights of then are known."""

    def holds(then: Observation) -> bool:
        flat = is_flat(then, node)
        return flat is not None and bool(flat[:, :, dead].all())

    found = seen.since(holds)
    if found is None:
        return ""
    return f" since iteration {found:,}" if found else " from the beginning"


def _idle(seen: Observation, node: Node, dead: np.ndarray) -> str:
    """How many parameters get no gradient by it, where the activation reads a layer."""
    layer = seen.graph[seen.graph.incoming(node.id)[0].source]
    if layer not in seen.layers:
        return ""
    program, units = seen.passed.program, len(dead)
    rows = [i.place.row // units for i in program.parameters if i.node_id == layer.id and i.place.shape[:1] == (units,)]
    count = int(dead.sum()) * sum(rows)
    return f", so {count:,} of {program.parameter_count:,} parameters get no gradient" if count else ""


def _remedies(seen: Observation, node_id: str) -> Iterator[Remedy]:
    def leaky(graph: Graph) -> Graph:
        return edits.replace_operator(graph, node_id, "leaky_relu")

    yield edit_graph(f"Use leaky ReLU in {node_id}", leaky, "Below 0 it still passes a hundredth of the gradient: dead units come back.")
    lower = seen.training.learning_rate / 10
    label = f"Learning rate {setting_value(seen.training.learning_rate)} → {setting_value(lower)}, from iteration 0"
    yield edit_training(label, "Smaller steps do not throw units out of the data's range.", starts_over=True, learning_rate=lower)


register(
    DiagnosisKind("dead_units", "Dead units", f"At least {percent(LEAST)} of an activation's units pass no gradient for any sample.", find)
)  # fmt: skip
