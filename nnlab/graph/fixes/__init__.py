"""Fixes: for every kind of diagnostic, the edits a good colleague would propose, each tried before it is offered.

A proposer is a generator: it receives a `Case` and yields `Fix`es, best first, without having to know whether they work. `offer` applies
each to the graph, diagnoses the result and keeps those after which the problem is gone. What removes something is offered last; among
the others the one that leaves fewest problems comes first.
"""

from __future__ import annotations

from nnlab.graph.fixes.adapters import PROPOSERS as ADAPTERS
from nnlab.graph.fixes.case import Case, Proposer, offer
from nnlab.graph.fixes.connections import PROPOSERS as CONNECTIONS
from nnlab.graph.fixes.endings import PROPOSERS as ENDINGS
from nnlab.graph.fixes.lint import PROPOSERS as LINT
from nnlab.graph.fixes.mismatches import PROPOSERS as MISMATCHES

__all__ = ["PROPOSERS", "Case", "offer"]

PROPOSERS: dict[str, Proposer] = {**CONNECTIONS, **MISMATCHES, **ENDINGS, **LINT, **ADAPTERS}
