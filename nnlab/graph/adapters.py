"""Adapters of a graph: low-rank updates that are attached to layers, told apart by name, enabled, blended, merged and taken away.

Edits like those of `nnlab.graph.edits`: pure functions from a graph to a graph that raise an NNLabError and change nothing. An adapter of
one name may lie on several layers; an edit that is given the name alone means all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain, count

from nnlab.core.errors import GraphError, SettingError, shown
from nnlab.graph.graph import Graph
from nnlab.graph.lora_adapter import BLEND, LoraAdapter
from nnlab.graph.merge_order import check_merge_order
from nnlab.graph.node import Node
from nnlab.graph.node_adapters import checked_adapter, takes_adapters, with_adapter
from nnlab.graph.validation import infer


def adapted(graph: Graph) -> dict[str, tuple[str, ...]]:
    """The names of all adapters, in the order they were attached, with the layers each lies on."""
    found: dict[str, list[str]] = {}
    for node in graph.nodes:
        for adapter in node.adapters:
            found.setdefault(adapter.name, []).append(node.id)
    return {name: tuple(layers) for name, layers in found.items()}


def adaptable(graph: Graph) -> tuple[str, ...]:
    """The layers that can take an adapter, from front to back."""
    return tuple(node.id for node in graph.topological() if takes_adapters(node))


def attach(
    graph: Graph, nodes: Iterable[str] | None = None, rank: int = 4, alpha: float = 8.0, name: str = "task_a", dropout: float = 0.0,
    init: str = "kaiming", rslora: bool = False, dora: bool = False, ranks: Mapping[str, int] | None = None,
    alphas: Mapping[str, float] | None = None, base_sha256: Mapping[str, str] | None = None,
) -> Graph:  # fmt: skip
    """Attaches an adapter to dense layers (all of them unless given) and freezes every parameter that there was.

    `ranks` and `alphas` are by layer, for those that differ. Other adapters stay as they are. `base_sha256` of W₀ by layer, see
    `nnlab.training.base_weights`. Raises GraphError for a layer that takes none, a name that is in use, a rank above the smaller side of
    the layer; SettingError for a setting out of its range.
    """
    layers = _layers(graph, nodes)
    ranks, alphas, hashes = ranks or {}, alphas or {}, base_sha256 or {}
    for layer in (*ranks, *alphas):
        if layer not in layers:
            raise GraphError(f"A rank or alpha is given for {shown(layer)}, which gets no adapter; name one of {', '.join(layers)}.")
    _free_name(graph, name)
    for layer in layers:
        adapter = checked_adapter(
            {
                "name": name, "rank": ranks.get(layer, rank), "alpha": alphas.get(layer, alpha), "dropout": dropout, "init": init,
                "rslora": rslora, "dora": dora, "base_sha256": hashes.get(layer, ""),
            },
            layer,
        )  # fmt: skip
        graph = _with_node(graph, with_adapter(graph[layer], adapter))
    _check_shapes(graph)
    return freeze_base(graph)


def freeze_base(graph: Graph) -> Graph:
    """Freezes everything that belongs to no adapter."""
    return replace(graph, nodes=tuple(_frozen(node) for node in graph.nodes))


def _frozen(node: Node) -> Node:
    names = {p.name for p in node.own_parameters}
    return replace(node, frozen=node.frozen | names) if names - node.frozen else node


def detach(graph: Graph, name: str, nodes: Iterable[str] | None = None) -> Graph:
    """Takes an adapter away, from some layers or all of them. What is frozen stays frozen."""
    layers = _having(graph, name, nodes)
    return _changed(graph, layers, lambda node: _without(node, name))


def rename_adapter(graph: Graph, old: str, new: str) -> Graph:
    """Gives an adapter another name; its numbers go on."""
    if old == new:
        return graph
    _free_name(graph, new)
    return _changed(graph, _having(graph, old), lambda node: _renamed(node, old, new))


def duplicate_adapter(graph: Graph, name: str, new: str, enabled: bool = False) -> Graph:
    """Adds an adapter that starts as what `name` has learned; the original stays as it is."""
    _free_name(graph, new)

    def doubled(node: Node) -> Node:
        original = _adapter(node, name)
        copy = replace(original, name=new, copied_from=name, enabled=enabled, merged=False)
        return replace(node, adapters=(*node.adapters, copy))

    return _changed(graph, _having(graph, name), doubled)


def enable(graph: Graph, name: str, enabled: bool = True) -> Graph:
    """Lets an adapter take part, or not; the others stay as they are."""
    return check_merge_order(graph, _each(graph, name, lambda adapter: replace(adapter, enabled=enabled)))


def is_enabled(graph: Graph, name: str) -> bool:
    """Whether an adapter takes part on any of its layers."""
    return any(_adapter(graph[layer], name).enabled for layer in _having(graph, name))


def switch(graph: Graph, name: str | None) -> Graph:
    """This adapter alone takes part, with its full weight; None: the base alone."""
    return blend(graph, {} if name is None else {name: 1.0})


def blend(graph: Graph, weights: Mapping[str, float]) -> Graph:
    """These adapters take part, each with its weight, and no others."""
    if not isinstance(weights, Mapping):
        raise SettingError(f"A blend is given by name, as a dict of weights, not as {shown(weights)}.")
    for name in weights:
        _having(graph, name)
    checked = {name: float(BLEND.check(value, f"adapter {name}")) for name, value in weights.items()}

    def blended(adapter: LoraAdapter) -> LoraAdapter:
        if adapter.name in checked:
            return replace(adapter, enabled=True, weight=checked[adapter.name])
        return replace(adapter, enabled=False)

    nodes = tuple(replace(n, adapters=tuple(map(blended, n.adapters))) if n.adapters else n for n in graph.nodes)
    return check_merge_order(graph, replace(graph, nodes=nodes))


def merge(graph: Graph, name: str) -> Graph:
    """The update of an adapter stands in the layers' weights from now on, formed once; W₀ is kept beside them and comes back unharmed.

    Raises GraphError where it would change places with one attached before it and outputs would move (`nnlab.graph.merge_order`).
    """
    return check_merge_order(graph, _each(graph, name, lambda adapter: replace(adapter, merged=True, enabled=True)))


def unmerge(graph: Graph, name: str) -> Graph:
    """The update is computed beside W₀ again, and learns. Raises GraphError where one that was merged over it has to be unmerged first."""
    return check_merge_order(graph, _each(graph, name, lambda adapter: replace(adapter, merged=False)))


def configure_adapter(graph: Graph, name: str, nodes: Iterable[str] | None = None, **settings: object) -> Graph:
    """Changes settings of an adapter on some layers or all of them. One of another rank or initialiser begins anew."""
    layers = _having(graph, name, nodes)

    def configured(node: Node) -> Node:
        known = _adapter(node, name)
        given = {**known.settings, "weight": known.weight, **settings}
        changed = checked_adapter({**given, "name": name}, node.id)
        return _replaced(node, name, replace(known, **{key: getattr(changed, key) for key in given}))

    result = check_merge_order(graph, _changed(graph, layers, configured))
    _check_shapes(result)
    return result


def learn(graph: Graph, name: str, learns: bool = True) -> Graph:
    """Lets an adapter's parameters learn, or keeps them while it takes part. Raises GraphError for one that is merged and is to learn."""
    layers = _having(graph, name)
    if learns and any(_adapter(graph[layer], name).merged for layer in layers):
        raise GraphError(f"{name} is merged into the weights, where it cannot learn; unmerge it first.", layers[0])

    def changed(node: Node) -> Node:
        names = frozenset(_adapter(node, name).learning)
        return replace(node, frozen=node.frozen - names if learns else node.frozen | names)

    return _changed(graph, layers, changed)


def free_adapter_name(graph: Graph, stem: str = "task") -> str:
    """A name that is not in use: task_a, task_b, …, or of another stem."""
    taken = {name.lower() for name in adapted(graph)}
    letters = (f"{stem}_{chr(ord('a') + k)}" for k in range(26))
    numbers = (f"{stem}_{k}" for k in count(1))
    return next(name for name in chain(letters, numbers) if name.lower() not in taken)


def _layers(graph: Graph, nodes: Iterable[str] | None) -> tuple[str, ...]:
    if nodes is None:
        layers = adaptable(graph)
        if not layers:
            raise GraphError("This network has no dense layer that could take an adapter.")
        return layers
    if isinstance(nodes, str):
        nodes = (nodes,)
    layers = tuple(dict.fromkeys(nodes))
    if not layers:
        raise GraphError("An adapter needs at least one layer; name some, or none for all dense layers.")
    for layer in layers:
        if not takes_adapters(graph[layer]):
            raise GraphError(f"{layer} takes no adapter; only dense layers do.", layer)
    return layers


def _having(graph: Graph, name: str, nodes: Iterable[str] | None = None) -> tuple[str, ...]:
    """The layers an adapter lies on, of those given; raises GraphError where it is on none, or not on one of them."""
    known = adapted(graph)
    if name not in known:
        has = f"this network has {', '.join(known)}" if known else "this network has none"
        raise GraphError(f"There is no adapter named {shown(name)}; {has}.")
    chosen = known[name] if nodes is None else tuple(nodes)
    for layer in chosen:
        if layer not in known[name]:
            raise GraphError(f"The adapter {name} is not on {shown(layer)}; it is on {', '.join(known[name])}.", layer)
    return chosen


def _adapter(node: Node, name: str) -> LoraAdapter:
    found = node.adapter(name)
    assert found is not None
    return found


def _free_name(graph: Graph, name: str) -> None:
    checked_adapter({"name": name}, "")
    if name.lower() in {known.lower() for known in adapted(graph)}:
        raise GraphError(f"An adapter named {name!r} already exists; choose another name.")


def _each(graph: Graph, name: str, change: Callable[[LoraAdapter], LoraAdapter]) -> Graph:
    return _changed(graph, _having(graph, name), lambda node: _replaced(node, name, change(_adapter(node, name))))


def _replaced(node: Node, name: str, adapter: LoraAdapter) -> Node:
    return replace(node, adapters=tuple(adapter if known.name == name else known for known in node.adapters))


def _renamed(node: Node, old: str, new: str) -> Node:
    known = _adapter(node, old)
    adapters = tuple(
        replace(a, name=new) if a is known else replace(a, copied_from=new) if a.copied_from == old else a for a in node.adapters
    )
    names = {known.tensor(p): f"{p}.{new}" for p in {q.name.partition(".")[0] for q in known.parameters()}}
    return replace(node, adapters=adapters, frozen=frozenset(names.get(n, n) for n in node.frozen))


def _without(node: Node, name: str) -> Node:
    gone = {p.name for p in _adapter(node, name).parameters()}
    return replace(node, adapters=tuple(a for a in node.adapters if a.name != name), frozen=node.frozen - gone)


def _changed(graph: Graph, layers: Iterable[str], change: Callable[[Node], Node]) -> Graph:
    chosen = set(layers)
    return replace(graph, nodes=tuple(change(node) if node.id in chosen else node for node in graph.nodes))


def _with_node(graph: Graph, node: Node) -> Graph:
    return replace(graph, nodes=tuple(node if n.id == node.id else n for n in graph.nodes))


def _check_shapes(graph: Graph) -> None:
    """Raises GraphError for the first adapter that its layer has no room for."""
    for problem in infer(graph).errors:
        if problem.kind == "adapter":
            raise GraphError(problem.message, problem.node_id)
