"""What can be wrong with a graph, as values: a diagnostic in words, and the fixes a good colleague would offer.

Looking for fixes costs more than finding the problem, since each is tried before it is offered. A diagnostic therefore carries the way to
its fixes, and walks it when somebody asks for the first time: training that resumes after an edit never pays for buttons nobody sees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from nnlab.core.dataset import Target
from nnlab.graph.graph import Graph

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Fix:
    """A change that remedies a diagnostic.

    `label` stands on a button beside the problem, where "here" is understood; `name` says the same in the undo history, where it is not.
    `outlook` tells in words what changes and what will be left to do.
    """

    label: str
    apply: Callable[[Graph], Graph] = field(compare=False)
    step: str = ""
    outlook: str = ""

    @property
    def name(self) -> str:
        return self.step or self.label


def _none() -> tuple[Fix, ...]:
    return ()


@dataclass(frozen=True)
class Diagnostic:
    """One thing that is wrong. `kind` is what it is, for programs ("missing_input"); `message` says it to people."""

    severity: str  # "error": the graph cannot run; "warning": it runs, but probably not as meant
    message: str
    node_id: str | None = None
    kind: str = ""
    find_fixes: Callable[[], tuple[Fix, ...]] = field(default=_none, compare=False, repr=False)
    setting: str = ""  # of the training, under whose field it is told, too

    @cached_property
    def fixes(self) -> tuple[Fix, ...]:
        """What would remedy it, best first; each was tried on the graph this was said of."""
        return self.find_fixes()

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR


@dataclass(frozen=True)
class DataShape:
    """What the graph needs to know of its data."""

    features: int
    target: Target


def count(number: object, noun: str) -> str:
    """A number with its noun: "1 unit", "3 units"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
