"""A lesson's document and run without a window, so that what lessons claim can be looked at for many seeds."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nnlab.core.preparation import Data, prepare
from nnlab.engine.carry_over import carry_over
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.run import Run
from nnlab.graph.adapters import attach, free_adapter_name
from nnlab.graph.edits import configure
from nnlab.graph.unit_sum import unit_sum
from nnlab.lessons.facts import OTHER, Facts
from nnlab.lessons.lesson import Lesson, ShownGesture
from nnlab.lessons.network_now import MEASURED, NetworkNow
from nnlab.lessons.play import LessonPlay
from nnlab.lessons.starting import started
from nnlab.studies.approximation.constructions import construct, kinds_for
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.project import Project
from nnlab.training.varied import varied

FIELDS = {
    "panel:training/Learning rate": "learning_rate", "panel:training/Batch size": "batch_size", "panel:hidden_units/Hidden units": "units",
}  # fmt: skip
PREPARED = functools.lru_cache(maxsize=8)(lambda data: prepare(data))


class OneRun:
    """A project and its run."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.data: Data = PREPARED(project.data)
        self.run: Run = prepare_run(project.graph, self.data, project.training, start=project.initial)
        self.evaluator = Evaluator(project.graph)

    def now(self) -> NetworkNow:
        self.evaluator.load(self.run.state.arena)
        return NetworkNow(self.project, self.data, self.evaluator, self._value)

    def _value(self, name: str) -> np.ndarray | None:
        return self.run.state[name] if name in self.run.program.places else None


def _gradient_norm(of: OneRun) -> float:
    parts = (info.name.rpartition(".") for info in of.run.program.trained)
    return math.sqrt(sum(float(np.sum(of.run.state[f"{node}.d_{name}"] ** 2)) for node, _, name in parts))


def _measured(of: OneRun | None, word: str) -> float:
    return math.nan if of is None else of.now().measured(word)


class LessonRun:
    """Goes through a lesson by what "show me" does, from the initial weights of `seed`."""

    def __init__(self, lesson: Lesson, seed: int) -> None:
        self.play, self.project, self.seed = LessonPlay(lesson), Project(), seed
        self.own: OneRun
        self.other: OneRun | None = None
        self._shown: set[str] = set()  # panels that were asked for
        self._begin()

    def facts(self) -> Facts:
        own, other, training = self.own, self.other, self.project.training
        program = own.run.program
        words: dict[str, Callable[[], float]] = {
            "iteration": lambda: float(own.run.iteration),
            "loss": lambda: own.run.current_loss(),
            "gradient_norm": lambda: _gradient_norm(own),
            "parameters": lambda: float(program.parameter_count),
            "learned_parameters": lambda: float(sum(math.prod(info.place.shape) for info in program.trained)),
            "batches": lambda: float(-(-len(own.data.x) // training.batch_size)),
            "samples": lambda: float(len(own.data.x)),
            **{word: functools.partial(_measured, own, word) for word in MEASURED},
            **{f"{OTHER}_{word}": functools.partial(_measured, other, word) for word in MEASURED},
        }
        panels = {gesture.value for step in self.play.lesson.steps for gesture in step.show if gesture.kind == "show"}
        return Facts(self.project, self._tensor, words, {f"sees_{name}": float(name in self._shown) for name in panels})

    def holds(self, formula: str) -> bool:
        return self.play.facts(self.facts()).holds(formula)

    def act(self) -> None:
        """What "show me" does in this step."""
        self.play.show_answer()  # of a question that comes with the action
        for gesture in self.play.step.show:
            self._do(gesture)
        self.play.look(self.facts())

    def next(self) -> bool:
        """Goes on to the step that follows; False after the last."""
        if not self.play.next():
            return False
        self._begin()
        return True

    def _begin(self) -> None:
        start = self.play.step.start
        if start is not None:
            self._load(started(self.project, start, self.seed))
        self.play.begin(self.facts())

    def _load(self, project: Project) -> None:
        self.project, self.own = project, OneRun(project)
        self.other = None
        if project.comparison:
            self.other = OneRun(replace(varied(project, project.comparison[0]), comparison=()))

    def _train(self, count: int) -> None:
        for each in (self.own, self.other):
            if each is not None:
                each.run.train(count)

    def _do(self, gesture: ShownGesture) -> None:
        match gesture:
            case ShownGesture("run", count):
                self._train(int(count))
            case ShownGesture("trigger", "run.step_iteration" | "step.finish"):
                self._train(1)
            case ShownGesture("trigger", "run.step_epoch"):
                self._train(self.own.run.steps_to_end_of_epoch)
            case ShownGesture("trigger", "run.rewind"):
                self._load(self.project)
            case ShownGesture("enter", text, target) if FIELDS.get(target) == "learning_rate":
                self.own.run.set_learning_rate(float(text))
                self.project = varied(self.project, Difference("learning_rate", text))
            case ShownGesture("enter", text, target) if target in FIELDS:
                self._load(varied(self.project, Difference(FIELDS[target], text)))
            case ShownGesture("press", "Construct"):
                self._construct()
            case ShownGesture("press", "Freeze and attach"):
                name = free_adapter_name(self.project.graph)
                base = InitialWeights("base", "as it was", self.own.run.state.stored())
                self._load(replace(self.project, graph=attach(self.project.graph, name=name), initial=base))
            case ShownGesture("press", "Neuron"):
                layer = next(node for node in self.project.graph.nodes if node.operator == "dense")
                old = self.own.run.state
                wider = configure(self.project.graph, layer.id, units=int(layer.settings["units"]) + 1)
                self._load(replace(self.project, graph=wider))
                carry_over(old, self.own.run.state)
            case ShownGesture("show", name):
                self._shown.add(name)
            case ShownGesture("trigger", "lora.attach" | "step.over") | ShownGesture("select"):
                pass  # opens something or begins, and changes nothing yet
            case _:
                raise AssertionError(f"{gesture} needs a window")

    def _construct(self) -> None:
        graph = self.project.graph
        structure = unit_sum(graph)
        activation = graph[structure.activation].operator
        units = int(graph[structure.hidden].settings["units"])
        made = construct(graph, self.project.data, self.own.data, kinds_for(activation)[0], units, activation)
        values = {name: array.astype(np.float32) for name, array in made.parameters.items()}
        self._load(replace(self.project, graph=made.graph, initial=InitialWeights("constructed", made.words[:200], values)))

    def _tensor(self, name: str) -> np.ndarray | None:
        owner, _, rest = name.partition(".")
        if owner == OTHER:
            return self.other.now().tensor(rest) if self.other is not None else None
        return self.own.now().tensor(name)
