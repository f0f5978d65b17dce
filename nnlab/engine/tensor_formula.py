"""Formulas over the numbers of a network, as people type them: what stops training, and what is watched.

    loss < 0.1                                      the words loss, iteration, epoch and gradient_norm are of the network as a whole
    norm(grad(dense_2.weight)) > 1.5                a tensor by its name, its gradient, and one number made of it
    dense_1.weight[3, 0] + dense_1.bias[3]          single elements, counted from 0
    act(dense_1)[0, 3], mean(act(dense_1))          what a layer with its activation gives, the sample first

The rest is the language of nnlab.core.expression. A formula says nothing of a network: nnlab.engine.formula_code looks up in one what it
names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from nnlab.core.errors import FormulaError
from nnlab.core.expression import CONSTANTS, Expression, compile_expression

WORDS = ("loss", "iteration", "epoch", "gradient_norm")  # of the network as a whole
REDUCTION_WORDS: Mapping[str, str] = {
    "norm": "l2_norm", "mean": "mean", "max_abs": "max_abs", "zeros": "share_of_zeros", "sum": "sum", "min": "minimum", "max": "maximum",
}  # fmt: skip
_NODE = r"[A-Za-z_]\w*"
_NAME = rf"{_NODE}(?:\.\w+)+"
_INDEX = r"\[\s*\d+(?:\s*,\s*\d+)*\s*\]"
_TENSOR = rf"(?:(?P<kind>grad|act)\s*\(\s*(?P<inner>{_NAME}|{_NODE})\s*(?P<inside>{_INDEX})?\s*\)|(?P<name>{_NAME}))\s*(?P<index>{_INDEX})?"
_REDUCED = rf"(?P<reduction>{'|'.join(REDUCTION_WORDS)})\s*\(\s*{_TENSOR}\s*\)"
_REFERENCE = re.compile(rf"(?<![\w.])(?:{_REDUCED}|{_TENSOR.replace('?P<', '?P<only_')})")


@dataclass(frozen=True)
class Reference:
    """One number of a tensor as it is named in a formula. `kind`: "" for the tensor itself, "grad" for its gradient, "act" for a layer."""

    text: str
    kind: str
    name: str
    reduction: str  # "element" for a single one
    index: tuple[int, ...]


@dataclass(frozen=True)
class TensorFormula:
    """A formula that was understood; equal when the text is. Made by `tensor_formula`."""

    text: str
    references: Mapping[str, Reference] = field(compare=False, repr=False)  # by the word that stands for each in the expression
    expression: Expression = field(compare=False, repr=False)

    @cached_property
    def code(self) -> tuple[tuple[str, float | str], ...]:
        """Operations by name in the order of a machine with a stack; what is pushed with its number or word."""
        return tuple(_code(self.expression.tree))


@lru_cache(maxsize=512)
def tensor_formula(text: str, words: tuple[str, ...] = ()) -> TensorFormula:
    """`words` may be used besides those of every network. Raises FormulaError naming the column and what is wrong there."""
    references: dict[str, Reference] = {}
    pieces, end = [], 0
    for found in _REFERENCE.finditer(text):
        reference = _reference(found)
        if reference is None:
            continue
        word = f"t{len(references)}_"
        references[word] = reference
        pieces += [text[end : found.start()], f"{word:{len(found.group())}}"]  # as long as what it stands for: columns stay true
        end = found.end()
    expression = compile_expression("".join(pieces) + text[end:], (*WORDS, *words, *references))
    return TensorFormula(text, references, expression)


def _reference(found: re.Match[str]) -> Reference | None:
    part = found.groupdict()
    prefix = "" if part["reduction"] else "only_"
    kind, index = part[f"{prefix}kind"] or "", part[f"{prefix}index"] or part[f"{prefix}inside"]
    name = part[f"{prefix}inner"] or part[f"{prefix}name"]
    numbers = tuple(int(number) for number in re.findall(r"\d+", index or ""))
    reduction = part["reduction"]
    if reduction and numbers:  # max(dense_1.bias[0]) is no reduction: its only element
        raise FormulaError(f"{found.group()}: a single number needs no {reduction}; leave it out, or the index.")
    return Reference(found.group().strip(), kind, name, REDUCTION_WORDS[reduction] if reduction else "element", numbers)


def _code(node: ast.expr) -> Iterator[tuple[str, float | str]]:
    match node:
        case ast.Constant(value=float(value)):
            yield "constant", value
        case ast.Name(id=name) if name in CONSTANTS:
            yield "constant", CONSTANTS[name]
        case ast.Name(id=name):
            yield "quantity", name
        case ast.UnaryOp(op=op, operand=operand):
            yield from _code(operand)
            yield type(op).__name__.lower(), 0.0
        case ast.BinOp(left=left, op=op, right=right):
            yield from _code(left)
            yield from _code(right)
            yield type(op).__name__.lower(), 0.0
        case ast.BoolOp(op=op, values=values):
            yield from _folded(values, type(op).__name__.lower())
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for place, (sign, (a, b)) in enumerate(zip(ops, pairwise([left, *comparators]), strict=True)):
                yield from _code(a)
                yield from _code(b)
                yield type(sign).__name__.lower(), 0.0
                if place:
                    yield "and", 0.0
        case ast.Call(func=ast.Name(id=name), args=args):
            if name in ("min", "max"):
                yield from _folded(args, name)
            else:
                for argument in args:
                    yield from _code(argument)
                yield name, 0.0
        case _:
            raise AssertionError(f"an expression holds no {type(node).__name__}")


def _folded(nodes: Sequence[ast.expr], operation: str) -> Iterator[tuple[str, float | str]]:
    for place, node in enumerate(nodes):
        yield from _code(node)
        if place:
            yield operation, 0.0
