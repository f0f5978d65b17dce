"""What the canvas and the cycle over it are told of every frame and every step."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject

from nnlab.engine.program import Program
from nnlab.training.commands import Stepped
from nnlab.training.settings import TrainingSettings
from nnlab.ui.canvas.canvas import Canvas
from nnlab.ui.panels.base import Services
from nnlab.ui.run.drawing_pace import USUAL, stretched
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.own_activations import OwnActivations, TensorByName
from nnlab.ui.window.canvas_header import PhaseStrip


def coming_outputs(program: Program, pc: int) -> frozenset[str]:
    """The tensors that the forward pass and the loss have not computed yet where instruction `pc` is the next."""
    forward = program.instructions[: program.forward_end]
    done = frozenset[str]().union(*(each.writes for each in forward[:pc]))
    return frozenset[str]().union(*(each.writes for each in forward[pc:])) - done


class CanvasFeed(QObject):
    """Belongs to the canvas. An input of a person's own takes the place of the batch while there is one."""

    def __init__(self, canvas: Canvas, phases: PhaseStrip, services: Services) -> None:
        super().__init__(canvas)
        self._canvas, self._phases = canvas, phases
        self._view: LiveView | None = None  # the newest
        self._due = 0.0
        self._panels = services.feed
        self._session = services.session
        services.session.ask_who_looks(self._is_looked_at)
        self._own = services.shared(OwnActivations)
        self._own.changed.connect(self.refresh)

    @property
    def is_seen(self) -> bool:
        """Whether the canvas can be seen."""
        return self._canvas.isVisibleTo(self._canvas.window())

    def _is_looked_at(self) -> bool:
        return self.is_seen or self._panels.has_panels

    def show_view(self, view: LiveView) -> None:
        self._view = view
        now = time.perf_counter()
        if self.is_seen and not (view.playing and view.crowded and now < self._due):
            self._due = now + stretched(USUAL, view.stretch)
            self.refresh()
        self._phases.set_shares(view.phase_shares)
        if view.playing or not view.frame.iteration:
            training = view.project.training
            self._phases.set_gradients(training.accumulate, training.zero_gradients)

    def show_step(self, event: Stepped, training: TrainingSettings) -> None:
        self._phases.set_phase(event.phase)
        self._phases.set_gradients(training.accumulate, training.zero_gradients, event.batch if event.inside else None)
        self.refresh()

    def refresh(self) -> None:
        """Also when the canvas comes into sight: what was shown elsewhere meanwhile is news to it."""
        view = self._view
        if view is None:
            return
        self._canvas.set_run(view.frame, view.data, view.playing)
        self._canvas.set_values(self._own.before(self._known(view)))
        pictures = view.probes.get("pictures")
        if pictures is not None:
            self._canvas.set_pictures(pictures.by_node)

    def _known(self, view: LiveView) -> TensorByName:
        """Within an iteration only what it has computed so far: the rest is of no batch, or of the one before."""
        step = self._session.last_step
        if not view.frame.is_inside or step is None or not step.inside:
            return view.tensor
        coming = coming_outputs(view.frame.program, step.pc)
        return lambda name: None if name in coming else view.tensor(name)

    def clear(self) -> None:
        """Nothing is known of the run."""
        self._view = None
        self._canvas.clear_values()
        self._phases.clear()
