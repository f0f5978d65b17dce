"""Formulas of lessons against a network whose numbers are worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnlab.core.errors import FormulaError
from nnlab.files.examples import load_example
from nnlab.lessons.facts import Facts, Names, refusal

TENSORS = {
    "dense_1.weight": np.array([[0.5, -2.0], [1.0, 0.0]]),
    "dense_1.d_weight": np.array([[3.0, 4.0], [0.0, 0.0]]),
    "tanh_1.y": np.array([[0.25, -0.5]]),
}


def facts(**run: float) -> Facts:
    known = {word: (lambda value=value: value) for word, value in run.items()}
    return Facts(load_example("xor"), TENSORS.get, known, {"in_train": 1.0, "sees_loss": 0.0})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("dense_1.weight[0, 1]", -2.0),
        ("norm(grad(dense_1.weight))", 5.0),
        ("act(dense_1)[0, 1]", -0.5),
        ("zeros(dense_1.weight)", 0.25),
        ("mean(dense_1.weight)", -0.125),
        ("dense_1.units", 8.0),
        ("training.learning_rate", 0.03),
        ("learning_rate * 100", 3.0),
        ("batch_size", 20.0),
        ("layers", 2.0),
        ("hidden_layers", 1.0),
        ("hidden_units", 8.0),
        ("count_tanh + 10 * count_mse", 1.0),
        ("optimizer_adam", 1.0),
        ("in_train and not sees_loss", 1.0),
        ("loss < 0.5", 1.0),
        ("runs", 1.0),
    ],
)
def test_values(text: str, value: float) -> None:
    assert facts(loss=0.25).value(text) == pytest.approx(value)


def test_what_is_not_there_is_no_number_and_no_comparison_with_it_holds() -> None:
    now = facts()
    assert math.isnan(now.value("dense_9.weight[0, 0]"))
    assert math.isnan(now.value("dense_1.weight[7, 0]"))
    assert math.isnan(now.value("loss"))
    assert not now.holds("loss < 1")
    assert not now.holds("loss")


def test_remembered_numbers_are_words() -> None:
    assert facts(loss=0.2).with_words(before=0.5).holds("loss < 0.5 * before")


def test_words_that_there_are_not_are_refused() -> None:
    names = Names(frozenset({"train"}), frozenset({"loss"}), frozenset({"before"}))
    assert not refusal("in_train + sees_loss + before + count_relu", names)
    for text in ("in_nowhere", "sees_nothing", "count_nothing", "open(1)", "().__class__", "a.b.c", "'x'"):
        assert refusal(text, names) or text == "a.b.c"  # a name with dots is a tensor's, which a network may have
    with pytest.raises(FormulaError):
        facts().value("nothing + 1")
