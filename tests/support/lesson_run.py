"""A lesson's document and run without a window, so that what lessons claim can be looked at for many seeds."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from nnlab.core.preparation import Data, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.run import Run
from nnlab.lessons.facts import Facts
from nnlab.lessons.lesson import Lesson, ShownGesture
from nnlab.lessons.play import LessonPlay
from nnlab.lessons.starting import started
from nnlab.training.complete_run import prepare_run
from nnlab.training.metrics import metrics
from nnlab.training.project import Project

RATE = "panel:training/Learning rate"
SAMPLES = 64


@functools.cache
def _prepared(data: object) -> Data:
    return prepare(data)  # type: ignore[arg-type]


class LessonRun:
    """Goes through a lesson by what "show me" does, from the initial weights of `seed`."""

    def __init__(self, lesson: Lesson, seed: int) -> None:
        self.play, self.project, self.seed = LessonPlay(lesson), Project(), seed
        self.run: Run
        self._begin()

    def facts(self) -> Facts:
        words = {
            "iteration": lambda: float(self.run.iteration),
            "loss": lambda: self.run.current_loss(),
            "parameters": lambda: float(self.run.program.parameter_count),
            "training_loss": lambda: self._of_data("loss"),
            "training_accuracy": lambda: self._of_data("accuracy"),
            "batches": lambda: float(-(-len(self.data.x) // self.project.training.batch_size)),
            "samples": lambda: float(len(self.data.x)),
        }
        return Facts(self.project, self._tensor, words)

    def holds(self, formula: str) -> bool:
        return self.play.facts(self.facts()).holds(formula)

    def act(self) -> None:
        """What "show me" does in this step."""
        for gesture in self.play.step.show:
            self._do(gesture)

    def next(self) -> bool:
        """Goes on to the step that follows; False after the last."""
        if not self.play.next():
            return False
        self._begin()
        return True

    def _begin(self) -> None:
        start = self.play.step.start
        if start is not None:
            self.project = started(self.project, start).with_seed(self.seed)
            self.data = _prepared(self.project.data)
            self.run = prepare_run(self.project.graph, self.data, self.project.training, start=self.project.initial)
            self._evaluator = Evaluator(self.project.graph)
        self.play.begin(self.facts())

    def _do(self, gesture: ShownGesture) -> None:
        match gesture:
            case ShownGesture("run", count):
                self.run.train(int(count))
            case ShownGesture("trigger", "run.step_iteration"):
                self.run.train(1)
            case ShownGesture("trigger", "run.step_epoch"):
                self.run.train(self.run.steps_to_end_of_epoch)
            case ShownGesture("enter", text, target) if target == RATE:
                self.run.set_learning_rate(float(text))
                self.project = self.project.with_training(replace(self.project.training, learning_rate=float(text)))
            case _:
                raise AssertionError(f"{gesture} needs a window")

    def _of_data(self, what: str) -> float:
        self._evaluator.load(self.run.state.arena)
        loss, outputs = self._evaluator.loss(self.data.x, self.data.y)
        if what == "loss":
            return loss
        return metrics(outputs, self.data.y, self.data.target, self.project.graph.losses[0].kind.link)[what]

    def _tensor(self, name: str) -> np.ndarray | None:
        if name not in self.run.program.places:
            return None
        if name not in self._evaluator.before_loss_tensors:
            return self.run.state[name]
        self._evaluator.load(self.run.state.arena)
        return self._evaluator.activations(self.data.x[:SAMPLES], (name,))[name]
