"""Networks as text: what a person may paste, and what is copied.

Four kinds of text stand for a network: a graph as `Graph.to_json` writes it, a whole project.json, an address of TensorFlow Playground
(`nnlab.files.playground`), and one line such as `2-8-8-1 tanh` (`nnlab.graph.mlp`). A graph or a line takes the place of the network
in the present project; a project or an address brings its own data and training settings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, prepare
from nnlab.files import schema
from nnlab.files.graph_file import read_graph
from nnlab.files.playground import is_address, read_playground
from nnlab.files.project import Project
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.mlp import is_shape_line, line_of, mlp_graph, mlp_line, outputs_for, parse_mlp

GRAPH, PROJECT, ADDRESS, LINE = "graph", "project", "address", "line"


class NetworkTextError(NNLabError):
    """A text that stands for no network."""


@dataclass(frozen=True)
class PastedNetwork:
    """What a text stands for."""

    project: Project
    label: str  # of the edit, for the Edit menu
    note: str = ""  # a sentence about what was adapted, or ""


def kind_of(text: str) -> str | None:
    """ "graph", "project", "address" or "line": what a text is meant as, though it may be faulty; None for any other text."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return PROJECT if '"schema"' in start else GRAPH if '"nodes"' in start else None
    if is_address(text):
        return ADDRESS
    return LINE if is_shape_line(text) else None


def read_network(text: str, project: Project, data: Data | None = None) -> PastedNetwork:
    """The project after pasting `text` into `project`; `data` are that project's samples, where they are at hand.

    Raises NNLabError in one sentence when the text stands for no network, or for one that cannot be read.
    """
    kind = kind_of(text)
    content = text.strip().lstrip("\ufeff")
    if kind == PROJECT:
        document = schema.decode(content.encode())
        start = document.initial
        note = f"Its initial weights “{start.name}” are not in the text: it starts from weights drawn from the seed." if start else ""
        return PastedNetwork(replace(document.project, graph=placed(document.project.graph)), "Paste project", note)
    if kind == GRAPH:
        return PastedNetwork(replace(project, graph=placed(read_graph(content))), "Paste network")
    if kind == ADDRESS:
        pasted = read_playground(content)
        return PastedNetwork(pasted, f"Playground {_sizes(pasted.graph)}")
    if kind == LINE:
        shape = parse_mlp(content)
        data = prepare(project.data) if data is None else data
        features, outputs = data.x.shape[1], outputs_for(data.target)
        graph = mlp_graph(shape.hidden, features, data.target)
        return PastedNetwork(
            replace(project, graph=graph), f"MLP {mlp_line(shape.hidden, features, outputs)}", shape.fitted(features, outputs)
        )
    raise NetworkTextError(
        "This text is not a network; paste a network copied from NN Lab, a TensorFlow Playground address, or a line such as 2-8-8-1 tanh."
    )


def read_network_text(text: str, project: Project, data: Data | None = None) -> Project:
    """`read_network` without its label and note."""
    return read_network(text, project, data).project


def write_network_text(graph: Graph) -> str:
    """A network as text that `read_network` reads back to an equal graph."""
    return graph.to_json()


def _sizes(graph: Graph) -> str:
    """The widths of a chain of dense layers, 2-4-2-1."""
    features = [int(node.settings["features"]) for node in graph.input_nodes]
    return line_of([*features, *(int(node.settings["units"]) for node in graph.topological() if node.operator == "dense")])


def placed(graph: Graph) -> Graph:
    """The graph with its cards laid out, unless the text says where they stand, or a cycle leaves them without an order."""
    if any(node.position != (0.0, 0.0) for node in graph.nodes):
        return graph
    try:
        graph.topological()
    except NNLabError:
        return graph
    return arrange(graph)
