"""Adapters: from a kernel's argument names to a C function over the arena.

A kernel receives arrays; the machine knows offsets. In between stands a generated function
`void(T* arena, int64* operands, int64* context)` that reads each argument's offset and lengths from
`operands`, makes the view, and calls the kernel. It is compiled with an explicit signature, once per kernel and floating-point
type, and kept under a name made of all that it depends on (`code_cache`).
"""

from __future__ import annotations

import linecache
import sys
import threading
import types
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nnlab.core.kernel.cache import cache_folder, digest
from nnlab.core.kernel.code_cache import ADAPTERS, index_path, is_compiled
from nnlab.core.kernel.context import CONTEXT_ARGUMENTS, ROWS
from nnlab.core.kernel.dependencies import dependencies

REALS = ("float32", "float64")
# Compiling and importing generated modules from two threads at once would build the same file twice.
_building = threading.RLock()


@dataclass(frozen=True)
class Argument:
    """How one kernel argument is viewed.

    `axes` has one entry per axis of the view: "batch" (rows of the current batch), "size" (a length from the
    operand table) or "batch*size" (their product, for flattened views). An argument without axes is one number: a
    setting in the arena (`scalar`), a word of the context (`context`), or an integer that stands in the operand table (`word`).
    """

    name: str
    axes: tuple[str, ...] = ()
    kind: str = "tensor"  # "tensor", "scalar", "context", "word"

    @property
    def words(self) -> int:
        """Entries in the operand table: the offset and each stored length."""
        if self.kind == "context":
            return 0
        return 1 + sum("size" in axis for axis in self.axes)


@dataclass(frozen=True, eq=False)
class Adapter:
    """A kernel with its arguments, compiled on demand to one C function per floating-point type."""

    kernel: Any
    arguments: tuple[Argument, ...]

    @property
    def words(self) -> int:
        return sum(argument.words for argument in self.arguments)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the kernel's arguments."""
        return frozenset(argument.name for argument in self.arguments)

    def address(self, real: str) -> int:
        """The address of the compiled function for "float32" or "float64"; compiles or loads it on first use."""
        return int(self._function(real).address)

    def _function(self, real: str) -> Any:
        functions = self._functions
        if real not in functions:
            with _building:
                if real not in functions:
                    functions[real] = self._build(real)
        return functions[real]

    @cached_property
    def _functions(self) -> dict[str, Any]:
        return {}

    def is_cached(self, real: str) -> bool:
        """Whether code for this adapter and this processor is already on disk (a first start has to compile it)."""
        return is_compiled(index_path(cache_folder() / ADAPTERS, self._name(real), self._stamp))

    @cached_property
    def _stamp(self) -> str:
        return digest(dependencies(self.kernel), repr(self.arguments), self._source("real"))

    def _name(self, real: str) -> str:
        """Of the generated function, told apart by the module and the type."""
        function = self.kernel.py_func
        return f"{function.__module__.rpartition('.')[2]}_{function.__name__}_{real}"

    def _build(self, real: str) -> Any:
        name = f"nnlab_adapter_{self._name(real)}_{self._stamp}"
        text = self._source(real)
        module = types.ModuleType(name)
        vars(module).update(kernel=self.kernel, NNLAB_STAMP=self._stamp)
        # numba finds the module by name when it loads from its cache, so it must be registered before it runs.
        sys.modules[name] = module
        file = f"<{name}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # for tracebacks
        exec(compile(text, file, "exec"), vars(module))  # generated above
        return vars(module)[self._name(real)]

    def _source(self, real: str) -> str:
        views, word = [], 0
        for argument in self.arguments:
            if argument.kind == "context":
                views.append(f"context[{CONTEXT_ARGUMENTS[argument.name]}]")
                continue
            offset, word = word, word + 1
            if argument.kind in ("scalar", "word"):
                views.append(f"arena[operands[{offset}]]" if argument.kind == "scalar" else f"operands[{offset}]")
                continue
            lengths = []
            for axis in argument.axes:
                if axis == "batch":
                    lengths.append(f"context[{ROWS}]")
                    continue
                size, word = f"operands[{word}]", word + 1
                lengths.append(f"context[{ROWS}] * {size}" if axis == "batch*size" else size)
            views.append(f"view{len(lengths)}(arena, operands[{offset}], {', '.join(lengths)})")
        function = self.kernel.py_func
        calls = ",\n        ".join(views)
        return (
            f'"""Adapter of {function.__module__}.{function.__name__} for {real}, generated; changes are overwritten."""\n\n'
            "from numba import types\n"
            "from nnlab.core.kernel.code_cache import compile_c_function\n"
            "from nnlab.core.kernel.views import view1, view2, view3, view4\n\n"
            f"signature = types.void(types.CPointer(types.{real}), types.CPointer(types.int64), types.CPointer(types.int64))\n\n\n"
            f"def {self._name(real)}(arena, operands, context):\n"
            f"    kernel(\n        {calls})\n\n\n"
            f'{self._name(real)} = compile_c_function({self._name(real)}, signature, error_model="numpy")\n'
        )


def adapter(kernel: Any, arguments: tuple[Argument, ...]) -> Adapter:
    return Adapter(kernel, arguments)
