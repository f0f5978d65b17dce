"""A layer's formula with its activation in one: a = max(0, W x + b) for a dense layer with a ReLU docked on it."""

from __future__ import annotations

import re

from nnlab.graph.graph import Node

_VARIABLE = re.compile(r"(?<![\\a-zA-Z_^{])x(?![a-zA-Z_])|(?<=\{)x(?![a-zA-Z_])")


def composed(layer: str, activation: str) -> str:
    """`activation` ("y = f(x)") applied to the right-hand side of `layer` ("y = W x + b"); "" where x cannot be replaced.

    The inner formula is bracketed wherever it would otherwise be read differently.
    """
    inner, outer = _right(layer), _right(activation)
    if not inner or not outer or not _VARIABLE.search(outer) or re.search(r"x_", outer):
        return ""
    is_sum = "+" in inner or "-" in inner

    def put(match: re.Match[str]) -> str:
        before, after = outer[: match.start()].rstrip(), outer[match.end() :].lstrip()
        enclosed = before.endswith(("(", ",", r"\,", "{")) and after.startswith((")", ",", r"\,", "}"))
        return f"({inner})" if is_sum and not enclosed else inner

    return "a = " + _VARIABLE.sub(put, outer)


def formulas(layer: Node, activation: Node | None) -> tuple[str, ...]:
    """The formulas to show for a node: one for the layer with its activation where they can be joined, else both."""
    written = [node.kind.formula_for(node.settings) for node in (layer, activation) if node is not None]
    joined = composed(*written) if len(written) == 2 else ""
    return (joined,) if joined else tuple(formula for formula in written if formula)


def _right(formula: str) -> str:
    left, sign, right = formula.partition("=")
    return right.strip() if sign and re.fullmatch(r"\s*[a-z]\s*", left) else ""
