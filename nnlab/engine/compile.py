"""From a graph to a program: places every tensor in the arena and writes down one instruction per operator and phase.

Nothing here compiles machine code; that exists once per operator. A variadic operator (add, multiply, concat) is
folded into a chain of two-input instructions over hidden intermediate tensors, named "add_1.y~1", "add_1.y~2", ...
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nnlab.core.explanation import Explanation
from nnlab.core.kernel import Adapter, Argument
from nnlab.core.operator import Operator
from nnlab.core.optimizer import Optimizer, optimizers
from nnlab.core.setting import Value, check_settings
from nnlab.core.tensor import Shape, Tensor
from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE, Instruction, Operand, ParameterInfo, Place, Program
from nnlab.graph.graph import Edge, Graph, Node
from nnlab.graph.validation import check

ALIGNMENT = 16  # elements: a cache line of float32, so that no tensor shares its first line with another


@dataclass(frozen=True)
class Update:
    """The optimiser of a program and its settings."""

    optimizer: str = "sgd"
    learning_rate: float = 1e-3
    settings: Mapping[str, Value] = field(default_factory=dict)


@dataclass
class Step:
    """One operator application before it has places: tensor names by kernel argument.

    `flows_back`: a gradient reaches it and somebody before it needs one, so it has a backward instruction. A branch that does
    not reach the loss, or holds no parameter, has none.
    """

    node: Node
    names: dict[str, str]  # operator's tensor name -> name in the program
    shapes: dict[str, Shape]
    flows_back: bool = False


def compile(graph: Graph, capacity: int, real: str = "float32", update: Update | None = None) -> Program:
    """The program of `graph` for batches of up to `capacity` rows.

    With `update` it trains (forward, loss, backward, one update per parameter); without, it only evaluates (forward, loss).
    Raises GraphError naming the node if the graph cannot run.
    """
    return _Compiler(graph, capacity, real, update).program()


class _Compiler:
    def __init__(self, graph: Graph, capacity: int, real: str, update: Update | None) -> None:
        self.graph, self.capacity, self.real, self.update = graph, capacity, real, update
        self.shapes = check(graph)
        self.optimizer: Optimizer | None = optimizers[update.optimizer] if update else None
        self.places: dict[str, Place] = {}
        self.constants: dict[str, tuple[int, float]] = {}
        self.size = 0
        self.instructions: list[Instruction] = []
        self.operand_words: list[int] = []
        self.first_operands: list[int] = []

    def program(self) -> Program:
        steps = [step for node in self.graph.topological() for step in self._steps(node)]
        loss = self.graph.losses[0]
        parameters = self._place_parameters()
        parameters_end = self.size
        parameters = self._place_moments(parameters)
        moments_end = self.size
        self._place_constants()
        for step in steps:
            self._place_values(step)
        needed = self._needed_gradients(steps) if self.update else set()
        start = self.size
        for info in parameters:
            if self.update:
                self._place(_gradient(info.name), info.place.shape, False)
        parameter_gradients_end = self.size
        for name in self._value_names(steps):
            if name in needed:
                self._place(_gradient(name), self.places[name].shape, self.places[name].has_batch)
        end = self.size
        for step in steps:
            kind = step.node.kind
            if kind.forward is not None:
                phase = LOSS if kind.is_loss else FORWARD
                self._emit(phase, step, kind.forward_adapter, {*(t.name for t in (*kind.outputs, *kind.saved))}, kind.explain_forward)
        if self.update:
            for step in reversed(steps):
                kind = step.node.kind
                written = [f"d_{t.name}" for t in (*kind.inputs, *kind.parameters)]
                if step.flows_back:
                    self._emit(BACKWARD, step, kind.backward_adapter, set(written), kind.explain_backward)
            for info in parameters:
                self._emit_update(info)
        table = np.zeros((len(self.instructions), 3), dtype=np.int64)
        table[:, 0] = self.first_operands
        table[:, 1] = [i.phase for i in self.instructions]
        return Program(
            graph=self.graph,
            real=self.real,
            capacity=self.capacity,
            instructions=tuple(self.instructions),
            places=self.places,
            parameters=tuple(parameters),
            constants=self.constants,
            input_name=_name(self.graph.input_nodes[0].id, "y"),
            output_name=self._source(self.graph.inputs(loss.id)[0]),
            target_name=_name(loss.id, loss.kind.target.name) if loss.kind.target else None,
            loss_name=_name(loss.id, loss.kind.outputs[0].name),
            loss_node=loss.id,
            parameters_end=parameters_end,
            moments_end=moments_end,
            gradients=(start, end),
            parameter_gradients_end=parameter_gradients_end,
            arena_size=self.size,
            operand_table=np.array(self.operand_words, dtype=np.int64),
            instruction_table=table,
        )

    # Places

    def _place(self, name: str, shape: Shape, has_batch: bool) -> Place:
        place = Place(self.size, shape, has_batch)
        self.places[name] = place
        length = place.row * (self.capacity if has_batch else 1)
        self.size += -(-length // ALIGNMENT) * ALIGNMENT
        return place

    def _place_parameters(self) -> list[ParameterInfo]:
        found = []
        for node in self.graph.topological():
            for parameter in node.kind.parameters:
                name = _name(node.id, parameter.name)
                place = self._place(name, self.shapes[node.id, parameter.name], False)
                init = parameter.init
                if init.startswith("setting:"):
                    init = str(node.settings[init.removeprefix("setting:")])
                found.append(ParameterInfo(name, node.id, init, place))
        return found

    def _place_moments(self, parameters: list[ParameterInfo]) -> list[ParameterInfo]:
        if self.optimizer is None:
            return parameters
        result = []
        for info in parameters:
            moments = {
                m.name: self._place(f"{info.name}.{m.name}", (1,) if m.single else info.place.shape, False) for m in self.optimizer.moments
            }
            result.append(ParameterInfo(info.name, info.node_id, info.init, info.place, moments))
        return result

    def _place_constants(self) -> None:
        values: dict[str, Value] = {}
        for node in self.graph.nodes:
            for name, value in node.settings.items():
                if not isinstance(value, str):
                    values[_name(node.id, name)] = value
        if self.update and self.optimizer:
            values["optimizer.learning_rate"] = self.update.learning_rate
            checked = check_settings(self.optimizer.all_settings, self.update.settings, self.optimizer.name)
            for name, value in checked.items():
                if not isinstance(value, str):
                    values[f"optimizer.{name}"] = value
        for name, value in values.items():
            self.constants[name] = (self.size, float(value))
            self.size += 1
        self.size = -(-self.size // ALIGNMENT) * ALIGNMENT

    def _place_values(self, step: Step) -> None:
        kind = step.node.kind
        target = (kind.target,) if kind.target is not None else ()
        for tensor in (*kind.outputs, *kind.saved, *target):
            self._place(step.names[tensor.name], step.shapes[tensor.name], tensor.has_batch)

    def _value_names(self, steps: Iterable[Step]) -> list[str]:
        return [step.names[t.name] for step in steps for t in step.node.kind.outputs]

    # Steps: operator applications with named tensors

    def _steps(self, node: Node) -> list[Step]:
        kind, edges = node.kind, self.graph.inputs(node.id)
        sources = [self._source(edge) for edge in edges]
        if not kind.variadic:
            return [self._step(node, sources, "")]
        steps: list[Step] = []
        left = sources[0]
        for i, right in enumerate(sources[1:]):
            last = i == len(sources) - 2
            step = self._step(node, [left, right], "" if last else f"~{i + 1}", steps)
            steps.append(step)
            left = step.names[kind.outputs[0].name]
        return steps

    def _step(self, node: Node, sources: list[str], suffix: str, before: list[Step] | None = None) -> Step:
        kind = node.kind
        names = dict(zip(kind.input_names, sources, strict=True))
        shapes: dict[str, Shape] = {}
        sizes: dict[str, int | Shape] = {k: v for k, v in node.settings.items() if isinstance(v, int) and not isinstance(v, bool)}
        hidden = {s.names[t.name]: s.shapes[t.name] for s in before or [] for t in kind.outputs}
        for tensor, source in zip(kind.inputs, sources, strict=True):
            shape = hidden.get(source)
            if shape is None:
                shape = self.shapes[tuple(source.rsplit(".", 1))]  # type: ignore[index]
            shapes[tensor.name] = shape
            tensor.bind(shape, sizes, node.id)
        for tensor in (*kind.outputs, *kind.saved, *kind.parameters, *((kind.target,) if kind.target else ())):
            names[tensor.name] = _name(node.id, tensor.name) + suffix
            shapes[tensor.name] = tensor.resolve(sizes)
        return Step(node, names, shapes)

    def _source(self, edge: Edge) -> str:
        return _name(edge.source, edge.source_port)

    def _needed_gradients(self, steps: list[Step]) -> set[str]:
        """Values whose gradient needs a place; marks the steps through which gradients flow back.

        Needed is what lies on a path from a parameter to the loss.
        """
        has_parameter: set[str] = set()
        for step in steps:
            kind = step.node.kind
            if kind.parameters or any(step.names[t.name] in has_parameter for t in kind.inputs):
                has_parameter.update(step.names[t.name] for t in kind.outputs)
        reaches_loss: set[str] = set()
        for step in reversed(steps):
            kind = step.node.kind
            if kind.is_loss or any(step.names[t.name] in reaches_loss for t in kind.outputs):
                reaches_loss.update(step.names[t.name] for t in kind.inputs)
        on_path = has_parameter & reaches_loss
        needed = set(on_path)
        for step in steps:
            kind = step.node.kind
            inputs = [(t.name, step.names[t.name]) for t in kind.inputs]
            receives = kind.is_loss or any(step.names[t.name] in on_path for t in kind.outputs)
            if receives and (kind.parameters or any(name in on_path for _, name in inputs)):
                step.flows_back = True
                # A kernel that cannot leave a gradient out gets a place to write it to, though nobody reads it.
                needed.update(name for short, name in inputs if short not in kind.skippable)
        return needed

    # Instructions

    def _tensor_name(self, step: Step, argument: str) -> str | None:
        """The program's name for a kernel argument of an operator, None for a gradient nobody needs."""
        if argument in step.names:
            return step.names[argument]
        if argument.startswith("d_"):
            name = _gradient(step.names[argument[2:]])
            return name if name in self.places else None
        return None

    def _emit(self, phase: int, step: Step, adapter: Adapter, written: set[str], explanations: tuple[Explanation, ...]) -> None:
        kind, operands = step.node.kind, []
        for argument in adapter.arguments:
            if argument.kind == "context":
                operands.append(Operand(argument, None, False, ()))
            elif argument.kind == "scalar":
                operands.append(Operand(argument, None, False, (self.constants[_name(step.node.id, argument.name)][0],)))
            else:
                declared = _declared(kind, argument.name)
                name = self._tensor_name(step, argument.name)
                operands.append(self._operand(argument, declared, name, step.shapes, argument.name in written, kind.skippable))
        self._append(Instruction(len(self.instructions), phase, step.node.id, adapter, tuple(operands), explanations))

    def _operand(
        self, argument: Argument, declared: Tensor, name: str | None, shapes: dict[str, Shape], written: bool, skippable: tuple[str, ...]
    ) -> Operand:
        lengths = declared.view_sizes(shapes[declared.name])
        if name is None:  # an empty view: the kernel sees that nobody needs this gradient, and must have said that it looks
            assert argument.name.removeprefix("d_") in skippable, (argument.name, declared)
            return Operand(argument, None, False, (0, *(0 for _ in lengths)))
        return Operand(argument, name, written, (self.places[name].offset, *lengths))

    def _emit_update(self, info: ParameterInfo) -> None:
        assert self.optimizer is not None
        operands = []
        for argument in self.optimizer.update_adapter.arguments:
            if argument.kind == "context":
                operands.append(Operand(argument, None, False, ()))
            elif argument.kind == "scalar":
                operands.append(Operand(argument, None, False, (self.constants[f"optimizer.{argument.name}"][0],)))
            else:
                name = {"parameter": info.name, "gradient": _gradient(info.name)}.get(argument.name, f"{info.name}.{argument.name}")
                place = self.places[name]
                operands.append(Operand(argument, name, argument.name != "gradient", (place.offset, place.row)))
        self._append(
            Instruction(len(self.instructions), UPDATE, info.node_id, self.optimizer.update_adapter, tuple(operands),
                        self.optimizer.explain_update, info.name)
        )  # fmt: skip

    def _append(self, instruction: Instruction) -> None:
        self.first_operands.append(len(self.operand_words))
        for operand in instruction.operands:
            self.operand_words.extend(operand.words)
        self.instructions.append(instruction)


def _declared(kind: Operator, argument: str) -> Tensor:
    tensors = kind.tensors
    return tensors[argument] if argument in tensors else tensors[argument[2:]]


def _name(node_id: str, tensor: str) -> str:
    return f"{node_id}.{tensor}"


def _gradient(name: str) -> str:
    """The name of the gradient of a tensor: "dense_1.weight" -> "dense_1.d_weight"."""
    node_id, tensor = name.rsplit(".", 1)
    return f"{node_id}.d_{tensor}"
