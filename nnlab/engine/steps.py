"""Steps: what a graph computes, one operator application after another, before anything has a place in the arena.

A variadic operator (add, multiply, concat) is folded into a chain of two-input steps over hidden intermediate tensors, named
"add_1.y~1", "add_1.y~2", ... Penalties on weights become steps behind the loss. Then follows which gradients are needed: what lies on
a path from a parameter to the loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnlab.core.operator import FIRST, Operator
from nnlab.core.penalty import PENALTY
from nnlab.core.tensor import Shape
from nnlab.graph.graph import Edge, Graph, Node
from nnlab.graph.validation import Shapes


@dataclass
class Step:
    """One operator application: tensor names by kernel argument.

    `flows_back`: a gradient reaches it and somebody before it needs one, so it has a backward instruction. A branch that does
    not reach the loss, or holds no parameter that is trained, has none.
    """

    node: Node
    kind: Operator
    names: dict[str, str]  # operator's tensor name -> name in the program; without parameters that the node does not have
    shapes: Mapping[str, Shape]
    flows_back: bool = False

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of what it reads from other steps."""
        return tuple(self.names[t.name] for t in self.kind.inputs)

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.names[t.name] for t in self.kind.outputs)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names, as its kernels know them, of the parameters it reads."""
        return tuple(p.name for p in self.kind.parameters if p.name in self.names)

    @property
    def trains(self) -> bool:
        """Whether it has parameters that an optimiser changes."""
        return any(name not in self.node.frozen for name in self.parameters)


def steps_of(graph: Graph, shapes: Shapes) -> list[Step]:
    """The graph's steps in the order of computation, the loss behind all others."""
    steps = [step for node in graph.topological() for step in _steps_of_node(graph, node, shapes)]
    return sorted(steps, key=lambda step: step.kind.is_loss)


def penalties(graph: Graph, shapes: Shapes, loss: str) -> list[Step]:
    """A step for every parameter whose size costs something; `loss` is the name of the number it is added to."""
    steps = []
    for node in graph.nodes:
        if node.settings.get("l1") or node.settings.get("l2"):
            for parameter in (p.name for p in node.parameters if p.name in node.kind.penalized):
                names = {"weight": tensor_name(node.id, parameter), "loss": loss}
                sizes = {"weight": shapes[node.id, parameter], "loss": (1,)}
                found = Step(node, PENALTY, names, sizes, flows_back=parameter not in node.frozen)
                steps.append(found)
    return steps


def _steps_of_node(graph: Graph, node: Node, shapes: Shapes) -> list[Step]:
    kind, edges = node.kind, graph.inputs(node.id)
    sources = [source_name(edge) for edge in edges]
    incoming = [shapes[edge.source, edge.source_port] for edge in edges]
    if not kind.variadic:
        return [_step(node, sources, {name: shapes[node.id, name] for name in kind.tensors_for(node.settings)}, "")]
    steps: list[Step] = []
    left, left_shape = sources[0], incoming[0]
    for i, (right, right_shape) in enumerate(zip(sources[1:], incoming[1:], strict=True)):
        suffix = "" if i == len(sources) - 2 else f"~{i + 1}"
        steps.append(_step(node, [left, right], kind.shapes([left_shape, right_shape], node.settings, node.id), suffix))
        output = kind.outputs[0].name
        left, left_shape = steps[-1].names[output], steps[-1].shapes[output]
    return steps


def _step(node: Node, sources: Sequence[str], shapes: Mapping[str, Shape], suffix: str) -> Step:
    kind = node.kind
    names = {name: tensor_name(node.id, name) + suffix for name in kind.tensors_for(node.settings)}
    names.update(zip(kind.input_names, sources, strict=True))
    return Step(node, kind, names, shapes)


def mark_flow(steps: Sequence[Step]) -> set[str]:
    """Names of the values whose gradient needs a place; sets `flows_back` of the steps through which gradients flow."""
    has_parameter: set[str] = set()
    for step in steps:
        if step.trains or any(name in has_parameter for name in step.inputs):
            has_parameter.update(step.outputs)
    reaches_loss: set[str] = set()
    for step in reversed(steps):
        if step.kind.is_loss or any(name in reaches_loss for name in step.outputs):
            reaches_loss.update(step.inputs)
    on_path = has_parameter & reaches_loss
    needed = set(on_path)
    for step in steps:
        kind = step.kind
        receives = kind.is_loss or any(name in on_path for name in step.outputs)
        if kind.backward is not None and receives and (step.trains or any(name in on_path for name in step.inputs)):
            step.flows_back = True
            # A kernel that cannot leave a gradient out gets a place to write it to, though nobody reads it.
            unread = (*kind.input_names, *(name for name in step.parameters if name in step.node.frozen))
            needed.update(step.names[name] for name in unread if name not in kind.skippable)
    return needed


def overwritten(backward: Sequence[Step]) -> dict[str, Step]:
    """Gradients that the first instruction to write them sets instead of adding to, with that step; nobody has to zero them.

    `backward` are the steps in the order of their backward instructions.
    """
    first: dict[str, Step | None] = {}
    for step in backward:
        asked = step.kind.backward_adapter.names
        written = [name for name in (*step.kind.input_names, *step.parameters) if f"d_{name}" in asked]
        names = [step.names[name] for name in written]
        for name, own in zip(written, names, strict=True):
            gradient = gradient_name(own)
            if gradient not in first:
                # The same tensor at two inputs receives two contributions within one kernel.
                first[gradient] = step if f"{FIRST}d_{name}" in asked and names.count(own) == 1 else None
    return {gradient: step for gradient, step in first.items() if step is not None}


def source_name(edge: Edge) -> str:
    """The name of the tensor an edge carries."""
    return tensor_name(edge.source, edge.source_port)


def tensor_name(node_id: str, tensor: str) -> str:
    """The name of a tensor of a node. It is taken apart at its first dot: a node's id holds none, a tensor may ("lora_A.task_b")."""
    return f"{node_id}.{tensor}"


def gradient_name(name: str) -> str:
    """The name of the gradient of a tensor: "dense_1.weight" -> "dense_1.d_weight"."""
    return name.replace(".", ".d_", 1)  # a node's id holds no dot
