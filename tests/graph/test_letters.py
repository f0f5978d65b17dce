"""The letters of tensors: W, b, x as declared, z and a for what layers and activations give, and words for the rest."""

from __future__ import annotations

import pytest

from nnlab.graph.letters import letter_of, tensor_in_words
from tests.support.fix_proposals import drawn

GRAPH = drawn(lambda b: b.mse(b.flatten(b.tanh(b.dense(b.input(features=2), units=3)))))


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("dense_1.weight", "W"), ("dense_1.bias", "b"), ("dense_1.x", "x"), ("dense_1.no_such", "no such"),
        ("gone_1.weight_decay", "weight decay"),
    ],
)  # fmt: skip
def test_the_letter_of_a_tensor_or_its_name_in_words(name: str, letter: str) -> None:
    assert letter_of(GRAPH, name) == letter


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dense_1.weight", "dense_1.weight"), ("dense_1.d_weight", "∂L/∂W of dense_1"), ("dense_1.d_bias", "∂L/∂b of dense_1"),
        ("dense_1.d_y", "∂L/∂z of dense_1"), ("tanh_1.d_y", "∂L/∂a of tanh_1"), ("flatten_1.d_y", "∂L/∂y of flatten_1"),
        ("dense_1.d_x", "∂L/∂x of dense_1"), ("gone_1.d_weight", "∂L/∂weight of gone_1"), ("loss", "loss"),
    ],
)  # fmt: skip
def test_a_gradient_is_named_by_what_it_is_of(name: str, words: str) -> None:
    assert tensor_in_words(GRAPH, name) == words
