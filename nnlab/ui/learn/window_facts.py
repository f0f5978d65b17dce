"""The facts of a lesson as the window has them: its document, its run, what is seen.

What a layer gives is worked out by the engine on the first samples of the training data with the present weights; within an iteration that
is stepped through it is what the steps have written. Gradients are those of the last batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import BATCH, GRADIENTS, OUTPUTS, Frame
from nnlab.engine.program import BACKWARD, Program
from nnlab.lessons.facts import NAN, Facts
from nnlab.training.metrics import metrics
from nnlab.ui.learn.host import LessonHost
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.workspaces import workspaces

SAMPLES = 64  # of which a layer's outputs may be named


def _count_learned(program: Program) -> float:
    return float(sum(math.prod(info.place.shape) for info in program.trained))


class WindowFacts:
    """Reads the window when it is asked; keeps an evaluator for the network that is shown."""

    def __init__(self, host: LessonHost) -> None:
        self._host = host
        self._view: LiveView | None = None
        self._evaluator: Evaluator | None = None
        self._key: tuple[int, str] = (-1, "")

    def watch(self, is_on: bool) -> None:
        """What formulas read has to be in the frames while a lesson runs."""
        self._host.session.watch(self, (OUTPUTS, GRADIENTS, BATCH) if is_on else ())
        self._view = None

    @property
    def view(self) -> LiveView | None:
        """The newest."""
        return self._view

    def show_view(self, view: LiveView) -> None:
        self._view = view

    def now(self) -> Facts:
        return Facts(self._host.document.project, self._tensor, self._run_words(), self._window_words())

    # Tensors

    def _tensor(self, name: str) -> np.ndarray | None:
        frame = self._host.session.frame
        if frame is None or name not in frame.program.places:
            return None
        is_inside = self._host.session.last_step is not None and self._host.session.last_step.inside
        if not is_inside:
            found = self._forward(frame, name)
            if found is not None:
                return found
        return frame.get(name)

    def _forward(self, frame: Frame, name: str) -> np.ndarray | None:
        data, evaluator = self._host.session.data, self._loaded(frame)
        if data is None or evaluator is None or name not in evaluator.before_loss_tensors:
            return None
        return evaluator.activations(data.x[:SAMPLES], (name,))[name]

    def _loaded(self, frame: Frame) -> Evaluator | None:
        key = (frame.revision, frame.program.real)
        if key != self._key or self._evaluator is None:
            try:
                self._evaluator, self._key = Evaluator(frame.program.graph, frame.program.real), key
            except NNLabError:
                return None
        self._evaluator.load(frame.parameters)
        return self._evaluator

    # Words

    def _run_words(self) -> Mapping[str, Callable[[], float]]:
        session, view = self._host.session, self._view
        frame = session.frame
        losses = view.losses if view is not None and frame is not None and view.frame.program is frame.program else None
        program = frame.program if frame is not None else None
        stepped = session.last_step
        data = session.data
        return {
            "loss": lambda: frame.loss if frame is not None and frame.rows else NAN,
            "iteration": lambda: float(session.iteration),
            "epoch": lambda: float(frame.epoch) if frame is not None else NAN,
            "gradient_norm": lambda: self._gradient_norm(frame),
            "parameters": lambda: float(program.parameter_count) if program is not None else NAN,
            "learned_parameters": lambda: _count_learned(program) if program is not None else NAN,
            "mean_loss": lambda: losses.smoothed if losses is not None else NAN,
            "validation_loss": lambda: losses.validation if losses is not None else NAN,
            "training_loss": lambda: self._of_data("loss", False),
            "training_accuracy": lambda: self._of_data("accuracy", False),
            "validation_accuracy": lambda: self._of_data("accuracy", True),
            "samples": lambda: float(len(data.x)) if data is not None else NAN,
            "batches": lambda: float(-(-len(data.x) // self._host.document.project.training.batch_size)) if data is not None else NAN,
            "playing": lambda: float(session.is_playing),
            "inside": lambda: float(stepped is not None and stepped.inside),
            "backward": lambda: float(stepped is not None and stepped.phase == BACKWARD),
            "can_run": lambda: float(session.can_run),
        }

    def _gradient_norm(self, frame: Frame | None) -> float:
        if frame is None or not frame.rows:
            return NAN
        found = [frame.get(f"{node}.d_{name}") for node, _, name in (info.name.rpartition(".") for info in frame.program.trained)]
        known = [values for values in found if values is not None]
        return float(np.sqrt(sum(float(np.sum(values.astype(np.float64) ** 2)) for values in known))) if known else NAN

    def _of_data(self, what: str, of_validation: bool) -> float:
        frame, data = self._host.session.frame, self._host.session.data
        evaluator = self._loaded(frame) if frame is not None else None
        graph = self._host.document.graph
        if data is None or evaluator is None or not graph.losses:
            return NAN
        x, y = (data.validation_x, data.validation_y) if of_validation else (data.x, data.y)
        if not len(x):
            return NAN
        loss, outputs = evaluator.loss(x, y)
        if what == "loss":
            return loss
        return metrics(outputs, y, data.target, graph.losses[0].kind.link).get(what, NAN)

    def _window_words(self) -> Mapping[str, float]:
        host, area = self._host, self._host.area
        current = area.workspace.name if area.workspace is not None else ""
        words = {f"in_{name}": float(name == current) for name in workspaces()}
        for name in host.panels:
            words[f"sees_{name}"] = float(host.panels.is_made(name) and host.panels[name].is_shown)
        for name in area.docks:
            words.setdefault(f"sees_{name}", float(area.is_shown(name)))
        return words
