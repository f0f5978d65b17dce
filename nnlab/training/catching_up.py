"""A run that joins later begins at iteration 0 and catches up: with what its project's own run was trained with on the way.

Learning rates are known to the iteration, so the later run has each of them for the same iterations. What else was changed on the way, the
network or its data for one, is not gone through again; from which iteration on both are alike is said instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from nnlab.core.errors import NNLabError
from nnlab.training.project import Project


@dataclass(frozen=True)
class Way:
    """`rates`: (iteration, learning rate from there on), the first at 0. `alike_from`: the iteration before which the project's own run was
    another network, or trained otherwise; 0 where it never was."""

    rates: tuple[tuple[int, float], ...] = ()
    alike_from: int = 0


def way_of(past: Sequence[tuple[int, Project]], until: int, derive: Callable[[Project], Project], own: Project) -> Way:
    """The way of the run of `own`, which `derive` makes of the project: that was trained as `past` says (see `Reach`) up to `until`."""
    rates: list[tuple[int, float]] = []
    alike_from = 0
    known = [(at, project) for at, project in past if at <= until]
    for k, (at, project) in enumerate(known):
        try:
            then = derive(project)
        except NNLabError:
            then = project  # it was none that this could have been made of
        is_alike = _trained_alike(then, own)
        rate = then.training.learning_rate if is_alike else own.training.learning_rate
        if not is_alike:
            alike_from = known[k + 1][0] if k + 1 < len(known) else until
        if not rates or rates[-1][1] != rate:
            rates.append((at, rate))
    if len(rates) < 2 and (not rates or rates[0][1] == own.training.learning_rate):
        return Way((), alike_from)
    return Way(((0, rates[0][1]), *rates[1:]), alike_from)


def _trained_alike(then: Project, own: Project) -> bool:
    """Whether nothing but the learning rate, and what is no part of training, differs."""
    training = replace(then.training, learning_rate=own.training.learning_rate, epochs=own.training.epochs)
    return (then.graph, then.data, training, then.initial) == (own.graph, own.data, own.training, own.initial)
