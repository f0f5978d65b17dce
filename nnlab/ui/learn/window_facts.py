"""The facts of a lesson as the window has them: its document, its run, what is seen.

What a layer gives is worked out by the engine on the first samples of the training data with the present weights; within an iteration that
is stepped through it is what the steps have written. Gradients are those of the last batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from operator import eq

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import BATCH, GRADIENTS, OUTPUTS, Frame
from nnlab.engine.program import BACKWARD, Program
from nnlab.lessons.facts import NAN, OTHER, Facts
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.network_now import MEASURED, NetworkNow
from nnlab.training.project import Project
from nnlab.ui.learn.data_scores import DataScores
from nnlab.ui.learn.host import LessonHost, as_object
from nnlab.ui.run.live_view import LiveView, RunView
from nnlab.ui.widgets.seen import is_seen
from nnlab.ui.workspaces import workspaces


def _count_learned(program: Program) -> float:
    return float(sum(math.prod(info.place.shape) for info in program.trained))


class WindowWords(Mapping[str, float]):
    """1 or 0 for each word, looked up when it is asked for: a formula asks for one or two, and of every panel it takes long to say."""

    def __init__(self, words: Mapping[str, Callable[[], bool]]) -> None:
        self._words = words

    def __getitem__(self, word: str) -> float:
        return float(self._words[word]())

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


class WindowFacts:
    """Reads the window when it is asked; keeps an evaluator for the network that is shown."""

    def __init__(self, host: LessonHost) -> None:
        self._host = host
        self._view: LiveView | None = None
        self._evaluators: dict[int, tuple[tuple[int, str], Evaluator]] = {}  # of the own run and of the other, with what they were made for
        self.scores = DataScores(host.session, as_object(host))

    def watch(self, lesson: Lesson | None) -> None:
        """What its formulas read has to be in the frames while a lesson runs."""
        self._host.session.watch(self, () if lesson is None else (OUTPUTS, GRADIENTS, BATCH, *lesson.gradients_named))
        self._view = None
        self.scores.forget()

    @property
    def view(self) -> LiveView | None:
        """The newest."""
        return self._view

    def show_view(self, view: LiveView) -> None:
        self._view = view

    def now(self, passing: bool = False) -> Facts:
        """What is so now. `passing`: for a look in passing, which numbers over a whole data set may not keep waiting (`DataScores`)."""
        return Facts(self._host.document.project, self._tensor, self._run_words(passing), self._window_words())

    # Networks

    def _tensor(self, name: str) -> np.ndarray | None:
        session = self._host.session
        owner, _, rest = name.partition(".")
        if owner == OTHER and OTHER not in self._host.document.graph:
            other = self._other()
            return other.tensor(rest) if other is not None else None
        frame = session.frame
        if frame is None or name not in frame.program.places:
            return None
        is_inside = session.last_step is not None and session.last_step.inside
        own = None if is_inside else self._own()
        return frame.get(name) if own is None else own.tensor(name)

    def _own(self) -> NetworkNow | None:
        frame = self._host.session.frame
        return None if frame is None else self._network(0, self._host.document.project, frame)

    def _other_run(self) -> RunView | None:
        return next(iter(self._view.others), None) if self._view is not None else None

    def _other(self) -> NetworkNow | None:
        """The first run beside, at the newest moment shown."""
        other = self._other_run()
        return None if other is None else self._network(1, other.project, other.frame)

    def _network(self, place: int, project: Project, frame: Frame) -> NetworkNow | None:
        data = self._host.session.data
        if data is None:
            return None
        key, evaluator = self._evaluators.get(place, ((-1, ""), None))
        if key != (frame.revision, frame.program.real) or evaluator is None:
            try:
                evaluator = Evaluator(frame.program.graph, frame.program.real)
            except NNLabError:
                return None
            self._evaluators[place] = (frame.revision, frame.program.real), evaluator
        evaluator.load(frame.parameters)
        return NetworkNow(replace(project, graph=frame.program.graph), data, evaluator, frame.get)

    # Words

    def _measured(self, place: int, passing: bool, word: str) -> float:
        """A number over the data of the own run (0) or of the first one beside."""
        if place:
            other = self._other_run()
            network, frame = self._other(), None if other is None else other.frame
        else:
            network, frame = self._own(), self._host.session.frame
        return NAN if network is None or frame is None else self.scores.value(place, word, network, frame, passing)

    def _run_words(self, passing: bool) -> Mapping[str, Callable[[], float]]:
        session, view = self._host.session, self._view
        frame = session.frame
        losses = view.losses if view is not None and frame is not None and view.frame.program is frame.program else None
        program = frame.program if frame is not None else None
        stepped = session.last_step
        data = session.data
        return {
            "loss": lambda: frame.loss if frame is not None and frame.rows else NAN,
            "iteration": lambda: float(frame.iteration) if frame is not None else 0.0,  # of the frame that tensors are taken from
            "epoch": lambda: float(frame.epoch) if frame is not None else NAN,
            "gradient_norm": lambda: self._gradient_norm(frame),
            "parameters": lambda: float(program.parameter_count) if program is not None else NAN,
            "learned_parameters": lambda: _count_learned(program) if program is not None else NAN,
            "mean_loss": lambda: losses.smoothed if losses is not None else NAN,
            "validation_loss": lambda: losses.validation if losses is not None else NAN,
            **{word: partial(self._measured, 0, passing, word) for word in MEASURED},
            **{f"{OTHER}_{word}": partial(self._measured, 1, passing, word) for word in MEASURED},
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

    def _window_words(self) -> Mapping[str, float]:
        host, area = self._host, self._host.area
        current = area.workspace.name if area.workspace is not None else ""
        words: dict[str, Callable[[], bool]] = {f"in_{name}": partial(eq, name, current) for name in workspaces()}
        words |= {f"sees_{name}": partial(area.is_shown, name) for name in area.docks}
        words |= {f"sees_{name}": partial(self._sees, name) for name in host.panels}
        return WindowWords(words)

    def _sees(self, name: str) -> bool:
        return self._host.panels.is_made(name) and is_seen(self._host.panels[name])
