"""Expressions: formulas that people type, understood and evaluated without ever running their text.

A formula such as `2 sin(x) + where(x > 0, x^2, 0)` goes through three stages. `expression_text` turns what people
write into Python's grammar; the standard `ast` parser turns that into a tree; and this module checks that the tree
holds nothing but arithmetic, comparisons, `and`/`or`/`not` and calls of the functions below. Evaluating walks the
tree and calls NumPy; no text is ever compiled or executed, and no attribute of any object can be reached.

Everything is float64: truth is 1 and falsehood 0, 1/0 is infinite, sqrt(-1) is NaN. Since numbers are floats from
the start and length, nesting and depth are limited, an expression costs at most a few hundred NumPy calls; there is
no 9**9**9 that could hang.
"""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from nnlab.core.errors import FormulaError
from nnlab.core.expression_text import PythonText, Vocabulary, error_at, to_python

MAX_DEPTH = 120  # of the tree; a sum of n terms has depth n

Array = np.ndarray


@dataclass(frozen=True)
class Function:
    """A function that formulas may call, with the numbers of arguments it takes (`maximum` None: any more)."""

    call: Callable[..., Array]
    minimum: int = 1
    maximum: int | None = 1

    @property
    def arguments(self) -> str:
        if self.maximum is None:
            return f"at least {self.minimum} arguments"
        return f"{self.minimum} argument" + ("s" if self.minimum > 1 else "")


def _sigmoid(x: Array) -> Array:
    """1/(1 + exp(-x)), written so that it cannot overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x))


def _extreme(pick: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    return lambda *arguments: functools.reduce(pick, arguments)


def _clip(x: Array, low: Array, high: Array) -> Array:
    return np.asarray(np.minimum(np.maximum(x, low), high))


def _where(condition: Array, a: Array, b: Array) -> Array:
    return np.where(condition != 0.0, a, b)


_SMOOTH = ("sin", "cos", "tan", "exp", "sqrt", "tanh", "sinh", "cosh", "log2", "log10", "cbrt")
_PIECEWISE = ("abs", "sign", "floor", "ceil", "round", "isnan", "isfinite")
_INVERSE = ("asin", "acos", "atan", "asinh", "acosh", "atanh")
FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **{name: Function(getattr(np, name)) for name in _SMOOTH + _PIECEWISE},
        **{name: Function(getattr(np, f"arc{name[1:]}")) for name in _INVERSE},
        "log": Function(np.log),
        "ln": Function(np.log),
        "sigmoid": Function(_sigmoid),
        "relu": Function(lambda x: np.maximum(x, 0.0)),
        "softplus": Function(lambda x: np.logaddexp(0.0, x)),
        "step": Function(lambda x: np.heaviside(x, 1.0)),
        "atan2": Function(np.arctan2, 2, 2),
        "mod": Function(np.mod, 2, 2),
        "clip": Function(_clip, 3, 3),
        "where": Function(_where, 3, 3),
        "min": Function(_extreme(np.minimum), 2, None),
        "max": Function(_extreme(np.maximum), 2, None),
    }
)
CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": float(np.pi), "e": float(np.e), "tau": 2.0 * float(np.pi)})

_BINARY: Mapping[type[ast.operator], np.ufunc] = MappingProxyType(
    {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Mod: np.mod, ast.Pow: np.power}
)
_UNARY: Mapping[type[ast.unaryop], np.ufunc] = MappingProxyType({ast.USub: np.negative, ast.UAdd: np.positive, ast.Not: np.logical_not})
_COMPARE: Mapping[type[ast.cmpop], np.ufunc] = MappingProxyType(
    {ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal, ast.Eq: np.equal, ast.NotEq: np.not_equal}
)
_LOGIC: Mapping[type[ast.boolop], np.ufunc] = MappingProxyType({ast.And: np.logical_and, ast.Or: np.logical_or})


@dataclass(frozen=True)
class Expression:
    """A checked formula; equal when text and variables are. Made by `compile_expression`."""

    text: str
    variables: tuple[str, ...]  # the names it may use
    used: tuple[str, ...] = field(compare=False)  # those it does use, in the order of `variables`
    tree: ast.expr = field(compare=False, repr=False)  # checked; read by what differentiates it

    def evaluate(self, /, **arrays: ArrayLike) -> Array:
        """The value for every element of the given arrays (float64, of their common broadcast shape).

        Every variable in `used` must be given; other declared variables may be, and only lend their shape.
        """
        values = {name: np.asarray(value, dtype=np.float64) for name, value in arrays.items()}
        for name in self.used:
            if name not in values:
                raise FormulaError(f"The formula {self.text!r} needs a value for {name!r}.")
        for name in values:
            if name not in self.variables:
                raise FormulaError(f"The formula {self.text!r} has no variable {name!r}; it may use {', '.join(self.variables)}.")
        shape = np.broadcast_shapes(*(value.shape for value in values.values()))
        with np.errstate(all="ignore"):
            result = value_of(self.tree, values)
        return np.array(np.broadcast_to(result, shape), dtype=np.float64)


def compile_expression(text: str, variables: tuple[str, ...] = ("x",)) -> Expression:
    """The formula `text` over `variables`, checked; raises FormulaError naming the column and what is wrong there."""
    source = to_python(text, Vocabulary(variables, tuple(CONSTANTS), tuple(FUNCTIONS)))
    try:
        tree = ast.parse(source.text.strip(), mode="eval").body
    except SyntaxError as error:  # the translation lets nothing through that could cause it; a newer grammar might
        raise error_at(source.column((error.offset or 1) - 1), "the formula has a syntax error here") from None
    except (RecursionError, MemoryError):
        raise _too_deep() from None
    _check(tree, source, frozenset(variables))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return Expression(text, variables, tuple(name for name in variables if name in names), tree)


def _too_deep() -> FormulaError:
    return FormulaError(f"The formula has more than {MAX_DEPTH} nested operations; shorten it.")


def _check(tree: ast.expr, source: PythonText, variables: frozenset[str]) -> None:
    """Refuses every node that is not in the tables above: the one gate between a parsed tree and its evaluation."""
    pending = [(tree, 1)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise _too_deep()
        if not _is_allowed(node, variables):
            raise error_at(source.column(node.col_offset), "only arithmetic, comparisons and the known functions are allowed")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            function, given = FUNCTIONS[node.func.id], len(node.args)
            if given < function.minimum or (function.maximum is not None and given > function.maximum):
                raise error_at(source.column(node.col_offset), f"{node.func.id} takes {function.arguments}, but got {given}")
        pending.extend((operand, depth + 1) for operand in _operands(node))


def _is_allowed(node: ast.expr, variables: frozenset[str]) -> bool:
    match node:
        case ast.Constant():
            return type(node.value) is float
        case ast.Name():
            return node.id in variables or node.id in CONSTANTS
        case ast.BinOp():
            return type(node.op) in _BINARY
        case ast.UnaryOp():
            return type(node.op) in _UNARY
        case ast.Compare():
            return all(type(operator) in _COMPARE for operator in node.ops)
        case ast.BoolOp():
            return type(node.op) in _LOGIC
        case ast.Call():
            return isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and not node.keywords
    return False


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp():
            yield from (node.left, node.right)
        case ast.UnaryOp():
            yield node.operand
        case ast.Compare():
            yield from (node.left, *node.comparators)
        case ast.BoolOp():
            yield from node.values
        case ast.Call():
            yield from node.args


def value_of(node: ast.expr, variables: Mapping[str, Array]) -> Array:
    """The value of a checked node; every operation is the NumPy function that its table names."""
    if isinstance(node, ast.Constant):
        return np.asarray(node.value, dtype=np.float64)
    if isinstance(node, ast.Name):
        return variables[node.id] if node.id in variables else np.asarray(CONSTANTS[node.id])
    operands = [value_of(operand, variables) for operand in _operands(node)]
    match node:
        case ast.BinOp():
            result = _BINARY[type(node.op)](*operands)
        case ast.UnaryOp():
            result = _UNARY[type(node.op)](*operands)
        case ast.Compare():
            # a < b < c means a < b and b < c
            pairs = zip(node.ops, itertools.pairwise(operands), strict=True)
            result = functools.reduce(np.logical_and, (_COMPARE[type(operator)](*pair) for operator, pair in pairs))
        case ast.BoolOp():
            result = functools.reduce(_LOGIC[type(node.op)], operands)
        case ast.Call(func=ast.Name(id=name)):
            result = FUNCTIONS[name].call(*operands)
        case _:
            raise AssertionError(f"_check let a {type(node).__name__} through")
    return np.asarray(result, dtype=np.float64)
