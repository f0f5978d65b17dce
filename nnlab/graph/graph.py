"""The graph: an immutable value that says what the network is.

Nodes are operators with settings and a place on the canvas; edges join an output port to an input port. Groups name a part of the
network, comments explain it: both are for people, nothing that is computed depends on them. An edit is a pure function from graph to
graph (`nnlab.graph.edits`), undo is keeping the old value, and a graph can be handed to another thread without a lock. A graph may be
unfinished or wrong: `nnlab.graph.validation` says what is missing.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import msgspec

from nnlab.core.errors import GraphError, shown
from nnlab.core.operator import operators
from nnlab.graph.node import Node, Position, check_frozen, check_id, make_node
from nnlab.graph.node_adapters import checked_adapter, with_adapter

__all__ = ["Comment", "Edge", "Graph", "Group", "Node", "Position", "check_frozen", "check_id", "make_node"]

# 2 added frozen nodes, groups and comments; 3 names the parameters that are frozen, where 2 said so of whole nodes; 4 added adapters.
# All are read.
FORMAT = 4
MOST_TITLE, MOST_TEXT = 80, 4000  # characters of a group's title and of a comment


@dataclass(frozen=True)
class Edge:
    """From the output `source_port` of node `source` to the input `target_port` of node `target`."""

    source: str
    target: str
    target_port: str
    source_port: str = "y"


@dataclass(frozen=True)
class Group:
    """A part of the network under a title, drawn as a frame around its nodes or, `collapsed`, as one block.

    A node is in one group at most.
    """

    id: str
    title: str
    members: tuple[str, ...]
    collapsed: bool = False


@dataclass(frozen=True)
class Comment:
    """Words on the canvas; `position` is their upper left corner."""

    id: str
    text: str
    position: Position = (0.0, 0.0)


@dataclass(frozen=True)
class Graph:
    """Nodes in the order they were added, edges, and what people wrote around them. Compares by value."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()
    comments: tuple[Comment, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        return MappingProxyType({node.id: node for node in self.nodes})

    def __contains__(self, node_id: object) -> bool:
        return node_id in self.by_id

    def __getitem__(self, node_id: str) -> Node:
        try:
            return self.by_id[node_id]
        except KeyError:
            raise GraphError(f"There is no node {node_id!r} in this graph.", node_id) from None

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def _incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        incoming: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            incoming.setdefault(edge.target, []).append(edge)
        return {node_id: tuple(edges) for node_id, edges in incoming.items()}

    @cached_property
    def _outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        outgoing: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            outgoing.setdefault(edge.source, []).append(edge)
        return {node_id: tuple(edges) for node_id, edges in outgoing.items()}

    def incoming(self, node_id: str) -> tuple[Edge, ...]:
        return self._incoming.get(node_id, ())

    def outgoing(self, node_id: str) -> tuple[Edge, ...]:
        return self._outgoing.get(node_id, ())

    def ports(self, node_id: str) -> tuple[str, ...]:
        """Names of a node's input ports; a variadic node has one more than it has connections, at least two."""
        kind = self[node_id].kind
        if not kind.variadic:
            return kind.input_names
        used = [edge.target_port for edge in self.incoming(node_id)]
        names = kind.port_names(max(2, len(used) + 1))
        return (*names, *(port for port in used if port not in names))  # after a deletion, letters may be missing in between

    def inputs(self, node_id: str) -> tuple[Edge, ...]:
        """Incoming edges in the order of the ports."""
        incoming = self.incoming(node_id)
        if len(incoming) < 2:
            return incoming
        order = {port: i for i, port in enumerate(self.ports(node_id))}
        return tuple(sorted(incoming, key=lambda edge: order.get(edge.target_port, len(order))))

    def ancestors(self, node_id: str) -> frozenset[str]:
        """Every node that values flow from to this one (remembered: while a connection is drawn, every card asks)."""
        known: dict[str, frozenset[str]] = self.__dict__.setdefault("_ancestors", {})
        if node_id not in known:
            seen: set[str] = set()
            waiting = [node_id]
            while waiting:
                for edge in self.incoming(waiting.pop()):
                    if edge.source not in seen:
                        seen.add(edge.source)
                        waiting.append(edge.source)
            known[node_id] = frozenset(seen)
        return known[node_id]

    @cached_property
    def losses(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.operator in operators and node.kind.is_loss)

    @cached_property
    def input_nodes(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.operator in operators and node.kind.is_input)

    @cached_property
    def group_of(self) -> Mapping[str, Group]:
        """The group of every grouped node, by node id."""
        return MappingProxyType({node_id: group for group in self.groups for node_id in group.members})

    def new_id(self, operator: str) -> str:
        """The operator's name with the lowest counter not in use."""
        counter = 1
        while f"{operator}_{counter}" in self.by_id:
            counter += 1
        return f"{operator}_{counter}"

    def topological(self) -> tuple[Node, ...]:
        """Nodes so that every edge points forwards, otherwise in the order they were added; raises GraphError on a cycle."""
        return self._topological

    @cached_property
    def _topological(self) -> tuple[Node, ...]:
        waiting = {node.id: sum(edge.source in self.by_id for edge in self.incoming(node.id)) for node in self.nodes}
        ready = [node for node in self.nodes if waiting[node.id] == 0]
        position = {node.id: i for i, node in enumerate(self.nodes)}
        order: list[Node] = []
        while ready:
            node = ready.pop(0)
            order.append(node)
            for edge in self.outgoing(node.id):
                waiting[edge.target] -= 1
                if waiting[edge.target] == 0:
                    ready.append(self[edge.target])
                    ready.sort(key=lambda n: position[n.id])
        if len(order) < len(self.nodes):
            stuck = [node_id for node_id, count in waiting.items() if count > 0]
            raise GraphError(f"The nodes {', '.join(stuck)} form a cycle; remove one of the edges between them.", stuck[0])
        return tuple(order)

    def __reduce__(self) -> tuple[Any, ...]:  # without what is remembered of it, which does not pickle
        return Graph, (self.nodes, self.edges, self.groups, self.comments)

    def _repr_html_(self) -> str:
        """How a notebook shows it: the network as a picture."""
        return str(importlib.import_module("nnlab.graph.svg").network_svg(self))  # which needs graphs and their layout itself

    def to_json(self) -> str:
        """The graph as text; `from_json` reads it back."""
        nodes = [
            {"id": n.id, "operator": n.operator, "settings": dict(n.settings), "position": list(map(float, n.position))}
            | ({"frozen": sorted(n.frozen)} if n.frozen else {})
            | ({"adapters": [asdict(adapter) for adapter in n.adapters]} if n.adapters else {})
            for n in self.nodes
        ]
        content: dict[str, Any] = {"format": FORMAT, "nodes": nodes}
        content["edges"] = [[e.source, e.source_port, e.target, e.target_port] for e in self.edges]
        if self.groups:
            content["groups"] = [{"id": g.id, "title": g.title, "members": g.members, "collapsed": g.collapsed} for g in self.groups]
        if self.comments:
            content["comments"] = [{"id": c.id, "text": c.text, "position": list(map(float, c.position))} for c in self.comments]
        return json.dumps(content, indent=1)

    @staticmethod
    def from_json(text: str | bytes) -> Graph:
        """Reads what `to_json` wrote; raises GraphError naming the place of the first thing that is wrong."""
        if not isinstance(text, (str, bytes)):
            raise GraphError(f"A graph is read from JSON text, not from {shown(text)}; read the file's text first.")
        try:
            raw = msgspec.json.decode(text.decode("utf-8") if isinstance(text, bytes) else text, type=_GraphFile)
        except UnicodeError as error:  # bytes that are not UTF-8, or text with half a character
            raise GraphError("This is not an NN Lab graph: its text is not UTF-8; save it as UTF-8.") from error
        except msgspec.MsgspecError as error:
            raise GraphError(f"This is not an NN Lab graph: {error}.") from error
        return raw.graph()


class _NodeFile(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    operator: str
    settings: dict[str, bool | int | float | str] = {}
    position: Position = (0.0, 0.0)
    frozen: bool | list[str] = []
    adapters: list[dict[str, bool | int | float | str]] = []

    def node(self, version: int) -> Node:
        """The node, of a file of this format."""
        if isinstance(self.frozen, bool) != (version < 3) and self.frozen != []:
            wanted = "true or false" if version < 3 else "the names of parameters"
            raise GraphError(f"{self.id}: what is frozen is given as {wanted} in format {version}.", self.id)
        node = make_node(self.id, self.operator, self.settings, self.position)
        for raw in self.adapters:
            node = with_adapter(node, checked_adapter(raw, self.id))
        names = [p.name for p in node.parameters] if self.frozen is True else self.frozen or []
        return replace(node, frozen=check_frozen(node, names))


class _GroupFile(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    title: str
    members: list[str]
    collapsed: bool = False


class _CommentFile(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    text: str
    position: Position = (0.0, 0.0)


class _GraphFile(msgspec.Struct, forbid_unknown_fields=True):
    nodes: list[_NodeFile]
    edges: list[tuple[str, str, str, str]] = []
    groups: list[_GroupFile] = []
    comments: list[_CommentFile] = []
    format: int = FORMAT

    def graph(self) -> Graph:
        if self.format > FORMAT:
            raise GraphError(f"This graph has format {self.format}, of a newer NN Lab; this one reads up to {FORMAT}. Please update.")
        nodes: list[Node] = []
        seen: set[str] = set()
        for raw in self.nodes:
            if not raw.id or raw.id in seen:
                raise GraphError(f"Two nodes have the id {raw.id!r}; every node needs its own." if raw.id else "A node has an empty id.")
            check_id(raw.id)
            seen.add(raw.id)
            nodes.append(raw.node(self.format))
        for source, _, target, _ in self.edges:
            for end in (source, target):
                if end not in seen:
                    raise GraphError(f"An edge joins {source} to {target}, but there is no node {end!r}.", end)
        graph = Graph(
            tuple(nodes), tuple(Edge(s, t, tp, sp) for s, sp, t, tp in self.edges), self._groups(seen),
            tuple(Comment(c.id, c.text[:MOST_TEXT], c.position) for c in self.comments),
        )  # fmt: skip
        if len({c.id for c in graph.comments}) < len(graph.comments):
            raise GraphError("Two comments have the same id; every comment needs its own.")
        taken: set[tuple[str, str]] = set()
        for edge in graph.edges:
            problem = _edge_problem(graph, edge)
            if problem is None and (edge.target, edge.target_port) in taken:
                problem = f"Two edges lead into the port {edge.target_port} of {edge.target}; a port takes one."
            if problem is not None:
                raise GraphError(problem, edge.target)
            taken.add((edge.target, edge.target_port))
        return graph

    def _groups(self, nodes: set[str]) -> tuple[Group, ...]:
        grouped: set[str] = set()
        names: set[str] = set()
        for group in self.groups:
            if not group.id or group.id in names:
                raise GraphError(f"Two groups have the id {group.id!r}; every group needs its own.")
            names.add(group.id)
            if not group.members:
                raise GraphError(f"The group {group.title!r} has no members; a group holds at least one node.")
            for node_id in group.members:
                if node_id not in nodes:
                    raise GraphError(f"The group {group.title!r} names a node {node_id!r} that is not there.", node_id)
                if node_id in grouped:
                    raise GraphError(f"The node {node_id!r} is in two groups; a node can be in one only.", node_id)
                grouped.add(node_id)
        return tuple(Group(g.id, g.title[:MOST_TITLE], tuple(g.members), g.collapsed) for g in self.groups)


def _edge_problem(graph: Graph, edge: Edge) -> str | None:
    """What is wrong with the ends of an edge, in one sentence."""
    source, target = graph[edge.source].kind, graph[edge.target].kind
    outputs = () if source.is_loss else tuple(tensor.name for tensor in source.outputs)
    if edge.source_port not in outputs:
        known = f"its output is {', '.join(outputs)}" if outputs else "it is a loss, which other nodes cannot read"
        return f"An edge starts at {edge.source}.{edge.source_port}, but {edge.source} has no such output; {known}."
    ports = target.port_names(len(graph.incoming(edge.target)) + 1) if target.variadic else target.input_names
    if edge.target_port not in ports:
        known = f"it has {', '.join(ports)}" if ports else "it is an input, which reads the data"
        return f"An edge leads to {edge.target}.{edge.target_port}, but {edge.target} has no such input; {known}."
    return None
