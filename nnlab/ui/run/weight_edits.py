"""Setting weights by hand: single ones from a table, whole layers by drawing them anew. Each is one undoable step of the document.

The numbers of before are read from the training thread at the moment of the edit, so undo puts back exactly what the step replaced, also
when training goes on meanwhile. The optimiser keeps its moments.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.initializers import initial_values
from nnlab.core.tensor import Index, Parameter
from nnlab.core.written import plain_number, rounded
from nnlab.engine.adapter_start import FROM_OTHERS
from nnlab.engine.weight_change import WeightChange
from nnlab.graph.graph import Graph, Node
from nnlab.graph.letters import letter_of
from nnlab.ui.document.document import Document
from nnlab.ui.look.numbers import count
from nnlab.ui.run.session import LiveSession

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")



def entry_name(letter: str, index: Index) -> str:
    """A single weight as a textbook names it, counted from 1: w₃₂; w₁₂,₃ where digits would run together."""
    places = [str(i + 1).translate(_SUBSCRIPTS) for i in index]
    joint = "," if any(i >= 9 for i in index) else ""
    return f"{letter.lower()}{joint.join(places)}"


def initializer_of(parameter: Parameter, node: Node) -> str:
    """The name of the initialiser that draws a parameter of a node."""
    if parameter.init.startswith("setting:"):
        return str(node.settings[parameter.init.removeprefix("setting:")])
    return parameter.init


def with_parameters(graph: Graph, node_ids: Sequence[str]) -> tuple[str, ...]:
    """Those of the nodes that have parameters."""
    return tuple(node_id for node_id in node_ids if node_id in graph and graph[node_id].parameters)


def set_entries(document: Document, session: LiveSession, name: str, values: Mapping[Index, float], gesture: str | None = None) -> None:
    """Gives single weights of the parameter `name` ("dense_1.weight") other values.

    Raises NNLabError, and nothing has changed, for a value that is no finite number of the network's type, and when the network
    cannot be trained as it is.
    """
    before = session.parameters([name])[name]
    after = before.copy()
    for index, value in values.items():
        with np.errstate(over="ignore"):
            after[index] = value
        if not np.isfinite(after[index]):
            most = rounded(np.finfo(after.dtype).max, 2)
            raise NNLabError(f"{plain_number(value)} cannot be a weight; give a finite number of at most {most}.")
    node_id = name.partition(".")[0]
    what = entry_name(letter_of(document.graph, name), next(iter(values))) if len(values) == 1 else f"{count(len(values))} numbers"
    document.set_weights(f"{what} of {node_id}", WeightChange.between({name: before}, {name: after}), gesture)


def reinitialise(document: Document, session: LiveSession, node_ids: Sequence[str], seed: int | None = None) -> None:
    """Draws the weights of some nodes anew, all others stay; running statistics start afresh. Raises NNLabError when it cannot be done.

    `seed` makes the draw repeatable; by default it is another one every time. Redo puts back the same numbers either way.
    """
    graph = document.graph
    chosen = with_parameters(graph, node_ids)
    if not chosen:
        raise NNLabError("None of the selected nodes has weights; select a layer.")
    seed = random.SystemRandom().randrange(1, 2**31) if seed is None else seed
    # What began as others were (the lengths of an adapter's rows) is not drawn.
    drawn = ((i, p) for i in chosen for p in (*graph[i].parameters, *graph[i].kind.buffers) if p.init not in FROM_OTHERS)
    kept = {f"{i}.{p.name}": (graph[i], p) for i, p in drawn}
    before = session.parameters(kept)
    after = {
        name: initial_values(initializer_of(parameter, node), before[name].shape, seed, name).astype(before[name].dtype)
        for name, (node, parameter) in kept.items()
    }
    what = chosen[0] if len(chosen) == 1 else f"{len(chosen)} nodes"
    document.set_weights(f"Re-initialise {what}", WeightChange.between(before, after))
