"""The document: the project shown, and its undo stack. The only object that changes what the window shows.

There is one undo command, holding the project before, the project after, and a label. Views never write the model: they call
`apply` (or `edit`) with a new value and follow `changed`.

Weights are not part of the project, they live in the training thread; a step that sets some by hand carries their numbers before and
after beside the projects. Whoever owns the thread follows `weights_set` and puts them in place.

The history may be travelled in one go (`go_to`): views are then told once, of the whole difference, however many steps lie between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from nnlab.engine.weight_change import Entries, WeightChange
from nnlab.files.project import Project
from nnlab.graph.diagnostic import Fix
from nnlab.graph.diff import diff
from nnlab.graph.graph import Graph
from nnlab.training.kept_run import KeptRun, SeedCurve
from nnlab.training.kept_runs import KeptRuns
from nnlab.training.problems import TrainingFix
from nnlab.training.test_evaluation import TestEvaluation


@dataclass(frozen=True)
class HistoryStep:
    """One step of the history. `made` is when, in seconds since the epoch; of a merged gesture, when it ended."""

    name: str
    made: float
    before: Project
    after: Project
    sets_weights: bool
    edits_run: bool = False


@dataclass(frozen=True)
class RunEdit:
    """A kept run as it was and as it is, None where it is gone."""

    number: int
    before: KeptRun | None
    after: KeptRun | None


class _Edit(QUndoCommand):
    """From one project to another, and from some weights to others. Edits with the same gesture merge into one step."""

    def __init__(
        self, document: Document, label: str, before: Project, after: Project, gesture: str | None, weights: WeightChange | None,
        begins_anew: bool = False, run: RunEdit | None = None,
    ) -> None:  # fmt: skip
        super().__init__(label)
        self._run = run
        self._document, self._before, self._after, self._gesture, self._weights = document, before, after, gesture, weights
        self._made, self._begins_anew = time.time(), begins_anew
        self._era = document.era
        self._from, self._to, self._is_new = document.state, document.next_state(), True

    def is_of(self, gesture: str | None) -> bool:
        return gesture is not None and gesture == self._gesture

    @property
    def came_from(self) -> int:
        """The state of the document before it."""
        return self._from

    def step(self) -> HistoryStep:
        return HistoryStep(self.text(), self._made, self._before, self._after, self._weights is not None, self._run is not None)

    def redo(self) -> None:
        document = self._document
        document.state, document.is_returning = self._to, not self._is_new
        is_new, self._is_new = self._is_new, False
        document.recall = document.merging(self._gesture) if is_new else (self._to,)
        document.begins_anew |= self._begins_anew
        if self._run is not None:
            document._put_run(self._run.number, self._run.after)
        document._arrive(self._after, self._weights.after if self._weights is not None and self._sets_weights(is_new) else None)

    def undo(self) -> None:
        document = self._document
        document.state, document.is_returning, document.recall = self._from, True, (self._from,)
        document.begins_anew |= self._begins_anew
        if self._run is not None:
            document._put_run(self._run.number, self._run.before)
        document._arrive(self._before, self._weights.before if self._weights is not None and self._sets_weights(False) else None)

    def _sets_weights(self, is_new: bool) -> bool:
        """Whether its weights are to be set: not those of another era; and a branch that is returned to has its own."""
        return self._era == self._document.era and (is_new or self._before.branch == self._after.branch)

    def id(self) -> int:
        return -1 if self._gesture is None else 1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 (Qt's name)
        if not isinstance(other, _Edit) or other._gesture != self._gesture:
            return False
        if self._weights is not None and other._weights is not None:
            self._weights = self._weights.then(other._weights)
        else:
            self._weights = self._weights or other._weights
        self._after, self._made, self._to = other._after, other._made, other._to
        self.setObsolete(self._after == self._before and (self._weights is None or self._weights.is_nothing))
        return True


@dataclass(frozen=True, eq=False)
class DocumentAside:
    """A project that is put aside with its history, while another one is shown."""

    project: Project
    name: str
    runs: KeptRuns
    undo_stack: QUndoStack
    states: tuple[int, int, int]


class Document(QObject):
    """Holds the project. `changed(GraphDiff)` follows every change of the graph, `data_changed`, `training_changed`,
    `initial_changed`, `comparison_changed` and `debugging_changed` the other parts.

    `settled` ends every change, once all its parts were told. `replaced` is emitted instead when a whole other project is opened; the
    undo stack is then empty. `weights_set` carries parameters' names and the numbers they are to have from now on. `runs_changed` follows
    every change of the kept runs, which are no part of the project: one that ends is kept whatever is undone. `history_changed` when a step
    was made, undone or redone, or the project was saved.
    """

    changed = Signal(object)  # GraphDiff
    data_changed = Signal()
    training_changed = Signal()
    initial_changed = Signal()
    comparison_changed = Signal()
    debugging_changed = Signal()
    settled = Signal()
    weights_set = Signal(object)  # Mapping[str, Entries]
    runs_changed = Signal()
    history_changed = Signal()
    replaced = Signal()
    name_changed = Signal()

    def __init__(self, project: Project | None = None, name: str = "untitled", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project or Project()
        self._runs = KeptRuns()
        self._name = name
        self.undo_stack = self._new_stack()
        # Every state the document was in has a number; `recall` are those whose weights come back with the last change, which was undone or
        # made again (`is_returning`), or goes on with a gesture. Numbers of weights belong to their era, which a rewind ends.
        self.state = self._states = self.era = 0
        self.is_returning = False
        self.recall: tuple[int, ...] = ()
        self.begins_anew = False  # whether the change that is told of ends the run, whatever it changes, and undoing it brings it back
        self._travels = False
        self.adapt: Callable[[Project, WeightChange | None], Project] = lambda project, weights: project  # an edit, before it is made
        self._passed: Project | None = None  # where a journey through the history has come to, not shown yet

    def _new_stack(self) -> QUndoStack:
        stack = QUndoStack(self)
        stack.setUndoLimit(0)  # none
        stack.indexChanged.connect(self.history_changed)
        stack.cleanChanged.connect(self.history_changed)
        return stack

    @property
    def project(self) -> Project:
        return self._project if self._passed is None else self._passed

    @property
    def graph(self) -> Graph:
        return self._project.graph

    @property
    def name(self) -> str:
        return self._name

    def set_name(self, name: str) -> None:
        self._name = name
        self.name_changed.emit()

    @property
    def runs(self) -> KeptRuns:
        """The runs that ended before."""
        return self._runs

    def keep_run(self, project: Project, seeds: tuple[SeedCurve, ...], name: str = "") -> None:
        """A run has ended; that is no step of the history."""
        self._runs = self._runs.adding(project, seeds, name)
        self.runs_changed.emit()

    def keep_test(self, evaluation: TestEvaluation) -> None:
        """The test part was looked at; no undo takes that back. NNLabError passes to the caller."""
        self._runs = self._runs.tested(evaluation)
        self.runs_changed.emit()

    def open_runs(self, runs: KeptRuns) -> None:
        """Those of the project that was opened."""
        self._runs = runs
        self.runs_changed.emit()

    def edit_run(self, label: str, number: int, change: Callable[[KeptRuns], KeptRuns]) -> None:
        """Renames, pins or deletes one of the runs, as one undoable step; NNLabError passes to the caller and nothing has changed."""
        runs, found = self._runs, change(self._runs)
        edit = RunEdit(number, runs[number], next((run for run in found if run.number == number), None))
        if edit.before != edit.after:
            self.undo_stack.push(_Edit(self, label, self._project, self._project, None, None, run=edit))

    def _put_run(self, number: int, run: KeptRun | None) -> None:
        if run is not None:
            self._runs = self._runs.replacing(run)
        elif number in self._runs:
            self._runs = self._runs.without(number)
        self.runs_changed.emit()

    @property
    def is_edited(self) -> bool:
        return not self.undo_stack.isClean()

    @property
    def can_undo(self) -> bool:
        return self.undo_stack.canUndo()

    @property
    def can_redo(self) -> bool:
        return self.undo_stack.canRedo()

    def apply(self, label: str, graph: Graph, gesture: str | None = None) -> None:
        """Makes `graph` the current one, as one undoable step; steps of the same `gesture` (a drag) merge."""
        self.edit(label, replace(self._project, graph=graph), gesture)

    def edit(
        self, label: str, project: Project, gesture: str | None = None, weights: WeightChange | None = None, begins_anew: bool = False
    ) -> None:
        """Makes `project` the current one, and sets `weights` in it, as one undoable step. What changes nothing is no step.

        With `begins_anew` the run begins again at iteration 0, also where what it learned could be kept; undo brings it back as it was.
        """
        if weights is not None and weights.is_nothing:
            weights = None
        if project != self._project or weights is not None:
            project = self.adapt(project, weights)
            self.undo_stack.push(_Edit(self, label, self._project, project, gesture, weights, begins_anew))

    def begin_anew(self, label: str, project: Project) -> None:
        """The run of `project`, which may be the present one, begins at iteration 0, as one undoable step."""
        self.undo_stack.push(_Edit(self, label, self._project, self.adapt(project, None), None, None, begins_anew=True))

    def set_weights(self, label: str, weights: WeightChange, gesture: str | None = None) -> None:
        """Sets weights by hand, as one undoable step: undo puts exactly the numbers of before back, whatever was learned since."""
        self.edit(label, self._project, gesture, weights)

    def merging(self, gesture: str | None) -> tuple[int, ...]:
        """The state before the last step, if an edit of this gesture goes into it: a drag that comes back loses nothing."""
        last = self.undo_stack.command(self.undo_stack.index() - 1) if self.undo_stack.index() else None
        return (last.came_from,) if isinstance(last, _Edit) and last.is_of(gesture) else ()

    def next_state(self) -> int:
        self._states += 1
        return self._states

    def forget_weights(self) -> None:
        """The weights were drawn again: numbers of steps made before mean nothing to them."""
        self.era += 1

    def attempt(self, label: str, edit: Callable[[Graph], Graph], gesture: str | None = None) -> None:
        """Applies a pure edit to the current graph; NNLabError passes to the caller and nothing has changed."""
        self.apply(label, edit(self.graph), gesture)

    def apply_fix(self, fix: Fix) -> None:
        """Applies a fix of a problem, as one undoable step; NNLabError passes to the caller and nothing has changed."""
        if isinstance(fix, TrainingFix):
            self.edit(fix.name, replace(self._project, training=fix.change(self._project.training)))
        else:
            self.attempt(fix.name, fix.apply)

    def undo(self) -> None:
        self.undo_stack.undo()

    def redo(self) -> None:
        self.undo_stack.redo()

    def step(self, index: int) -> HistoryStep:
        """One step of the history, 0 for the oldest, undone ones included."""
        command = self.undo_stack.command(index)
        assert isinstance(command, _Edit)
        return command.step()

    def go_to(self, count: int) -> None:
        """Undoes or redoes until `count` steps are done. Views are told once, of the whole difference; weights in their order."""
        self._travels = True
        try:
            self.undo_stack.setIndex(count)
        finally:
            self._travels = False
            self._catch_up()

    def replace(self, project: Project, name: str, runs: KeptRuns | None = None) -> None:
        """Opens another project with its runs: the undo stack starts afresh."""
        self.undo_stack.clear()
        self.open_runs(runs or KeptRuns())
        self._show(project)
        self.set_name(name)
        self.replaced.emit()

    def put_aside(self) -> DocumentAside:
        """Gives the project away with its whole history; what is shown next has a history of its own. See `bring_back`."""
        states = (self.state, self._states, self.era)
        aside = DocumentAside(self._project, self._name, self._runs, self.undo_stack, states)
        self.undo_stack.blockSignals(True)  # it tells of its own end, too
        self.undo_stack.setParent(None)  # it lives as long as what it was put aside in
        self.undo_stack = self._new_stack()
        self.state = self._states = self.era = 0
        self.is_returning, self.recall, self.begins_anew = False, (), False
        return aside

    def bring_back(self, aside: DocumentAside) -> None:
        """Shows a project that was put aside, with its history as it was; that of the present one ends."""
        self.undo_stack.blockSignals(True)
        self.undo_stack.deleteLater()
        self.undo_stack = aside.undo_stack
        self.undo_stack.setParent(self)
        self.undo_stack.blockSignals(False)
        self.state, self._states, self.era = aside.states
        self.open_runs(aside.runs)
        self._show(aside.project)
        self.set_name(aside.name)
        self.replaced.emit()
        self.history_changed.emit()

    def mark_edited(self) -> None:
        """What is shown is in no file: it was recovered."""
        self.undo_stack.resetClean()

    def mark_saved(self) -> None:
        self.undo_stack.setClean()

    def _arrive(self, project: Project, weights: Mapping[str, Entries] | None) -> None:
        """A step was done or undone. Weights belong to the network they were set in, so they follow it."""
        self._passed = project
        if not self._travels or weights is not None:
            self._catch_up()
        if weights is not None:
            self.weights_set.emit(weights)

    def _catch_up(self) -> None:
        if self._passed is not None:
            project, self._passed = self._passed, None
            self._show(project)
            self.settled.emit()
            self.begins_anew = False

    def _show(self, project: Project) -> None:
        before, self._project = self._project, project
        # Data and training first: who follows the graph may look at both.
        if project.data != before.data:
            self.data_changed.emit()
        if project.training != before.training:
            self.training_changed.emit()
        if project.initial != before.initial:
            self.initial_changed.emit()
        if project.comparison != before.comparison:
            self.comparison_changed.emit()
        if project.debugging != before.debugging:
            self.debugging_changed.emit()
        if project.graph != before.graph:
            self.changed.emit(diff(before.graph, project.graph))
