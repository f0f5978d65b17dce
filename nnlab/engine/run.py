"""A run: one program training on one set of data, with its history and its mailbox.

This is the thread-free core of training. `train` enters the machine for many steps; `stepper` does one step an instruction at
a time through the same compiled functions, so that both leave the same bits.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nnlab.core.errors import TrainingError
from nnlab.core.kernel import train_with
from nnlab.core.kernel.context import BATCH_SIZE, BATCH_START, ITERATION, PC, ROWS, SAMPLES, SEED
from nnlab.core.memory import require_memory
from nnlab.core.optimizer import LEARNING_RATE
from nnlab.engine import machine
from nnlab.engine.batch_order import updates_in
from nnlab.engine.carry_over import Remembered, carry_over
from nnlab.engine.compile import compile
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Mailbox
from nnlab.engine.history import History
from nnlab.engine.keyframes import Keyframes
from nnlab.engine.phase_times import PhaseSeconds
from nnlab.engine.program import Program
from nnlab.engine.quantity import Quantity, require
from nnlab.engine.setup import Samples, Setup
from nnlab.engine.state import State, initial, new_state
from nnlab.engine.stepper import Stepper
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.stop_conditions import StopConditions
from nnlab.engine.training_step import TrainingStep
from nnlab.engine.watches import Watches
from nnlab.engine.weight_change import Entries

SMALLEST_CAPACITY = 16


@dataclass(frozen=True, eq=False)
class Former:
    """What a run continues: an earlier run, of the same network before an edit, whose position, weights, moments and history it takes over.

    `remembered`: numbers for what that run does not know, since an edit that is undone now took it away; `renewed`: nodes that are others
    than those of the same name in it.
    """

    run: Run
    remembered: Remembered = field(default_factory=dict)
    renewed: Container[str] = ()


class Run:
    """Program, state, data, history and mailbox of one training run."""

    def __init__(
        self, setup: Setup, former: Former | None = None, *, frames: bool = True, watched: Iterable[str] | None = None,
        control: np.ndarray | None = None, revision: int = 0,
    ) -> None:  # fmt: skip
        """`frames`: whether anybody will look at the run while it trains; without, no memory is set aside for pictures of it.

        `watched`: what frames hold besides the parameters, see nnlab.engine.frame; by default every tensor. `revision`: what they are
        stamped with. `control`: the words by which others speak to the machine, see nnlab.engine.machine.
        Raises GraphError, SettingError and DataError for what cannot be trained, NotEnoughMemory for what has no room.
        """
        size, seed = setup.batch_size, setup.seed
        self.program = compile(setup.graph, max(size, SMALLEST_CAPACITY), setup.real, setup.update)
        require_memory(_size_of(self.program, frames))
        samples = Samples.of(self.program, setup)
        self.initial_weights = setup.initial
        state = initial(self.program, size, seed, setup.initial) if former is None else new_state(self.program, size, former.run.seed)
        self.step = TrainingStep(state, samples, setup.shuffle, is_measured=frames, score=setup.score)
        self.mailbox = Mailbox(self.program, watched, frames)
        self.control = np.zeros(machine.CONTROL_WORDS, dtype=np.int64) if control is None else control
        self.control[machine.MEASURE] = self.mailbox.holds_updates
        self.revision = revision
        self.stepper = Stepper(self.step)
        self.program.addresses  # noqa: B018  (compiles or loads before the first step)
        if former is not None:
            self._continue_from(former)

    @property
    def state(self) -> State:
        return self.step.state

    @property
    def samples(self) -> Samples:
        return self.step.samples

    @property
    def history(self) -> History:
        return self.step.history

    @history.setter
    def history(self, history: History) -> None:
        self.step.history = history

    @property
    def keyframes(self) -> Keyframes:
        """What earlier iterations are replayed from; none, unless they were set."""
        return self.step.keyframes

    @keyframes.setter
    def keyframes(self, keyframes: Keyframes) -> None:
        self.step.keyframes = keyframes

    @property
    def layout(self) -> np.ndarray:
        return self.step.layout

    @property
    def order(self) -> np.ndarray:
        """The samples as they come in this epoch."""
        return self.step.order

    @property
    def moved(self) -> np.ndarray:
        """How far the last update moved every parameter, see nnlab.core.kernel.structures.UpdateArrays; NaN where it is not known."""
        return self.step.update.arrays.moved

    @property
    def evaluator(self) -> Evaluator:
        """The same network with an arena of its own."""
        return self.step.evaluator

    def _continue_from(self, former: Former) -> None:
        old, step = former.run, self.step
        old.stepper.settle()
        carry_over(old.state, step.state, former.remembered, former.renewed)
        self.history = old.history.for_program(self.program)
        step.conditions = old.step.conditions.for_program(self.program)
        if len(old.order) == len(step.order):
            step.order[:] = old.order
        else:
            step.make_order()
        step.state.context[PC] = 0

    def reset(self, seed: int) -> None:
        """Back to iteration 0 with the weights of `seed`, or the given `initial_weights`: the same ones every time."""
        state, live = self.state, self.state.live_constants()
        first = initial(self.program, self.batch_size, seed, self.initial_weights)
        state.arena[:], state.context[:] = first.arena, first.context
        state.set_live_constants(live)
        self._begin_anew()

    def move_to(self, position: np.ndarray) -> None:
        """Goes on from the position of a snapshot (its context), with the present batch size and a history that begins there.

        The caller has set the weights and moments that belong to it; a stepped iteration is given up.
        """
        context, batch_size = self.state.context, self.batch_size
        context[:] = position
        self.set_batch_size(batch_size)
        context[ROWS] = context[PC] = 0
        self._begin_anew()
        self.step.make_order()

    def _begin_anew(self) -> None:
        """Nothing recorded, stepped or measured before means anything from here on."""
        self.history = History.of(self.program, self.history.quantities, origin=self.iteration)
        self.stepper = Stepper(self.step)
        self.step.forget_update()
        self.step.conditions.forget()

    def record(self, quantities: Sequence[Quantity]) -> None:
        """The history records these besides losses and gradient norms from now on; between two steps.

        They stay asked for when the network is edited. Raises NNLabError for a tensor that the network does not have.
        """
        require(quantities, self.program)
        self.stepper.forget()
        self.history = self.history.for_program(self.program, tuple(dict.fromkeys(quantities)))

    def stop_when(self, conditions: Sequence[StopCondition]) -> None:
        """Training stops by itself when one of these has come true, from now on; between two steps. An empty sequence: never.

        Which one it was stands in `stopped_by` afterwards. Conditions that were there before keep their counts; one on a tensor that the
        network does not have is never true, and its `faults` say so.
        """
        if tuple(conditions) == self.conditions.conditions:
            return
        self.step.conditions = self.step.conditions.for_program(self.program, conditions)

    def follow(self, stop_when: Iterable[str] = (), watch: Iterable[str] = ()) -> None:
        """Conditions to stop at and formulas to watch, as they are typed.

        Raises FormulaError for the first that is not understood, or that names what the network does not have.
        """
        self.stop_when([StopCondition(text) for text in stop_when])
        self.conditions.require()
        self.watch_formulas(tuple(watch))
        self.watches.require()

    def watch_formulas(self, texts: Sequence[str], known: Watches | None = None) -> None:
        """Follows these from now on, see nnlab.engine.watches; those that were there before, or are `known`, keep their values."""
        if known is not None or tuple(texts) != self.watches.texts:
            self.step.conditions = self.conditions.watching((known or self.watches).for_program(self.program, texts), self.program)

    @property
    def watches(self) -> Watches:
        """The formulas that are watched."""
        return self.conditions.watches

    def watched_values(self) -> tuple[float, ...]:
        """What the watched formulas are at this moment, also within an iteration; NaN where one has no value."""
        found = np.zeros(len(self.watches.texts))
        machine.watch(self.step.update.network, self.watches.arrays, found)
        return tuple(found.tolist())

    @property
    def conditions(self) -> StopConditions:
        """What training stops at, with what is known of it."""
        return self.step.conditions

    @contextlib.contextmanager
    def without_conditions(self) -> Iterator[None]:
        """Within it nothing stops training and nothing is counted: steps that were done before are only done again."""
        kept, self.step.conditions = self.step.conditions, StopConditions((), self.program)
        try:
            yield
        finally:
            self.step.conditions = kept

    @property
    def stopped_by(self) -> StopCondition | None:
        """The condition that ended the last call of `train`, or was true after the last stepped iteration."""
        return self.step.stopped_by

    @property
    def seed(self) -> int:
        return int(self.state.context[SEED])

    @property
    def batch_size(self) -> int:
        return int(self.state.context[BATCH_SIZE])

    def set_learning_rate(self, value: float) -> None:
        """Uses another learning rate from the next step on; raises SettingError for one that is out of range."""
        LEARNING_RATE.check(value, "training")
        self.state.set_constant("optimizer/learning_rate", value)
        self.layout[machine.LAYOUT_BOUNDED] = int(self.program.has_bounded_steps(value))

    def set_batch_size(self, size: int) -> bool:
        """Uses batches of `size` rows from the next step on; False when the arena is too small and a new run is needed."""
        if size > self.program.capacity:
            return False
        self.state.context[BATCH_SIZE] = size
        return True

    def watch(self, watched: Iterable[str]) -> None:
        """Frames hold these tensors from now on, see nnlab.engine.frame; between two steps. Nothing for a run without frames."""
        if len(self.mailbox.spans):
            self.mailbox = Mailbox(self.program, watched, sequence=int(self.mailbox.sequence[0]))
            self.control[machine.MEASURE] = self.mailbox.holds_updates

    def set_entries(self, entries: Mapping[str, Entries]) -> None:
        """Sets single weights between two steps; raises NNLabError, and has changed nothing, for what is no finite number of a parameter.

        A stepped iteration that is begun is taken back to its start (or finished, where it can no longer be taken back): its forward
        pass was computed with other weights. The optimiser keeps its moments.
        """
        self.state.checked_entries(entries)
        while self.stepper.inside and self.stepper.back():
            pass
        self.stepper.settle()
        self.stepper.forget()  # going back further would put the weights before the change back
        self.state.set_entries(entries)

    @property
    def iteration(self) -> int:
        return int(self.state.context[ITERATION])

    @property
    def steps_to_end_of_epoch(self) -> int:
        """How many more steps complete the pass over the data that is under way, or the next one."""
        context = self.state.context
        done = int(context[BATCH_START]) if context[SAMPLES] else 0
        return max(1, updates_in(len(self.samples.x) - done, self.batch_size, self.program.accumulate))

    def train(self, steps: int) -> int:
        """Up to `steps` whole steps inside the machine; fewer when `control[LEAVE]` is set or a condition stops it. Returns the steps done.

        Raises TrainingError naming step, node and tensor when a loss or gradient is not finite; weights stay as before that step.
        """
        if self.stepper.inside:
            raise TrainingError("A stepped iteration is not finished; finish it or step back before training.")
        self.stepper.forget()
        before = self.iteration
        frames, is_over = self.mailbox.arrays(self.revision), False
        while not is_over:
            with train_with(self.program.operations) as turn:
                is_over = self.step.run(before + steps - self.iteration, frames, self.control, turn.asked)
        return self.iteration - before

    def time_phases(self, steps: int) -> list[PhaseSeconds]:
        """Trains up to `steps` whole steps a phase at a time, and says how long each phase took; fewer when somebody asks for anything.

        The bits are those that `train` leaves, whose errors are raised here, too.
        """
        self.stepper.forget()
        found: list[PhaseSeconds] = []
        with train_with(self.program.operations) as turn:
            while len(found) < steps and (not found or self.stopped_by is None) and not self.control[machine.LEAVE] and not turn.asked[0]:
                found.append(self.step.timed())
        return found

    def step_asking(self, check: Callable[[], None]) -> None:
        """One whole step that can be given up within: `check` is called between its instructions and may raise.

        Then the run is good for nothing more. The bits are those that `train` leaves, whose errors are raised here, too.
        """
        self.stepper.forget()
        with train_with(self.program.operations):
            self.step.asking(check)

    def publish(self) -> None:
        """Writes a frame of the state as it is (the machine does it itself while it trains)."""
        frames = self.mailbox.arrays(self.revision)
        machine.publish(self.step.update.network, self.order, frames, self.moved, self.current_loss())

    def current_loss(self) -> float:
        """The loss of the batch in the arena, NaN before the first."""
        assert self.program.loss_name is not None
        pc = int(self.state.context[PC])
        if self.state.rows == 0 or (self.stepper.inside and pc < self.program.forward_end):
            return math.nan
        return float(self.state[self.program.loss_name][0])

    def validate(self) -> tuple[float, np.ndarray]:
        """(mean validation loss, outputs) with the present weights; NaN without validation data."""
        self.evaluator.load(self.state.arena)
        if not len(self.samples.validation_x):
            return math.nan, np.empty((0, self.evaluator.outputs), dtype=self.program.dtype)
        return self.evaluator.loss(self.samples.validation_x, self.samples.validation_y)


def _size_of(program: Program, frames: bool) -> int:
    """Bytes that a run needs before its first step: its arena, two frames, and the largest parameter as it is drawn, in float64."""
    drawn = max((info.place.row for info in program.stored.values()), default=0)
    return program.dtype.itemsize * (program.arena_size + 2 * frames * program.parameters_end) + 8 * drawn
