"""Edits: pure functions from a graph to a new graph. Each raises GraphError and leaves the given graph as it is.

An edit may leave the graph incomplete (a layer without an input is a state people pass through while they draw), but never
inconsistent: no edge without its ends, no second edge into one port, no cycle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from nnlab.core.errors import GraphError
from nnlab.core.setting import check_settings
from nnlab.graph.annotation import join_group, same_group, without_members
from nnlab.graph.graph import Edge, Graph, Node, check_frozen, check_id, make_node


def add_node(
    graph: Graph,
    operator: str,
    settings: Mapping[str, object] | None = None,
    position: tuple[float, float] = (0.0, 0.0),
    node_id: str | None = None,
) -> Graph:
    """Adds a node; its id is the operator's name and a counter unless given. The new node is `result.nodes[-1]`."""
    node_id = node_id or graph.new_id(operator)
    if node_id in graph:
        raise GraphError(f"A node named {node_id!r} already exists; choose another name.", node_id)
    check_id(node_id)
    return replace(graph, nodes=(*graph.nodes, make_node(node_id, operator, settings, position)))


def remove_nodes(graph: Graph, node_ids: Iterable[str]) -> Graph:
    """Removes nodes and every edge that touches them; ports of variadic neighbours close up, and a group without members is gone."""
    gone = {graph[node_id].id for node_id in node_ids}
    neighbours = {edge.target for edge in graph.edges if edge.source in gone} - gone
    result = replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id not in gone),
        edges=tuple(edge for edge in graph.edges if edge.source not in gone and edge.target not in gone),
        groups=without_members(graph.groups, gone),
    )
    for node_id in neighbours:
        result = close_ports(result, node_id)
    return result


def bypass_node(graph: Graph, node_id: str) -> Graph:
    """Removes a node and joins its first input to everything that read it."""
    return remove_nodes(detach_node(graph, node_id), [node_id])


def connect(graph: Graph, source: str, target: str, port: str | None = None) -> Graph:
    """Joins `source`'s output to an input port of `target` (the first free one unless given).

    A connection already at the port is replaced. Raises GraphError saying why when it cannot be: no output, no input port,
    or a cycle.
    """
    reason = refusal(graph, source, target, port)
    if reason:
        raise GraphError(reason, target)
    free = [p for p in graph.ports(target) if p not in {e.target_port for e in graph.incoming(target)}]
    port = port or (free[0] if free else graph.ports(target)[0])
    kept = tuple(e for e in graph.edges if (e.target, e.target_port) != (target, port))
    output = graph[source].kind.outputs[0].name
    return replace(graph, edges=(*kept, Edge(source, target, port, output)))


def refusal(graph: Graph, source: str, target: str, port: str | None = None, called: Callable[[str], str] = str) -> str | None:
    """Why `connect` would refuse, in one sentence, or None. Shapes are the validation's business.

    `called` says what a node is called where the sentence is shown, by its id.
    """
    tail, head = graph[source], graph[target]
    one, other = called(source), called(target)
    if tail.kind.is_loss or not tail.kind.outputs:
        return f"{one} is a loss; other nodes cannot read it."
    if not head.kind.inputs:
        return f"{other} is an input; it reads the data, not another node."
    if port is not None and port not in graph.ports(target):
        return f"{other} has no input {port!r}; it has {', '.join(graph.ports(target))}."
    if source == target or reaches(graph, target, source):
        return f"{one} is computed from {other}: this edge would close a cycle."
    return None


def reaches(graph: Graph, start: str, goal: str) -> bool:
    """Whether values flow from `start` to `goal`."""
    return start == goal or start in graph.ancestors(goal)


def disconnect(graph: Graph, edge: Edge, close_up: bool = True) -> Graph:
    """Removes one edge."""
    if edge not in graph.edges:
        raise GraphError(f"There is no edge from {edge.source} to {edge.target}.", edge.target)
    return cut(graph, [edge], close_up)


def cut(graph: Graph, edges: Iterable[Edge], close_up: bool = True) -> Graph:
    """Removes edges; ports of variadic nodes close up once all are gone, unless something is about to be joined there."""
    gone = set(edges)
    result = replace(graph, edges=tuple(edge for edge in graph.edges if edge not in gone))
    for node_id in dict.fromkeys(edge.target for edge in gone) if close_up else ():
        result = close_ports(result, node_id)
    return result


def close_ports(graph: Graph, node_id: str) -> Graph:
    """Moves a variadic node's connections to its first ports, keeping their order."""
    kind = graph[node_id].kind
    if not kind.variadic:
        return graph
    ordered = graph.inputs(node_id)
    names = kind.port_names(len(ordered))  # never fewer than declared
    moved = {edge: replace(edge, target_port=name) for edge, name in zip(ordered, names, strict=False)}
    return replace(graph, edges=tuple(moved.get(edge, edge) for edge in graph.edges))


def configure(graph: Graph, node_id: str, **settings: object) -> Graph:
    """Changes settings of one node; raises SettingError naming the node and what is accepted."""
    node = graph[node_id]
    checked = check_settings(node.kind.settings, {**node.settings, **settings}, node_id)
    return _replace_node(graph, _frozen_like(node, replace(node, settings=checked)))


def move_nodes(graph: Graph, positions: Mapping[str, tuple[float, float]]) -> Graph:
    """Puts nodes elsewhere on the canvas; changes nothing that is computed."""
    for node_id in positions:
        graph[node_id]
    return replace(
        graph,
        nodes=tuple(
            replace(n, position=(float(positions[n.id][0]), float(positions[n.id][1]))) if n.id in positions else n for n in graph.nodes
        ),
    )


def rename_node(graph: Graph, old: str, new: str) -> Graph:
    """Gives a node another id; edges follow."""
    if new == old:
        return graph
    if new in graph:
        raise GraphError(f"A node named {new!r} already exists; choose another name.", new)
    check_id(new)
    node = graph[old]

    def name(node_id: str) -> str:
        return new if node_id == old else node_id

    return replace(
        graph,
        nodes=tuple(replace(n, id=new) if n is node else n for n in graph.nodes),
        edges=tuple(replace(e, source=name(e.source), target=name(e.target)) for e in graph.edges),
        groups=tuple(replace(g, members=tuple(map(name, g.members))) for g in graph.groups),
    )


def insert_on_edge(
    graph: Graph, edge: Edge, operator: str, position: tuple[float, float], node_id: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> Graph:  # fmt: skip
    """Adds a node in the middle of an edge; see also `nnlab.graph.validation.insert_neutral`."""
    result = add_node(graph, operator, settings, position, node_id)
    node = result.nodes[-1]
    result = disconnect(result, edge, close_up=False)
    result = connect(result, edge.source, node.id)
    result = connect(result, node.id, edge.target, edge.target_port)
    return join_group(result, node.id, edge.source) if same_group(graph, edge.source, edge.target) else result


def detach_node(graph: Graph, node_id: str) -> Graph:
    """Takes a node out of the network without removing it: its first input is joined to everything that read it."""
    return detach(graph, [graph[node_id].id])


def detach(graph: Graph, node_ids: Iterable[str]) -> Graph:
    """Takes a part out of the network, whose own edges stay: what entered it first is joined to everything that read it."""
    inside = set(node_ids)
    incoming = [e for n in graph.nodes if n.id in inside for e in graph.inputs(n.id) if e.source not in inside]
    outgoing = [e for e in graph.edges if e.source in inside and e.target not in inside]
    result = cut(graph, (*incoming, *outgoing), close_up=False)
    for edge in outgoing if incoming else ():
        result = connect(result, incoming[0].source, edge.target, edge.target_port)
    for edge in (*incoming, *outgoing):
        result = close_ports(result, edge.target)
    return result


def set_frozen(graph: Graph, node_ids: Iterable[str], frozen: bool) -> Graph:
    """Freezes all parameters of nodes, or lets them learn again. Raises GraphError for a node that has nothing to freeze."""
    for node in [graph[node_id] for node_id in node_ids]:
        if frozen and not node.parameters:
            raise GraphError(f"{node.id} has no parameters to freeze.", node.id)
        graph = freeze(graph, node.id, [p.name for p in node.parameters] if frozen else [])
    return graph


def freeze(graph: Graph, node_id: str, parameters: Iterable[str]) -> Graph:
    """Exactly these parameters of a node are frozen from now on ("weight", "bias"), its others learn; see `Node.frozen`.

    Raises GraphError for a parameter that the node does not have.
    """
    node = graph[node_id]
    return _replace_node(graph, replace(node, frozen=check_frozen(node, parameters)))


def _frozen_like(before: Node, after: Node) -> Node:
    """`after` with what was frozen in `before`: a node that was frozen as a whole stays so, whatever parameters it has now."""
    after = replace(after, adapters=before.adapters if after.kind.is_affine else ())
    names = frozenset(p.name for p in after.parameters)
    former, own = before.own_parameters, frozenset(p.name for p in after.own_parameters)
    whole = bool(former) and all(p.name in before.frozen for p in former)
    return replace(after, frozen=(before.frozen & names) | (own if whole else frozenset()))


def replace_operator(graph: Graph, node_id: str, operator: str) -> Graph:
    """Exchanges a node's operator (relu for tanh, mse for cross_entropy); keeps edges; a counted name follows the operator."""
    node = graph[node_id]
    if node.operator == operator:
        return graph
    result = _replace_node(graph, _frozen_like(node, make_node(node_id, operator, {}, node.position)))
    kind = result[node_id].kind
    allowed = set(kind.port_names(len(result.incoming(node_id))))
    outputs = set() if kind.is_loss else {tensor.name for tensor in kind.outputs}
    into = (e for e in result.edges if e.target != node_id or e.target_port in allowed)
    result = replace(result, edges=tuple(e for e in into if e.source != node_id or e.source_port in outputs))
    if re.fullmatch(rf"{re.escape(node.operator)}_\d+", node_id):
        result = rename_node(result, node_id, result.new_id(operator))
    return result


def _replace_node(graph: Graph, node: Node) -> Graph:
    return replace(graph, nodes=tuple(node if n.id == node.id else n for n in graph.nodes))
