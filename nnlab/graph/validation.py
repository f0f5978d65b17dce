"""Shapes and diagnostics: what every tensor's shape is, and in words what keeps a graph from running.

Shapes are inferred in topological order from the operators' symbolic declarations. A wrong node does not stop the rest from
being checked; what follows from it has no shape and is not reported a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from nnlab.core.dataset import Target
from nnlab.core.errors import GraphError
from nnlab.core.operator import Operator, operators
from nnlab.core.tensor import Shape, show
from nnlab.graph import edits
from nnlab.graph.diagnostic import ERROR, WARNING, DataShape, Diagnostic, Fix, count
from nnlab.graph.fixes import PROPOSERS, Case, offer
from nnlab.graph.fixes.connections import best_loss
from nnlab.graph.graph import Edge, Graph, Node
from nnlab.graph.lint import lint
from nnlab.graph.node_adapters import adapter_shapes
from nnlab.graph.targets import accepts, outputs_wanted

__all__ = [
    "DataShape", "Diagnostic", "Fix", "Shapes", "check", "infer", "insert_neutral", "known_shape_reason", "validate",
]  # fmt: skip


@dataclass(frozen=True)
class Shapes:
    """Result of `infer`: shapes without the batch axis by (node id, tensor name), and what is wrong."""

    shapes: Mapping[tuple[str, str], Shape]
    diagnostics: tuple[Diagnostic, ...] = field(default=())

    def __getitem__(self, key: tuple[str, str]) -> Shape:
        return self.shapes[key]

    def get(self, node_id: str, tensor: str) -> Shape | None:
        return self.shapes.get((node_id, tensor))

    def output(self, node: Node) -> Shape | None:
        return self.shapes.get((node.id, node.kind.outputs[0].name)) if node.kind.outputs else None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.is_error)


def infer(graph: Graph) -> Shapes:
    """Shapes of every tensor that can be known, and a diagnostic for every node that cannot work as it is connected.

    A graph never changes, so the answer is kept with it.
    """
    known: tuple[int, Shapes] | None = graph.__dict__.get(_MEMO)
    if known is None or known[0] != operators.version:
        known = (operators.version, _infer(graph))
        graph.__dict__[_MEMO] = known
    return known[1]


_MEMO = "_inferred"


def _infer(graph: Graph) -> Shapes:
    shapes: dict[tuple[str, str], Shape] = {}
    problems: list[Diagnostic] = []
    try:
        order = graph.topological()
    except GraphError as error:
        return Shapes(shapes, (Diagnostic(ERROR, str(error), error.node_id, "cycle"),))
    for node in order:
        kind = node.kind
        edges = graph.inputs(node.id)
        needed = 2 if kind.variadic else len(kind.inputs)
        if len(edges) < needed:
            problems.append(_missing_input(graph, node, needed - len(edges)))
            continue
        incoming = [shapes.get((edge.source, edge.source_port)) for edge in edges]
        if any(shape is None for shape in incoming):
            continue
        try:
            _infer_node(node, kind, [s for s in incoming if s is not None], shapes)
        except GraphError as error:
            problems.append(Diagnostic(ERROR, str(error), node.id, "shape"))
            continue
        if node.adapters:
            try:
                sizes = kind.bind([s for s in incoming if s is not None], node.settings, node.id)
                shapes.update(((node.id, name), shape) for name, shape in adapter_shapes(node, sizes).items())
            except GraphError as error:
                problems.append(Diagnostic(ERROR, str(error), node.id, "adapter"))
    return Shapes(shapes, tuple(problems))


def _missing_input(graph: Graph, node: Node, missing: int) -> Diagnostic:
    connected = {edge.target_port for edge in graph.incoming(node.id)}
    if node.kind.variadic:
        text = f"{node.id} needs at least two inputs; connect {missing} more."
    else:
        names = [name for name in node.kind.input_names if name not in connected]
        text = f"{node.id} has no input: connect a layer to its port {' and '.join(names)}."
    return Diagnostic(ERROR, text, node.id, "missing_input")


def _infer_node(node: Node, kind: Operator, incoming: list[Shape], shapes: dict[tuple[str, str], Shape], name: str = "") -> None:
    """Binds symbols to the incoming shapes and the settings, then resolves every other tensor of the node."""
    rounds = [incoming] if not kind.variadic else [[incoming[0], shape] for shape in incoming[1:]]
    found: Mapping[str, Shape] = {}
    for given in rounds:
        pair = given if not found or not kind.variadic else [found[kind.outputs[0].name], given[1]]
        found = kind.shapes(pair, node.settings, name or node.id)
    shapes.update(((node.id, name), shape) for name, shape in found.items())
    shapes.update(((node.id, name), shape) for name, shape in zip(kind.port_names(len(incoming)), incoming, strict=True))


def validate(graph: Graph, data: DataShape | None = None) -> tuple[Diagnostic, ...]:
    """Every reason why `graph` cannot be trained (on `data`, when given), and warnings; empty when all is well.

    A graph never changes, so the answers, for no data and for the data last asked about, are kept with it.
    """
    known: _Validated | None = graph.__dict__.get(_VALIDATED)
    if known is None or known.version != operators.version:
        known = graph.__dict__[_VALIDATED] = _Validated(graph)
    if data is None:
        return known.alone
    if data != known.data:
        problems = (*known.problems, *_against_data(graph, infer(graph), data))
        known.data, known.on_data = data, _with_fixes(graph, problems, data)
    return known.on_data


class _Validated:
    """What is kept with a graph, of one version of the registered operators."""

    def __init__(self, graph: Graph) -> None:
        self.version, self.problems = operators.version, _problems(graph)
        self.alone = _with_fixes(graph, self.problems, None)
        self.data: DataShape | None = None
        self.on_data: tuple[Diagnostic, ...] = ()


_VALIDATED = "_validated"


def _problems(graph: Graph) -> tuple[Diagnostic, ...]:
    """What is wrong with a graph whatever its data, no fixes offered yet."""
    inferred = infer(graph)
    problems = [*inferred.diagnostics, *_structure(graph)]
    if not any(problem.kind == "cycle" for problem in problems):
        problems.extend(Diagnostic(WARNING, text, node_id, kind) for kind, node_id, text in lint(graph, inferred.shapes))
    return tuple(problems)


def _with_fixes(graph: Graph, problems: tuple[Diagnostic, ...], data: DataShape | None) -> tuple[Diagnostic, ...]:
    return tuple(replace(problem, find_fixes=partial(_fixes, graph, problem, data)) for problem in problems)


def _fixes(graph: Graph, problem: Diagnostic, data: DataShape | None) -> tuple[Fix, ...]:
    case = Case(graph, problem, infer(graph).shapes, data, partial(validate, data=data))
    return offer(case, PROPOSERS[problem.kind])


def check(graph: Graph, data: DataShape | None = None) -> Shapes:
    """`infer`, raising GraphError with the first error if the graph cannot run."""
    for problem in validate(graph, data):
        if problem.is_error:
            raise GraphError(problem.message, problem.node_id)
    return infer(graph)


def _structure(graph: Graph) -> list[Diagnostic]:
    if not graph.nodes:
        return [Diagnostic(ERROR, "The canvas is empty: add an input, a layer and a loss.", kind="empty")]
    problems = []
    if not graph.input_nodes:
        problems.append(Diagnostic(ERROR, "There is no input: add one for the data.", kind="no_input"))
    for extra in graph.input_nodes[1:]:
        text = f"{extra.id} is a second input; a network has exactly one. Remove it and use {graph.input_nodes[0].id}."
        problems.append(Diagnostic(ERROR, text, extra.id, "second_input"))
    if not graph.losses:
        text = "There is no loss: add one after the last layer, so that training can minimise it."
        problems.append(Diagnostic(ERROR, text, kind="no_loss"))
    for extra in graph.losses[1:]:
        text = f"{extra.id} is a second loss beside {graph.losses[0].id}; a network has exactly one. Remove one of them."
        problems.append(Diagnostic(ERROR, text, extra.id, "second_loss"))
    for node in graph.nodes:
        if not node.kind.is_loss and not graph.outgoing(node.id) and len(graph) > 1 and (graph.incoming(node.id) or node.kind.is_input):
            problems.append(Diagnostic(WARNING, f"The output of {node.id} is not used; connect it or remove {node.id}.", node.id, "unread"))
    return problems


def _against_data(graph: Graph, inferred: Shapes, data: DataShape) -> list[Diagnostic]:
    problems: list[Diagnostic] = []
    for entry in graph.input_nodes[:1]:
        given = entry.settings["features"]
        if given != data.features:
            text = f"{entry.id} takes {count(given, 'feature')}, but the data has {data.features}."
            problems.append(Diagnostic(ERROR, text, entry.id, "features"))
    for node in graph.losses[:1]:
        kind, target = node.kind, data.target
        if not accepts(graph, node, target):
            problems.append(_wrong_loss(node, target))
            continue
        shape = inferred.get(node.id, kind.inputs[0].name)
        if shape is None:
            continue
        wanted = outputs_wanted(target, kind.link)
        if shape != (wanted,):
            problems.append(_wrong_width(graph, inferred, node, shape, wanted, target))
    return problems


def _wrong_loss(node: Node, target: Target) -> Diagnostic:
    nature = {
        "continuous": "continuous numbers",
        "binary": "one of two classes",
        "classes": f"one of {target.classes} classes",
    }[target.kind]
    text = f"{node.id} does not fit the target, which is {nature}; use {best_loss(target.kind)}."
    return Diagnostic(ERROR, text, node.id, "wrong_loss")


def _wrong_width(graph: Graph, inferred: Shapes, loss: Node, shape: Shape, wanted: int, target: Target) -> Diagnostic:
    classifies = wanted == target.classes
    what = f"a target of {target.classes} classes" if classifies else f"a target of {count(wanted, 'number')}"
    need = "as many outputs" if not classifies else "one logit per class" if loss.kind.link == "softmax" else "one output per class"
    text = f"{count(shape[-1], 'output') if len(shape) == 1 else show(shape) + ' outputs'} for {what}; {loss.id} needs {need}."
    return Diagnostic(ERROR, text, _layer_before(graph, inferred, loss) or loss.id, "wrong_width")


def _layer_before(graph: Graph, inferred: Shapes, loss: Node) -> str | None:
    """The layer that decides how many outputs reach the loss: back through operators that keep the shape."""
    seen, shape = loss.id, inferred.get(loss.id, loss.kind.inputs[0].name)
    while True:
        edges = graph.incoming(seen)
        if len(edges) != 1 or inferred.get(edges[0].source, edges[0].source_port) != shape:
            return None
        seen = edges[0].source
        if "units" in graph[seen].settings:
            return seen


def insert_neutral(graph: Graph, edge: Edge, operator: str, position: tuple[float, float]) -> Graph:
    """Adds a node in the middle of an edge; a layer that can leave its input as it is starts doing so (Net2Net, Chen et al. 2016)."""
    shape = infer(graph).get(edge.source, edge.source_port)
    neutral = operators[operator].neutral
    return edits.insert_on_edge(graph, edge, operator, position, settings=neutral(shape) if neutral is not None and shape else None)


def known_shape_reason(
    graph: Graph, source: str, target: str, port: str | None = None, called: Callable[[str], str] = str
) -> str | None:
    """Why joining `source` to `target` cannot work, shapes included, in one sentence; None when it can.

    Only problems that the connection itself brings are told, not those that were there before. Asked of every port while a connection is
    drawn, so only `target` is looked at, with what is known of everything before it. `called` says what a node is called where it is shown.
    """
    reason = edits.refusal(graph, source, target, port, called)
    if reason:
        return reason
    known, node = infer(graph), graph[target]
    ports = graph.ports(target)
    incoming = {edge.target_port: known.get(edge.source, edge.source_port) for edge in graph.incoming(target)}
    port = port or next((p for p in ports if p not in incoming), ports[0])
    incoming[port] = known.output(graph[source])
    shapes = [incoming[p] for p in ports if p in incoming]
    if len(shapes) < (2 if node.kind.variadic else len(node.kind.inputs)) or any(shape is None for shape in shapes):
        return None  # other ports are still free, or what comes before is not known
    given = [shape for shape in shapes if shape is not None]
    try:
        _infer_node(node, node.kind, given, {})
    except GraphError as error:
        if any(d.message == str(error) for d in known.errors):
            return None
        return _in_words(node, given, called) or str(error)
    return None


def _in_words(node: Node, given: list[Shape], called: Callable[[str], str]) -> str:
    """What is wrong with the shapes at a node, under the name it has where it is shown."""
    try:
        _infer_node(node, node.kind, given, {}, called(node.id))
    except GraphError as error:
        return str(error)
    return ""
