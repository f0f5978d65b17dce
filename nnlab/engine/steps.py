"""Steps: what a graph computes, one operator application after another, before anything has a place in the arena.

A variadic operator (add, multiply, concat) is folded into a chain of two-input steps over hidden intermediate tensors, named
"add_1.y~1", "add_1.y~2", ... A layer with adapters becomes the layer and the steps of each adapter (`nnlab.engine.adapter_steps`),
penalties on weights become steps behind the loss. Then follows which gradients are needed: what lies on a path from a parameter to the
loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnlab.core.operator import FIRST
from nnlab.core.penalty import PENALTY
from nnlab.core.tensor import Shape
from nnlab.engine.adapter_steps import adapted_steps
from nnlab.engine.step import Step, gradient_name, source_name, tensor_name
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import Shapes

__all__ = ["Step", "gradient_name", "mark_flow", "overwritten", "penalties", "source_name", "steps_of", "tensor_name"]


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
                found = Step(node, PENALTY, names, sizes, title=f"{PENALTY.title} of {node.id}")
                found.flows_back = found.is_trained("weight")
                steps.append(found)
    return steps


def _steps_of_node(graph: Graph, node: Node, shapes: Shapes) -> list[Step]:
    kind, edges = node.kind, graph.inputs(node.id)
    sources = [source_name(edge) for edge in edges]
    incoming = [shapes[edge.source, edge.source_port] for edge in edges]
    if not kind.variadic:
        step = _step(node, sources, {name: shapes[node.id, name] for name in kind.tensors_for(node.settings)}, "")
        return adapted_steps(step, shapes) if node.adapters else [step]
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
        passes_on = not step.kind.is_constant_backward
        if passes_on and (step.trains or any(name in has_parameter for name in step.inputs)):
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
            unread = (*step.input_names, *(name for name in step.parameters if not step.is_trained(name)))
            needed.update(step.names[name] for name in unread if name not in kind.skippable)
    return needed


def overwritten(backward: Sequence[Step]) -> dict[str, Step]:
    """Gradients that the first instruction to write them sets instead of adding to, with that step; nobody has to zero them.

    `backward` are the steps in the order of their backward instructions.
    """
    first: dict[str, Step | None] = {}
    for step in backward:
        asked = step.kind.backward_adapter.names
        written = [name for name in (*step.input_names, *step.parameters) if f"d_{name}" in asked]
        names = [step.names[name] for name in written]
        for name, own in zip(written, names, strict=True):
            gradient = gradient_name(own)
            if gradient not in first:
                # The same tensor at two inputs receives two contributions within one kernel.
                first[gradient] = step if f"{FIRST}d_{name}" in asked and names.count(own) == 1 else None
    return {gradient: step for gradient, step in first.items() if step is not None}


def by_step(overwritten: Mapping[str, Step]) -> dict[int, list[str]]:
    """Which gradients every step sets, by the step's id."""
    found: dict[int, list[str]] = {}
    for gradient, step in overwritten.items():
        found.setdefault(id(step), []).append(gradient)
    return found
