"""One formula for a layer and its activation."""

from __future__ import annotations

import pytest

from nnlab.core.operator import Operator, operators
from nnlab.graph.graph import make_node
from nnlab.ui.inspector.formula_text import composed, formulas
from nnlab.ui.look.formula import typeset

DENSE = make_node("dense_1", "dense")


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
    assert formulas(DENSE, make_node("a", activation)) == (text,)


def test_what_cannot_be_joined_stands_under_one_another() -> None:
    assert formulas(DENSE, make_node("a", "softmax")) == ("y = W x + b", operators["softmax"].formula)
    assert composed("y = W x + b", "a longer sentence") == ""
    assert composed(r"\hat y = W x", "y = 2 x") == composed("y = W x", "y_i = 2 x") == "", "of one letter alone the rest is a function"
    assert composed("y = W x", "y = 2 x") == "a = 2 W x"


@pytest.mark.parametrize("kind", [k for k in operators if k.is_activation], ids=lambda k: k.name)
def test_it_can_be_typeset(kind: Operator) -> None:
    for layer in (DENSE, make_node("dense_1", "dense", {"bias": False})):
        for text in formulas(layer, make_node("a", kind.name)):
            assert not typeset(text).problem


def test_a_layer_without_a_bias_has_none_in_its_formula() -> None:
    layer = make_node("dense_1", "dense", {"bias": False})
    assert formulas(layer, None) == ("y = W x",)
    assert formulas(layer, make_node("a", "tanh")) == (r"a = \tanh(W x)",)
