"""Edits that several fixes are made of: putting operators into an edge, taking a node or a whole dead branch out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nnlab.core.tensor import Shape
from nnlab.graph import edits
from nnlab.graph.card_size import COLUMN, ROW
from nnlab.graph.fixes.case import Case
from nnlab.graph.graph import Edge, Graph

OperatorSpec = tuple[str, Mapping[str, object]]  # an operator and its settings


def insert_chain(graph: Graph, edge: Edge, steps: Sequence[OperatorSpec]) -> Graph:
    """Puts operators into an edge, one after the other; what stands further to the right makes room."""
    source, target = graph[edge.source].position, graph[edge.target].position
    needed = (len(steps) + 1) * COLUMN - (target[0] - source[0])
    result = graph
    if needed > 0:
        right = {n.id: (n.position[0] + needed, n.position[1]) for n in graph if n.position[0] > source[0] + 1.0}
        result = edits.move_nodes(result, right)
    gap = (result[edge.target].position[0] - source[0]) / (len(steps) + 1)
    for place, (operator, settings) in enumerate(steps, start=1):
        position = (source[0] + place * gap, source[1])
        result = edits.insert_on_edge(result, edge, operator, position, settings=settings)
        edge = next(e for e in result.outgoing(result.nodes[-1].id))
    return result


def append(graph: Graph, after: str, steps: Sequence[OperatorSpec]) -> Graph:
    """Adds operators behind a node, one after the other."""
    x, y = graph[after].position
    if graph.outgoing(after):  # to the right of it stands what reads it already
        y = max(node.position[1] for node in graph) + ROW
    for operator, settings in steps:
        x += COLUMN
        graph = edits.add_node(graph, operator, settings, (x, y))
        graph = edits.connect(graph, after, graph.nodes[-1].id)
        after = graph.nodes[-1].id
    return graph


def remove_branch(graph: Graph, node_id: str) -> Graph:
    """Removes a node that nothing reads, and all that was computed for it alone; inputs stay."""
    gone: list[str] = []
    waiting = [node_id]
    while waiting:
        current = waiting.pop()
        gone.append(current)
        sources = {edge.source for edge in graph.incoming(current)}
        waiting.extend(s for s in sources if not graph[s].kind.is_input and all(e.target in gone for e in graph.outgoing(s)))
    return edits.remove_nodes(graph, gone)


def chain_back(case: Case, edge: Edge) -> list[Edge]:
    """Edges from `edge` backwards, as long as every node on the way has one input."""
    chain = [edge]
    while True:
        incoming = case.graph.incoming(chain[-1].source)
        if len(incoming) != 1 or incoming[0] in chain:
            return chain
        chain.append(incoming[0])


def width_setting(case: Case, edge: Edge) -> tuple[str, str] | None:
    """The node and its setting that decide how long the last axis (for images: the first) of what flows along `edge` is.

    Found backwards through operators that leave the shape as it is.
    """
    current = edge
    while True:
        node = case.graph[current.source]
        name = next((n for n in ("units", "filters", "features") if n in node.settings), None)
        if name is not None and not node.kind.is_input:
            return node.id, name
        incoming = case.graph.incoming(node.id)
        if len(incoming) != 1 or case.shape(incoming[0]) != case.shape(current):
            return None
        current = incoming[0]


def configured(node_id: str, **settings: object) -> Callable[[Graph], Graph]:
    return lambda graph: edits.configure(graph, node_id, **settings)


def setting_title(graph: Graph, node_id: str, name: str) -> str:
    """What the inspector calls a setting, in the middle of a sentence: "units"."""
    title = next(setting.label for setting in graph[node_id].kind.settings if setting.name == name)
    return title[0].lower() + title[1:]


def written(shape: Shape) -> str:
    """A shape as the setting of a reshape takes it: "1, 8, 8"."""
    return ", ".join(map(str, shape))


def image_of(length: int) -> Shape | None:
    """The image a row of numbers most likely is: grey and square, else in three colours and square, else as square as its length allows."""
    for channels in (1, 3):
        side = round((length / channels) ** 0.5)
        if channels * side * side == length and side > 1:
            return channels, side, side
    height = next((h for h in range(int(length**0.5), 1, -1) if length % h == 0), None)
    return (1, height, length // height) if height is not None else (1, 1, length) if length > 1 else None
