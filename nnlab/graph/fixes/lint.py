"""Fixes for lint: networks that run, but probably not as meant (`nnlab.graph.lint`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from nnlab.core.written import setting_value
from nnlab.graph import edits
from nnlab.graph.diagnostic import Fix
from nnlab.graph.fixes.building import configured, insert_chain, setting_title
from nnlab.graph.fixes.case import Case, Proposer, Removal
from nnlab.graph.fixes.endings import flatten_first
from nnlab.graph.lint import doubt_of


def without_it(case: Case) -> Iterator[Fix]:
    """The node does harm or nothing: take it out and join its neighbours."""
    node = case.node.id
    yield Removal(f"Remove {node}", partial(edits.bypass_node, node_id=node))


def linear(case: Case) -> Iterator[Fix]:
    """An activation between the two layers, the one the network uses elsewhere; or one layer instead of two."""
    node = case.node
    edge = case.graph.incoming(node.id)[0]
    used = Counter(n.operator for n in case.graph if n.kind.is_elementwise)
    activation = used.most_common(1)[0][0] if used else "tanh"
    for name in dict.fromkeys((activation, "relu", "tanh")):
        between = partial(insert_chain, edge=edge, steps=((name, {}),))
        yield Fix(f"Add {name} between them", between, f"Add {name} after {edge.source}")
    yield Removal(f"Remove {edge.source}", partial(edits.bypass_node, node_id=edge.source))


def row_by_row(case: Case) -> Iterator[Fix]:
    """A flatten before the layer."""
    yield from flatten_first(case, case.graph.incoming(case.node.id)[0])
    for edge in case.graph.incoming(case.node.id):
        before = partial(insert_chain, edge=edge, steps=(("flatten", {}),))
        yield Fix("Add a flatten", before, f"Add a flatten before {case.node.id}")


def closed(case: Case) -> Iterator[Fix]:
    """The usual settings; or the node is taken out."""
    node = case.node
    for setting in node.kind.settings:
        name, usual = setting_title(case.graph, node.id, setting.name), setting.default
        if node.settings[setting.name] != usual:
            words = setting_value(usual)
            yield Fix(f"Set {name} to {words}", configured(node.id, **{setting.name: usual}), f"Set {name} of {node.id} to {words}")
    yield from without_it(case)


def doubtful(case: Case) -> Iterator[Fix]:
    """The settings that its operator proposes; or the node is taken out."""
    node, doubt = case.node, doubt_of(case.node, case.shapes)
    for name, value in (doubt.remedy if doubt is not None else {}).items():
        title, words = setting_title(case.graph, node.id, name), setting_value(value)
        yield Fix(f"Set {title} to {words}", configured(node.id, **{name: value}), f"Set {title} of {node.id} to {words}")
    yield from without_it(case)


def fractions(case: Case) -> Iterator[Fix]:
    """The table reads the data itself, or is taken out."""
    node = case.node.id
    for entry in case.graph.input_nodes[:1]:
        yield Fix(f"Connect {entry.id} here", partial(edits.connect, source=entry.id, target=node), f"Connect {entry.id} to {node}")
    yield from without_it(case)


def unfreeze(case: Case) -> Iterator[Fix]:
    """The last layer alone, as for a new task on a trained network; or all of them."""
    node = case.node.id
    yield Fix(f"Unfreeze {node}", partial(edits.set_frozen, node_ids=[node], frozen=False))
    frozen = [n.id for n in case.graph if n.frozen]
    if len(frozen) > 1:
        yield Fix("Unfreeze all", partial(edits.set_frozen, node_ids=frozen, frozen=False))


PROPOSERS: dict[str, Proposer] = {
    "all_frozen": unfreeze,
    "squashed_twice": without_it,
    "bounded_logits": without_it,
    "repeated": without_it,
    "linear": linear,
    "row_by_row": row_by_row,
    "closed": closed,
    "doubtful": doubtful,
    "fractions": fractions,
}
