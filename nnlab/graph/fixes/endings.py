"""Fixes where the network meets its data: features at the front, loss and number of outputs at the end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nnlab.core.operator import operators
from nnlab.core.tensor import Shape
from nnlab.graph import edits
from nnlab.graph.diagnostic import Fix
from nnlab.graph.fixes.building import OperatorSpec, chain_back, configured, insert_chain, setting_title, width_setting
from nnlab.graph.fixes.case import Case, Proposer
from nnlab.graph.fixes.connections import best_loss
from nnlab.graph.graph import Edge, Graph

LARGEST_POOL = 64


def features(case: Case) -> Iterator[Fix]:
    assert case.data is not None
    given, node = case.data.features, case.node.id
    yield Fix(f"Set features to {given}", configured(node, features=given), f"Set features of {node} to {given}")


def wrong_loss(case: Case) -> Iterator[Fix]:
    """Other losses that fit the target: the usual one, then those that need no more than being exchanged."""
    assert case.data is not None
    kind, node = case.data.target.kind, case.node
    usual = best_loss(kind)
    fitting = [usual, *(o.name for o in operators if kind in o.target_kinds and o.name not in (usual, "kl_divergence"))]
    for name in fitting[:3]:
        yield Fix(f"Use {name}", partial(edits.replace_operator, node_id=node.id, operator=name), f"Use {name} for {node.id}")


def wrong_width(case: Case) -> Iterator[Fix]:
    """As many outputs as the target asks for: the last layer gets them, or a new one does."""
    wanted, loss = case.outputs, case.graph.losses[0]
    edges = case.graph.incoming(loss.id)
    if wanted is None or len(edges) != 1:
        return
    yield from reach(case, edges[0], (wanted,))


def reach(case: Case, edge: Edge, want: Shape) -> Iterator[Fix]:
    """Ways to make a row of `want` numbers flow along an edge."""
    have = case.shape(edge)
    if have is None:
        return
    found = width_setting(case, edge) if len(have) == 1 else None
    if found is not None:
        node, name = found
        title = setting_title(case.graph, node, name)
        yield Fix(f"Set {title}{case.here(node)} to {want[0]}", configured(node, **{name: want[0]}), f"Set {title} of {node} to {want[0]}")
    yield from flatten_first(case, edge, want[0])
    layer: tuple[OperatorSpec, ...] = (("dense", {"units": want[0]}),)
    if len(have) == 1:
        yield Fix(f"Add a dense layer of {want[0]}", _inserting(edge, layer), f"Add a dense layer before {edge.target}")
        return
    if len(have) == 3 and have[1] == have[2] <= LARGEST_POOL:
        pool: tuple[OperatorSpec, ...] = (("average_pool2d", {"kernel_size": have[1]}), ("flatten", {}))
        layers = pool if have[0] == want[0] else (*pool, *layer)
        words = "a global average pooling" if layers is pool else f"global average pooling and dense {want[0]}"
        yield Fix(f"Add {words}", _inserting(edge, layers), "Add a global average pooling")
    yield Fix("Add a flatten", _inserting(edge, (("flatten", {}),)), f"Add a flatten before {edge.target}")
    flat: tuple[OperatorSpec, ...] = (("flatten", {}), *layer)
    yield Fix(f"Add a flatten and dense {want[0]}", _inserting(edge, flat), f"Add a flatten before {edge.target}")


def flatten_first(case: Case, edge: Edge, units: int | None = None) -> Iterator[Fix]:
    """A flatten where the first dense layer reads an image: what it was meant to see is the whole of it."""
    for earlier in reversed(chain_back(case, edge)):
        shape, reader = case.shape(earlier), case.graph[earlier.target]
        if shape is None or len(shape) < 2 or not reader.kind.is_affine:
            continue
        step = f"Add a flatten before {reader.id}"
        yield Fix("Add a flatten", _inserting(earlier, (("flatten", {}),)), step)
        found = width_setting(case, edge)
        if units is not None and found is not None and case.graph[found[0]].settings[found[1]] != units:

            def both(graph: Graph, earlier: Edge = earlier, node: str = found[0], name: str = found[1]) -> Graph:
                return edits.configure(insert_chain(graph, earlier, (("flatten", {}),)), node, **{name: units})

            title = setting_title(case.graph, *found)
            yield Fix(f"Add a flatten, set {title}{case.here(found[0])} to {units}", both, step)
        return


def _inserting(edge: Edge, steps: tuple[OperatorSpec, ...]) -> partial[Graph]:
    return partial(insert_chain, edge=edge, steps=steps)


PROPOSERS: dict[str, Proposer] = {"features": features, "wrong_loss": wrong_loss, "wrong_width": wrong_width}
