"""Where an operator goes that was asked for by name alone, without a place: it follows what is selected.

- One card is selected: behind it. Where exactly one node reads that card, the new one stands between the two, if the shapes allow it;
  where several read it, or the shapes do not allow it, it is one more reader. An activation sits on its layer's card, before every reader.
- A loss is selected: before it, since nothing reads a loss.
- Several are selected, or a group: behind the one that is computed last. An operator of several inputs reads them all, left to right.
- Nothing is selected: behind the end of the chain that it fits, which is what the loss reads, else an output that nothing reads.

Other node editors append to what is selected in the same way (Nuke, Houdini). Pure functions, like `nnlab.graph.edits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nnlab.core.operator import operators
from nnlab.graph import annotation, card_edits, docking, edits
from nnlab.graph.card_size import COLUMN
from nnlab.graph.free_places import cleared, right_of_everything
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import infer, insert_neutral

GivenSettings = Mapping[str, object] | None


def extend(graph: Graph, operator: str, selected: Iterable[str] = (), settings: GivenSettings = None) -> Graph:
    """The graph with one more node, `result.nodes[-1]`, joined to what is selected (node ids) or to the end of the chain.

    `settings` are those of the new node that were asked for. Raises SettingError for one that cannot be.
    """
    edits.add_node(graph, operator, settings)  # refuses settings that cannot be, before anything is tried with them
    if operators[operator].is_input:
        return _alone(graph, operator, settings)
    chosen = _cards(graph, selected)
    ends = [card.exit for card in chosen if card.exit]
    losses = [card.nodes[-1] for card in chosen if not card.exit]
    if losses and not ends:
        return before_loss(graph, operator, losses[0], settings)
    if not ends:
        return _at_an_end(graph, operator, settings)
    return behind(graph, operator, last_of(graph, ends), settings, ends)


def anchor(graph: Graph, selected: Iterable[str] = ()) -> str | None:
    """The node behind which most operators would be added, for saying so; None on an empty canvas."""
    exits = [card.exit for card in _cards(graph, selected) if card.exit]
    ends = [last_of(graph, exits)] if exits else _ends(graph)
    return ends[0] if ends else None


def behind(graph: Graph, operator: str, source: str, settings: GivenSettings = None, inputs: Sequence[str] = ()) -> Graph:
    """Adds an operator that reads `source`; one of several inputs reads all of `inputs`, in their order on the canvas."""
    kind, outgoing = operators[operator], graph.outgoing(source)
    if kind.is_input or not graph[source].kind.outputs or graph[source].kind.is_loss:
        return _alone(graph, operator, settings)
    if kind.is_activation and graph[source].parameters:
        return _onto_card(graph, operator, source, settings)
    single = len(kind.inputs) == 1 and not kind.variadic and not kind.is_loss
    if single and len(outgoing) == 1:
        between = _between(graph, outgoing[0], operator, settings)
        if between is not None:
            return between
    left, top = graph[source].position
    result = edits.add_node(graph, operator, settings, (left + COLUMN, top))
    new = result.nodes[-1].id
    for each in [source] if single or kind.is_loss else _in_order(graph, source, inputs, len(kind.inputs), kind.variadic):
        result = edits.connect(result, each, new)
    return cleared(result, new)


def before_loss(graph: Graph, operator: str, loss: str, settings: GivenSettings = None) -> Graph:
    """Adds an operator between a loss and what it reads; where it reads nothing yet, the loss reads the new node."""
    kind, incoming = operators[operator], graph.inputs(loss)
    if kind.is_loss or kind.is_input:
        return behind(graph, operator, incoming[0].source, settings) if incoming and kind.is_loss else _alone(graph, operator, settings)
    if incoming:
        layer = incoming[0].source
        if kind.is_activation and graph[layer].parameters:
            return _onto_card(graph, operator, layer, settings)
        return _between(graph, incoming[0], operator, settings) or behind(graph, operator, layer, settings)
    left, top = graph[loss].position
    result = edits.add_node(graph, operator, settings, (left - COLUMN, top))
    new = result.nodes[-1].id
    return cleared(edits.connect(result, new, loss), new)


def last_of(graph: Graph, node_ids: Sequence[str]) -> str:
    """The node that is computed from the others; of several such the one furthest to the right."""
    read = {other for node_id in node_ids for other in graph.ancestors(node_id) if other != node_id}
    last = [node_id for node_id in node_ids if node_id not in read] or list(node_ids)
    return max(last, key=lambda node_id: graph[node_id].position[0])


def _cards(graph: Graph, selected: Iterable[str]) -> list[docking.Card]:
    chosen = set(selected)
    return [card for card in docking.shown(graph).values() if not chosen.isdisjoint(card.nodes)]


def _alone(graph: Graph, operator: str, settings: GivenSettings) -> Graph:
    result = edits.add_node(graph, operator, settings, right_of_everything(graph))
    return cleared(result, result.nodes[-1].id)


def _ends(graph: Graph) -> list[str]:
    """Where a chain can go on: what the loss reads, then outputs that nothing reads, the newest first."""
    before = [edge.source for loss in graph.losses for edge in graph.inputs(loss.id)[:1]]
    loose = [n.id for n in reversed(graph.nodes) if n.kind.outputs and not n.kind.is_loss and not graph.outgoing(n.id)]
    return [*before, *loose]


def _at_an_end(graph: Graph, operator: str, settings: GivenSettings) -> Graph:
    """Behind the first end that it fits; where it fits none, behind the first, and validation says what is wrong there."""
    tried = [_behind_end(graph, operator, end, settings) for end in _ends(graph)]
    fitting = (result for result in tried if _new_errors(graph, result) == 0)
    return next(fitting, tried[0] if tried else _alone(graph, operator, settings))


def _behind_end(graph: Graph, operator: str, end: str, settings: GivenSettings) -> Graph:
    loss = next((edge.target for edge in graph.outgoing(end) if graph[edge.target].kind.is_loss), None)
    return behind(graph, operator, end, settings) if loss is None else before_loss(graph, operator, loss, settings)


def _onto_card(graph: Graph, activation: str, layer: str, settings: GivenSettings) -> Graph:
    """An activation goes between a layer and everything that reads it; without another on its card it sits there."""
    outgoing = graph.outgoing(layer)
    result = edits.add_node(graph, activation, settings, graph[layer].position)
    new = result.nodes[-1].id
    result = edits.connect(edits.cut(result, outgoing, close_up=False), layer, new)
    for edge in outgoing:
        result = edits.connect(result, new, edge.target, edge.target_port)
    return annotation.join_group(result, new, layer)


def _between(graph: Graph, edge: Edge, operator: str, settings: GivenSettings) -> Graph | None:
    """The operator in the middle of an edge, None where what follows would no longer fit.

    Without settings of its own a layer keeps the width where its usual one would not do, and always before a loss.
    """
    middle = graph[edge.source].position
    usual, neutral = edits.insert_on_edge(graph, edge, operator, middle, settings=settings), None
    if not settings:
        neutral = insert_neutral(graph, edge, operator, middle)
    order = [neutral, usual] if graph[edge.target].kind.is_loss else [usual, neutral]
    result = next((each for each in order if each is not None and _new_errors(graph, each) == 0), None)
    if result is None:
        return None
    new = result.nodes[-1].id
    return cleared(card_edits.make_room(result, new, edge), new)


def _new_errors(before: Graph, after: Graph) -> int:
    """How many nodes no longer fit what reaches them, apart from inputs that are still missing."""
    known = {d.message for d in infer(before).errors}
    return sum(d.kind != "missing_input" and d.message not in known for d in infer(after).errors)


def _in_order(graph: Graph, source: str, inputs: Sequence[str], most: int, variadic: bool) -> list[str]:
    """What an operator of several inputs reads, from left to right; those that fit together, `source` among them."""
    chosen = sorted(dict.fromkeys([source, *inputs]), key=lambda node_id: graph[node_id].position)
    if variadic or len(chosen) <= most:
        return chosen
    others = [node_id for node_id in chosen if node_id != source]
    return sorted([*others[: most - 1], source], key=lambda node_id: graph[node_id].position)

