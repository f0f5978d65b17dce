r"""Reads the LaTeX of a formula with numbers and says between which bounds its value lies.

A number written with four digits stands for every number that is rounded to it: 0.4496 is [0.44955, 0.44965]. Calculating with such
intervals (Moore, Interval Analysis (1966)) gives the bounds of all values a formula may have, so that "the formula agrees with the
engine to the digits shown" is one comparison: the engine's number lies within them.

Understands what the explanations of operators and optimisers write: + - \cdot, juxtaposition, brackets, Iverson brackets [a > b],
|...|, \frac, \sqrt, powers, \tanh, \sigma, \sin, \log, \max and e^{...}.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN = re.compile(r"\\left|\\right|\\[a-zA-Z]+|\\,|\d+\.?\d*|[-+(){}\[\]^,>e|]|\s+")
_SKIPPED = {r"\left", r"\right", r"\,"}


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def widened(self, relative: float, absolute: float = 0.0) -> Interval:
        """Room for the rounding of the type the engine computed in."""
        slack = relative * max(abs(self.low), abs(self.high)) + absolute
        return Interval(self.low - slack, self.high + slack)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Interval) -> Interval:
        ends = [_product(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def inverse(self) -> Interval:
        if self.low <= 0 <= self.high:
            return Interval(-math.inf, math.inf)
        return Interval(1 / self.high, 1 / self.low)

    def map(self, function: Callable[[float], float]) -> Interval:
        """The image under a function that never decreases."""
        return Interval(function(self.low), function(self.high))


def _product(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def evaluate(latex: str) -> Interval:
    """The bounds of a formula's value. Raises ValueError for what it does not understand, dots of an abridged sum included."""
    tokens = []
    place = 0
    while place < len(latex):
        match = _TOKEN.match(latex, place)
        if match is None:
            raise ValueError(f"What stands at {latex[place:]!r} in {latex!r}?")
        place = match.end()
        if not match[0].isspace() and match[0] not in _SKIPPED:
            tokens.append(match[0])
    reader = _Reader(tokens)
    value = reader.sum()
    if reader.peek() is not None:
        raise ValueError(f"{reader.peek()!r} is left over in {latex!r}")
    return value


def shown(text: str) -> Interval:
    """All numbers that are rounded to a written one; whole numbers below a thousand are counts and settings, and exact."""
    value = float(text)
    if "." not in text and value < 1000:
        return Interval(value, value)
    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
    return Interval(value - half, value + half)


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place = tokens, 0

    def peek(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def next(self) -> str:
        token = self.peek()
        if token is None:
            raise ValueError("The formula ends too early.")
        self.place += 1
        return token

    def expect(self, token: str) -> None:
        found = self.next()
        if found != token:
            raise ValueError(f"Expected {token!r}, found {found!r}.")

    def sum(self) -> Interval:
        sign = self.peek() == "-"
        if sign:
            self.next()
        value = -self.product() if sign else self.product()
        while self.peek() in ("+", "-"):
            minus = self.next() == "-"
            term = self.product()
            value = value + (-term if minus else term)
        return value

    def product(self) -> Interval:
        value = self.power()
        while True:
            token = self.peek()
            if token == r"\cdot":
                self.next()
                value = value * self.power()
            elif token in ("(", "[", r"\log", r"\frac"):
                value = value * self.power()
            else:
                return value

    def power(self) -> Interval:
        exact_ten = self.peek() == "10"
        value = self.atom()
        if self.peek() != "^":
            return value
        self.next()
        exponent = self.group()
        if exact_ten:
            return exponent.map(lambda e: 10.0**e)
        if exponent != Interval(2, 2):
            raise ValueError("Only squares and powers of ten are understood.")
        ends = sorted((value.low**2, value.high**2))
        return Interval(0.0 if value.low <= 0 <= value.high else ends[0], ends[1])

    def group(self) -> Interval:
        """{...} or one token."""
        if self.peek() != "{":
            return self.atom()
        self.next()
        value = self.sum()
        self.expect("}")
        return value

    def atom(self) -> Interval:
        token = self.next()
        if token[0].isdigit():
            return shown(token)
        if token == "(":
            value = self.sum()
            self.expect(")")
            return value
        if token == "[":
            left = self.sum()
            self.expect(">")
            right = self.sum()
            self.expect("]")
            return Interval(float(left.low > right.high), float(left.high > right.low))
        if token == "|":
            inside = self.sum()
            self.expect("|")
            ends = sorted((abs(inside.low), abs(inside.high)))
            return Interval(0.0 if inside.low <= 0 <= inside.high else ends[0], ends[1])
        if token == "e":
            self.expect("^")
            return self.group().map(math.exp)
        if token == r"\frac":
            above = self.group()
            return above * self.group().inverse()
        if token == r"\sqrt":
            return self.group().map(lambda v: math.sqrt(max(v, 0.0)))
        return self.function(token)

    def function(self, token: str) -> Interval:
        if token == r"\max":
            self.expect("(")
            largest = self.sum()
            while self.peek() == ",":
                self.next()
                value = self.sum()
                largest = Interval(max(largest.low, value.low), max(largest.high, value.high))
            self.expect(")")
            return largest
        if token == r"\sin":
            return _sine(self.power())
        functions = {r"\tanh": math.tanh, r"\sigma": _sigmoid, r"\log": lambda v: math.log(v) if v > 0 else -math.inf}
        if token not in functions:
            raise ValueError(f"{token!r} is not allowed.")
        return self.power().map(functions[token])


def _sine(angle: Interval) -> Interval:
    """The image under the sine, with the crests and troughs that lie between the ends."""
    values = [math.sin(angle.low), math.sin(angle.high)]
    first = math.ceil((angle.low - math.pi / 2) / math.pi)
    for k in range(first, math.floor((angle.high - math.pi / 2) / math.pi) + 1):
        values.append(math.sin(math.pi / 2 + k * math.pi))
    return Interval(min(values), max(values))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
