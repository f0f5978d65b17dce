"""A graph from text that anybody may have written.

`Graph.from_json` reads nodes, operators, settings and connections, and refuses a port that does not exist or is used twice. Here it
is also checked that names can be names and that the file is not absurdly large or deep. What only keeps a graph from running (a
cycle, a missing input, shapes that do not fit) is no fault of the file: validation says it, and the window shows it.
"""

from __future__ import annotations

from nnlab.core.errors import GraphError
from nnlab.graph import edits
from nnlab.graph.graph import Graph

MAX_NODES = 100_000


def read_graph(text: str | bytes) -> Graph:
    """The graph in `text`; raises GraphError or SettingError naming the node and what is wrong with it."""
    try:
        graph = Graph.from_json(text)
    except RecursionError:
        raise GraphError("This is not an NN Lab graph: it is nested too deeply.") from None
    if len(graph) > MAX_NODES:
        raise GraphError(f"The graph has {len(graph):,} nodes; at most {MAX_NODES:,} can be read.")
    for node in graph.nodes:
        edits.add_node(Graph(), node.operator, node.settings, node_id=node.id)  # refuses what cannot be a node's name
    return graph
