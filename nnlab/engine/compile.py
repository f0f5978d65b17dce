"""From a graph to a program: places every tensor in the arena and writes down one instruction per operator and phase.

Nothing here compiles machine code; that exists once per operator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from nnlab.core.accumulation import ACCUMULATE, ZERO_GRADIENTS
from nnlab.core.explanation import Explanation
from nnlab.core.kernel import Adapter, Argument
from nnlab.core.operator import FIRST, HALF, STREAM
from nnlab.core.optimizer import LEARNING_RATE, Optimizer, optimizers
from nnlab.core.schedule import CONSTANT, Schedule, schedules
from nnlab.core.setting import Value, check_settings
from nnlab.core.tensor import Parameter, Shape
from nnlab.engine.accumulation import LEFT, WEIGHTS, Added, batch_end, left_name, total_name, update_begin, update_left
from nnlab.engine.adapter_steps import adapter_constants
from nnlab.engine.bounded_steps import bounded_steps
from nnlab.engine.operation_count import matrix_operations
from nnlab.engine.parts import nodes_in_parts, second_parts
from nnlab.engine.program import BACKWARD, FORWARD, LOSS, RATE, TOTAL_WEIGHT, UPDATE, Instruction, Operand, ParameterInfo, Place, Program
from nnlab.engine.second_parts import NO_PARTS, SecondParts
from nnlab.engine.steps import Step, by_step, gradient_name, mark_flow, overwritten, penalties, source_name, steps_of, tensor_name
from nnlab.engine.update_operands import schedule_operands, update_operands
from nnlab.engine.verify import is_wanted, verify
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import check

ALIGNMENT = 16  # elements: a cache line of float32, so that no tensor shares its first line with another


@dataclass(frozen=True)
class Update:
    """How a program is trained: optimiser, learning rate and schedule with their settings.

    One update takes the gradients of `accumulate` batches; without `zero_gradients`, those of all updates before as well.
    """

    optimizer: str = "sgd"
    learning_rate: float = 1e-3
    settings: Mapping[str, Value] = field(default_factory=dict)
    schedule: str = CONSTANT
    schedule_settings: Mapping[str, Value] = field(default_factory=dict)
    accumulate: int = 1
    zero_gradients: bool = True


def compile(graph: Graph, capacity: int, real: str = "float32", update: Update | None = None) -> Program:
    """The program of `graph` for batches of up to `capacity` rows.

    With `update` it trains (forward, loss, backward, one update per parameter); without, it only evaluates (forward, loss).
    Raises GraphError naming the node if the graph cannot run, SettingError for a setting of the optimiser or schedule.
    """
    program = _Compiler(graph, capacity, real, update).program()
    if is_wanted():
        verify(program)
    return program


class _Compiler:
    def __init__(self, graph: Graph, capacity: int, real: str, update: Update | None) -> None:
        self.graph, self.capacity, self.real, self.update = graph, capacity, real, update
        self.shapes = check(graph)
        self.optimizer: Optimizer | None = None
        self.schedule: Schedule | None = None
        self.accumulate = 1 if update is None else int(ACCUMULATE.check(update.accumulate, "training"))
        self.zero_gradients = update is None or bool(ZERO_GRADIENTS.check(update.zero_gradients, "training"))
        self.update_settings: dict[str, Value] = {}
        self.schedule_settings: dict[str, Value] = {}
        if update is not None:
            self.optimizer, self.schedule = optimizers[update.optimizer], schedules[update.schedule]
            self.update_settings = check_settings(self.optimizer.all_settings, update.settings, self.optimizer.name)
            self.schedule_settings = check_settings(self.schedule.settings, update.schedule_settings, self.schedule.name)
        self.places: dict[str, Place] = {}
        self.moments: dict[str, Place] = {}
        self.starts: dict[str, float] = {}
        self.scratch: set[str] = set()
        self.constants: dict[str, tuple[int, float]] = {}
        self.tables: dict[str, np.ndarray] = {}
        self.overwritten: dict[str, Step] = {}  # gradients that their first writer sets, and
        self.fresh: dict[int, list[str]] = {}  # the same by step
        self.size = 0
        self.instructions: list[Instruction] = []
        self.operand_words: list[int] = []
        self.first_operands: list[int] = []

    def program(self) -> Program:
        loss = self.graph.losses[0]
        loss_name = tensor_name(loss.id, loss.kind.outputs[0].name)
        steps = steps_of(self.graph, self.shapes)
        costs = penalties(self.graph, self.shapes, loss_name)
        needed = mark_flow(steps) if self.update else set()
        backward = [step for step in (*costs, *reversed(steps)) if step.flows_back] if self.update else []
        self.overwritten = overwritten(backward)
        self.fresh = by_step(self.overwritten)
        parameters, buffers = self._place_kept(lambda n: n.parameters), self._place_kept(lambda n: n.buffers)
        parameters_end = self.size
        parameters = self._place_moments(parameters)
        moments_end = self.size
        self._place_constants()
        self._place_tables(steps)
        for step in steps:
            self._place_values(step)
        gradients_start = self.size
        zeroed, parameter_gradients_end = self._place_all_gradients(steps, parameters, needed)
        self._emit_steps(steps, costs, backward)
        end_of_batch, parts = len(self.instructions), NO_PARTS
        operations = partial(matrix_operations, self.graph, self.shapes, self.capacity)
        if self.optimizer is not None:
            self._place_scratch(parameters, loss_name)
            end_of_batch = self._emit_accumulation(steps, parameters, loss_name)
            self._emit_updates(steps, parameters, loss_name)
            parts = second_parts(self.instructions, self.places, self.capacity, parameters, self.optimizer, operations, self._reserve)
        return Program(
            graph=self.graph,
            real=self.real,
            capacity=self.capacity,
            instructions=tuple(self.instructions),
            places=self.places,
            parameters=tuple(parameters),
            buffers=tuple(buffers),
            moments=self.moments,
            scratch=frozenset(self.scratch),
            schedule=self.schedule.name if self.schedule is not None else "",
            moment_starts=self.starts,
            constants=self.constants,
            tables=self.tables,
            input_name=tensor_name(self.graph.input_nodes[0].id, "y"),
            output_name=source_name(self.graph.inputs(loss.id)[0]),
            target_name=tensor_name(loss.id, loss.kind.target.name) if loss.kind.target else None,
            loss_name=loss_name,
            loss_node=loss.id,
            parameters_end=parameters_end,
            moments_end=moments_end,
            gradients_start=gradients_start,
            zeroed=zeroed,
            parameter_gradients_end=parameter_gradients_end,
            arena_size=self.size,
            accumulate=self.accumulate,
            batch_end=end_of_batch,
            operations=operations(nodes_in_parts(self.instructions, parts)),
            has_bounded_steps=bounded_steps(self.optimizer, self.update_settings, self.schedule, self.schedule_settings, bool(buffers)),
            operand_table=np.array(self.operand_words, dtype=np.int64),
            instruction_table=self._instruction_table(parts),
            parts=parts,
        )

    # Places

    def _place(self, name: str, shape: Shape, has_batch: bool) -> Place:
        place = Place(self.size, shape, has_batch)
        self.places[name] = place
        self._reserve(place.row * (self.capacity if has_batch else 1))
        return place

    def _reserve(self, length: int) -> int:
        """Where so many numbers have room."""
        offset = self.size
        self.size += -(-length // ALIGNMENT) * ALIGNMENT
        return offset

    def _place_all_gradients(
        self, steps: Sequence[Step], parameters: Sequence[ParameterInfo], needed: Set[str]
    ) -> tuple[tuple[int, int], int]:
        """(stretch that is zeroed before every step, where the gradients of parameters end).

        Gradients that are added to lie together in the middle, to be zeroed in one go; the others are set by whoever comes first.
        """
        own = [info.name for info in parameters if not info.frozen] if self.update else []
        values = [name for step in steps for name in step.outputs if name in needed]
        values += [info.name for info in parameters if info.frozen and info.name in needed]
        self._place_gradients(name for name in own if gradient_name(name) in self.overwritten)
        zero_start = self.size
        self._place_gradients(name for name in own if gradient_name(name) not in self.overwritten)
        parameters_end = self.size
        self._place_gradients(name for name in values if gradient_name(name) not in self.overwritten)
        zero_end = self.size
        self._place_gradients(name for name in values if gradient_name(name) in self.overwritten)
        return (zero_start, zero_end), parameters_end

    def _place_gradients(self, names: Iterable[str]) -> None:
        for name in names:
            self._place(gradient_name(name), self.places[name].shape, self.places[name].has_batch)

    def _place_kept(self, declared: Callable[[Node], Sequence[Parameter]]) -> list[ParameterInfo]:
        found = []
        for node in self.graph.topological():
            for parameter in declared(node):
                name = tensor_name(node.id, parameter.name)
                place = self._place(name, self.shapes[node.id, parameter.name], False)
                init = parameter.init
                if init.startswith("setting:"):
                    init = str(node.settings[init.removeprefix("setting:")])
                found.append(ParameterInfo(name, node.id, init, place, frozen=parameter.name in node.kept))
        return found

    def _place_moments(self, parameters: list[ParameterInfo]) -> list[ParameterInfo]:
        if self.optimizer is None or self.schedule is None:
            return parameters
        result = []
        for info in parameters:
            if info.frozen:
                result.append(info)
                continue
            own: dict[str, Place] = {}
            rule = self.optimizer.for_shape(info.place.shape)
            for moment in rule.moments:
                if not moment.scratch:
                    name = f"{info.name}.{moment.name}"
                    own[moment.name] = self.moments[name] = self._place(name, moment.lengths(info.place.shape), False)
                    self.starts[name] = moment.start(self.update_settings)
            if not self.zero_gradients:
                own[LEFT] = self.moments[left_name(info.name)] = self._place(left_name(info.name), info.place.shape, False)
            result.append(ParameterInfo(info.name, info.node_id, info.init, info.place, own, rule.name))
        if self.schedule.update is not None:
            self.moments[RATE] = self._place(RATE, (1,), False)
            for moment in self.schedule.moments:
                name = f"schedule/{moment.name}"
                self.moments[name] = self._place(name, (1,), False)
                self.starts[name] = moment.start(self.schedule_settings)
        return result

    def _place_scratch(self, parameters: list[ParameterInfo], loss_name: str) -> None:
        assert self.optimizer is not None
        for info in (info for info in parameters if not info.frozen):
            for moment in self.optimizer.for_shape(info.place.shape).moments:
                if moment.scratch:
                    name = f"{info.name}.{moment.name}"
                    self._place(name, moment.lengths(info.place.shape), False)
                    self.scratch.add(name)
        if self.accumulate > 1:
            self._place(WEIGHTS, (2,), False)
            totals = [(info.name, info.place.shape) for info in parameters if not info.frozen] + [(loss_name, (1,))]
            for name, shape in totals:
                self._place(total_name(name), shape, False)
            self.scratch |= {WEIGHTS, *(total_name(name) for name, _ in totals)}

    def _place_constants(self) -> None:
        values: dict[str, Value] = {
            tensor_name(node.id, name): value
            for node in self.graph.nodes
            for name, value in node.settings.items()
            if name not in node.kind.tensors  # whether there is a bias; kernels see it from the bias
        }
        values |= {name: value for node in self.graph.nodes for name, value in adapter_constants(node).items()}
        if self.update:
            values["optimizer/learning_rate"] = float(LEARNING_RATE.check(self.update.learning_rate, "training"))
            values |= {f"optimizer/{name}": value for name, value in self.update_settings.items()}
            values |= {f"schedule/{name}": value for name, value in self.schedule_settings.items()}
        for name, value in values.items():
            if not isinstance(value, str):
                self.constants[name] = (self.size, float(value))
                self.size += 1
        self.size = -(-self.size // ALIGNMENT) * ALIGNMENT

    def _place_tables(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if step.kind.constants:
                incoming = [step.shapes[t.name] for t in step.kind.inputs]
                sizes = step.kind.bind(incoming, step.node.settings, step.node.id)
                for constant in step.kind.constants:
                    name = step.names[constant.name]
                    self.tables[name] = constant.values(step.node.settings, sizes)
                    self._place(name, self.tables[name].shape, False)

    def _place_values(self, step: Step) -> None:
        kind = step.kind
        target = (kind.target,) if kind.target is not None else ()
        for tensor in (*kind.outputs, *kind.saved, *target):
            self._place(step.names[tensor.name], step.shapes[tensor.name], tensor.has_batch)

    # Instructions

    def _emit_steps(self, steps: list[Step], costs: list[Step], backward: list[Step]) -> None:
        for step in (*steps, *costs):
            kind = step.kind
            if kind.forward is not None:
                phase = LOSS if kind.is_loss or step in costs else FORWARD
                self._emit(phase, step, kind.forward_adapter, {t.name for t in (*kind.outputs, *kind.saved)}, kind.explain_forward)
        for step in backward:
            kind = step.kind
            written = {f"d_{name}" for name in (*step.input_names, *step.parameters)}
            scratch = {t.name for t in kind.saved if not t.has_batch}  # room that both directions work in
            self._emit(BACKWARD, step, kind.backward_adapter, written | scratch, kind.explain_backward)

    def _emit_updates(self, steps: list[Step], parameters: list[ParameterInfo], loss_name: str) -> None:
        """The learning rate, what operators keep up themselves, then every parameter."""
        if self.schedule is not None and self.schedule.update is not None:
            self._emit_schedule(self.schedule, loss_name)
        if self.accumulate == 1:
            self._emit_buffers(UPDATE, steps)
        if not self.zero_gradients:
            self._emit_added(UPDATE, update_left(self.places, [info for info in parameters if not info.frozen]))
        for info in parameters:
            if not info.frozen:
                self._emit_update(info)

    def _emit_accumulation(self, steps: list[Step], parameters: list[ParameterInfo], loss_name: str) -> int:
        """What joins the batches of an update; returns where the instructions end that every one of them runs."""
        trained = [info for info in parameters if not info.frozen]
        if self.accumulate > 1:
            self._emit_buffers(BACKWARD, steps)  # every batch counts in running statistics, as in PyTorch
            total_weight = tensor_name(loss_name.partition(".")[0], TOTAL_WEIGHT)
            self._emit_added(BACKWARD, batch_end(self.places, trained, loss_name, total_weight))
        end = len(self.instructions)
        if not self.zero_gradients:
            self._emit_added(BACKWARD, update_begin(self.places, trained))
        return end

    def _emit_buffers(self, phase: int, steps: list[Step]) -> None:
        for step in steps:
            if step.kind.update is not None:
                self._emit(phase, step, step.kind.update_adapter, {b.name for b in step.kind.buffers}, step.kind.explain_update)

    def _emit_added(self, phase: int, added: Iterable[Added]) -> None:
        for one in added:
            number = len(self.instructions)
            self._append(Instruction(number, phase, one.node_id, one.adapter, one.operands, one.explanations, title=one.title))

    def _emit(self, phase: int, step: Step, adapter: Adapter, written: set[str], explanations: tuple[Explanation, ...]) -> None:
        operands = []
        for argument in adapter.arguments:
            name = argument.name
            if argument.kind == "tensor":
                operands.append(self._operand(argument, step, name in written))
            elif argument.kind == "scalar":
                operands.append(Operand(argument, None, False, (self.constants[step.constant(name)][0],)))
            elif argument.kind == "context":
                operands.append(Operand(argument, None, False, ()))
            elif name in (STREAM, HALF):
                operands.append(Operand(argument, None, False, (step.stream_word if name == STREAM else 0,)))
            else:
                own = step.names.get(name.removeprefix(f"{FIRST}d_"))
                is_first = own is not None and self.overwritten.get(gradient_name(own)) is step
                operands.append(Operand(argument, None, False, (int(is_first),)))
        is_backward = phase == BACKWARD and adapter.kernel is step.kind.backward
        fresh = tuple(name for name in self.fresh.get(id(step), ()) if name in self.places) if is_backward else ()
        self._append(
            Instruction(
                len(self.instructions), phase, step.node.id, adapter, tuple(operands), explanations, None, fresh, step.kind, step.title
            )
        )  # fmt: skip

    def _operand(self, argument: Argument, step: Step, written: bool) -> Operand:
        short = argument.name if argument.name in step.kind.tensors else argument.name[2:]
        if short not in step.names:  # a parameter that the node does not have
            return _empty(argument)
        lengths = step.kind.tensors[short].view_sizes(step.shapes[short])
        name = step.names[short]
        if short is not argument.name:
            name = gradient_name(name)
            if name not in self.places:  # an empty view: the kernel sees that nobody needs this gradient, and must have said that it looks
                assert short in step.kind.skippable, (argument.name, step.kind.name)
                return _empty(argument)
        return Operand(argument, name, written, (self.places[name].offset, *lengths))

    def _emit_schedule(self, schedule: Schedule, loss_name: str) -> None:
        operands = schedule_operands(schedule, self.places, self.constants, loss_name)
        loss_node = loss_name.partition(".")[0]
        self._append(
            Instruction(len(self.instructions), UPDATE, loss_node, schedule.update_adapter, operands, schedule.explain,
                        title="Learning rate")
        )  # fmt: skip

    def _emit_update(self, info: ParameterInfo) -> None:
        assert self.optimizer is not None
        optimizer = self.optimizer.for_shape(info.place.shape)
        operands = update_operands(optimizer, info, self.places, self.constants)
        self._append(
            Instruction(len(self.instructions), UPDATE, info.node_id, optimizer.update_adapter, operands, optimizer.explain_update,
                        info.name)
        )  # fmt: skip

    def _append(self, instruction: Instruction) -> None:
        self.first_operands.append(len(self.operand_words))
        for operand in instruction.operands:
            self.operand_words.extend(operand.words)
        self.instructions.append(instruction)

    def _instruction_table(self, parts: SecondParts) -> np.ndarray:
        """A row for every instruction: where its operands begin, its phase, and 1 + its row among those in parts, or 0."""
        table = np.zeros((len(self.instructions), 3), dtype=np.int64)
        table[:, 0] = self.first_operands
        table[:, 1] = [i.phase for i in self.instructions]
        for pc, row in parts.places.items():
            table[pc, 2] = 1 + row
        return table


def _empty(argument: Argument) -> Operand:
    """A view without elements, for what is not there."""
    return Operand(argument, None, False, (0,) * argument.words)
