"""What the search popup is opened for: a place, and what the chosen operator will be joined to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint

from nnlab.core.errors import NNLabError
from nnlab.core.operator import Operator
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import Fix, infer


@dataclass(frozen=True)
class Search:
    """A request for the popup.

    With a `source` node, or a `target` node and its port, the operator is joined there. `fixes` are remedies for a connection that was
    refused; they stand in place of the operators, and `remedy` applies one.
    """

    at: QPoint  # in the viewport
    by_key: bool = False  # the pointer shows no place: what is chosen stands behind what is selected, or at the end of the network
    anchor: str = ""  # what the card is called that it will be joined to, for saying so
    source: str | None = None
    target: tuple[str, str] | None = None
    taken: Edge | None = None  # an edge that was pulled off its port by the same gesture
    title: str = ""
    detail: str = ""
    fixes: tuple[Fix, ...] = ()
    remedy: Callable[[Fix], object] | None = None

    def placeholder(self) -> str:
        if self.fixes:
            return "Make it fit …"
        if self.source is not None:
            return f"Add after {self.anchor or self.source} …"
        if self.target is not None:
            return f"Add before {self.anchor or self.target[0]} …"
        return f"Add after {self.anchor}, e.g. dense 16 …" if self.anchor else "Add an operator, e.g. dense 16 …"


def what_fits(graph: Graph, search: Search) -> Callable[[Operator], str]:
    """For every operator: why it cannot be joined as the search asks, in one sentence, or nothing when it can."""
    if search.source is not None:
        node = graph[search.source]
        shape = infer(graph).output(node)

        def fits_behind(kind: Operator) -> str:
            if kind.is_input:
                return f"{kind.title} reads the data, not another node."
            if shape is not None and len(kind.inputs) == 1 and not kind.variadic:
                defaults = {setting.name: setting.default for setting in kind.settings}
                try:
                    kind.shapes([shape], defaults, kind.title)
                except NNLabError as error:
                    return str(error)
            return ""

        return fits_behind
    if search.target is not None:
        return lambda kind: f"{kind.title} is a loss; other nodes cannot read it." if kind.is_loss else ""
    return lambda kind: ""
