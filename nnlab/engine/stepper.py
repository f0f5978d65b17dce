"""Stepping: one instruction of a training step at a time, forwards and back.

Forwards runs the same compiled functions as training, in the same order; where an update takes several batches, the instructions up to
`Program.batch_end` run once for each. Back restores what the instruction overwrote:
saved before it ran, so going back and forth is exact, for any operator and optimiser.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from nnlab.core.errors import TrainingError
from nnlab.core.explanation import ExplanationContext
from nnlab.core.kernel import train_with
from nnlab.core.kernel.context import ACCUMULATED, BATCH, BATCH_START, ITERATION, PC, UPDATE_BATCH, UPDATE_START
from nnlab.core.kernel.recording import BLOCKS
from nnlab.engine.program import Instruction
from nnlab.engine.state import State
from nnlab.engine.stop_conditions import StopConditions
from nnlab.engine.training_step import TrainingStep

MEMORY = 256 * 1024 * 1024  # bytes kept for stepping back


@dataclass(frozen=True, eq=False)
class Trace:
    """What one stepped instruction read and wrote: arrays of natural shape by kernel argument, before and after."""

    instruction: Instruction
    before: dict[str, np.ndarray | float] = field(repr=False)
    after: dict[str, np.ndarray | float] = field(repr=False)

    def moment(self, target: str, index: tuple[int, ...]) -> ExplanationContext:
        """The element of one written tensor, ready for the operator's explanation."""
        return ExplanationContext(self.before, self.after, target, index)


@dataclass(eq=False)
class _Undo:
    inside: bool
    trace: Trace | None  # the instruction that was shown before this one ran
    weights: np.ndarray  # as kept for the iteration then begun
    context: np.ndarray
    order: np.ndarray
    marks: np.ndarray
    sums: np.ndarray
    moved: np.ndarray
    conditions: tuple[StopConditions, np.ndarray]  # to stop at, and what is known of each
    rows: tuple[np.ndarray, np.ndarray] | None  # the history's rows, when this instruction may merge them
    spans: list[tuple[int, np.ndarray]]

    @property
    def bytes(self) -> int:
        return sum(values.nbytes for _, values in self.spans) + self.order.nbytes


class Stepper:
    """Steps through training steps. `inside` is true between the first and the last instruction of an iteration."""

    def __init__(self, step: TrainingStep) -> None:
        self._step = step
        self._state = step.state
        self._program = step.program
        self.inside = False
        self.trace: Trace | None = None  # the instruction that ran last
        self._undo: deque[_Undo] = deque()
        self._bytes = 0
        self._weights = np.empty(0)  # weights and moments before the updates of the iteration

    @property
    def pc(self) -> int:
        """The next instruction; 0 outside an iteration, and before another batch of it."""
        return int(self._state.context[PC]) if self.inside and not self.is_between_batches else 0

    @property
    def is_between_batches(self) -> bool:
        """Whether a batch of the update is done, and the next of the same update begins with the next instruction."""
        return self.inside and self._state.context[PC] == self._program.batch_end and self._step.has_next_batch

    @property
    def learned_before(self) -> np.ndarray:
        """The arena's parameters, buffers and moments as they were before the begun iteration; as they are, outside one."""
        may_have_changed = self.pc > self._program.update_start or (self.inside and self._program.accumulate > 1)  # by running statistics
        return self._weights if may_have_changed else self._state.arena[: self._program.moments_end]

    @property
    def batch(self) -> int:
        """Which batch of the update is in the arena, from 0."""
        return int(self._state.context[ACCUMULATED])

    @property
    def context_before(self) -> np.ndarray:
        """A copy of where the run stood before the begun iteration; where it stands, outside one."""
        found = self._state.context.copy()
        if found[ACCUMULATED]:
            found[BATCH], found[BATCH_START], found[ACCUMULATED] = found[UPDATE_BATCH], found[UPDATE_START], 0
        return found

    @property
    def can_go_back(self) -> bool:
        return bool(self._undo)

    def forget(self) -> None:
        """Drops what is kept for going back (training goes on at full speed)."""
        self._undo.clear()
        self._bytes = 0
        self.trace = None

    def forward(self) -> Trace:
        """Runs the next instruction; the first of an iteration gathers its batch, the last completes the iteration."""
        with train_with(self._program.operations, patience=0.0):  # as many threads as training uses, for they decide the last bits
            return self._forward()

    def _forward(self) -> Trace:
        state, program = self._state, self._program
        if self.is_between_batches:
            undo = self._save([(0, state.arena.copy())])
            self._next_batch()
        elif self.inside:
            undo = self._save([])
        else:
            undo = self._save([(0, state.arena.copy())])
            self._step.begin()
            self.inside = True
            if program.accumulate > 1:
                self._weights = self._step.update.arrays.kept.copy()
        pc = int(state.context[PC])
        instruction = program.instructions[pc]
        self._keep_what_it_writes(undo, instruction, pc)
        for name in instruction.fresh:  # it does not read them; the explanation should not find the last step's numbers there
            program.places[name].view(state.arena, state.rows)[...] = 0
        if pc == program.update_start:
            self._before_update()
        before = tensors_of(instruction, state)
        self._step.update.execute(pc, pc + 1)
        state.context[PC] = pc + 1
        self.trace = Trace(instruction, before, tensors_of(instruction, state))
        if pc + 1 == len(program.instructions):
            self._complete()
        return self.trace

    def back(self) -> bool:
        """Takes the last instruction back; False when there is none to take back."""
        if not self._undo:
            return False
        undo = self._undo.pop()
        self._bytes -= undo.bytes
        state, arrays, history = self._state, self._step.update.arrays, self._step.history.arrays
        live = state.live_constants()  # a learning rate changed since then stays changed
        for offset, values in undo.spans:
            state.arena[offset : offset + len(values)] = values
        state.set_live_constants(live)
        state.context[:], self._step.order[:] = undo.context, undo.order
        history.marks[:], history.sums[:] = undo.marks, undo.sums
        arrays.moved[:] = undo.moved
        if undo.conditions[0] is self._step.conditions:  # others may have been set since
            self._step.conditions.restore(undo.conditions[1])
        if undo.rows is not None:
            history.blocks[:], history.columns[:] = undo.rows
        self.inside, self.trace, self._weights = undo.inside, undo.trace, undo.weights
        if len(self._weights):
            arrays.kept[:] = self._weights
        self._step.keyframes.forget_after(int(state.context[ITERATION]))
        self._step.conditions.watches.forget_after(int(state.context[ITERATION]))
        return True

    def go_to(self, pc: int) -> None:
        """Forward or back to just before instruction `pc` of this iteration; of the one just completed, when it can still be taken back."""
        if not self.inside and self.can_go_back and pc < len(self._program.instructions):
            self.back()
        while self.inside and self.pc > pc and self.back():
            pass
        while self.pc < pc and not (self.is_between_batches and pc == self._program.batch_end):
            self.forward()
            if not self.inside:
                break

    def finish(self) -> None:
        """Runs the rest of the iteration, if one is begun. Raises TrainingError when a number is not finite: nothing is then applied."""
        while self.inside:
            self.forward()

    def settle(self) -> None:
        """Ends a begun iteration, by finishing it or, when its numbers are not finite, by giving it up."""
        with contextlib.suppress(TrainingError):
            self.finish()

    def _next_batch(self) -> None:
        try:
            self._step.next_batch()
        except TrainingError:
            self._give_up()
            raise

    def _before_update(self) -> None:
        """Refuses the update that training would refuse too; the iteration is given up, the weights are those before it."""
        try:
            self._weights = self._step.update.before()
        except TrainingError:
            self._give_up()
            raise

    def _complete(self) -> None:
        if self._program.update_start == len(self._program.instructions):  # where nothing learns
            self._before_update()
        try:
            self._step.update.after()
        except TrainingError:
            self._give_up()
            raise
        self._step.complete()
        self.inside = False

    def _give_up(self) -> None:
        """Ends an iteration that cannot be completed; the weights are those before it."""
        self.forget()
        self.inside = False
        self._state.context[PC] = 0

    def _keep_what_it_writes(self, undo: _Undo, instruction: Instruction, pc: int) -> None:
        program, state = self._program, self._state
        spans = [program.places[name].span(state.rows) for name in sorted(instruction.writes)]
        if pc == program.update_start:  # clipping may scale every gradient
            start = program.gradients_start
            spans.append((start, program.parameter_gradients_end - start))
        if not undo.spans:
            undo.spans.extend((offset, state.arena[offset : offset + length].copy()) for offset, length in spans)
        self._bytes += undo.bytes
        while self._bytes > MEMORY and len(self._undo) > 1:
            self._bytes -= self._undo.popleft().bytes

    def _save(self, spans: Iterable[tuple[int, np.ndarray]]) -> _Undo:
        step, h = self._step, self._step.history.arrays
        full = int(h.marks[BLOCKS]) + 1 == len(h.blocks)
        undo = _Undo(
            self.inside, self.trace, self._weights, self._state.context.copy(), step.order.copy(), h.marks.copy(), h.sums.copy(),
            step.update.arrays.moved.copy(), (step.conditions, step.conditions.state),
            (h.blocks.copy(), h.columns.copy()) if full else None, list(spans),
        )  # fmt: skip
        self._undo.append(undo)
        return undo


def tensors_of(instruction: Instruction, state: State) -> dict[str, np.ndarray | float]:
    """Copies of the instruction's operands by kernel argument."""
    result: dict[str, np.ndarray | float] = {}
    for operand in instruction.operands:
        if operand.tensor is not None:
            result[operand.argument.name] = state.program.places[operand.tensor].view(state.arena, state.rows).copy()
        elif operand.argument.kind == "scalar":
            result[operand.argument.name] = float(state.arena[operand.words[0]])
    return result
