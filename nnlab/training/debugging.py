"""What a person debugs a network with, as a part of the project: where stepping stops, when training does, what is to be predicted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.question import MOST_QUESTIONS, Question
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.watched_formula import WatchedFormula

MOST_BREAKPOINTS = 256
MOST_CONDITIONS = 32
MOST_WATCHES = 32


@dataclass(frozen=True)
class Debugging:
    """Compares by value. Nothing that is computed depends on it. It may name what the graph no longer has."""

    breakpoints: tuple[Breakpoint, ...] = ()
    conditions: tuple[StopCondition, ...] = ()
    exercise: tuple[Question, ...] = ()  # what is to be predicted
    watches: tuple[WatchedFormula, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "breakpoints", tuple(self.breakpoints))
        if len(self.breakpoints) > MOST_BREAKPOINTS:
            raise NNLabError(f"A project holds at most {MOST_BREAKPOINTS} breakpoints; delete some first.")
        object.__setattr__(self, "conditions", tuple(self.conditions))
        if len(self.conditions) > MOST_CONDITIONS:
            raise NNLabError(f"A project holds at most {MOST_CONDITIONS} conditions to stop at; delete some first.")
        repeated = _repeated([condition.text for condition in self.conditions])
        if repeated is not None:
            raise NNLabError(f"There is a condition {repeated!r} already.")
        object.__setattr__(self, "watches", tuple(self.watches))
        if len(self.watches) > MOST_WATCHES:
            raise NNLabError(f"A project watches at most {MOST_WATCHES} formulas; remove some first.")
        repeated = _repeated([watch.text for watch in self.watches])
        if repeated is not None:
            raise NNLabError(f"{repeated} is watched already.")
        if len(self.exercise) > MOST_QUESTIONS:
            raise NNLabError(f"An exercise holds at most {MOST_QUESTIONS} questions; remove some first.")

    def find(self, place: Breakpoint) -> Breakpoint | None:
        """The breakpoint of this place."""
        return next((each for each in self.breakpoints if each.place == place.place), None)

    def toggled(self, place: Breakpoint) -> Debugging:
        """With a breakpoint at this place, or without the one that is there."""
        known = self.find(place)
        if known is None:
            return replace(self, breakpoints=(*self.breakpoints, place))
        return replace(self, breakpoints=tuple(each for each in self.breakpoints if each is not known))

    def changed(self, place: Breakpoint, change: Callable[[Breakpoint], Breakpoint]) -> Debugging:
        """With the breakpoint of this place as `change` makes it."""
        return replace(self, breakpoints=tuple(change(each) if each.place == place.place else each for each in self.breakpoints))

    def renamed(self, node: str, name: str) -> Debugging:
        """What stopped at a node, or asked about it, does so under its new name."""
        questions = tuple(
            replace(q, node=name, parameter=name + q.parameter.removeprefix(node) if q.parameter else "") if q.node == node else q
            for q in self.exercise
        )
        return replace(
            self, breakpoints=tuple(replace(b, node=name) if b.node == node else b for b in self.breakpoints), exercise=questions
        )


def _repeated(texts: Sequence[str]) -> str | None:
    """The first that was there before."""
    return next((text for place, text in enumerate(texts) if text in texts[:place]), None)
