"""What the project is debugged with, as the window's side of training passes it on to the thread that trains."""

from __future__ import annotations

from nnlab.engine.breakpoint import Breakpoint
from nnlab.training import commands
from nnlab.training.debugging import Debugging
from nnlab.training.trainer import Trainer
from nnlab.ui.document.document import Document


class LiveDebugging:
    """Passes on what has changed, and knows how often what was set has been reached."""

    def __init__(self, trainer: Trainer, document: Document) -> None:
        self._trainer, self._document = trainer, document
        self._sent = Debugging()

    def synchronise(self) -> None:
        """Passes on what has changed in the document since the last call."""
        wanted = self._document.project.debugging
        if wanted.breakpoints != self._sent.breakpoints:
            self._trainer.send(commands.SetBreakpoints(wanted.breakpoints))
        self._sent = wanted

    def hits(self, place: Breakpoint) -> int:
        """How often stepping has come to a breakpoint since the run began."""
        return self._trainer.breakpoint_hits.get(place.place, 0)
