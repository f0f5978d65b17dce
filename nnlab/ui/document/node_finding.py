"""What a diagnosis says of a node, for whoever shows the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NodeFinding:
    """What was found about a node: in few `words`, and which of its units are meant."""

    node: str
    words: str
    units: tuple[int, ...] = ()
