"""What a schedule is: a kernel that works out the learning rate of an update, run once before the parameters are updated.

The kernel's arguments are `learning_rate` (the one chosen, from which a schedule starts), the declared settings and moments (one
number each), words of the run (`iteration`, the updates done so far; `epoch`; `rows`, `batch_start`, `samples`), `loss`, the loss of the
batch, and `rate`, to which it writes. Names, defaults and rules are those of torch.optim.lr_scheduler, its `step` being called after every
update unless the schedule says otherwise.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation
from nnlab.core.kernel import Adapter, Argument, adapter
from nnlab.core.kernel.context import CONTEXT_ARGUMENTS
from nnlab.core.optimizer import Moment
from nnlab.core.registry import Registry
from nnlab.core.setting import Setting, Value

CONSTANT = "constant"  # the schedule without a kernel


@dataclass(frozen=True, eq=False)
class Schedule:
    """A schedule as registered. Without `update` the learning rate stays as it is."""

    name: str
    title: str
    description: str  # one sentence
    update: Any = None
    settings: tuple[Setting, ...] = ()
    moments: tuple[Moment, ...] = ()
    highest: Callable[[float, Mapping[str, Value]], float] = lambda rate, settings: rate  # the greatest rate it ever gives
    doubt: Callable[[float, Mapping[str, Value]], Doubt | None] = lambda rate, settings: None  # as `Optimizer.doubt`
    span: Callable[[Mapping[str, Value]], int] = lambda settings: 0  # updates it takes to do what it is for; 0: none in particular
    formula: str = ""
    explain: tuple[Explanation, ...] = ()

    @cached_property
    def update_adapter(self) -> Adapter:
        tensors = {"rate", "loss", *(m.name for m in self.moments)}
        scalars = {"learning_rate", *(s.name for s in self.settings)}

        def argument(name: str) -> Argument:
            if name in tensors:
                return Argument(name, ("size",))
            if name in scalars:
                return Argument(name, kind="scalar")
            if name in CONTEXT_ARGUMENTS:
                return Argument(name, kind="context")
            raise ValueError(f"Schedule {self.name}: its kernel asks for {name!r}, which is not a setting, a moment or a value of the run.")

        return adapter(self.update, tuple(argument(n) for n in inspect.signature(self.update.py_func).parameters))


schedules: Registry[Schedule] = Registry("schedule", "nnlab.schedules")


def register(schedule: Schedule) -> Schedule:
    return schedules.add(schedule)
