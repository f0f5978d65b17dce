"""Questions about a number, in words: people count from 1."""

import pytest

from nnlab.engine.question import SHAPE, Question


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question("dense_1", "forward", "y", (0, 2)), "dense_1, forward: value of y [1, 3]"),
        (Question("mse_1", "loss", "loss", ()), "mse_1, loss: value of loss"),
        (Question("dense_1", "backward", "d_weight", (4, 1), SHAPE), "dense_1, backward: shape of d_weight"),
        (Question("dense_1", "update", "parameter", (9,), parameter="dense_1.bias"), "dense_1.bias, update: value of parameter [10]"),
    ],
)
def test_it_says_what_is_asked_for(question: Question, words: str) -> None:
    assert question.words == words
