"""One run that follows a project through its changes: between them it trains, and it remembers the states that were left.

It knows no thread and no other run; whoever owns it calls it between two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import BATCH
from nnlab.engine.run import Former, Run
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.weight_change import Entries
from nnlab.training.change import Change
from nnlab.training.chapter import LearningRate, WeightsIntervention, WeightsRestored
from nnlab.training.clock import Clock
from nnlab.training.commands import Adjust, Block, Event, Load, NoNetwork, RunEnded, Snapshot
from nnlab.training.excerpt import Excerpt
from nnlab.training.initial_weights import values_of
from nnlab.training.kept_run import seed_curve
from nnlab.training.past_states import PastStates
from nnlab.training.patience import Patience
from nnlab.training.project import Project
from nnlab.training.snapshots import restore_snapshot, take_snapshot
from nnlab.training.timeline import Timeline
from nnlab.training.update import setup_of
from nnlab.training.weight_path import WeightPath


class Member:
    """`run` is None until a network was loaded. `blocked` says why it must not be trained now, in one sentence; empty when it may.

    `tell` is given a `RunEnded` for every run that ends with something learned, unless another project is opened.
    """

    def __init__(self, control: np.ndarray | None = None, tell: Callable[[Event], None] | None = None) -> None:
        self.run: Run | None = None
        self.blocked = "There is no network yet."
        self.stopped = ""  # why it cannot go on while others do; until it is rewound
        self.clock = Clock()  # how long the machine has trained it since iteration 0
        self._control, self._tell = control, tell
        self._project: Project | None = None  # that is trained
        self._past = PastStates()
        self._watched: frozenset[str] = frozenset()
        self._conditions: tuple[StopCondition, ...] = ()
        self._formulas: tuple[str, ...] = ()  # that are watched
        self.timeline = Timeline()
        self._rates: list[tuple[int, float]] = []  # to come while it catches up: from which iteration on
        self._patience: Patience | None = None

    @property
    def ready(self) -> Run | None:
        """The run if it may be trained."""
        return None if self.blocked else self.run

    def load(self, command: Load) -> Run:
        """Trains another version from now on; raises NNLabError when it does not fit its data."""
        change, project, data = command.change, command.change.after.project, command.data
        former, self.blocked = self.run, "The network could not be loaded"  # until it has been
        ended = self._ended() if not change.keep and change.before is not None else None
        back_to = self._iteration_of(change)
        if not change.keep:
            self._past.end(former, change)
            self.stopped, self.clock = "", Clock()
        returns = change.keep and self.timeline.can_take(project)
        if not change.keep or back_to is not None or returns:
            former = None
        elif former is not None and change.before is not None and self.timeline.is_new(project.branch):
            self.timeline.branch(former, replace(change.before.project, branch=project.branch))  # changed in the past: that stays
        continued = None if former is None else Former(former, self._past.numbers_for(change.recall), change.renewed)
        self._patience = self._patience_of(project)
        setup = setup_of(project.graph, data, project.training, project.initial)
        run = Run(setup, continued, watched=self._watched, control=self._control, revision=command.revision)
        run.stop_when(self._conditions)
        run.watch_formulas(self._formulas, self.run.watches if self.run is not None and change.keep else None)
        if former is not None:
            self._past.keep_lost(former, run, change)
        if returns:
            self.timeline.take(run, project, self.run)
        elif back_to is not None:
            self._go_back(run, change, back_to)
        elif self._return_to(run, change, is_new=former is None) or former is None:
            self.timeline.begin(run, project)
        else:
            self.timeline.turn(run, project)
        self.timeline.rename(project.branch)
        self.run, self.blocked, self._project = run, "", project
        self._rates = list(command.rates)
        self._tell_ended(ended)
        return run

    # Catching up: of a run that joins later

    def steps_alike(self, steps: int) -> int:
        """How many of these steps have one learning rate; that of the next one is in force."""
        self._set_rates()
        return min(steps, self._rates[0][0] - self.run.iteration) if self._rates and self.run is not None else steps

    def _set_rates(self) -> None:
        """Those that hold from where the run is, or held before."""
        run = self.run
        while self._rates and run is not None and self._rates[0][0] <= run.iteration:
            rate = self._rates.pop(0)[1]
            run.set_learning_rate(rate)
            self.timeline.note(run, LearningRate(rate))

    # Patience: of the project's own run alone, others train as long as that does

    def _patience_of(self, project: Project) -> Patience | None:
        epochs = project.training.patience
        return Patience(epochs) if epochs and self._control is not None else None

    def _forget_best(self) -> None:
        if self._patience is not None:
            self._patience.forget()

    @property
    def most_steps(self) -> int | None:
        """How many steps it may be trained before `look_back`; None: as many as one likes."""
        if self._patience is None or self.run is None or not len(self.run.samples.validation_x):
            return None
        self._patience.begin(self.run)
        return self.run.steps_to_end_of_epoch

    def look_back(self) -> None:
        """After an epoch: where patience has run out, the best weights are back, and that is what has stopped the run."""
        run = self.run
        if run is None or self._patience is None or not len(run.samples.validation_x) or run.stepper.inside:
            return
        if run.iteration == 0 or run.state.context[BATCH] or self.timeline.is_in_the_past:
            return
        ended, known = self._patience.look(run), self._patience.last
        if ended is not None and known is not None:
            restored = WeightsRestored(known.best)
            self.timeline.note(run, restored)
            restored.apply(run)
            run.stepper.forget()
            run.step.forget_update()
            run.step.stopped_by = ended

    def end(self) -> None:
        """It is trained no more, or begins again: what it has learned is told of."""
        self._tell_ended(self._ended())

    def _ended(self) -> RunEnded | None:
        """What remains of the run as it is; nothing of one that learned nothing."""
        run, project = self.run, self._project
        if self._tell is None or run is None or project is None or run.iteration <= run.history.origin:
            return None
        return RunEnded(project, seed_curve(run))

    def _tell_ended(self, ended: RunEnded | None) -> None:
        if ended is not None and self._tell is not None:
            self._tell(ended)

    def adjust(self, command: Adjust, reached: int = 0) -> None:
        """The same network with another learning rate, or with other initial weights; nothing when it could not be loaded.

        One that catches up has the other rate from where the project's own run has `reached`.
        """
        change, run, project = command.change, self.ready, command.change.after.project
        if run is None or change.before is None:
            return
        if command.revision is not None:
            run.revision = command.revision
        if not change.keep and self._iteration_of(change) is None:
            self.end()
        if change.keep and change.changes_branch:
            is_new = self.timeline.is_new(project.branch)
            self._take_branch(run, project)
            if not is_new:
                return
        self._project = project
        back_to = self._iteration_of(change)
        if change.before.project.training.patience != project.training.patience:
            self._patience = self._patience_of(project)
        if back_to is not None:
            self._go_back(run, change, back_to)
            return
        rate = project.training.learning_rate
        if rate != change.before.project.training.learning_rate:
            self._rates.append((reached, rate))
            self._set_rates()
        if not change.keep:
            self._past.end(run, change)
            self.stopped, self.clock = "", Clock()
            run.initial_weights = values_of(project.initial)
            self._reset(run, project)
            self._forget_best()
            self._return_to(run, change, is_new=True)
            self.timeline.begin(run, project)

    def _take_branch(self, run: Run, project: Project) -> None:
        """The run goes on from here as another branch, or returns to one. Raises NNLabError when there are too many."""
        if self.timeline.is_new(project.branch):
            self.timeline.branch(run, project)
        elif not self.timeline.take(run, project):
            self.timeline.rename(project.branch)
        self._project = project

    def _iteration_of(self, change: Change) -> int | None:
        """Where the run goes back to with a change, or forth to when going back is undone; None when it goes on from where it is."""
        return change.back_to if change.back_to is not None else self.timeline.position_of(change.returning)

    def _go_back(self, run: Run, change: Change, iteration: int) -> None:
        if change.before is not None and self.run is not None:
            self.timeline.leave(self.run, change.before.number)
        self.timeline.restore(run, iteration, former=self.run)

    def back_to(self, iteration: int, is_wanted: Callable[[], bool]) -> None:
        """Puts the run where it was after an iteration at which the same was trained as now, or before it once that is not wanted."""
        if self.ready is not None:
            self.timeline.restore(self.ready, iteration, is_wanted)

    def _return_to(self, run: Run, change: Change, is_new: bool) -> bool:
        """What waits for a network is restored, or into a new run the one that ended on leaving the state that is returned to.

        Whether there was something.
        """
        snapshot = self._past.waiting or (self._past.run_for(change.returning) if is_new else None)
        self._past.waiting = None
        if snapshot is not None:
            restore_snapshot(run, snapshot)
            self._forget_best()
        return snapshot is not None

    def block(self, command: Block) -> None:
        """There is a version that cannot be trained; what was learned is kept unless the change ends the run."""
        self.blocked = command.reason
        if not command.change.keep:
            if command.change.before is not None:
                self.end()
            self._past.end(self.run, command.change)
            self.run = self._project = None

    def rewind(self) -> None:
        """Back to iteration 0 and the same initial weights."""
        self.end()
        self._past.begin_anew()
        self.stopped, self.clock = "", Clock()
        if self.run is not None and self._project is not None:
            self._reset(self.run, self._project)
            self._forget_best()
            self.timeline.begin(self.run, self._project)
            self.run.publish()

    def _reset(self, run: Run, project: Project) -> None:
        """It begins anew, with nothing to catch up with."""
        if self._rates:
            self._rates.clear()
            run.set_learning_rate(project.training.learning_rate)
        run.reset(project.training.seed)

    @property
    def watched(self) -> frozenset[str]:
        """The tensors that its frames hold."""
        return self._watched

    def watch(self, tensors: frozenset[str]) -> None:
        """Frames hold these tensors from now on; the first of them is made at once, so that none is lost."""
        self._watched = tensors
        if self.run is not None:
            self.run.watch(tensors)
            self.run.publish()

    def stop_when(self, conditions: tuple[StopCondition, ...]) -> None:
        """Training stops by itself when one of these becomes true, whatever network follows."""
        self._conditions = conditions
        if self.run is not None:
            self.run.stop_when(conditions)

    def watch_formulas(self, texts: tuple[str, ...]) -> None:
        """These are followed from now on, whatever network follows."""
        self._formulas = texts
        if self.run is not None:
            self.run.watch_formulas(texts)

    def parameters(self, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Copies of parameters and buffers by name; raises NNLabError when there are none."""
        if self.ready is None:
            reason = self.blocked.rstrip(".") or "there is no network"
            raise NNLabError(f"There are no weights to change: {reason}.")
        return self.ready.state.copies(names)

    def path(self) -> WeightPath:
        """Where the run has been since its network is what it is now; raises NNLabError when there is none."""
        if self.ready is None:
            raise NNLabError(f"There is no path to look at: {self.blocked.rstrip('.') or 'there is no network'}.")
        return self.timeline.path(self.ready)

    def excerpt(self, iteration: int, since: int) -> Excerpt:
        """What it takes to have an iteration of the past once more, beside the run; raises NNLabError when there is none."""
        if self.ready is None:
            raise NNLabError(f"That iteration cannot be had again: {self.blocked.rstrip('.') or 'there is no network'}.")
        reach = self.timeline.reach(self.ready)
        if not reach.earliest <= iteration <= reach.latest:
            raise NNLabError(f"Iteration {iteration:,} cannot be had again; what is kept of the run goes from {reach.earliest:,} on.")
        return Excerpt(*self.timeline.excerpt(self.ready, iteration, since), iteration)

    def set_entries(self, entries: Mapping[str, Entries]) -> None:
        """Sets single weights; raises NNLabError, and has changed nothing, for what cannot be set."""
        if self.run is None:
            raise NNLabError("There is no network whose weights could be set.")
        self.run.set_entries(entries)
        self._forget_best()
        self.timeline.note(self.run, WeightsIntervention(entries))
        self.run.publish()

    def snapshot(self, undisturbed: bool) -> Snapshot:
        """The state of the run, or what waits to be restored; raises NoNetwork when there is neither."""
        if self.run is not None:
            return take_snapshot(self.run, undisturbed)
        if self._past.waiting is not None:
            return self._past.waiting
        raise NoNetwork("There is no network to take a snapshot of.")

    def restore(self, snapshot: Snapshot) -> None:
        """Restores a snapshot, now or as soon as there is a network."""
        if self.run is None:
            self._past.waiting = snapshot
            return
        restore_snapshot(self.run, snapshot)
        self._forget_best()
        if self._project is not None:
            self.timeline.begin(self.run, self._project)
        self.run.publish()
