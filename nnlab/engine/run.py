"""A run: one program training on one set of data, with its history and its mailbox.

This is the thread-free core of training. `train` enters the machine for many steps; `stepper` does one step an instruction at
a time through the same compiled functions, so that both leave the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnlab.core.errors import DataError, TrainingError
from nnlab.core.kernel import use_threads_for
from nnlab.core.kernel.context import BATCH_SIZE, BATCH_START, ITERATION, PC, SAMPLES, SEED
from nnlab.core.optimizer import LEARNING_RATE
from nnlab.engine import machine
from nnlab.engine.carry_over import Remembered, carry_over
from nnlab.engine.compile import Update, compile
from nnlab.engine.evaluator import Evaluator, as_samples, as_targets
from nnlab.engine.frame import Mailbox
from nnlab.engine.history import History
from nnlab.engine.keyframes import Keyframes
from nnlab.engine.layout import gradient_spans, layout_of, parameter_spans
from nnlab.engine.program import Program
from nnlab.engine.state import initial, new_state, not_finite, not_finite_weight
from nnlab.engine.stepper import Stepper
from nnlab.engine.weight_change import Entries
from nnlab.graph.graph import Graph

SMALLEST_CAPACITY = 16


@dataclass(frozen=True, eq=False)
class Samples:
    """Training and validation data as contiguous arrays of the program's real type; targets are (samples, outputs)."""

    x: np.ndarray
    y: np.ndarray
    validation_x: np.ndarray
    validation_y: np.ndarray

    @staticmethod
    def of(program: Program, x: np.ndarray, y: np.ndarray, validation_x: np.ndarray | None, validation_y: np.ndarray | None) -> Samples:
        """Checks shapes and targets against the program; raises DataError saying what does not fit."""
        train_x = as_samples(program, x)
        if not len(train_x):
            raise DataError("There are no training samples; add samples, or set a smaller validation share.")
        train_y = as_targets(program, y, len(train_x))
        if validation_x is None or validation_y is None or not len(validation_x):
            return Samples(train_x, train_y, train_x[:0], train_y[:0])
        held_x = as_samples(program, validation_x)
        return Samples(train_x, train_y, held_x, as_targets(program, validation_y, len(held_x)))


class Run:
    """Program, state, data, history and mailbox of one training run."""

    def __init__(
        self, graph: Graph, x: np.ndarray, y: np.ndarray, validation_x: np.ndarray | None = None, validation_y: np.ndarray | None = None, *,
        update: Update, batch_size: int, seed: int = 0, real: str = "float32", shuffle: bool = True, revision: int = 0,
        watched: Iterable[str] | None = None, frames: bool = True, control: np.ndarray | None = None, former: Run | None = None,
        remembered: Remembered | None = None, renewed: Container[str] = (),
    ) -> None:  # fmt: skip
        """`frames`: whether anybody will look at the run while it trains; without, no memory is set aside for pictures of it.
        `watched`: what frames hold besides the parameters, see nnlab.engine.frame; by default every tensor.

        `former`: an earlier run, of the same network before an edit, whose position, weights, moments and history are taken over.
        `remembered`: numbers for what the former run does not know, since an edit that is undone now took it away; `renewed`: nodes
        that are others than those of the same name in the former run.
        """
        self.program = compile(graph, max(batch_size, SMALLEST_CAPACITY), real, update)
        self.samples = Samples.of(self.program, x, y, validation_x, validation_y)
        self.state = initial(self.program, batch_size, seed) if former is None else new_state(self.program, batch_size, former.seed)
        self.layout = layout_of(self.program, shuffle)
        self.order = np.arange(len(self.samples.x), dtype=np.int64)
        self.history = History(tuple(p.name for p in self.program.parameters))
        self.mailbox = Mailbox(self.program, watched, frames)
        self.control = np.zeros(machine.CONTROL_WORDS, dtype=np.int64) if control is None else control
        self.revision = revision
        self.gradient_spans = gradient_spans(self.program)
        self.parameter_spans = parameter_spans(self.program)[: None if frames else 0]
        self.moved = np.full((len(self.parameter_spans), 2), np.nan)  # by the last update, see machine.measure_update
        self.control[machine.MEASURE] = self.mailbox.holds_updates
        self.squares = np.zeros(len(self.gradient_spans))  # of every parameter's gradient, the sum
        # Weights and moments before an update that might overflow; memory that is not written to is not occupied.
        self._kept = np.empty(self.program.moments_end, dtype=self.program.dtype)
        self.keyframes = Keyframes.none(self.program.dtype)  # who wants to go back to earlier iterations sets others
        self.stepper = Stepper(self)
        self.program.addresses  # noqa: B018  (compiles or loads before the first step)
        if former is not None:
            self._continue_from(former, remembered or {}, renewed)

    @cached_property
    def evaluator(self) -> Evaluator:
        """The same network with an arena of its own, made when it is first needed."""
        return Evaluator(self.program.graph, self.program.real)

    @cached_property
    def _evaluation(self) -> tuple[object, ...]:
        """The machine's arguments for validation; without validation data nothing."""
        if len(self.samples.validation_x):
            e = self.evaluator
            return (
                e.program.addresses, e.program.instruction_table, e.program.operand_table, e.state.arena, e.state.context, e.layout,
                e.program.capacity,
            )  # fmt: skip
        nothing, empty = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=self.program.dtype)
        return nothing, nothing.reshape(0, 3), nothing, empty, np.zeros_like(self.state.context), np.zeros_like(self.layout), 1

    def _continue_from(self, former: Run, remembered: Remembered, renewed: Container[str]) -> None:
        former.stepper.settle()
        carry_over(former.state, self.state, remembered, renewed)
        self.history = former.history.with_names(tuple(p.name for p in self.program.parameters))
        if len(former.order) == len(self.order):
            self.order[:] = former.order
        else:
            machine.make_order(self.order, self.state.context, self.layout)
        self.state.context[PC] = 0

    def reset(self, seed: int) -> None:
        """Back to iteration 0 with the weights of `seed`: the same ones every time."""
        batch_size, live = int(self.state.context[BATCH_SIZE]), self.live_constants()
        self.state = initial(self.program, batch_size, seed)
        self.set_live_constants(live)
        self.history = History(self.history.names)
        self.stepper = Stepper(self)
        self.forget_update()

    def live_constants(self) -> list[tuple[int, float]]:
        """(offset, value) of every scalar as it is now: a learning rate changed while training is not the program's own."""
        return [(offset, float(self.state.arena[offset])) for offset, _ in self.program.constants.values()]

    def set_live_constants(self, values: list[tuple[int, float]]) -> None:
        for offset, value in values:
            self.state.arena[offset] = value

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

    def forget_update(self) -> None:
        """How far the last update moved the weights is not known: other weights took their place, or it was not measured."""
        self.moved[:] = np.nan

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
        return max(1, -(-(len(self.samples.x) - done) // self.batch_size))

    def train(self, steps: int) -> int:
        """Up to `steps` whole steps inside the machine; fewer when `control[LEAVE]` is set. Returns the steps done.

        Raises TrainingError naming step, node and tensor when a loss or gradient is not finite; weights stay as before that step.
        """
        if self.stepper.inside:
            raise TrainingError("A stepped iteration is not finished; finish it or step back before training.")
        self.stepper.forget()
        before = self.iteration
        use_threads_for(self.program.operations)
        p, s, h, m, k = self.program, self.samples, self.history, self.mailbox, self.keyframes
        status = machine.run_training(
            p.addresses, p.instruction_table, p.operand_table, self.state.arena, self.state.context, self.layout,
            self.order, s.x, s.y,
            *self._evaluation, s.validation_x, s.validation_y,
            self.gradient_spans, self.squares, h.marks, h.blocks, h.sums, h.norms, h.validations,
            m.spans, m.frames, m.meta, m.batches, m.moves, m.sequence, float(self.revision),
            self.parameter_spans, self.moved,
            k.marks, k.learned, k.contexts,
            self.control, self._kept, steps,
        )  # fmt: skip
        if status not in (machine.DONE, machine.LEFT):
            self.forget_update()  # the last update that was applied was not measured
        if status in (machine.NOT_FINITE_LOSS, machine.NOT_FINITE_GRADIENT):
            raise not_finite(self.state)
        if status == machine.NOT_FINITE_WEIGHT:
            raise self._taken_back()
        return self.iteration - before

    def measure_and_clip(self) -> None:
        """What the machine does between backward pass and update: measures the gradients and clips them."""
        total = machine.measure_gradients(self.state.arena, self.gradient_spans, self.squares)
        machine.clip_gradients(self.state.arena, self.layout, self.gradient_spans, self.squares, total)

    def _taken_back(self) -> TrainingError:
        """Puts weights and moments before the last update back, and says which weight became infinite."""
        error = not_finite_weight(self.state)
        self.state.arena[: self.program.moments_end] = self._kept
        return error

    def publish(self) -> None:
        """Writes a frame of the state as it is (the machine does it itself while it trains)."""
        m = self.mailbox
        loss = self.current_loss()
        machine.publish(
            self.state.arena, self.state.context, self.order, m.spans, m.frames, m.meta, m.batches, m.moves, m.sequence,
            self.moved, loss, self.history.smoothed, float(self.revision),
        )  # fmt: skip

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
