"""Better weights without training: constructed by hand, solved for, or polished. Each is one undoable edit; work runs beside the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import GraphError, NNLabError
from nnlab.core.preparation import Data
from nnlab.engine.weight_change import WeightChange
from nnlab.graph.graph import Graph
from nnlab.graph.unit_sum import unit_sum
from nnlab.jobs.context import JobContext
from nnlab.studies.approximation.constructions import construct, kinds_for
from nnlab.studies.approximation.fitting import polish, solve_output_layer
from nnlab.studies.approximation.promises import errors_of_construction
from nnlab.training.initial_weights import MOST_LETTERS, InitialWeights
from nnlab.training.project import Project
from nnlab.ui.document.document import Document
from nnlab.ui.look import numbers
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession

CONSTRUCTED = "constructed"  # the name of initial weights


class Solver(QObject):
    """`said(words)`: what came of it, or why nothing did."""

    said = Signal(str)

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._document, self._session = document, session
        self._job: LiveJob | None = None
        self._graph: Graph | None = None
        self._label = ""

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def construct(self) -> None:
        """Weights made by hand, with as many units as there are: the project begins with them, and training goes on from there."""
        document = self._document
        try:
            structure = unit_sum(document.graph)
            activation = document.graph[structure.activation].operator if structure.activation else ""
            kinds = kinds_for(activation)
            if not structure.hidden or not kinds:
                raise GraphError("There is no construction for these units; choose ReLU, sigmoid or tanh.")
        except NNLabError as error:
            self.said.emit(str(error))
            return
        self.construct_as(kinds[0], int(document.graph[structure.hidden].settings["units"]), activation)

    def construct_as(self, kind: str, units: int, activation: str) -> None:
        """So many units of a kind (a name in `constructions`) and activation, in the network as it is if it is like that, else in one of
        their own."""
        session = self._session
        if self._job is not None or session.data is None:
            return
        project, data = self._document.project, session.data

        def work(context: JobContext) -> tuple[Project, Project, str]:
            made = construct(project.graph, project.data, data, kind, units, activation)
            errors = errors_of_construction(made, data)
            reached = "" if errors is None else f": sup {numbers.number(errors.sup, 3)}"
            bound = f", at most {numbers.number(made.bound, 3)} by theory" if np.isfinite(made.bound) else ""
            values = {name: array.astype(np.float32) for name, array in made.parameters.items()}
            initial = InitialWeights(CONSTRUCTED, made.words[:MOST_LETTERS], values)
            return project, replace(project, graph=made.graph, initial=initial), f"constructed, not trained{reached}{bound}"

        self._job = session.jobs.start("Constructing weights", work, lane="approximation")
        self._job.finished.connect(self._take_construction)
        self._job.failed.connect(self._refuse)
        self._job.ended.connect(self._give_up)

    def _take_construction(self, answer: tuple[Project, Project, str]) -> None:
        before, after, words = answer
        if self._document.project != before:
            self.said.emit("The project was changed meanwhile; nothing was set.")
            return
        self._document.edit("Constructed weights", after)
        self._session.rewind()
        self.said.emit(words)

    def solve(self) -> None:
        """The output layer's weights for the hidden units as they stand."""
        graph = self._document.graph

        def study(data: Data, parameters: Mapping[str, np.ndarray], context: JobContext) -> tuple[Mapping[str, np.ndarray], str]:
            found = solve_output_layer(graph, parameters, data)
            words = (
                f"solved: RMS {numbers.number(found.rms_before, 3)} → {numbers.number(found.rms_after, 3)}, "
                f"ridge {numbers.scientific(found.ridge, 1)}, largest weight {numbers.number(found.largest_weight, 3)}"
            )
            return found.parameters, words

        self._start("Solve the output layer", study)

    def polish(self) -> None:
        """All weights, down to the next minimum."""
        graph = self._document.graph

        def study(data: Data, parameters: Mapping[str, np.ndarray], context: JobContext) -> tuple[Mapping[str, np.ndarray], str]:
            found = polish(graph, parameters, data, context)
            words = (
                f"polished: loss {numbers.number(found.loss_before, 3)} → {numbers.number(found.loss_after, 3)} "
                f"in {numbers.count(found.iterations)} iterations"
            )
            return found.parameters, words

        self._start("Polish", study)

    def _start(
        self, label: str, study: Callable[[Data, Mapping[str, np.ndarray], JobContext], tuple[Mapping[str, np.ndarray], str]]
    ) -> None:
        session, document = self._session, self._document
        if self._job is not None or session.data is None:
            return
        if session.is_playing:
            session.pause()
        try:
            names = [f"{node.id}.{parameter.name}" for node in document.graph for parameter in node.parameters]
            before, data = session.parameters(names), session.data
        except NNLabError as error:
            self.said.emit(str(error))
            return
        self._label, self._graph = label, document.graph

        def work(context: JobContext) -> tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray], str]:
            after, words = study(data, before, context)
            return before, after, words

        self._job = session.jobs.start(label, work, lane="approximation")
        self._job.finished.connect(self._take)
        self._job.failed.connect(self._refuse)
        self._job.ended.connect(self._give_up)

    def _take(self, answer: Any) -> None:
        before, after, words = answer
        document = self._document
        if document.graph is not self._graph:
            self.said.emit("The network was changed meanwhile; nothing was set.")
            return
        wanted = {name: np.asarray(values).astype(before[name].dtype) for name, values in after.items()}
        document.set_weights(self._label, WeightChange.between({name: before[name] for name in wanted}, wanted))
        self.said.emit(words)

    def _refuse(self, sentence: str, detail: str = "") -> None:
        self.said.emit(sentence)

    def _give_up(self) -> None:
        self._job = None
