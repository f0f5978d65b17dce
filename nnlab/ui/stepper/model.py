"""StepModel: the moment that is looked at, and the element of it that is explained.

Follows the session: every stepped instruction arrives as a trace, with copies of all it read and wrote, so nothing here touches the
training thread. Holds which of several written tensors is explained, and the sample and units the person follows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.core.explanation import Explanation, ExplanationContext
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.frame import Frame
from nnlab.engine.moments import explanations_of, share, title_of
from nnlab.engine.program import Instruction, Program
from nnlab.engine.stepper import Trace
from nnlab.graph import docking
from nnlab.graph.axes import CHANNEL, POSITIONS, UNIT, NetworkAxis, tensor_axes
from nnlab.graph.graph import Graph
from nnlab.graph.letters import letter_of
from nnlab.training.commands import Stepped
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession
from nnlab.ui.stepper.elements import Layout, NamedAxis, activation_layout, layout, named_by_data, parameter_layout

TERM = "term"  # what a cell of a sum's strip stands for, where others stand for an element of a tensor


class StepModel(QObject):
    """`changed` comes with another moment or another program, `element_changed` with another tensor or element of the same moment.

    `view_changed` comes with a newer frame of the same moment: a frame arrives a tick later than the trace.
    """

    changed = Signal()
    element_changed = Signal()
    view_changed = Signal()

    def __init__(self, session: LiveSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._program: Program | None = session.frame.program if session.frame is not None else None
        self._stepped: Stepped | None = None
        self._targets: dict[object, str] = {}  # chosen tensor by kernel: the same for every layer of a kind
        self._sample = 0
        self._chosen: dict[NetworkAxis, int] = {}  # places that the person chose
        self._shown: dict[NetworkAxis, int] = {}  # places that are shown because they have the largest share
        self._terms: dict[tuple[str, str], int] = {}  # of a sum over channels, samples or filters, by node and tensor
        self._wanted: tuple[int, str, tuple[int, ...]] | None = None  # the element to look at when its moment has come
        session.stepped.connect(self._on_stepped)
        session.ticked.connect(self._on_tick)
        session.state_changed.connect(self._on_state)
        if session.last_step is not None and session.last_step.trace is not None and not session.is_playing:
            self._stepped = session.last_step
            self._show_largest()

    # The moment

    @property
    def session(self) -> LiveSession:
        return self._session

    @property
    def frame(self) -> Frame | None:
        """The newest frame of the run; it may be a tick older than the moment."""
        return self._session.frame

    @property
    def program(self) -> Program | None:
        return self._program

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """Every moment of an iteration, in order."""
        return self._program.instructions if self._program is not None else ()

    @property
    def trace(self) -> Trace | None:
        """What ran last; None before the first step and while training runs."""
        return self._stepped.trace if self._stepped is not None else None

    @property
    def instruction(self) -> Instruction | None:
        return self.trace.instruction if self.trace is not None else None

    @property
    def done(self) -> int:
        """How many moments of the iteration have run."""
        return self.instruction.pc + 1 if self.instruction is not None else 0

    @property
    def phase(self) -> int | None:
        return self.instruction.phase if self.instruction is not None else None

    @property
    def batch(self) -> tuple[int, int] | None:
        """(which, of how many) batches of the update the moment is of; None where every batch is an update."""
        accumulate = self._program.accumulate if self._program is not None else 1
        return None if accumulate == 1 or self._stepped is None else (self._stepped.batch + 1, accumulate)

    @property
    def accumulated(self) -> int:
        """How many batches of the update came before the moment's."""
        return self._stepped.batch if self._stepped is not None else 0

    @property
    def graph(self) -> Graph | None:
        """The graph of the program that is stepped."""
        return self._program.graph if self._program is not None else None

    @property
    def can_go_back(self) -> bool:
        return self._stepped is not None and self._stepped.can_go_back

    def title(self, instruction: Instruction) -> str:
        """A moment in words: tanh in dense_1."""
        return title_of(self.graph, instruction) if self.graph is not None else instruction.title or instruction.node_id

    @property
    def neuron(self) -> tuple[str, int] | None:
        """(layer, unit) of the neuron that is explained; None where the moment is not about one."""
        instruction, moment = self.instruction, self.moment
        if instruction is None or moment is None or instruction.kind is None or not instruction.kind.is_affine:
            return None
        return (instruction.node_id, moment.index[-1]) if moment.target == "y" and len(moment.index) == 2 else None

    def name(self, instruction: Instruction) -> str:
        """A moment in few letters, for a block of the scrubber: tanh, dense_1, W of dense_1."""
        graph = self.graph
        # What ran last may be of the program before, or of one that is gone.
        if instruction.parameter is not None and graph is not None and instruction.node_id in graph:
            return f"{letter_of(graph, instruction.parameter)} of {instruction.node_id}"
        if instruction.title:
            return instruction.title
        if graph is not None and instruction.node_id in graph and docking.host(graph, instruction.node_id) is not None:
            return graph[instruction.node_id].kind.title
        return self.title(instruction)

    # The element

    @property
    def targets(self) -> tuple[str, ...]:
        """The written tensors that can be looked at, those that are explained first."""
        trace = self.trace
        if trace is None:
            return ()
        written = [o.argument.name for o in trace.instruction.operands if o.written and o.argument.name in trace.after]
        explained = [e.target for e in self._explanations() if e.target in written]
        return tuple(explained) if explained else tuple(written)

    @property
    def target(self) -> str:
        """The written tensor that is looked at; "" when there is none."""
        targets, instruction = self.targets, self.instruction
        if not targets or instruction is None:
            return ""
        chosen = self._targets.get(instruction.adapter, "")
        return chosen if chosen in targets else targets[0]

    @property
    def explanation(self) -> Explanation | None:
        target = self.target
        return next((e for e in self._explanations() if e.target == target), None)

    @property
    def moment(self) -> ExplanationContext | None:
        """The tensors before and after, at the explained element."""
        trace, target = self.trace, self.target
        if trace is None or not target or self.graph is None:
            return None
        return trace.moment(target, self.index(target))

    def layout(self, argument: str) -> Layout:
        """The axes of a tensor of this moment."""
        trace, graph = self.trace, self.graph
        assert trace is not None and graph is not None
        shape = np.shape(trace.after[argument])
        if trace.instruction.node_id not in graph:
            return Layout(shape, ())
        return self._named(layout(graph, trace.instruction, argument, shape))

    def _named(self, found: Layout) -> Layout:
        """With the names that the data has for features and classes."""
        graph, data = self.graph, self._session.data
        if graph is None or data is None:
            return found
        return replace(found, axes=tuple(named_by_data(axis, graph, data) for axis in found.axes))

    def parameter_layout(self, parameter: str, shape: tuple[int, ...]) -> Layout:
        """The axes of a parameter of the network."""
        assert self.graph is not None
        return self._named(parameter_layout(self.graph, parameter, shape))

    def activation_layout(self, tensor: str, shape: tuple[int, ...]) -> Layout:
        """The axes of what an operation writes ("tanh_1.y"), batch first."""
        assert self.graph is not None
        return self._named(activation_layout(self.graph, tensor, shape))

    def index(self, argument: str) -> tuple[int, ...]:
        """The chosen element of a tensor of this moment."""
        return self.layout(argument).index(self.place)

    def place(self, axis: NamedAxis) -> int:
        """The chosen place along an axis."""
        if axis.axis is None:
            return min(self._sample, axis.length - 1)
        return min(self._chosen.get(axis.axis, self._shown.get(axis.axis, 0)), axis.length - 1)

    def choose_target(self, target: str) -> None:
        """Looks at another of the written tensors."""
        if self.instruction is not None and target in self.targets and target != self.target:
            self._targets[self.instruction.adapter] = target
            self._show_largest()
            self.element_changed.emit()

    def choose_place(self, axis: NamedAxis, place: int) -> None:
        """Looks at another sample or unit."""
        place = min(max(place, 0), axis.length - 1)
        if place != self.place(axis):
            self._set_place(axis, place)
            self.element_changed.emit()

    def choose_sample(self, row: int) -> None:
        """Looks at another sample of the batch."""
        if row != self._sample:
            self._sample = row
            self.element_changed.emit()

    def choose(self, argument: str, index: tuple[int, ...]) -> None:
        """Looks at the sample and units of an element of a tensor, as when its cell is clicked."""
        axes = self.layout(argument).axes
        before = self.index(argument)
        for axis, place in zip(axes, index, strict=bool(axes)):
            self._set_place(axis, place)
        if self.index(argument) != before:
            self.element_changed.emit()

    def term(self, sums: np.ndarray) -> int:
        """Which term of the explained sum is shown: the chosen one, or the one with the largest share."""
        found = self._terms.get(self._term_key)
        return found if found is not None and found < len(sums) else int(np.argmax(np.nan_to_num(np.abs(sums), nan=np.inf)))

    def choose_term(self, place: int) -> None:
        """Looks at another channel, sample or filter of a sum over them."""
        if self._terms.get(self._term_key) != place:
            self._terms[self._term_key] = place
            self.element_changed.emit()

    @property
    def _term_key(self) -> tuple[str, str]:
        return self.instruction.node_id if self.instruction is not None else "", self.target

    # Moving

    def over(self) -> None:
        """Runs one instruction."""
        self._session.step_forward()

    def back(self) -> None:
        self._session.step_back()

    def out(self) -> None:
        """Runs to the end of the phase; from there, to the end of the next."""
        phases = [i.phase for i in self.instructions]
        if not phases:
            return
        done = self.done % len(phases)
        end = next((pc for pc in range(done, len(phases)) if pc + 1 == len(phases) or phases[pc + 1] != phases[done]), done)
        self._run_to(end + 1)

    def to_breakpoint(self) -> None:
        """Runs to the next operation at which a breakpoint stops."""
        self._session.step_to_breakpoint()

    def next_phase(self) -> None:
        """Runs to the first instruction of the next phase; from the last phase, finishes the iteration."""
        phases = [i.phase for i in self.instructions]
        done = self.done % max(len(phases), 1)
        first = next((pc for pc in range(done, len(phases)) if done == 0 or phases[pc] != phases[done - 1]), None)
        if first is None:
            self.finish()
        else:
            self._run_to(first + 1)

    def go_to(self, done: int) -> None:
        """Forward or back to where `done` moments of this iteration have run."""
        if done != self.done:
            self._session.step_to(done)

    def look_at(self, pc: int, target: str, index: tuple[int, ...]) -> None:
        """Goes to where instruction `pc` has just run, and looks at an element of what it wrote."""
        self._wanted = (pc, target, index)
        if self.done == pc + 1:
            self._look_at_wanted()
        else:
            self.go_to(pc + 1)

    def _look_at_wanted(self) -> None:
        """The element that was asked for, once its moment is there; an index that no longer fits stays within the tensor."""
        wanted, instruction = self._wanted, self.instruction
        if wanted is None or instruction is None or instruction.pc != wanted[0]:
            return
        self._wanted = None
        _, target, index = wanted
        if target in self.targets:
            self.choose_target(target)
            shape = self.layout(target).shape
            if len(shape) == len(index):
                self.choose(target, tuple(min(i, length - 1) for i, length in zip(index, shape, strict=True)))
        self.element_changed.emit()

    def finish(self) -> None:
        """Runs the rest of the iteration."""
        self._session.finish_step()

    def _run_to(self, done: int) -> None:
        """Only forward: a finished iteration is followed by the next one."""
        current = self.done % len(self.instructions)
        self._session.step_forward(max(1, done - current))

    def _set_place(self, axis: NamedAxis, place: int) -> None:
        if axis.axis is None:
            self._sample = place
        else:
            self._chosen[axis.axis] = place

    def _show_largest(self) -> None:
        """Where nobody has chosen, the element with the largest share of what was written is shown: a pixel that is blank says nothing."""
        moment, trace = self.moment, self.trace
        if moment is None or trace is None:
            return
        target = moment.target
        axes = self.layout(target).axes
        free = [axis.axis is not None and axis.axis not in self._chosen and axis.axis not in self._shown for axis in axes]
        if any(free):
            adds = moment.accumulates or trace.instruction.parameter is not None
            own = tuple(slice(None) if is_free else self.place(axis) for axis, is_free in zip(axes, free, strict=True))
            shares = share(trace.before[target] if adds else 0.0, trace.after[target], adds)[own]
            places = iter(np.unravel_index(int(np.argmax(shares)), shares.shape))
            for axis, is_free in zip(axes, free, strict=True):
                if is_free and axis.axis is not None:
                    self._shown[axis.axis] = int(next(places))

    def _follow_neuron(self, place: Breakpoint) -> None:
        """A breakpoint on a neuron, or on a channel, shows that one."""
        known = tensor_axes(self.graph).get((place.node, "y")) if self.graph is not None else None
        axis = next((axis for axis in known.axes if axis.role in (UNIT, CHANNEL)), None) if known is not None else None
        if place.unit is not None and axis is not None:
            self._chosen[axis] = place.unit

    # Following the session

    def _explanations(self) -> tuple[Explanation, ...]:
        trace = self.trace
        return explanations_of(trace) if trace is not None else ()

    def _on_stepped(self, event: Stepped) -> None:
        last, self._stepped = self.instruction, event
        if event.stopped_at is not None:
            self._follow_neuron(event.stopped_at)
        now = self.instruction
        if now is not None and last is not None and now.pc < last.pc - 1:  # another batch: what was large there may be blank here
            self._shown = {axis: place for axis, place in self._shown.items() if axis.role not in POSITIONS}
        self._show_largest()
        self.changed.emit()
        self._look_at_wanted()

    def _on_tick(self, view: LiveView) -> None:
        if view.frame.program is not self._program:
            self._program = view.frame.program
            self.changed.emit()
        elif not view.playing:
            self.view_changed.emit()

    def _on_state(self) -> None:
        if self._session.frame is None and self._program is not None:
            # Another project, of which nothing is known yet.
            self._program = self._stepped = None
            self.changed.emit()
        elif self._session.is_playing and self._stepped is not None:
            # Training goes on: what was stepped is past, and can no longer be taken back.
            self._stepped = None
            self.changed.emit()
