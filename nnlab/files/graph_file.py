"""A graph from text that anybody may have written.

`Graph.from_json` reads nodes, operators and settings. Here the rest is checked that the editor's own edits would never let happen:
names that cannot be names, connections to ports that do not exist, two connections into one port. What only keeps a graph from
running (a cycle, a missing input, shapes that do not fit) is no fault of the file: validation says it, and the window shows it.
"""

from __future__ import annotations

from nnlab.core.errors import GraphError
from nnlab.graph import edits
from nnlab.graph.graph import Edge, Graph

MAX_NODES = 100_000


def read_graph(text: str | bytes) -> Graph:
    """The graph in `text`; raises GraphError or SettingError naming the node and what is wrong with it."""
    try:
        graph = Graph.from_json(text)
    except RecursionError:
        raise GraphError("This is not a graph of NN Lab: it is nested too deeply.") from None
    if len(graph) > MAX_NODES:
        raise GraphError(f"The graph has {len(graph):,} nodes; at most {MAX_NODES:,} can be read.")
    for node in graph.nodes:
        edits.add_node(Graph(), node.operator, node.settings, node_id=node.id)  # refuses what cannot be a node's name
    taken: set[tuple[str, str]] = set()
    for edge in graph.edges:
        problem = _problem(graph, edge)
        if problem is None and (edge.target, edge.target_port) in taken:
            problem = f"Two edges lead into the port {edge.target_port} of {edge.target}; a port takes one."
        if problem is not None:
            raise GraphError(problem, edge.target)
        taken.add((edge.target, edge.target_port))
    return graph


def _problem(graph: Graph, edge: Edge) -> str | None:
    source, target = graph[edge.source].kind, graph[edge.target].kind
    outputs = () if source.is_loss else tuple(tensor.name for tensor in source.outputs)
    if edge.source_port not in outputs:
        known = f"its output is {', '.join(outputs)}" if outputs else "nothing can be computed from it further on"
        return f"An edge starts at {edge.source}.{edge.source_port}, but {edge.source} has no such output; {known}."
    ports = target.port_names(len(graph.incoming(edge.target)) + 1) if target.variadic else target.input_names
    if edge.target_port not in ports:
        known = f"it has {', '.join(ports)}" if ports else "it receives the data and no other node"
        return f"An edge leads to {edge.target}.{edge.target_port}, but {edge.target} has no such input; {known}."
    return None
