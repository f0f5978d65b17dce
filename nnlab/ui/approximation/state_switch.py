"""Trained or constructed: the network as training has made it, or the weights that it was given by hand at iteration 0.

Both are places of one run, so that nothing is lost on the way: from the construction training goes on, and what it reached is gone back to.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.ui.approximation.solver import CONSTRUCTED as START
from nnlab.ui.approximation.solver import Solver
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession
from nnlab.ui.widgets.segmented import Option, Segmented

TRAINED, CONSTRUCTED = "trained", "constructed"
OPTIONS = (
    Option(TRAINED, "Trained", "What training has reached; from a construction that was not trained yet it goes on from there"),
    Option(CONSTRUCTED, "Constructed", "Weights made by hand, before any training: for ReLU the interpolant on N knots, else a staircase"),
)


class StateSwitch(QWidget):
    """Says which of the two is shown, and goes to the other."""

    def __init__(self, theme: Theme, session: LiveSession, solver: Solver, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._solver = session, solver
        self._view: LiveView | None = None
        self.choice = Segmented(theme, OPTIONS, "Trained or constructed")
        self.choice.chosen.connect(self._choose)
        solver.said.connect(self._show_again)  # a construction that is refused leaves the network as it is
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.choice)

    def show_view(self, view: LiveView) -> None:
        self._view = view
        self.choice.choose(CONSTRUCTED if _has_construction(view) and view.frame.iteration == 0 else TRAINED)

    def _choose(self, name: str) -> None:
        view, session = self._view, self._session
        if view is None:
            return
        if name == CONSTRUCTED and not _has_construction(view):
            self._solver.construct()
        elif name == CONSTRUCTED:
            session.back_to(0)
        elif session.latest > session.iteration:
            session.back_to(session.latest)
        else:
            session.play()

    def _show_again(self) -> None:
        if self._view is not None:
            self.show_view(self._view)


def _has_construction(view: LiveView) -> bool:
    initial = view.project.initial
    return initial is not None and initial.name == START
