"""`@kernel`, `@compiled` and `@compiled_as_annotated`, and literals that take the kernel's floating-point type."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from nnlab.core.kernel.cache import cache_folder  # first: it sets numba's cache folder  # noqa: F401  isort:skip
import numba
from numba.core import types
from numba.core.dispatcher import _FunctionCompiler
from numba.extending import overload

from nnlab.core.kernel.code_cache import compile_ahead
from nnlab.core.kernel.structures import signatures

F = TypeVar("F", bound=Callable[..., Any])


def as_real(like: Any, value: Any) -> Any:
    """`value` in the floating-point type of `like` (an array or a scalar)."""
    kind = getattr(like, "dtype", None)
    return kind.type(value) if kind is not None else type(like)(value)


@overload(as_real, inline="always")
def _as_real(like, value):  # type: ignore[no-untyped-def]
    kind = like.dtype if isinstance(like, types.Array) else like
    if kind == types.float32:
        return lambda like, value: numba.float32(value)
    return lambda like, value: numba.float64(value)


class _TypedLiterals(ast.NodeTransformer):
    """Rewrites every float literal `c` to `as_real(<first argument>, c)`."""

    def __init__(self, first: str) -> None:
        self.first = first

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, float):
            return node
        call = ast.Call(func=ast.Name("_as_real_", ast.Load()), args=[ast.Name(self.first, ast.Load()), node], keywords=[])
        return ast.copy_location(call, node)


def _with_typed_literals(function: Callable[..., Any]) -> Callable[..., Any]:
    source = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(source)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    transformed = _TypedLiterals(definition.args.args[0].arg).visit(tree)
    ast.fix_missing_locations(transformed)
    ast.increment_lineno(transformed, function.__code__.co_firstlineno - 1)
    names = dict(function.__globals__)
    names["_as_real_"] = as_real
    exec(compile(transformed, function.__code__.co_filename, "exec"), names)  # our own source, read back from its file
    rewritten = names[function.__name__]
    rewritten.__doc__ = function.__doc__
    rewritten.__module__ = function.__module__
    return rewritten


class _LiteralsCompiler(_FunctionCompiler):
    """Rewrites the literals when code is compiled and not before: to read a kernel's source takes longer than to load its code."""

    @cached_property
    def _rewritten(self) -> Callable[..., Any]:
        return _with_typed_literals(self.py_func)

    def _get_implementation(self, args: Any, kws: Any) -> Callable[..., Any]:
        return self._rewritten


def kernel(function: Callable[..., Any]) -> Any:
    """A body of an operator or optimiser: plain loops over its arguments, no allocation, generic in the real type.

    Divisions follow IEEE (NaN and infinity are found by the machine, never hidden: no fastmath).
    """
    ready = numba.njit(error_model="numpy", nogil=True)(function)
    plain = ready._compiler
    ready._compiler = _LiteralsCompiler(function, plain.targetdescr, plain.targetoptions, plain.locals, plain.pipeline_class)
    return ready


compiled_listeners: list[Callable[[str], None]] = []  # called with the name of every function that has been compiled ahead


def compiled(*texts: str) -> Callable[[Callable[..., Any]], Any]:
    """A function compiled ahead for the given numba signatures, kept in the disk cache, run without the GIL."""

    return lambda function: _ahead(function, list(texts))


def compiled_as_annotated(function: F) -> F:
    """Like `compiled`; the signatures are the annotations, see nnlab.core.kernel.structures. Callers that are compiled inline it."""
    ready: F = _ahead(function, signatures(function), forceinline=True)
    return ready


def inlined(function: F) -> F:
    """A part of compiled functions, nothing by itself: compiled into each that calls it, for the types it is called with."""
    part: F = numba.njit(nogil=True, error_model="numpy", forceinline=True)(function)
    return part


def _ahead(function: Callable[..., Any], accepted: list[Any], **options: Any) -> Any:
    ready = compile_ahead(function, accepted, nogil=True, error_model="numpy", **options)
    for listener in tuple(compiled_listeners):
        listener(function.__name__)
    return ready
