"""First and second derivatives of a typed formula, exact at every point, and the places where it has none.

Each operation carries value, first and second derivative along x at once: truncated Taylor series, second-order forward differentiation
(Griewank and Walther, Evaluating Derivatives (2008), chapter 13). Nothing is approximated by differences. What cannot be seen at single
points, a kink or a jump between two of them, is told from the branch that a piecewise operation takes at each: where it changes from one
point to the next, the derivative of some order does not exist in between.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from nnlab.core.expression import CONSTANTS, FUNCTIONS, Array, Expression, value_of

Derivatives = Callable[[Array, Array], tuple[Array, Array]]  # of x and f(x): f′ and f″


class Taylor(NamedTuple):
    """Value and derivatives at every point, float64 of one shape."""

    value: Array
    first: Array
    second: Array


@dataclass
class Along:
    """A formula's derivatives along rising points; NaN or infinite where there is none.

    `has_kink`, `has_jump`: whether between two of the points the first derivative, or the value itself, may change abruptly. Only what
    happens in single operations is seen: that two jumps cancel is not.
    """

    value: Array
    first: Array
    second: Array
    has_kink: bool
    has_jump: bool


def derivatives_along(expression: Expression, x: Array) -> Along:
    """Derivatives of a formula in x at rising points (n,)."""
    x = np.asarray(x, dtype=np.float64)
    walk = _Walk(Taylor(x, np.ones_like(x), np.zeros_like(x)))
    with np.errstate(all="ignore"):
        found = walk.taylor(expression.tree)
    value, first, second = (np.broadcast_to(part, x.shape) for part in found)
    return Along(value, first, second, walk.has_kink, walk.has_jump)


def greatest_slope(expression: Expression, low: float, high: float) -> float:
    """max |f′| over the interval, from 20,001 points and closer ones about the largest; infinite where f jumps or has no slope."""
    return _greatest(expression, low, high, lambda along: np.inf if along.has_jump else np.abs(along.first))


def greatest_curvature(expression: Expression, low: float, high: float) -> float:
    """max |f″| over the interval, found alike; infinite where f jumps, has a kink or no second derivative."""
    return _greatest(expression, low, high, lambda along: np.inf if along.has_jump or along.has_kink else np.abs(along.second))


POINTS = 20_001


def _greatest(expression: Expression, low: float, high: float, magnitude: Callable[[Along], Array | float]) -> float:
    x = np.linspace(low, high, POINTS)
    sizes = np.broadcast_to(magnitude(derivatives_along(expression, x)), x.shape)
    if not np.isfinite(sizes).all():
        return float("inf")
    largest = int(np.argmax(sizes))
    closer = np.linspace(x[max(largest - 1, 0)], x[min(largest + 1, POINTS - 1)], 2001)
    near = np.broadcast_to(magnitude(derivatives_along(expression, closer)), closer.shape)
    return float(max(sizes[largest], near.max())) if np.isfinite(near).all() else float("inf")


def _power(base: float) -> Derivatives:
    return lambda x, y: (1.0 / (x * np.log(base)), -1.0 / (x * x * np.log(base)))


def _logistic(x: Array) -> Array:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x))


# f′ and f″ of every smooth function that formulas may call, by x and by y = f(x).
SMOOTH: Mapping[str, Derivatives] = MappingProxyType(
    {
        "sin": lambda x, y: (np.cos(x), -y),
        "cos": lambda x, y: (-np.sin(x), -y),
        "tan": lambda x, y: (1 + y * y, 2 * y * (1 + y * y)),
        "exp": lambda x, y: (y, y),
        "sqrt": lambda x, y: (0.5 / y, -0.25 / (x * y)),
        "cbrt": lambda x, y: (1 / (3 * y * y), -2 / (9 * x * y * y)),
        "tanh": lambda x, y: (1 - y * y, -2 * y * (1 - y * y)),
        "sinh": lambda x, y: (np.cosh(x), y),
        "cosh": lambda x, y: (np.sinh(x), y),
        "log": _power(np.e),
        "ln": _power(np.e),
        "log2": _power(2.0),
        "log10": _power(10.0),
        "asin": lambda x, y: ((1 - x * x) ** -0.5, x * (1 - x * x) ** -1.5),
        "acos": lambda x, y: (-((1 - x * x) ** -0.5), -x * (1 - x * x) ** -1.5),
        "atan": lambda x, y: (1 / (1 + x * x), -2 * x / (1 + x * x) ** 2),
        "asinh": lambda x, y: ((1 + x * x) ** -0.5, -x * (1 + x * x) ** -1.5),
        "acosh": lambda x, y: ((x * x - 1) ** -0.5, -x * (x * x - 1) ** -1.5),
        "atanh": lambda x, y: (1 / (1 - x * x), 2 * x / (1 - x * x) ** 2),
        "sigmoid": lambda x, y: (y * (1 - y), y * (1 - y) * (1 - 2 * y)),
        "softplus": lambda x, y: (_logistic(x), _logistic(x) * (1 - _logistic(x))),
    }
)
KINKED = frozenset({"abs", "relu", "min", "max", "clip"})  # continuous, their slope may change abruptly
STEPPED = frozenset({"sign", "floor", "ceil", "round", "isnan", "isfinite", "step"})  # constant between jumps


class _Walk:
    """One pass over a formula's tree."""

    def __init__(self, x: Taylor) -> None:
        self._x = x
        self.has_kink = self.has_jump = False

    def taylor(self, node: ast.expr) -> Taylor:
        match node:
            case ast.Constant():
                return _constant(float(node.value))  # type: ignore[arg-type]
            case ast.Name():
                return _constant(CONSTANTS[node.id]) if node.id in CONSTANTS else self._x
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Taylor(*(-part for part in self.taylor(operand)))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.taylor(operand)
            case ast.BinOp():
                return self._binary(node.op, self.taylor(node.left), self.taylor(node.right))
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, [self.taylor(argument) for argument in node.args])
        return self._jumping(value_of(node, {"x": self._x.value}))  # a comparison, and, or, not: 0 or 1

    def _binary(self, operator: ast.operator, a: Taylor, b: Taylor) -> Taylor:
        match operator:
            case ast.Add():
                return Taylor(a.value + b.value, a.first + b.first, a.second + b.second)
            case ast.Sub():
                return Taylor(a.value - b.value, a.first - b.first, a.second - b.second)
            case ast.Mult():
                return _product(a, b)
            case ast.Div():
                self._mark_jump(b.value >= 0)  # a pole
                return _product(a, _chain(b, 1 / b.value, -1 / b.value**2, 2 / b.value**3))
            case ast.Pow():
                if (np.asarray(b.value) < 0).any():
                    self._mark_jump(a.value >= 0)
                return _raised(a, b)
        return self._remainder(a, b)

    def _call(self, name: str, arguments: list[Taylor]) -> Taylor:
        if name in SMOOTH:
            (u,) = arguments
            if name == "tan":
                self._mark_jump(np.floor(u.value / np.pi + 0.5))
            y = FUNCTIONS[name].call(u.value)
            return _chain(u, y, *SMOOTH[name](u.value, y))
        if name in STEPPED:
            return self._jumping(FUNCTIONS[name].call(arguments[0].value))
        match name:
            case "abs":
                return self._choose(arguments[0].value >= 0, arguments[0], Taylor(*(-part for part in arguments[0])))
            case "relu":
                return self._choose(arguments[0].value > 0, arguments[0], _constant(0.0))
            case "max":
                return functools.reduce(lambda a, b: self._choose(a.value >= b.value, a, b), arguments)
            case "min":
                return functools.reduce(lambda a, b: self._choose(a.value <= b.value, a, b), arguments)
            case "clip":
                x, low, high = arguments
                above = self._choose(x.value >= low.value, x, low)
                return self._choose(above.value <= high.value, above, high)
            case "where":
                return self._choose(arguments[0].value != 0, arguments[1], arguments[2], jumps=True)
            case "mod":
                return self._remainder(*arguments)
        above, beside = arguments  # atan2, which jumps from −π to π where x is negative
        self._mark_jump(np.where(beside.value < 0, above.value >= 0, True))
        return _angle(above, beside)

    def _mark_jump(self, branch: Array) -> None:
        """Notes that the value jumps, or has a pole, where `branch` changes from one point to the next."""
        branch = np.asarray(branch)
        self.has_jump |= bool(branch.ndim and (branch[1:] != branch[:-1]).any())

    def _choose(self, condition: Array, a: Taylor, b: Taylor, jumps: bool = False) -> Taylor:
        condition = np.asarray(condition)
        if jumps:
            self._mark_jump(condition)
        elif condition.ndim:
            self.has_kink |= bool((condition[1:] != condition[:-1]).any())
        return Taylor(*(np.where(condition, first, second) for first, second in zip(a, b, strict=True)))

    def _jumping(self, value: Array) -> Taylor:
        value = np.asarray(value, dtype=np.float64)
        self._mark_jump(value)
        return Taylor(value, np.zeros_like(value), np.zeros_like(value))

    def _remainder(self, a: Taylor, b: Taylor) -> Taylor:
        """a − b · floor(a / b)."""
        whole = self._jumping(np.floor(a.value / b.value))
        product = _product(b, whole)
        return Taylor(np.mod(a.value, b.value), a.first - product.first, a.second - product.second)


def _constant(value: float) -> Taylor:
    return Taylor(np.asarray(value), np.asarray(0.0), np.asarray(0.0))


def _chain(u: Taylor, value: Array, slope: Array, curvature: Array) -> Taylor:
    """g(u), given g, g′ and g″ at u: g′ u′ and g″ u′² + g′ u″. A u that does not change makes a constant of the steepest g."""
    still = (u.first == 0.0) & (u.second == 0.0)
    is_constant = still & (u.first.ndim == 0)
    first = np.where(is_constant, 0.0, slope * u.first)
    return Taylor(value, first, np.where(is_constant, 0.0, curvature * u.first**2 + slope * u.second))


def _product(a: Taylor, b: Taylor) -> Taylor:
    return Taylor(
        a.value * b.value, a.first * b.value + a.value * b.first, a.second * b.value + 2 * a.first * b.first + a.value * b.second
    )  # fmt: skip


def _raised(a: Taylor, b: Taylor) -> Taylor:
    """a ** b; a constant exponent needs no logarithm, so that a may be negative or 0."""
    value = np.power(a.value, b.value)
    if b.first.ndim == 0:
        p = b.value
        slope = np.where(p == 0, 0.0, p * np.power(a.value, p - 1))
        return _chain(a, value, slope, np.where((p == 0) | (p == 1), 0.0, p * (p - 1) * np.power(a.value, p - 2)))
    exponent = _product(b, _chain(a, np.log(a.value), 1 / a.value, -1 / a.value**2))
    return _chain(exponent, value, value, value)


def _angle(y: Taylor, x: Taylor) -> Taylor:
    """atan2(y, x), whose slope is (x y′ − y x′) / (x² + y²)."""
    square = x.value**2 + y.value**2
    above = x.value * y.first - y.value * x.first
    slope = 2 * (x.value * x.first + y.value * y.first)
    return Taylor(
        np.arctan2(y.value, x.value), above / square,
        (x.value * y.second - y.value * x.second) / square - above * slope / square**2,
    )  # fmt: skip
