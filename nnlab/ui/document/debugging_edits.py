"""Edits of what the project is debugged with: each is one undoable step that says what it sets or takes away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.watched_formula import WatchedFormula
from nnlab.graph import docking, edits
from nnlab.graph.graph import Graph
from nnlab.training.debugging import Debugging
from nnlab.ui.document.document import Document


def toggle_breakpoint(document: Document, place: Breakpoint) -> bool:
    """Sets a breakpoint, or takes away the one that is there; whether there is one now. Raises NNLabError when there are too many."""
    debugging = document.project.debugging
    is_new = debugging.find(place) is None
    words = breakpoint_words(place, document.graph)
    _edit(document, f"{'Set' if is_new else 'Remove'} breakpoint: {words}", debugging.toggled(place))
    return is_new


def change_breakpoint(document: Document, place: Breakpoint, change: Callable[[Breakpoint], Breakpoint], label: str) -> None:
    """Another breakpoint in the same place: switched on or off, or stopping from another time on."""
    words = breakpoint_words(place, document.graph)
    _edit(document, f"{label}: {words}", document.project.debugging.changed(place, change))


def remove_breakpoints(document: Document) -> None:
    """Takes all of them away."""
    _edit(document, "Remove all breakpoints", replace(document.project.debugging, breakpoints=(), conditions=()))


def set_condition(document: Document, text: str, before: str = "") -> None:
    """Training stops when this becomes true, in place of what stood there `before`. Raises NNLabError for what cannot be."""
    debugging, condition = document.project.debugging, StopCondition(text)
    known = debugging.conditions
    if before:
        changed = tuple(replace(each, text=condition.text) if each.text == before else each for each in known)
    else:
        changed = (*known, condition)
    _edit(document, f"Stop when {condition.text}", replace(debugging, conditions=changed))


def switch_condition(document: Document, text: str, is_on: bool) -> None:
    debugging = document.project.debugging
    changed = tuple(replace(each, is_on=is_on) if each.text == text else each for each in debugging.conditions)
    _edit(document, f"Switch {'on' if is_on else 'off'}: stop when {text}", replace(debugging, conditions=changed))


def set_condition_times(document: Document, text: str, times: int) -> None:
    """It stops from this time on that it becomes true."""
    debugging = document.project.debugging
    changed = tuple(replace(each, times=times) if each.text == text else each for each in debugging.conditions)
    _edit(document, f"Stop from time {times}: {text}", replace(debugging, conditions=changed))


def remove_condition(document: Document, text: str) -> None:
    debugging = document.project.debugging
    left = tuple(each for each in debugging.conditions if each.text != text)
    _edit(document, f"Remove: stop when {text}", replace(debugging, conditions=left))


def add_watch(document: Document, text: str) -> None:
    """Watches a formula. Raises NNLabError for what is none, or is watched already."""
    debugging, watch = document.project.debugging, WatchedFormula(text)
    _edit(document, f"Watch {watch.text}", replace(debugging, watches=(*debugging.watches, watch)))


def change_watch(document: Document, text: str, change: Callable[[WatchedFormula], WatchedFormula], label: str) -> None:
    """Another formula in its place, or the same in another number format. Raises NNLabError as `add_watch`."""
    debugging = document.project.debugging
    changed = tuple(change(each) if each.text == text else each for each in debugging.watches)
    _edit(document, label, replace(debugging, watches=changed))


def remove_watch(document: Document, text: str) -> None:
    debugging = document.project.debugging
    _edit(document, f"Watch {text} no more", replace(debugging, watches=tuple(w for w in debugging.watches if w.text != text)))


def watch_texts(tensor: str, index: tuple[int, ...] = ()) -> tuple[str, ...]:
    """What of a tensor can be watched: the element, if an index is given, and what becomes of all its numbers."""
    element = (f"{tensor}[{', '.join(map(str, index))}]",) if index else ()
    return (*element, *(f"{reduction}({tensor})" for reduction in ("norm", "mean", "min", "max")))


def rename(document: Document, node_id: str, name: str) -> None:
    """Gives a node another name, also where it is debugged. Raises NNLabError for a name that cannot be."""
    project = document.project
    graph = edits.rename_node(project.graph, node_id, name)
    document.edit(f"Rename {node_id}", replace(project, graph=graph, debugging=project.debugging.renamed(node_id, name)))


def breakpoint_words(place: Breakpoint, graph: Graph) -> str:
    """What it stops at: tanh in dense_1, backward, neuron 4."""
    parts = [node_words(place.node, graph)] if place.node else ["start of the phase"]
    parts += [place.phase] if place.phase else []
    parts += [f"neuron {place.unit + 1}"] if place.unit is not None else []
    return ", ".join(parts) if place.node else f"{place.phase}, first operation"


def node_words(node_id: str, graph: Graph) -> str:
    """A node as people call it: tanh in dense_1."""
    host = docking.host(graph, node_id) if node_id in graph else None
    return f"{graph[node_id].kind.title} in {host}" if host is not None else node_id


def _edit(document: Document, label: str, debugging: Debugging) -> None:
    document.edit(label, replace(document.project, debugging=debugging))
