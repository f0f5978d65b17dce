"""Inputs that are categories by number: each looks up a learned vector, and all vectors stand beside the plain inputs.

Guo and Berkhahn, Entity Embeddings of Categorical Variables (2016). The input node holds all columns; a slice takes one out, an embedding
looks its number up, and a concat puts the vectors behind the columns that stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.graph.graph import Graph, Node

LONGEST = 16  # of a vector


def vector_length(vocabulary: int) -> int:
    """The square root of how many categories there are, from 2 to 16: few samples cannot teach long vectors."""
    return min(max(round(vocabulary**0.5), 2), LONGEST)


def embedded_front(builder: GraphBuilder, features: int, vocabularies: Mapping[int, int]) -> Output:
    """The input of `features` columns; of those in `vocabularies` (place: how many numbers there are) each becomes a vector."""
    source = builder.input(features=features)
    if not vocabularies:
        return source
    bounds = [-1, *sorted(vocabularies), features]
    parts = [builder.slice(source, start=before + 1, stop=after) for before, after in pairwise(bounds) if after > before + 1]
    for number, place in enumerate(sorted(vocabularies), 1):
        column = builder.slice(source, start=place, stop=place + 1)
        rows = vocabularies[place]
        vector = builder.embedding(column, vocabulary=rows, features=vector_length(rows), id=f"embedding_{number}")
        parts.append(builder.flatten(vector))
    return parts[0] if len(parts) == 1 else builder.concat(*parts)


def fitting_embeddings(graph: Graph, vocabularies: Mapping[int, int]) -> Graph | None:
    """The graph with as many rows in every embedding as there are numbers now; None where it embeds other columns than these."""
    found = embeddings_of(graph)
    if set(found) != set(vocabularies):
        return None
    for place, node in found.items():
        if node.settings["vocabulary"] != vocabularies[place]:
            graph = edits.configure(graph, node.id, vocabulary=vocabularies[place])
    return graph


def embeddings_of(graph: Graph) -> dict[int, Node]:
    """The embeddings that look up a single column of the input, by the place of that column."""
    found = {}
    for node in graph:
        if node.operator != "embedding":
            continue
        source = graph[graph.inputs(node.id)[0].source] if graph.inputs(node.id) else None
        if source is None or source.operator != "slice" or not graph.inputs(source.id):
            continue
        start, stop = int(source.settings["start"]), int(source.settings["stop"])
        if stop == start + 1 and graph[graph.inputs(source.id)[0].source].kind.is_input:
            found[start] = node
    return found
