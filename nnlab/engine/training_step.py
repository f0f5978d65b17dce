"""A training step: everything it reads and writes, and its sections one by one or in whole slices.

`Run` makes one and trains with it; the stepper goes through it an instruction at a time. Neither knows the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

import numpy as np

from nnlab.core.kernel import scoring
from nnlab.core.kernel.context import ACCUMULATED, BATCH_START, ROWS, SAMPLES
from nnlab.core.kernel.structures import Batches, Frames, Network, Validation
from nnlab.engine import machine
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.helper import helped
from nnlab.engine.history import History
from nnlab.engine.keyframes import Keyframes
from nnlab.engine.layout import layout_of
from nnlab.engine.parameter_update import ParameterUpdate
from nnlab.engine.phase_times import PhaseSeconds
from nnlab.engine.program import Program
from nnlab.engine.second_parts import NO_PARTS
from nnlab.engine.setup import Samples
from nnlab.engine.state import State
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.stop_conditions import StopConditions


class TrainingStep:
    """The state that is trained, its samples in the order of this epoch, its history and the conditions to stop at."""

    def __init__(self, state: State, samples: Samples, shuffle: bool, is_measured: bool, score: str) -> None:
        self.state = state
        self.samples = samples
        self.history = History.of(state.program)
        self.layout = layout_of(state.program, shuffle)
        self.order = np.arange(len(samples.x), dtype=np.int64)
        self.update = ParameterUpdate(state, self.layout, is_measured)
        self.update.order = self.order
        self.keyframes = Keyframes.none(state.program.dtype)  # who wants to go back to earlier iterations sets others
        self.conditions = StopConditions((), state.program)
        self.stopped_by: StopCondition | None = None  # what ended the last steps
        self._score = score

    @property
    def program(self) -> Program:
        return self.state.program

    @cached_property
    def evaluator(self) -> Evaluator:
        """The same network with an arena of its own, made when it is first needed."""
        return Evaluator(self.program.graph, self.program.real)

    @cached_property
    def _batches(self) -> Batches:
        return Batches(self.order, self.samples.x, self.samples.y)

    @cached_property
    def _validation(self) -> Validation:
        x, y = self.samples.validation_x, self.samples.validation_y
        kind = scored(self.program, self._score) if len(x) else scoring.NO_SCORE
        width, words = self.program.places[self.program.output_name].row if kind else 0, np.array([kind])
        if len(x):
            some_x, some_y = self.samples.some_training(len(x))
            outputs, training_outputs = (np.empty((len(part), width), dtype=self.program.dtype) for part in (x, some_x))
            return Validation(self.evaluator.network, x, y, some_x, some_y, outputs, training_outputs, words)
        nothing, empty = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=self.program.dtype)
        network = Network(
            nothing, nothing.reshape(0, 3), nothing, empty, np.zeros_like(self.state.context), np.zeros_like(self.layout),
            NO_PARTS.words(),
        )  # fmt: skip
        return Validation(network, x, y, x, y, empty.reshape(0, 0), empty.reshape(0, 0), words)

    def make_order(self) -> None:
        """Sorts the samples as the epoch the context stands in has them."""
        machine.make_order(self.order, self.state.context, self.layout)

    def begin(self) -> None:
        """Gathers the next batch."""
        machine.begin_step(self.update.network, self._batches, self.update.arrays.kept)

    @property
    def has_next_batch(self) -> bool:
        """Whether the update that is begun takes another batch after the one in the arena.

        As the machine has it, in Python: a part of compiled code that is called by itself is compiled in every process, for 0.2 s.
        """
        context, layout = self.state.context, self.layout
        is_within = context[BATCH_START] + context[ROWS] < context[SAMPLES]
        return bool(is_within and context[ACCUMULATED] + 1 < layout[machine.LAYOUT_ACCUMULATE])

    def next_batch(self) -> None:
        """Gathers the next batch of the same update. Raises TrainingError when the loss of the last one is not finite."""
        self.update.raise_for(machine.next_batch(self.update.network, self._batches))

    def complete(self) -> None:
        """Counts, records, validates and looks at the conditions, after the last instruction of a step."""
        status = machine.complete_step(
            self.update.network, self._validation, self.update.arrays, self.history.arrays, self.keyframes.arrays, self.conditions.arrays
        )  # fmt: skip
        self.stopped_by = self.conditions.stopped(status)

    def timed(self) -> PhaseSeconds:
        """One whole step, a phase at a time: the same bits as `run` leaves, and how long each phase took.

        Raises TrainingError as `run` does. How far the update moved the weights is not known then.
        """
        update, program = self.update, self.program
        ends = (0, program.loss_start, program.forward_end, program.batch_end)
        self.begin()
        self._seconds(0, 0)  # the first call finds nothing in the caches
        empty = self._seconds(0, 0)
        computed = [self._seconds(start, stop) for start, stop in pairwise(ends)]
        calls = 1
        while self.has_next_batch:
            self.next_batch()
            calls += 1
            computed = [before + self._seconds(start, stop) for before, (start, stop) in zip(computed, pairwise(ends), strict=True)]
        computed[-1] += self._seconds(program.batch_end, program.update_start) - empty
        computed = [seconds - (calls - 1) * empty for seconds in computed]
        update.raise_for(machine.before_update(update.network, update.arrays, False, False))
        changed = self._seconds(program.update_start, len(program.instructions))
        update.raise_for(machine.after_update(update.network, update.arrays, False, False))
        self.forget_update()
        self.complete()
        return PhaseSeconds((*computed, changed), empty)

    def timed_operations(self) -> np.ndarray:
        """One whole step, an instruction at a time: what each took in seconds, without what a call takes that runs none.

        The bits are those that `run` leaves; raises TrainingError as it does.
        """
        found = np.zeros(len(self.program.instructions))
        empty = [0.0]

        def timed(pc: int) -> None:
            if not empty[0]:
                self._seconds(0, 0)  # the first call finds nothing in the caches
                empty[0] = min(self._seconds(0, 0) for _ in range(3))
            found[pc] += self._seconds(pc, pc + 1) - empty[0]

        self._one_by_one(timed)
        return np.maximum(found, 0.0)

    def asking(self, check: Callable[[], None]) -> None:
        """One whole step, an instruction at a time, with the bits of `run`. `check` is called before each and may raise.

        Then the step is left half done, and what it trains is good for nothing more. Raises TrainingError as `run` does.
        """

        def execute(pc: int) -> None:
            check()
            self.update.execute(pc, pc + 1)

        with helped(self.update.network, self.program.parts):
            self._one_by_one(execute)

    def _one_by_one(self, do: Callable[[int], None]) -> None:
        update, program = self.update, self.program
        self.begin()
        for pc in range(program.batch_end):
            do(pc)
        while self.has_next_batch:
            self.next_batch()
            for pc in range(program.batch_end):
                do(pc)
        for pc in range(program.batch_end, len(program.instructions)):
            if pc == program.update_start:
                update.raise_for(machine.before_update(update.network, update.arrays, False, False))
            do(pc)
        if program.update_start == len(program.instructions):  # where nothing learns
            update.raise_for(machine.before_update(update.network, update.arrays, False, False))
        update.raise_for(machine.after_update(update.network, update.arrays, False, False))
        self.forget_update()
        self.complete()

    def _seconds(self, start: int, stop: int) -> float:
        """Runs the instructions start .. stop-1; how long that took."""
        begun = time.perf_counter()
        self.update.execute(start, stop)
        return time.perf_counter() - begun

    def run(self, steps: int, frames: Frames, control: np.ndarray, asked: np.ndarray) -> bool:
        """Up to `steps` whole steps inside the machine; fewer when `control[LEAVE]` is set or a condition stops it.

        Returns False when it left early only because others were waiting for their turn, see nnlab.core.kernel.threads.Turn.
        Raises TrainingError when a number is not finite; weights stay as before that step.
        """
        u = self.update
        with helped(u.network, self.program.parts):
            status = machine.run_training(
                u.network, self._batches, self._validation, u.arrays, self.history.arrays, self.keyframes.arrays, self.conditions.arrays,
                frames, control, asked, steps,
            )  # fmt: skip
        self.stopped_by = self.conditions.stopped(status)
        if status in (machine.NOT_FINITE_LOSS, machine.NOT_FINITE_GRADIENT, machine.NOT_FINITE_WEIGHT):
            self.forget_update()  # the last update that was applied was not measured
        u.raise_for(status)
        return status != machine.YIELDED

    def forget_update(self) -> None:
        """How far the last update moved the weights is not known: other weights took their place, or it was not measured."""
        self.update.arrays.moved[:] = np.nan


def scored(program: Program, score: str) -> int:
    """The word of nnlab.core.kernel.scoring for a program's outputs, given what is to be scored ("accuracy", "r2" or nothing)."""
    assert program.loss_node is not None
    link, outputs = program.graph[program.loss_node].kind.link, program.places[program.output_name].row
    if score == "r2":
        return scoring.SHARES if link == "sigmoid" else scoring.NUMBERS
    if score != "accuracy":
        return scoring.NO_SCORE
    if outputs == 1:
        return scoring.ABOVE_HALF if link == "identity" else scoring.ABOVE_ZERO
    return scoring.CLASS_NUMBER if link == "softmax" else scoring.ONE_HOT
