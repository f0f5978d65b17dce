"""The target's own unit: what leads a network's outputs, which begin around 0, to prices in the thousands or temperatures around 290.

A freshly drawn network gives numbers between about −1 and 1, and an optimiser such as Adam moves every weight by about the learning rate,
however far the target is away. Where the target's mean or deviation lies elsewhere, a *rescale* before the loss multiplies by the deviation
and adds the mean of the training targets, so that loss and predictions stay in the target's own unit.
"""

from __future__ import annotations

import math

from nnlab.core.preparation import Data
from nnlab.graph import edits
from nnlab.graph.fixes.building import insert_chain
from nnlab.graph.graph import Graph, Node

OPERATOR = "rescale"
NEAR = (0.5, 2.0)  # a deviation between these needs no factor
DIGITS = 3  # of the factor; the offset is as fine

TargetUnit = tuple[float, float]  # factor and offset


def target_unit(data: Data) -> TargetUnit | None:
    """Deviation and mean of one continuous target in the training rows, rounded; None where outputs reach it as they are."""
    if data.target.kind != "continuous" or data.y.shape[1] != 1:
        return None
    mean, deviation = float(data.y.mean()), float(data.y.std())
    if deviation <= 0.0 or (NEAR[0] <= deviation <= NEAR[1] and abs(mean) <= deviation):
        return None
    places = DIGITS - 1 - math.floor(math.log10(deviation))
    return float(f"{deviation:.{DIGITS - 1}e}"), round(mean, places)


def with_unit(graph: Graph, unit: TargetUnit | None) -> Graph:
    """With a rescale before the loss; the graph itself for None."""
    if unit is None:
        return graph
    factor, offset = unit
    return insert_chain(graph, graph.incoming(graph.losses[0].id)[0], [(OPERATOR, {"factor": factor, "offset": offset})])


def fitting_unit(graph: Graph, before: Data | None, data: Data) -> Graph:
    """For another target: with its unit where the graph has the one that was proposed for the target of before, else unchanged."""
    if before is None or (before.target, before.target.column) == (data.target, data.target.column):
        return graph
    node = _proposed(graph, target_unit(before))
    return graph if node is None else with_unit(edits.bypass_node(graph, node.id), target_unit(data))


def _proposed(graph: Graph, unit: TargetUnit | None) -> Node | None:
    """The rescale right before the loss, if it leads to this unit."""
    incoming = graph.incoming(graph.losses[0].id) if graph.losses else ()
    node = graph[incoming[0].source] if len(incoming) == 1 else None
    is_one = node is not None and node.operator == OPERATOR and (node.settings["factor"], node.settings["offset"]) == unit
    return node if is_one else None
