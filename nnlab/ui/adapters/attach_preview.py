"""What the form that attaches an adapter would make, while it is open: panels draw it before it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from nnlab.graph.graph import Graph
from nnlab.ui.canvas.model.strands import Strand
from nnlab.ui.document.document import Document
from nnlab.ui.run.session import LiveSession


@dataclass(frozen=True)
class Attempt:
    """`graph` with the adapter `name`, and its strands by layer. Nothing while the form is closed, or says why it cannot be."""

    graph: Graph | None = None
    name: str = ""
    strands: Mapping[str, Strand] = field(default_factory=dict)


class AttachPreview(QObject):
    """`changed` when `attempt` is another.

    `is_open`: the form is, even while what stands in it cannot be; it then covers the window from `left` pixels on.
    """

    changed = Signal()

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self.attempt = Attempt()
        self.is_open, self.left = False, 0

    def show(self, attempt: Attempt, is_open: bool, left: int = 0) -> None:
        if (attempt, is_open, left) != (self.attempt, self.is_open, self.left):
            self.attempt, self.is_open, self.left = attempt, is_open, left
            self.changed.emit()
