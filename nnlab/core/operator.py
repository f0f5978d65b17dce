"""What an operator is: one file declares tensors, settings and two kernels; everything else follows from it.

From the declaration come the palette entry, the inspector's form, the shape check, the machine's instruction, the
stepper's formula, the gradient check and the storage. The kernels' argument names are the contract: an input, output,
parameter, saved tensor or setting by its name, `d_name` for the gradient of `name`, `target` for the data's target,
and `iteration`, `seed`, `training` for the run's own words. Gradients accumulate with +=.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nnlab.core.explanation import Explanation
from nnlab.core.kernel import Adapter, Argument, adapter
from nnlab.core.kernel.context import CONTEXT_ARGUMENTS
from nnlab.core.registry import Registry
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Parameter, Tensor

CATEGORIES = ("Data", "Layers", "Activations", "Normalisation", "Merge", "Losses")


@dataclass(frozen=True, eq=False)
class Operator:
    """An operator as registered.

    `target_kinds` makes it a loss: the kinds of target it accepts; `link` then turns its input into predictions ("identity",
    "sigmoid" or "softmax"). `variadic` operators take two or more inputs and are associative: the compiler folds
    them into a chain of two-input instructions. `skippable` names tensors whose gradient the backward
    kernel leaves out when its view is empty (nobody needs it).
    """

    name: str
    title: str
    category: str
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    saved: tuple[Tensor, ...] = ()
    settings: tuple[Setting, ...] = ()
    target: Tensor | None = None
    forward: Any = None
    backward: Any = None
    variadic: bool = False
    skippable: tuple[str, ...] = ()
    target_kinds: tuple[str, ...] = ()
    link: str = "identity"
    summary: Callable[[Mapping[str, Value]], str] = field(default=lambda settings: "")
    formula: str = ""  # LaTeX, for the inspector and the documentation
    explain_forward: tuple[Explanation, ...] = ()
    explain_backward: tuple[Explanation, ...] = ()

    @property
    def is_loss(self) -> bool:
        return bool(self.target_kinds)

    @property
    def is_input(self) -> bool:
        return not self.inputs

    @property
    def is_elementwise(self) -> bool:
        """One input of any shape to one output of the same shape, without parameters: may be docked on a layer's card."""
        return (
            len(self.inputs) == 1 and not self.variadic and not self.parameters and not self.is_loss
            and len(self.outputs) == 1 and self.inputs[0].shape == self.outputs[0].shape and "..." in self.inputs[0].shape
        )  # fmt: skip

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Every declared tensor by name, the target included."""
        target = (self.target,) if self.target is not None else ()
        return {t.name: t for t in (*self.inputs, *self.parameters, *target, *self.outputs, *self.saved)}

    @property
    def input_names(self) -> tuple[str, ...]:
        return tuple(t.name for t in self.inputs)

    def port_names(self, count: int) -> tuple[str, ...]:
        """Names of `count` inputs: the declared ones, then for a variadic operator the letters that follow."""
        names = list(self.input_names)
        while self.variadic and len(names) < count:
            names.append(chr(ord("a") + len(names)) if len(names) < 26 else f"input_{len(names)}")
        return tuple(names)

    @cached_property
    def forward_adapter(self) -> Adapter:
        return adapter(self.forward, self._arguments(self.forward))

    @cached_property
    def backward_adapter(self) -> Adapter:
        return adapter(self.backward, self._arguments(self.backward))

    def _arguments(self, kernel: Any) -> tuple[Argument, ...]:
        return tuple(self._argument(name) for name in inspect.signature(kernel.py_func).parameters)

    def _argument(self, name: str) -> Argument:
        tensors = self.tensors
        if name in tensors:
            return Argument(name, tensors[name].view_axes)
        if name.startswith("d_") and name[2:] in tensors:
            return Argument(name, tensors[name[2:]].view_axes)
        if any(setting.name == name for setting in self.settings):
            return Argument(name, kind="scalar")
        if name in CONTEXT_ARGUMENTS:
            return Argument(name, kind="context")
        raise ValueError(f"Operator {self.name}: its kernel asks for {name!r}, which is no tensor, setting or word of the run.")


operators: Registry[Operator] = Registry("operator", "nnlab.operators")


def register(operator: Operator) -> Operator:
    """Adds an operator to the registry; every view of the project finds it there."""
    return operators.add(operator)
