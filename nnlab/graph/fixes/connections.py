"""Fixes for what is not connected, connected in a circle, there twice, or not there at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice, permutations

from nnlab.core.operator import operators
from nnlab.graph import docking, edits
from nnlab.graph.card_size import COLUMN
from nnlab.graph.diagnostic import Fix
from nnlab.graph.fixes.building import OperatorSpec, append, remove_branch
from nnlab.graph.fixes.case import Case, Proposer, Removal
from nnlab.graph.graph import Edge, Graph, Node
from nnlab.graph.targets import outputs_wanted

NEAREST = 6  # nodes that are tried as what was meant to be connected
MOST_JOINED = 16  # choices of several of them that are tried
FIRST_UNITS = 8  # of the hidden layer of a first network


def missing_input(case: Case) -> Iterator[Fix]:
    """Connect what is near and fits; put the node where it belongs; or take it out."""
    node = case.node
    free = [port for port in case.graph.ports(node.id) if port not in {e.target_port for e in case.graph.incoming(node.id)}]
    needed = (2 if node.kind.variadic else len(node.kind.inputs)) - len(case.graph.incoming(node.id))
    for sources in islice(permutations(_sources(case, node), needed), MOST_JOINED):

        def join(graph: Graph, sources: tuple[str, ...] = sources) -> Graph:
            for source, port in zip(sources, free[:needed], strict=True):
                graph = edits.connect(graph, source, node.id, port)
            return graph

        names = " and ".join(sources)
        yield Fix(f"Connect {names} here", join, f"Connect {names} to {node.id}")
    if not case.graph.input_nodes and needed == 1:
        features = case.data.features if case.data is not None else 2
        add = partial(_add_input, features=features, target=node.id)
        yield Fix(f"Add an input with {features} features", add, f"Add an input for {node.id}")
    if needed == 1 and not case.graph.outgoing(node.id) and not node.kind.is_loss:
        yield from _insert_where_it_lies(case, node)
    if case.graph.incoming(node.id):
        yield Removal(f"Remove {node.id}, join neighbours", partial(edits.bypass_node, node_id=node.id), f"Remove {node.id}")
    yield Removal(f"Remove {node.id}", partial(edits.remove_nodes, node_ids=[node.id]))


def _sources(case: Case, node: Node) -> list[str]:
    """Nodes that could be read by `node`: first unread ones, then by distance, what lies to the left before what lies behind."""
    connected = {edge.source for edge in case.graph.incoming(node.id)}

    def rank(other: Node) -> tuple[bool, bool, float]:
        dx, dy = node.position[0] - other.position[0], node.position[1] - other.position[1]
        distance = abs(dx) + abs(dy) + (2 * COLUMN if dx < 0 else 0.0)
        is_inside = docking.docked(case.graph, other.id) is not None  # its activation is what the card gives
        return bool(case.graph.outgoing(other.id)) or other.kind.is_input, is_inside, distance

    possible = [n for n in case.graph if not n.kind.is_loss and n.id not in connected and not edits.reaches(case.graph, node.id, n.id)]
    return [other.id for other in sorted(possible, key=rank)[:NEAREST]]


def _insert_where_it_lies(case: Case, node: Node) -> Iterator[Fix]:
    """The connection whose middle is nearest to the node takes it in."""

    def distance(edge: Edge) -> float:
        (x0, y0), (x1, y1) = case.graph[edge.source].position, case.graph[edge.target].position
        return abs((x0 + x1) / 2 - node.position[0]) + abs((y0 + y1) / 2 - node.position[1])

    between_cards = [e for e in case.graph.edges if e.target != node.id and docking.host(case.graph, e.target) != e.source]
    for edge in sorted(between_cards, key=distance)[:1]:

        def insert(graph: Graph, edge: Edge = edge) -> Graph:
            graph = edits.disconnect(graph, edge, close_up=False)
            graph = edits.connect(graph, edge.source, node.id)
            return edits.connect(graph, node.id, edge.target, edge.target_port)

        yield Fix(f"Insert it into {edge.source} → {edge.target}", insert, f"Insert {node.id} into {edge.source} → {edge.target}")


def cycle(case: Case) -> Iterator[Fix]:
    """Cut one connection of the cycle: first one that runs backwards on the canvas. Where one is not enough, all that do."""
    graph = case.graph

    def backwards(edge: Edge) -> float:
        return graph[edge.target].position[0] - graph[edge.source].position[0]

    inside = sorted((e for e in graph.edges if edits.reaches(graph, e.target, e.source)), key=backwards)
    for edge in inside:
        yield Removal(f"Break the cycle: remove {edge.source} → {edge.target}", partial(edits.disconnect, edge=edge))
    if inside:
        yield Removal("Break every cycle", _without_cycles)


def _without_cycles(graph: Graph) -> Graph:
    """Cuts, one by one, the connection of a cycle that runs furthest backwards on the canvas."""
    while True:
        inside = [e for e in graph.edges if edits.reaches(graph, e.target, e.source)]
        if not inside:
            return graph
        graph = edits.disconnect(graph, min(inside, key=lambda e: graph[e.target].position[0] - graph[e.source].position[0]))


def second_input(case: Case) -> Iterator[Fix]:
    """The first input takes over what the second feeds; or the second goes."""
    first, extra = case.graph.input_nodes[0].id, case.node.id

    def merge(graph: Graph) -> Graph:
        for edge in graph.outgoing(extra):
            graph = edits.connect(graph, first, edge.target, edge.target_port)
        return edits.remove_nodes(graph, [extra])

    if case.graph.outgoing(extra):
        yield Fix(f"Use {first} instead", merge, f"Use {first} instead of {extra}")
    yield Removal(f"Remove {extra}", partial(edits.remove_nodes, node_ids=[extra]))


def second_loss(case: Case) -> Iterator[Fix]:
    """Either of the two goes, with what was computed for it alone."""
    for loss in (case.node, case.graph.losses[0]):
        yield Removal(f"Remove {loss.id}", partial(edits.remove_nodes, node_ids=[loss.id]))
        if case.graph.incoming(loss.id):
            yield Removal(f"Remove {loss.id} and its branch", partial(remove_branch, node_id=loss.id))


def unread(case: Case) -> Iterator[Fix]:
    """Whoever waits for an input reads it; otherwise it goes, with what was computed for it alone."""
    node = case.node
    waiting = [
        other
        for other in case.graph
        if other.id != node.id and len(case.graph.incoming(other.id)) < (2 if other.kind.variadic else len(other.kind.inputs))
    ]
    for other in sorted(waiting, key=lambda n: abs(n.position[0] - node.position[0]) + abs(n.position[1] - node.position[1])):
        join = partial(edits.connect, source=node.id, target=other.id)
        yield Fix(f"Connect it to {other.id}", join, f"Connect {node.id} to {other.id}")
    if node.kind.is_input:
        yield Removal(f"Remove {node.id}", partial(edits.remove_nodes, node_ids=[node.id]))
        return
    branch = len(case.graph) - len(remove_branch(case.graph, node.id))
    label = f"Remove {node.id}" if branch == 1 else f"Remove {node.id} and the {branch - 1} before it"
    yield Removal(label, partial(remove_branch, node_id=node.id))


def empty(case: Case) -> Iterator[Fix]:
    """A whole first network for the data, or just its input."""
    features = case.data.features if case.data is not None else 2
    loss, outputs = _loss_for(case)

    def network(graph: Graph) -> Graph:
        graph = edits.add_node(graph, "input", {"features": features})
        layers: tuple[OperatorSpec, ...] = (("dense", {"units": FIRST_UNITS}), ("tanh", {}), ("dense", {"units": outputs}), (loss, {}))
        return append(graph, graph.nodes[-1].id, layers)

    yield Fix(f"Start with {features}-{FIRST_UNITS}-{outputs}", network, "Start a network")
    only_input = partial(edits.add_node, operator="input", settings={"features": features})
    yield Fix(f"Add an input with {features} features", only_input, "Add an input")


def no_input(case: Case) -> Iterator[Fix]:
    """An input of the data's width, joined to whatever has none."""
    features = case.data.features if case.data is not None else 2
    waiting = [n for n in case.graph if len(n.kind.inputs) == 1 and not case.graph.incoming(n.id)]
    for node in sorted(waiting, key=lambda n: n.position[0])[:NEAREST]:
        yield Fix(f"Add an input with {features} features", partial(_add_input, features=features, target=node.id), "Add an input")
    if not waiting:
        yield Fix(f"Add an input with {features} features", partial(_add_input, features=features, target=None), "Add an input")


def _add_input(graph: Graph, features: int, target: str | None) -> Graph:
    leftmost = min((node.position for node in graph), default=(COLUMN, 0.0))
    place = graph[target].position if target is not None else leftmost
    graph = edits.add_node(graph, "input", {"features": features}, (place[0] - COLUMN, place[1]))
    return graph if target is None else edits.connect(graph, graph.nodes[-1].id, target)


def no_loss(case: Case) -> Iterator[Fix]:
    """A loss that fits the target, behind the end of the network, with the layer of the right width where that is missing."""
    loss, outputs = _loss_for(case)
    order = {node.id: place for place, node in enumerate(_order(case.graph))}
    ends = sorted((n for n in case.graph if not case.graph.outgoing(n.id)), key=lambda n: -order[n.id])
    for end in ends[:NEAREST]:
        yield Fix(f"Add a loss ({loss})", partial(append, after=end.id, steps=((loss, {}),)), f"Add {loss} after {end.id}")
        layers: tuple[OperatorSpec, ...] = (("dense", {"units": outputs}), (loss, {}))
        shape = case.shapes.get((end.id, end.kind.outputs[0].name))
        if shape is not None and len(shape) > 1:
            layers = (("flatten", {}), *layers)
        yield Fix(f"Add a dense layer of {outputs} and {loss}", partial(append, after=end.id, steps=layers), f"Add {loss} after {end.id}")


def _order(graph: Graph) -> tuple[Node, ...]:
    """Nodes from front to back; as they were added where a cycle forbids an order."""
    return graph.nodes if any(edits.reaches(graph, e.target, e.source) for e in graph.edges) else graph.topological()


def _loss_for(case: Case) -> tuple[str, int]:
    """The loss that fits the data's target best, and how many outputs it needs."""
    if case.data is None:
        return "mse", 1
    loss = best_loss(case.data.target.kind)
    return loss, outputs_wanted(case.data.target, operators[loss].link)


def best_loss(target_kind: str) -> str:
    return {"continuous": "mse", "binary": "binary_cross_entropy", "classes": "cross_entropy"}[target_kind]


PROPOSERS: dict[str, Proposer] = {
    "missing_input": missing_input,
    "cycle": cycle,
    "second_input": second_input,
    "second_loss": second_loss,
    "unread": unread,
    "empty": empty,
    "no_input": no_input,
    "no_loss": no_loss,
}
