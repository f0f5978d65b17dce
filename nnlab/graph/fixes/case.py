"""A case: one diagnostic with all that is known about the graph it was found in; and the trial every proposed fix has to pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from nnlab.core.errors import NNLabError
from nnlab.core.tensor import Shape
from nnlab.core.written import setting_value
from nnlab.graph.diagnostic import DataShape, Diagnostic, Fix, count
from nnlab.graph.diff import diff
from nnlab.graph.graph import Edge, Graph, Node
from nnlab.graph.targets import outputs_wanted

MOST_TRIED = 24  # proposals that are tried for one diagnostic; trying means inferring every shape again
MOST_OFFERED = 4

# Kinds of which a graph has one at most: they are the same problem even if they are told of another node now.
ONE_PER_GRAPH = frozenset({"cycle", "empty", "no_input", "no_loss", "features", "wrong_loss", "wrong_width"})
# Kinds that say the same trouble in other words when they appear at a node that had just been fixed.
AT_THE_NODE = frozenset({"missing_input", "shape"})


@dataclass(frozen=True)
class Case:
    """`shapes` are those inferred for `graph`; `diagnose` finds what is wrong with another graph on the same data."""

    graph: Graph
    problem: Diagnostic
    shapes: Mapping[tuple[str, str], Shape]
    data: DataShape | None
    diagnose: Callable[[Graph], tuple[Diagnostic, ...]]

    @property
    def node(self) -> Node:
        """The node the problem is told of."""
        assert self.problem.node_id is not None
        return self.graph[self.problem.node_id]

    def shape(self, edge: Edge) -> Shape | None:
        """The shape of what flows along an edge, if it is known."""
        return self.shapes.get((edge.source, edge.source_port))

    @property
    def outputs(self) -> int | None:
        """How many outputs the data's target asks of the network's loss; None when the data is not known."""
        if self.data is None or not self.graph.losses:
            return None
        return outputs_wanted(self.data.target, self.graph.losses[0].kind.link)

    def here(self, node_id: str) -> str:
        """ " of dense_2", or nothing when that is the node the problem is told of."""
        return "" if node_id == self.problem.node_id else f" of {node_id}"


Proposer = Callable[[Case], Iterator[Fix]]


@dataclass(frozen=True)
class Removal(Fix):
    """A fix that takes something away: offered after those that keep everything."""


def offer(case: Case, propose: Proposer) -> tuple[Fix, ...]:
    """The proposals that remedy the case's problem, best first."""
    found: dict[str, tuple[tuple[bool, int, int, int], Fix]] = {}
    before = {(d.kind, d.node_id) for d in case.diagnose(case.graph)}
    for place, fix in enumerate(islice(propose(case), MOST_TRIED)):
        try:
            after = fix.apply(case.graph)
        except NNLabError:
            continue  # the graph does not allow it, so it is no fix
        left = case.diagnose(after)
        if after == case.graph or fix.label in found or not _is_mended(case, before, left):
            continue
        errors = sum(d.is_error for d in left)
        rank = (isinstance(fix, Removal), errors, len(left) - errors, place)
        found[fix.label] = (rank, replace(fix, outlook=_outlook(case.graph, after, errors, len(left) - errors)))
    ranked = [fix for _, fix in sorted(found.values(), key=lambda pair: pair[0])]
    removal = next((fix for fix in ranked[MOST_OFFERED - 1 :] if isinstance(fix, Removal)), None)
    # Doing without is always an answer, so it is never crowded out.
    return tuple(ranked[:MOST_OFFERED] if removal is None else (*ranked[: MOST_OFFERED - 1], removal))


def _is_mended(case: Case, before: set[tuple[str, str | None]], left: tuple[Diagnostic, ...]) -> bool:
    problem = case.problem
    for other in left:
        if other.kind == problem.kind and (other.node_id == problem.node_id or problem.kind in ONE_PER_GRAPH):
            return False
        moved = problem.kind in AT_THE_NODE and other.node_id == problem.node_id and other.kind in AT_THE_NODE
        if moved and (other.kind, other.node_id) not in before:
            return False
    return True


def _outlook(before: Graph, after: Graph, errors: int, warnings: int) -> str:
    """What an edit changes, and what is left afterwards, in two short sentences."""
    change = diff(before, after)
    cut = [f"{e.source} → {e.target}" for e in change.removed_edges if e.source not in change.removed and e.target not in change.removed]
    joined = [f"{e.source} → {e.target}" for e in change.added_edges if e.source not in change.added and e.target not in change.added]
    parts = [
        f"{verb} {_listed(names)}"
        for verb, names in (
            ("adds", list(change.added)),
            ("removes", list(change.removed)),
            ("sets", [text for name in change.changed for text in _new_settings(before[name], after[name])]),
            ("joins", joined),
            ("cuts", cut if not change.added else []),  # a connection that something was put into is not cut
        )
        if names
    ]
    text = ", ".join(parts)
    rest = [count(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number]
    remains = f"{' and '.join(rest)} {'remains' if errors + warnings == 1 else 'remain'}." if rest else "No problem remains."
    return f"{text[:1].upper()}{text[1:]}. {remains}" if text else remains


def _new_settings(before: Node, after: Node) -> list[str]:
    """Every setting that differs: "units of dense_2 from 7 to 10"."""
    changed = [s.name for s in after.kind.settings if after.settings[s.name] != before.settings.get(s.name)]
    return [
        f"{name} of {after.id} from {setting_value(before.settings.get(name))} to {setting_value(after.settings[name])}" for name in changed
    ]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
