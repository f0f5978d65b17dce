"""One formula for a layer and its activation."""

from __future__ import annotations

import pytest

from nnlab.core.operator import operators
from nnlab.ui.inspector.formula_text import composed, formulas
from nnlab.ui.look.formula import typeset


@pytest.mark.parametrize(
    ("activation", "text"),
    [
        ("tanh", r"a = \tanh(W x + b)"),
        ("relu", r"a = \max(0,\, W x + b)"),
        ("leaky_relu", r"a = \max(W x + b,\, s (W x + b))"),
        ("sigmoid", r"a = \frac{1}{1 + e^{-(W x + b)}}"),
    ],
)
def test_the_activation_is_applied_to_the_layer(activation: str, text: str) -> None:
    assert formulas(operators["dense"], operators[activation]) == (text,)


def test_what_cannot_be_joined_stands_under_one_another() -> None:
    assert formulas(operators["dense"], operators["softmax"]) == (operators["dense"].formula, operators["softmax"].formula)
    assert composed("y = W x + b", "a longer sentence") == ""


@pytest.mark.parametrize("kind", [k for k in operators if k.is_activation], ids=lambda k: k.name)
def test_it_can_be_typeset(kind: object) -> None:
    for text in formulas(operators["dense"], kind):  # type: ignore[arg-type]
        assert not typeset(text).problem
