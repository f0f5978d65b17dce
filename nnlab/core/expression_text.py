"""Formulas as people type them, turned into text that Python's grammar reads the same way.

`2 sin(x)`, `x^2`, `3x²`, `π·x` and `(x+1)(x−1)` are formulas to a person and errors, or something else, to a
Python parser. This module reads the typed text token by token, knows at every token whether an operand or an
operator may follow, inserts the multiplications people leave out, and refuses everything that is not arithmetic
with the column at which it stands. What it hands on consists of numbers, known names and operators, nothing else,
so no attribute, string, subscript, keyword or assignment ever reaches the parser.

Precedence is Python's: `-x^2` is -(x²), `2^3x` is 2³·x, and `1/2x` is (1/2)·x.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from nnlab.core.errors import FormulaError

MAX_LENGTH = 1000  # characters of a formula
MAX_NESTING = 32  # parentheses inside one another

_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_SUPERSCRIPT = r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
_OPERATOR = r"\*\*|<=|>=|==|!=|[-+*/%^<>(),]"
_TOKEN = re.compile(rf"(?P<number>{_NUMBER})|(?P<name>{_NAME})|(?P<superscript>{_SUPERSCRIPT})|(?P<operator>{_OPERATOR})")

_PLAIN = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "÷": "/"} | {"≤": "<=", "≥": ">=", "≠": "!=", "π": " pi ", "τ": " tau "}
)
_DIGITS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_HINTS = {
    "=": "'=' is not part of a formula; type only its right side, or '==' to compare",
    "&": "write 'and' instead of '&'",
    "|": "'|' is not allowed; write abs(x) for an absolute value and 'or' between two conditions",
    "!": "write 'not' instead of '!'",
    "√": "write sqrt(x) for a root",
    "[": "write round parentheses instead of '['",
    "{": "write round parentheses instead of '{'",
    ".": "'.' is allowed inside a number only",
}
_WORDS = frozenset({"and", "or", "not"})
_PREFIXES = frozenset({"+", "-", "not"})


@dataclass(frozen=True)
class Token:
    kind: str  # "number", "name", "superscript" or "operator" (which includes parentheses, the comma, and, or, not)
    text: str
    column: int  # of its first character in the typed text, from 1


@dataclass(frozen=True)
class Vocabulary:
    """The names a formula may use."""

    variables: tuple[str, ...]
    constants: Collection[str]
    functions: Collection[str]


@dataclass
class PythonText:
    """The translated text, and from which column of the typed text each piece of it came."""

    text: str = ""
    _starts: list[int] = field(default_factory=list)
    _columns: list[int] = field(default_factory=list)

    def append(self, piece: str, column: int) -> None:
        self._starts.append(len(self.text))
        self._columns.append(column)
        self.text += piece + " "

    def column(self, offset: int) -> int:
        """The column (from 1) of the typed text for an offset (from 0) in the translated text."""
        return self._columns[max(0, bisect_right(self._starts, offset) - 1)]


def error_at(column: int, message: str) -> FormulaError:
    return FormulaError(f"Column {column}: {message}{'' if message.endswith('?') else '.'}")


def to_python(text: str, vocabulary: Vocabulary) -> PythonText:
    """`text` in Python's grammar; raises FormulaError with the column and the reason where it is not a formula."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"The formula has {len(text)} characters; at most {MAX_LENGTH} are allowed.")
    tokens = _tokens(text)
    if not tokens:
        raise FormulaError("The formula is empty; type one such as sin(x).")
    return _Translator(tokens, vocabulary).translate()


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    plain = [character.translate(_PLAIN) for character in text]
    columns = [column for column, piece in enumerate(plain, 1) for _ in piece]
    joined = "".join(plain)
    position = 0
    while position < len(joined):
        if joined[position] in " \t\r\n\u00a0\u2009\u202f":
            position += 1
            continue
        match = _TOKEN.match(joined, position)
        if match is None:
            character = joined[position]
            raise error_at(columns[position], _HINTS.get(character, f"the character {character!r} is not allowed"))
        kind = match.lastgroup or ""
        tokens.append(Token("operator" if match.group() in _WORDS else kind, match.group(), columns[position]))
        position = match.end()
    return tokens


class _Translator:
    """Walks the tokens once, remembering whether an operand may come next and which parentheses are open."""

    def __init__(self, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
        self.tokens = tokens
        self.vocabulary = vocabulary
        self.python = PythonText()
        self.previous: Token | None = None
        self.open: list[tuple[Token, bool]] = []  # each '(' not closed yet, and whether it opens a function's arguments
        self.wants_operand = True

    def translate(self) -> PythonText:
        for index, token in enumerate(self.tokens):
            following = self.tokens[index + 1].text if index + 1 < len(self.tokens) else ""
            if token.kind == "number":
                self._number(token)
            elif token.kind == "name":
                self._name(token, following)
            elif token.kind == "superscript":
                self._superscript(token)
            elif token.text == "(":
                self._open(token, called=self.previous is not None and self._is_call(self.previous, "("))
            else:
                self._operator(token)
            self.previous = token
        if self.wants_operand:
            raise FormulaError(f"The formula ends after {self.tokens[-1].text!r}; a number, a variable or '(' must follow.")
        if self.open:
            raise error_at(self.open[-1][0].column, "this '(' is never closed")
        return self.python

    def _is_call(self, token: Token, following: str) -> bool:
        return token.kind == "name" and following == "(" and token.text in self.vocabulary.functions

    def _operand(self, token: Token, python: str, implied_product: bool) -> None:
        if not self.wants_operand:
            if not implied_product:
                raise error_at(token.column, f"an operator is missing before {token.text!r}")
            self.python.append("*", token.column)
        self.python.append(python, token.column)
        self.wants_operand = False

    def _number(self, token: Token) -> None:
        value = float(token.text)
        if value == float("inf"):
            raise error_at(token.column, f"the number {_short(token.text)} is too large")
        # repr of a float: no integer of unlimited size ever exists, and 007 needs no rule of its own
        self._operand(token, repr(value), implied_product=False)

    def _superscript(self, token: Token) -> None:
        if self.wants_operand:
            raise error_at(token.column, f"the power {token.text!r} must follow a number, a variable or ')'")
        self.python.append(f"**{float(token.text.translate(_DIGITS))!r}", token.column)

    def _name(self, token: Token, following: str) -> None:
        known = self.vocabulary
        name = token.text
        if self._is_call(token, following):
            self._operand(token, name, implied_product=True)
            self.wants_operand = True  # its '(' comes next
        elif name in known.variables or name in known.constants:
            self._operand(token, name, implied_product=True)
        elif following != "(" and len(name) > 1 and all(letter in known.variables for letter in name):
            for place, letter in enumerate(name):  # "xy" where x and y are variables
                self._operand(Token("name", letter, token.column + place), letter, implied_product=True)
        else:
            raise error_at(token.column, self._unknown(name, following))

    def _unknown(self, name: str, following: str) -> str:
        known = self.vocabulary
        if name in known.functions:
            return f"{name!r} needs its arguments in parentheses, as in {name}({next(iter(known.variables), '1')})"
        if name in ("if", "else"):
            return "write a choice as where(condition, a, b)"
        kind, candidates = ("function", list(known.functions)) if following == "(" else ("variable", [*known.variables, *known.constants])
        glued = [f"{f}({name.removeprefix(f)})" for f in known.functions if name.startswith(f) and name.removeprefix(f) in known.variables]
        similar = glued or difflib.get_close_matches(name.lower(), candidates, n=1, cutoff=0.6)
        hint = (
            f"did you mean {similar[0]!r}?" if similar else f"known are {', '.join(candidates[:12])}{', …' if len(candidates) > 12 else ''}"
        )
        return f"there is no {kind} {_short(name)!r}; {hint}"

    def _open(self, token: Token, called: bool) -> None:
        if called:
            self.python.append("(", token.column)
        else:
            self._operand(token, "(", implied_product=True)
        self.open.append((token, called))
        if len(self.open) > MAX_NESTING:
            raise error_at(token.column, f"more than {MAX_NESTING} parentheses are nested")
        self.wants_operand = True

    def _operator(self, token: Token) -> None:
        if self.wants_operand and token.text not in _PREFIXES:
            raise error_at(token.column, f"a number, a variable or '(' is missing before {token.text!r}")
        if token.text == "not":
            self._check_not(token)
        if token.text == ")":
            if not self.open:
                raise error_at(token.column, "this ')' was never opened")
            self.open.pop()
        elif token.text == "," and not (self.open and self.open[-1][1]):
            raise error_at(token.column, "',' only separates the arguments of a function; decimals are written with '.'")
        self.python.append("**" if token.text == "^" else token.text, token.column)
        self.wants_operand = token.text != ")"

    def _check_not(self, token: Token) -> None:
        """'not' binds weaker than arithmetic and comparisons, so inside them it needs parentheses: 2*(not x)."""
        if not self.wants_operand:
            raise error_at(token.column, "an operator is missing before 'not'")
        if self.previous is not None and self.previous.text not in {"(", ",", *_WORDS}:
            raise error_at(token.column, f"after {self.previous.text!r}, put 'not' and what it negates in parentheses")


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"
