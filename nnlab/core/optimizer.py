"""What an optimiser is: an update kernel over one parameter tensor at a time, with its moments.

The kernel's arguments are `parameter`, `gradient`, `learning_rate`, the declared settings and the declared moments (each as
long as the parameter, or one number). Names, defaults and rules are PyTorch's.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nnlab.core.explanation import Explanation
from nnlab.core.kernel import Adapter, Argument, adapter
from nnlab.core.kernel.context import CONTEXT_ARGUMENTS
from nnlab.core.registry import Registry
from nnlab.core.setting import Setting

LEARNING_RATE = Setting(
    "learning_rate", 1e-3, "Learning rate", "How far each update moves against the gradient", minimum=0.0, maximum=1e3, logarithmic=True
)

CLIP_NORM = Setting(
    "clip_norm", 0.0, "Clip norm", "Longest gradient over all parameters together; longer ones are shortened; 0: no limit", minimum=0.0
)


@dataclass(frozen=True)
class Moment:
    """State an optimiser keeps for every parameter tensor: a vector as long as it, or one number."""

    name: str
    single: bool = False


@dataclass(frozen=True, eq=False)
class Optimizer:
    name: str
    title: str
    update: Any
    settings: tuple[Setting, ...] = ()
    moments: tuple[Moment, ...] = ()
    formula: str = ""
    explain_update: tuple[Explanation, ...] = ()

    @property
    def all_settings(self) -> tuple[Setting, ...]:
        """Its own settings and those every optimiser has."""
        return (*self.settings, CLIP_NORM)

    @cached_property
    def update_adapter(self) -> Adapter:
        scalars = {"learning_rate", *(s.name for s in self.settings)}
        vectors = {"parameter", "gradient", *(m.name for m in self.moments)}

        def argument(name: str) -> Argument:
            if name in vectors:
                return Argument(name, ("size",))
            if name in scalars:
                return Argument(name, kind="scalar")
            if name in CONTEXT_ARGUMENTS:
                return Argument(name, kind="context")
            raise ValueError(f"Optimiser {self.name}: its kernel asks for {name!r}, which is no setting, moment or word of the run.")

        return adapter(self.update, tuple(argument(n) for n in inspect.signature(self.update.py_func).parameters))


optimizers: Registry[Optimizer] = Registry("optimiser", "nnlab.optimizers")


def register(optimizer: Optimizer) -> Optimizer:
    return optimizers.add(optimizer)
