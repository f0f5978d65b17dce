"""What compiled code depends on: the function itself, and every function and constant that it names, wherever that stands.

numba compiles functions that are called, and constants that are read, into their caller; its own cache looks at the file of the caller
alone (numba issue 1833), and in a frozen program not even at that. Here the names a function uses are followed to what they stand for.
"""

from __future__ import annotations

import hashlib
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

_PACKAGE = __name__.partition(".")[0]


def dependencies(function: Any) -> str:
    """A hash of a function (plain or compiled by numba) with all it reaches. Names that are looked up later do not count: none are."""
    state = hashlib.sha256()
    for text in _reached(function):
        state.update(text)
        state.update(b"\0")
    return state.hexdigest()[:16]


def _reached(function: Any) -> Iterator[bytes]:
    waiting, seen = [function], set()
    while waiting:
        thing = _plain(waiting.pop())
        if isinstance(thing, types.FunctionType):
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            yield _code(thing.__code__)
            yield repr((thing.__defaults__, thing.__kwdefaults__)).encode()
            waiting += _named(thing)
        elif isinstance(thing, np.ndarray):
            yield repr((thing.dtype.str, thing.shape)).encode() + thing.tobytes()
        elif isinstance(thing, bool | int | float | complex | str | bytes | tuple | frozenset | np.generic | type(None)):
            yield _constant(thing)
        elif isinstance(thing, type):
            yield f"{thing.__module__}.{thing.__qualname__}".encode()


def _plain(thing: Any) -> Any:
    """The Python function behind a compiled one (a dispatcher, a C function, an intrinsic)."""
    for attribute in ("py_func", "__wrapped__", "_defn"):
        found = getattr(thing, attribute, None)
        if isinstance(found, types.FunctionType):
            return found
    return thing


def _named(function: types.FunctionType) -> list[Any]:
    """What the names in a function's body stand for. Of modules of ours, what is taken from them; other libraries have versions."""
    found: list[Any] = [cell.cell_contents for cell in function.__closure__ or ()]
    for code in _codes(function.__code__):
        modules: list[types.ModuleType] = []
        for name in code.co_names:
            if name in function.__globals__:
                value = function.__globals__[name]
                if isinstance(value, types.ModuleType):
                    modules += [value] if value.__name__.partition(".")[0] == _PACKAGE else []
                else:
                    found.append(value)
            found += [vars(module)[name] for module in modules if name in vars(module)]
    return [thing for thing in found if _is_ours(thing)][::-1]


def _is_ours(thing: Any) -> bool:
    """Functions of libraries are left out: their version is numba's business, and in the name of the folder."""
    plain = _plain(thing)
    return not isinstance(plain, types.FunctionType) or not plain.__module__ or plain.__module__.partition(".")[0] not in _LIBRARIES


_LIBRARIES = frozenset({"numba", "numpy", "llvmlite", "math", "builtins"})


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """A body, and those of functions and comprehensions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _code(code: types.CodeType) -> bytes:
    parts = []
    for one in _codes(code):
        constants = [_constant(c) for c in one.co_consts if not isinstance(c, types.CodeType)]
        parts.append(repr((one.co_name, one.co_code, one.co_names, one.co_varnames, one.co_freevars, constants)).encode())
    return b"".join(parts)


def _constant(value: Any) -> bytes:
    """As it is in every process: the order of a set's elements is not."""
    return repr(sorted(map(repr, value)) if isinstance(value, frozenset) else (type(value).__name__, value)).encode()
