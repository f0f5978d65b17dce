"""What an optimiser is: an update kernel over one parameter tensor at a time, with its moments.

The kernel's arguments are `parameter`, `gradient`, `learning_rate`, the declared settings and the declared moments (each as
long as the parameter, or one number). Names, defaults and rules are PyTorch's.

An optimiser for matrices (Muon) sees `parameter` and `gradient` as (rows, columns), further axes of a convolution counting as
columns; a parameter with one axis is left to the optimiser it names in `others`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation
from nnlab.core.fault import Fault
from nnlab.core.kernel import Adapter, Argument, adapter
from nnlab.core.kernel.context import CONTEXT_ARGUMENTS
from nnlab.core.registry import Registry
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Shape

LEARNING_RATE = Setting(
    "learning_rate", 1e-3, "Learning rate", "Size of every step against the gradient", minimum=0.0, maximum=1e3, logarithmic=True
)

CLIP_NORM = Setting(
    "clip_norm",
    0.0,
    "Clip norm",
    "Largest norm of the gradient over all parameters; a longer gradient is scaled down to it; 0: no limit",
    minimum=0.0,
)
CLIP_VALUE = Setting(
    "clip_value", 0.0, "Clip value", "Largest absolute value of a gradient element; larger ones are clipped, before the norm; 0: no limit",
    minimum=0.0,
)  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """State an optimiser keeps for every parameter tensor.

    `shape` is "parameter" (as long as it), "one" (a single number) or, for matrices, a row of the symbols rows, columns, short (the
    smaller of both) and long. It starts at `initial`, or at the setting that is named ("setting:initial_accumulator_value").
    `scratch`: room to work in, which is not part of a run's state.
    """

    name: str
    shape: str = "parameter"
    initial: str | float = 0.0
    scratch: bool = False

    def lengths(self, parameter: Shape) -> Shape:
        """The shape of this moment for a parameter of the given shape."""
        if self.shape == "parameter":
            return parameter
        if self.shape == "one":
            return (1,)
        rows, columns = matrix_shape(parameter)
        named = {"rows": rows, "columns": columns, "short": min(rows, columns), "long": max(rows, columns)}
        return tuple(named[symbol] for symbol in self.shape.split())

    def start(self, settings: Mapping[str, Value]) -> float:
        """The value it starts at."""
        if isinstance(self.initial, str):
            return float(settings[self.initial.removeprefix("setting:")])
        return self.initial


def matrix_shape(shape: Shape) -> tuple[int, int]:
    """A parameter's shape as (rows, columns): all axes behind the first are columns."""
    return shape[0], prod(shape[1:])


@dataclass(frozen=True, eq=False)
class Optimizer:
    name: str
    title: str
    update: Any
    settings: tuple[Setting, ...] = ()
    moments: tuple[Moment, ...] = ()
    formula: str = ""
    explain_update: tuple[Explanation, ...] = ()
    matrices: bool = False  # sees (rows, columns), and only parameters with at least two axes
    # Its kernel looks at every element alone, and at moments that are one number, so that two threads can take half of a parameter each.
    elements_apart: bool = False
    others: str = ""  # for matrices: the optimiser of all other parameters
    # Of the rate at which a learning-rate test finds the loss lowest, the share to train with; docs/decisions/learning-rate-finder.md.
    rate_share: float = 0.1
    # Whether with these settings, the learning rate among them, a moderate gradient (all together below 1e10) always leaves finite
    # weights finite. The machine then looks after the update only where it must; what is not known to be bounded is checked, and
    # kept a copy of, at every step.
    bounded: Callable[[Mapping[str, Value]], bool] = lambda settings: False
    # What in its settings, at this learning rate, certainly does not do what it is for; None: nothing.
    doubt: Callable[[float, Mapping[str, Value]], Doubt | None] = lambda rate, settings: None
    # Why a weight with this gradient became NaN or infinite; None: the step was too long.
    fault: Callable[[float, Mapping[str, Value]], Fault | None] = lambda gradient, settings: None

    @property
    def all_settings(self) -> tuple[Setting, ...]:
        """Its own settings, those of the optimiser of the other parameters, and those every optimiser has."""
        own = {setting.name for setting in self.settings}
        others = tuple(s for s in optimizers[self.others].settings if s.name not in own) if self.others else ()
        return (*self.settings, *others, CLIP_VALUE, CLIP_NORM)

    def for_shape(self, shape: Shape) -> Optimizer:
        """The optimiser that updates a parameter of this shape."""
        return optimizers[self.others] if self.matrices and len(shape) < 2 else self

    def view_sizes(self, argument: str, shape: Shape) -> Shape:
        """The lengths of the kernel's view of `argument` for a parameter of `shape`."""
        moment = next((m for m in self.moments if m.name == argument), None)
        if moment is not None and moment.shape != "parameter":
            return moment.lengths(shape)
        return matrix_shape(shape) if self.matrices else (prod(shape),)

    @cached_property
    def update_adapter(self) -> Adapter:
        scalars = {"learning_rate", *(s.name for s in self.settings)}
        whole: tuple[str, ...] = ("size", "size") if self.matrices else ("size",)
        tensors = {"parameter": whole, "gradient": whole}
        for moment in self.moments:
            tensors[moment.name] = whole if moment.shape == "parameter" else tuple("size" for _ in moment.shape.split())

        def argument(name: str) -> Argument:
            if name in tensors:
                return Argument(name, tensors[name])
            if name in scalars:
                return Argument(name, kind="scalar")
            if name in CONTEXT_ARGUMENTS:
                return Argument(name, kind="context")
            raise ValueError(
                f"Optimiser {self.name}: its kernel asks for {name!r}, which is not a setting, a moment or a value of the run."
            )

        return adapter(self.update, tuple(argument(n) for n in inspect.signature(self.update.py_func).parameters))


optimizers: Registry[Optimizer] = Registry("optimiser", "nnlab.optimizers")


def register(optimizer: Optimizer) -> Optimizer:
    return optimizers.add(optimizer)
