"""Fixes for shapes that do not fit: another number of axes, operands of different width, a setting that has no room.

What to propose follows from the operator's declared shapes, never from its name, so that an operator added later gets its fixes for free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import prod

from nnlab.core.tensor import Shape, Tensor, is_dots, show
from nnlab.graph import edits
from nnlab.graph.diagnostic import Fix
from nnlab.graph.fixes.building import OperatorSpec, configured, image_of, insert_chain, setting_title, width_setting, written
from nnlab.graph.fixes.case import Case, Proposer, Removal
from nnlab.graph.fixes.endings import reach
from nnlab.graph.graph import Edge, Graph


def shape(case: Case) -> Iterator[Fix]:
    """Settings that have no room, axes too many or too few, operands that differ; last of all, doing without the node."""
    node, edges = case.node, case.graph.inputs(case.node.id)
    yield from _settings(case)
    if node.kind.is_loss:
        yield from _before_loss(case, edges[0])
    yield from _axes(case, edges)
    if all(tensor.symbols == ("...",) for tensor in node.kind.inputs) and len(edges) > 1:
        yield from _equal(case, edges)
    elif len(edges) == 2 and not node.kind.variadic:
        yield from _operands(case, edges)
    if len(edges) > 2:
        for edge in edges:
            cut = partial(edits.disconnect, edge=edge)
            yield Removal(f"Disconnect {edge.source}", cut, f"Disconnect {edge.source} from {node.id}")
    if not node.kind.is_loss:
        yield Removal(f"Remove {node.id}, join neighbours", partial(edits.bypass_node, node_id=node.id), f"Remove {node.id}")
    yield Removal(f"Remove {node.id}", partial(edits.remove_nodes, node_ids=[node.id]))


def _before_loss(case: Case, edge: Edge) -> Iterator[Fix]:
    have = case.shape(edge)
    if have is not None and case.outputs is not None:
        yield from reach(case, edge, (case.outputs,))


def _settings(case: Case) -> Iterator[Fix]:
    """A setting back to where it fits: the image's size for a window, any shape that holds the numbers, else its default."""
    node, title = case.node, setting_title
    edges = case.graph.inputs(node.id)
    have = case.shape(edges[0]) if edges else None
    values: list[tuple[str, object, str]] = []
    if "kernel_size" in node.settings and have is not None and len(have) == 3:
        size, padding = int(node.settings["kernel_size"]), int(node.settings["padding"])
        if size > min(have[1:]) + 2 * padding:
            values.append(("kernel_size", min(have[1:]) + 2 * padding, ""))
        values.append(("padding", size // 2, ""))
        values.append(("padding", -(-(size - min(have[1:])) // 2), ""))
    if "shape" in node.settings and have is not None:
        image = image_of(prod(have))
        values += [("shape", written(wanted), "") for wanted in (image, (prod(have),)) if wanted is not None]
    values += [(s.name, s.default, "back ") for s in node.kind.settings if node.settings[s.name] != s.default]
    for name, value, back in values:
        what = f"Clear {title(case.graph, node.id, name)}" if value == "" else f"Set {title(case.graph, node.id, name)} {back}to {value}"
        yield Fix(what, configured(node.id, **{name: value}), f"{what} in {node.id}")


def _axes(case: Case, edges: tuple[Edge, ...]) -> Iterator[Fix]:
    """Every input that has too many axes is flattened, every one that has too few is given another shape; all of them at once."""
    declared = case.node.kind.inputs
    changes: list[tuple[Edge, OperatorSpec]] = []
    for place, edge in enumerate(edges):
        have, tensor = case.shape(edge), declared[min(place, len(declared) - 1)]
        if have is None:
            return
        step = _reshaped(have, tensor, is_second=place > 0)
        if step is not None:
            changes.append((edge, step))
    if changes:
        label = "Add a flatten" if changes[0][1][0] == "flatten" else f"Add a reshape to {changes[0][1][1]['shape']}"
        yield Fix(label, _inserting(changes), f"{label} before {case.node.id}")
    if case.node.kind.variadic and len(edges) > 1:
        many: list[tuple[Edge, OperatorSpec]] = [(edge, ("flatten", {})) for edge in edges if len(case.shape(edge) or ()) > 1]
        if many:
            yield Fix("Add a flatten" if len(many) == 1 else "Flatten every input", _inserting(many), f"Flatten before {case.node.id}")


def _reshaped(have: Shape, tensor: Tensor, is_second: bool) -> OperatorSpec | None:
    """The operator that gives a tensor the number of axes its reader declares; None where it has it."""
    symbols = [symbol for symbol in tensor.symbols if symbol != "batch"]
    exact = not any(is_dots(symbol) for symbol in symbols)
    axes = sum(not is_dots(symbol) for symbol in symbols)
    if len(have) == axes or (not exact and len(have) > axes):
        return None
    if axes == 1:
        return "flatten", {}
    if axes == 3:
        image = image_of(have[0]) if len(have) == 1 else (1, *have) if len(have) == 2 else (prod(have[:-2]), *have[-2:])
        return ("reshape", {"shape": written(image)}) if image is not None else None
    if len(have) > axes:
        return "reshape", {"shape": written((prod(have[: len(have) - axes + 1]), *have[len(have) - axes + 1 :]))}
    ones = (1,) * (axes - len(have))
    return "reshape", {"shape": written((*have, *ones) if is_second else (*ones, *have))}


def _equal(case: Case, edges: tuple[Edge, ...]) -> Iterator[Fix]:
    """Operands of equal shape: the others follow the shape most of them have; with two, either may follow."""
    shapes = {edge: case.shape(edge) for edge in edges}
    known = [s for s in shapes.values() if s is not None]
    if len(known) < len(edges):
        return
    for want, _ in Counter(known).most_common(2):
        ways = [list(_towards(case, edge, have, want)) for edge, have in shapes.items() if have is not None and have != want]
        if len(ways) == 1:
            yield from ways[0]
        elif all(ways):
            firsts = [way[0] for way in ways]
            together = _one_after_another([fix.apply for fix in firsts])
            yield Fix(f"Give all inputs the shape {show(want)}", together, f"Equal shapes for {case.node.id}")


def _towards(case: Case, edge: Edge, have: Shape, want: Shape) -> Iterator[Fix]:
    """Ways to make a tensor of another shape flow along an edge, those that add nothing first."""
    found = width_setting(case, edge)
    step = f"Match {edge.source} to {show(want)}"
    if found is not None:
        node, name = found
        length = want[0] if name == "filters" else want[-1]
        title = setting_title(case.graph, node, name)
        yield Fix(f"Set {title}{case.here(node)} to {length}", configured(node, **{name: length}), f"Set {title} of {node} to {length}")
        if name == "filters" and "padding" in case.graph[node].settings:
            size = int(case.graph[node].settings["kernel_size"])
            keeping = {"filters": length, "stride": 1, "padding": (size - 1) // 2}
            yield Fix(f"Keep the image size in {node}", configured(node, **keeping), step)
    if have[:-1] == want[:-1]:
        yield Fix(f"Add dense {want[-1]} after {edge.source}", _inserting([(edge, ("dense", {"units": want[-1]}))]), step)
    if len(have) == len(want) == 3 and have[1:] == want[1:]:
        one: OperatorSpec = ("conv2d", {"filters": want[0], "kernel_size": 1})
        yield Fix(f"Add a 1 × 1 convolution of {want[0]} after {edge.source}", _inserting([(edge, one)]), step)
    if prod(have) == prod(want):
        yield Fix(f"Reshape {edge.source} to {written(want)}", _inserting([(edge, ("reshape", {"shape": written(want)}))]), step)
    if len(have) > 1 and len(want) == 1:
        layers: tuple[OperatorSpec, ...] = (("flatten", {}), ("dense", {"units": want[0]}))
        yield Fix(f"Flatten {edge.source} into {want[0]} units", partial(insert_chain, edge=edge, steps=layers), step)


def _operands(case: Case, edges: tuple[Edge, ...]) -> Iterator[Fix]:
    """Two operands with axes in common, such as the rows and columns of a matrix product: turn one round, or make one as long as needed."""
    left, right = (case.shape(edge) for edge in edges)
    if left is None or right is None or len(left) < 2 or len(right) < 2:
        return
    for edge in reversed(edges):
        yield Fix(f"Add a transpose after {edge.source}", _inserting([(edge, ("transpose", {}))]), f"Transpose {edge.source}")
    found = width_setting(case, edges[0])
    if found is not None:
        title = setting_title(case.graph, *found)
        yield Fix(
            f"Set {title}{case.here(found[0])} to {right[-2]}", configured(found[0], **{found[1]: right[-2]}),
            f"Set {title} of {found[0]} to {right[-2]}",
        )  # fmt: skip
    layer: OperatorSpec = ("dense", {"units": right[-2]})
    yield Fix(f"Add dense {right[-2]} after {edges[0].source}", _inserting([(edges[0], layer)]), f"Match {edges[0].source}")


def _inserting(changes: Sequence[tuple[Edge, OperatorSpec]]) -> Callable[[Graph], Graph]:
    def insert(graph: Graph) -> Graph:
        for edge, step in changes:
            graph = insert_chain(graph, edge, (step,))
        return graph

    return insert


def _one_after_another(changes: Sequence[Callable[[Graph], Graph]]) -> Callable[[Graph], Graph]:
    def apply(graph: Graph) -> Graph:
        for change in changes:
            graph = change(graph)
        return graph

    return apply


PROPOSERS: dict[str, Proposer] = {"shape": shape}
