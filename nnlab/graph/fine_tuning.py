"""Ways of fine-tuning: what of a network learns. All of it, its last layer, or low-rank adapters beside a frozen base.

A way is written in a word: `full`, `head`, or `lora_8` for adapters of rank 8 (`lora`: the adapters there are, or rank 4). Edits are pure
functions from a graph to a graph. Ranks differ at one scale alpha / rank, so that the rank is all that differs; a layer whose weight has a
shorter side than the rank gets an adapter of that side's rank.
"""

from __future__ import annotations

import difflib
from dataclasses import replace

from nnlab.core.errors import SettingError, shown
from nnlab.graph.adapters import adaptable, adapted, attach, configure_adapter, detach, free_adapter_name
from nnlab.graph.edits import freeze
from nnlab.graph.graph import Graph
from nnlab.graph.layers import output_layer
from nnlab.graph.lora_adapter import LoraAdapter
from nnlab.graph.validation import infer

FULL, HEAD, LORA = "full", "head", "lora"
PART = "part"  # some layers learn; what a network may be, and none that can be chosen
USUAL_RANK, USUAL_SCALE = 4, 2.0  # alpha / rank
RANKS = (1, 4, 8)


def way_of(graph: Graph) -> str:
    """What of the network learns: "full", "head", "lora_R" with R the highest rank of a layer, "part" where it is none of these."""
    ranks = [adapter.rank for _, adapter in _learning(graph)]
    own = [(node.id, p.name) for node in graph for p in node.own_parameters]
    learned = [(node_id, name) for node_id, name in own if name not in graph[node_id].frozen]
    if ranks:
        return PART if learned else f"{LORA}_{max(ranks)}"
    if learned == own and not adapted(graph):
        return FULL
    last = output_layer(graph)
    is_head = last is not None and learned == [(last.id, p.name) for p in last.own_parameters]
    return HEAD if is_head and not adapted(graph) else PART


def with_way(graph: Graph, way: str) -> Graph:
    """The network in which that learns, itself where it is so already; raises SettingError or GraphError in one sentence."""
    word, _, rank = way.partition("_")
    if way == way_of(graph) or (way == LORA and _learning(graph)):
        return graph
    if word == LORA:
        return _with_rank(graph, _rank(way, rank))
    if way not in (FULL, HEAD):
        near = difflib.get_close_matches(way.lower(), (FULL, HEAD, LORA), n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise SettingError(f"fine_tuning={shown(way)} is not known{hint}; choose full, head, lora, or lora_8 for another rank.")
    for name in adapted(graph):
        graph = detach(graph, name)
    last = output_layer(graph)
    if way == HEAD and last is None:
        raise SettingError("fine_tuning=head changes nothing: no layer makes the output.")
    for node in graph.nodes:
        is_learning = way == FULL or (last is not None and node.id == last.id)
        graph = freeze(graph, node.id, [] if is_learning else [p.name for p in node.own_parameters])
    return graph


def suggested_ways(graph: Graph) -> tuple[str, ...]:
    """Ways that are worth comparing here, the present one among them; none where no layer takes an adapter."""
    if not adaptable(graph):
        return ()
    shapes = infer(graph)
    sides = [min(side for side in shapes.get(layer, "weight") or (1,) if isinstance(side, int)) for layer in adaptable(graph)]
    ranks = [rank for rank in RANKS if rank <= max(sides)]
    own = way_of(graph)
    found = [FULL, HEAD, *(f"{LORA}_{rank}" for rank in ranks)]
    return tuple(found if own in found else [own, *found])


def title_of(way: str) -> str:
    """A way as people read it: "LoRA rank 8"."""
    word, _, rank = way.partition("_")
    if word == LORA:
        return f"LoRA rank {rank}" if rank else "LoRA"
    return {HEAD: "last layer", PART: "some layers"}.get(way, way)


def _learning(graph: Graph) -> list[tuple[str, LoraAdapter]]:
    """Adapters that take part and learn, with their layers."""
    return [(n.id, a) for n in graph for a in n.adapters if a.enabled and not a.merged and not n.frozen.issuperset(a.learning)]


def _rank(way: str, text: str) -> int:
    if way == LORA:
        return USUAL_RANK
    if not text.isdigit() or int(text) < 1:
        raise SettingError(f"fine_tuning={shown(way)} has no rank; give a whole number from 1, such as lora_8.")
    return int(text)


def _with_rank(graph: Graph, rank: int) -> Graph:
    """Adapters that learn get another rank; where there are none, every layer that takes one gets one."""
    shapes = infer(graph)
    there = _learning(graph)
    layers = tuple(dict.fromkeys(layer for layer, _ in there)) or adaptable(graph)
    ranks = {layer: min(rank, *(s for s in shapes.get(layer, "weight") or (rank,) if isinstance(s, int))) for layer in layers}
    if not there:
        alphas = {layer: USUAL_SCALE * own for layer, own in ranks.items()}
        return attach(graph, rank=rank, alpha=USUAL_SCALE * rank, name=free_adapter_name(graph), ranks=ranks, alphas=alphas)
    for layer, adapter in there:
        alpha = adapter.alpha * ranks[layer] / adapter.rank
        graph = configure_adapter(graph, adapter.name, [layer], rank=ranks[layer], alpha=alpha)
    # A base that learned beside its adapters would be a second difference.
    return replace(graph, nodes=tuple(replace(n, frozen=n.frozen | {p.name for p in n.own_parameters}) for n in graph.nodes))
