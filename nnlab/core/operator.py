"""What an operator is: one file declares tensors, settings and two kernels; everything else follows from it.

From the declaration come the palette entry, the inspector's form, the shape check, the machine's instruction, the
stepper's formula, the gradient check and the storage. The kernels' argument names are the contract: an input, output,
parameter, saved tensor, buffer, constant or setting by its name, `d_name` for the gradient of `name`, `target` for the data's
target, `iteration`, `seed`, `training` for the run's own words, and `stream` for a number of the node's own (random numbers).
`half` is 0, or 1 or 2 where two threads share the work: the kernel then writes only its half of every gradient. Gradients accumulate
with +=. A kernel that also asks for `first_d_x` must write d_x without reading it when that is 1: the place
then need not be zeroed before, which large or very frequent operators gain from.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nnlab.core.doubt import Doubt
from nnlab.core.errors import GraphError
from nnlab.core.explanation import Explanation
from nnlab.core.fault import Fault
from nnlab.core.kernel import Adapter, Argument, adapter
from nnlab.core.kernel.context import CONTEXT_ARGUMENTS
from nnlab.core.registry import Registry
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Constant, Parameter, Shape, Sizes, Tensor

Bounds = tuple[float, float]  # the least and the greatest value an element can take
UNBOUNDED: Bounds = (-math.inf, math.inf)

CATEGORIES = ("Data", "Layers", "Images", "Activations", "Normalisation", "Merge", "Shape", "Losses")
STREAM = "stream"
FLAT = 0.05  # share of its greatest slope at or below which an element of a saturating operator counts as saturated
HALF = "half"
FIRST = "first_"  # "first_d_x": 1 when nothing has been added to d_x yet in this step


@dataclass(frozen=True, eq=False)
class Operator:
    """An operator as registered.

    `sizes(settings, sizes)` works out symbols that are neither bound by an input nor a whole number among the settings (the height
    after a convolution); it raises GraphError, without naming the node, for what cannot be.

    `neutral(shape)` gives settings with which it leaves a tensor of that shape as it is, to be inserted into a trained network.

    `target_kinds` makes it a loss: the kinds of target it accepts; `link` then turns its input into predictions ("identity",
    "sigmoid" or "softmax"). `variadic` operators take two or more inputs and are associative: the compiler folds them into a
    chain of two-input instructions. `keeps_order`: the output has the input's elements in another shape. `skippable` names
    tensors whose gradient the backward kernel leaves out when its view is empty (it is not needed). A parameter may depend on a setting
    (`Parameter.when`): `parameters` are all that a node may have, `parameters_for` those it has.

    `buffers` are kept like parameters but not trained: the kernel `update` changes them once after every completed backward pass
    (the running statistics of batch normalisation). `penalized` names parameters that the settings l1 and l2 of
    `nnlab.core.penalty` act on.

    What else is known of it is declared here too, for whoever asks, a plug-in's like a built-in's (tests hold every one to its kernels):

    - `bounds`: (least, greatest) value of an output element, or a function of the settings that gives them.
    - `saturates`: far from 0, on at least one side, its slope goes to 0; an element whose slope is at most `FLAT` of the greatest
      counts as saturated. `can_die`: the slope is exactly 0 there, so a unit that is there for all data learns nothing any more.
    - `docks`: whether an operator of an activation's form sits on the card of the layer before it; None: if it is in "Activations".
    - `computes_link`: the link ("sigmoid", "softmax") it is as an operator; `applies_link`, of a loss: whether the loss does that itself.
    - `takes_probabilities`, of a loss: behind an operator that computes a link it accepts classes, as one number of 0 or 1 for each.
    - `target_bounds`, of a loss of numbers: the least and the greatest target it is defined for.
    - `is_affine`: y = W x + b along the last axis, by tensors named x, weight, bias and y.
    - `idempotent`: applied a second time it changes nothing. `keeps_whole`: whole numbers stay whole numbers.
    - `rows_apart`: forward and backward look at every row of a batch alone, so that parts of a batch can be computed by themselves; only
      gradients of parameters are summed over rows.
    - `reads_indices`: its input is whole numbers that count something. `blocks(settings)`: whether nothing passes while it trains.
    - `doubt(settings, shapes)`: what in settings and shapes (of its tensors by name) certainly does not do what it is for; None: nothing.
    - `is_constant_backward`: no gradient flows back through it, though its output depends on parameters (PyTorch's `detach`).
    - `least_rows(shapes)`: how many samples a batch must have for it.
    - `fault(values)`: why it made NaN or infinity of finite numbers, given its tensors (batch first) and settings by name; None: unknown.
    - `initializer`: the initialiser that suits the weights of the layer before it. `aliases`: other programs' names for it.
    """

    name: str
    title: str
    category: str
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    saved: tuple[Tensor, ...] = ()
    buffers: tuple[Parameter, ...] = ()
    constants: tuple[Constant, ...] = ()
    settings: tuple[Setting, ...] = ()
    target: Tensor | None = None
    forward: Any = None
    backward: Any = None
    update: Any = None
    sizes: Callable[[Mapping[str, Value], Sizes], Sizes] | None = None
    neutral: Callable[[Shape], Mapping[str, Value]] | None = None
    variadic: bool = False
    keeps_order: bool = False
    skippable: tuple[str, ...] = ()
    penalized: tuple[str, ...] = ()
    target_kinds: tuple[str, ...] = ()
    link: str = "identity"
    applies_link: bool = True
    computes_link: str = ""
    takes_probabilities: bool = False
    bounds: Bounds | Callable[[Mapping[str, Value]], Bounds] = UNBOUNDED
    saturates: bool = False
    can_die: bool = False
    docks: bool | None = None
    target_bounds: Bounds = UNBOUNDED
    is_affine: bool = False
    is_constant_backward: bool = False
    idempotent: bool = False
    keeps_whole: bool = False
    rows_apart: bool = False
    reads_indices: bool = False
    blocks: Callable[[Mapping[str, Value]], bool] = field(default=lambda settings: False)
    doubt: Callable[[Mapping[str, Value], Mapping[str, Shape]], Doubt | None] = field(default=lambda settings, shapes: None)
    least_rows: Callable[[Mapping[str, Shape]], int] = field(default=lambda shapes: 1)
    fault: Callable[[Mapping[str, Any]], Fault | None] = field(default=lambda values: None)
    initializer: str = "xavier_uniform"
    aliases: tuple[str, ...] = ()
    summary: Callable[[Mapping[str, Value]], str] = field(default=lambda settings: "")
    formula: str | Callable[[Mapping[str, Value]], str] = ""  # LaTeX, for the inspector; it may depend on the settings
    explain_forward: tuple[Explanation, ...] = ()
    explain_backward: tuple[Explanation, ...] = ()
    explain_update: tuple[Explanation, ...] = ()

    @property
    def is_loss(self) -> bool:
        return bool(self.target_kinds)

    @property
    def is_input(self) -> bool:
        return not self.inputs

    @property
    def is_activation(self) -> bool:
        """One input of any shape to one output of the same shape, without parameters: may be docked on a layer's card."""
        return (
            (self.category == "Activations" if self.docks is None else self.docks) and len(self.inputs) == 1 and not self.parameters
            and len(self.outputs) == 1 and self.inputs[0].shape == self.outputs[0].shape and "..." in self.inputs[0].shape
        )  # fmt: skip

    @property
    def is_elementwise(self) -> bool:
        """An activation whose every element depends on its own element of the input alone (softmax looks at the whole row)."""
        return self.is_activation and self.inputs[0].symbols == ("...",)

    def output_bounds(self, settings: Mapping[str, Value]) -> Bounds:
        """The least and the greatest value of an output element with these settings; infinite where there is no bound."""
        return self.bounds(settings) if callable(self.bounds) else self.bounds

    @cached_property
    def tensors(self) -> Mapping[str, Tensor]:
        """Every declared tensor by name, the target included."""
        target = (self.target,) if self.target is not None else ()
        own = (*self.inputs, *self.parameters, *self.buffers, *self.constants, *target, *self.outputs, *self.saved)
        return {t.name: t for t in own}

    def parameters_for(self, settings: Mapping[str, Value]) -> tuple[Parameter, ...]:
        """The parameters a node with these settings has: those declared, less what its settings leave out."""
        if not self._may_lack:
            return self.parameters
        return tuple(parameter for parameter in self.parameters if not parameter.when or settings[parameter.when])

    def formula_for(self, settings: Mapping[str, Value]) -> str:
        """The formula of a node with these settings, in LaTeX."""
        return self.formula if isinstance(self.formula, str) else self.formula(settings)

    @cached_property
    def _may_lack(self) -> frozenset[str]:
        """Names of the parameters that not every node of this operator has."""
        return frozenset(parameter.name for parameter in self.parameters if parameter.when)

    def tensors_for(self, settings: Mapping[str, Value]) -> Mapping[str, Tensor]:
        """`tensors` without the parameters that a node with these settings does not have."""
        if not self._may_lack:
            return self.tensors
        absent = self._may_lack.difference(parameter.name for parameter in self.parameters_for(settings))
        return {name: tensor for name, tensor in self.tensors.items() if name not in absent}

    @property
    def input_names(self) -> tuple[str, ...]:
        return tuple(t.name for t in self.inputs)

    def port_names(self, count: int) -> tuple[str, ...]:
        """Names of `count` inputs: the declared ones, then for a variadic operator the letters that follow."""
        names = list(self.input_names)
        while self.variadic and len(names) < count:
            names.append(chr(ord("a") + len(names)) if len(names) < 26 else f"input_{len(names)}")
        return tuple(names)

    def bind(self, incoming: Sequence[Shape], settings: Mapping[str, Value], owner: str) -> Sizes:
        """What every symbol stands for, given the shapes of the inputs. Raises GraphError naming `owner` when they do not fit."""
        sizes: dict[str, int | Shape] = {k: v for k, v in settings.items() if isinstance(v, int) and not isinstance(v, bool)}
        for tensor, shape in zip(self.inputs, incoming, strict=True):
            tensor.bind(shape, sizes, owner)
        if self.sizes is not None:
            try:
                sizes.update(self.sizes(settings, sizes))
            except GraphError as error:
                raise GraphError(f"{owner}: {error}", owner) from None
        return sizes

    def shapes(self, incoming: Sequence[Shape], settings: Mapping[str, Value], owner: str) -> Mapping[str, Shape]:
        """The shape of every tensor a node with these settings has; raises GraphError naming `owner` when inputs or settings do not fit."""
        sizes = self.bind(incoming, settings, owner)
        for constant in self.constants:
            try:
                constant.values(settings, sizes)
            except GraphError as error:
                raise GraphError(f"{owner}: {error}", owner) from None
        return {name: tensor.resolve(sizes) for name, tensor in self.tensors_for(settings).items()}

    @cached_property
    def forward_adapter(self) -> Adapter:
        return adapter(self.forward, self._arguments(self.forward))

    @cached_property
    def backward_adapter(self) -> Adapter:
        return adapter(self.backward, self._arguments(self.backward))

    @cached_property
    def update_adapter(self) -> Adapter:
        return adapter(self.update, self._arguments(self.update))

    @property
    def adapters(self) -> tuple[Adapter, ...]:
        """Those of the kernels it has."""
        found = []
        if self.forward is not None:
            found.append(self.forward_adapter)
        if self.backward is not None:
            found.append(self.backward_adapter)
        if self.update is not None:
            found.append(self.update_adapter)
        return tuple(found)

    @property
    def draws_random_numbers(self) -> bool:
        """Whether what it computes depends on the seed of the run."""
        return self.forward is not None and STREAM in inspect.signature(self.forward.py_func).parameters

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
        if name in (STREAM, HALF) or (name.startswith(f"{FIRST}d_") and name[len(FIRST) + 2 :] in tensors):
            return Argument(name, kind="word")
        raise ValueError(f"Operator {self.name}: its kernel asks for {name!r}, which is not a tensor, a setting or a value of the run.")


operators: Registry[Operator] = Registry("operator", "nnlab.operators")
# What layers are made of inside (the two products of a low-rank adapter, a penalty): instructions like any other, but no nodes.
inner_operators: Registry[Operator] = Registry("inner operator", "nnlab.operators.inner")


def register(operator: Operator) -> Operator:
    """Adds an operator to the registry; every view of the project finds it there."""
    return operators.add(operator)


def register_inner(operator: Operator) -> Operator:
    """Adds an operator that layers use inside."""
    return inner_operators.add(operator)
