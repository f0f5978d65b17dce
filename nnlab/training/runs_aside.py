"""Runs that are put aside as they are, with everything they have passed, while others train in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nnlab.training.breakpoint_counts import BreakpointCounts
from nnlab.training.member import Member


@dataclass(frozen=True, eq=False)
class RunsAside:
    """Whoever holds it may only give it back to the thread that trains."""

    members: Mapping[int, Member]
    breakpoints: BreakpointCounts
