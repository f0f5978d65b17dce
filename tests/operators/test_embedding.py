"""Embedding: rows are looked up, gradients return to the rows that were read, and a number without a row stops training."""

from __future__ import annotations

import numpy as np
import pytest

import nnlab
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup


def looked_up(vocabulary: int = 5, features: int = 3, positions: int = 2) -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    b.mse(b.embedding(b.input(features=positions), vocabulary=vocabulary, features=features))
    return b.build()


def test_every_number_is_given_its_row() -> None:
    session = nnlab.Session(looked_up(), dtype="float64")
    table = session.parameters["embedding_1.weight"]
    assert table.shape == (5, 3)
    np.testing.assert_array_equal(session.predict([[4, 0], [2, 2]]), table[[[4, 0], [2, 2]]].reshape(2, 6))


def test_the_table_starts_as_pytorchs_does() -> None:
    session = nnlab.Session(looked_up(vocabulary=200, features=50), dtype="float64")
    table = session.parameters["embedding_1.weight"]
    assert table.mean() == pytest.approx(0.0, abs=0.05)
    assert table.std() == pytest.approx(1.0, abs=0.05)


def test_gradients_return_to_the_rows_that_were_read() -> None:
    session = nnlab.Session(looked_up(features=1), dtype="float64")
    x, y = np.array([[1.0, 3.0], [1.0, 1.0]]), np.zeros((2, 2))
    _, gradients = session.gradients(x, y)
    table = session.parameters["embedding_1.weight"].ravel()
    # d_y = 2 y / 4 at every place; row 1 was read three times
    np.testing.assert_allclose(gradients["embedding_1.weight"].ravel(), [0, 3 * table[1] / 2, 0, table[3] / 2, 0], rtol=1e-14)


@pytest.mark.parametrize("wrong", [5.0, -1.0, 1.5, 1e30])
@pytest.mark.parametrize("real", ["float32", "float64"])
def test_a_number_without_a_row_stops_training_and_names_the_node(wrong: float, real: str) -> None:
    x = np.array([[1.0, 2.0], [0.0, wrong]])
    run = Run(Setup(looked_up(), x, np.zeros((2, 6)), update=Update("sgd", 0.1), batch_size=2, real=real))
    before = run.state.parameters()["embedding_1.weight"]
    with pytest.raises(nnlab.NNLabError, match="embedding_1"):
        run.train(1)
    np.testing.assert_array_equal(run.state.parameters()["embedding_1.weight"], before)
    predicted = nnlab.Session(looked_up(), dtype=real).predict(x)
    assert np.isnan(predicted[1, 3:]).all() and np.isfinite(predicted[0]).all() and np.isfinite(predicted[1, :3]).all()


def test_the_stepper_says_why_there_is_no_row() -> None:
    run = Run(Setup(looked_up(), np.array([[1.0, 7.0]]), np.zeros((1, 6)), update=Update(), batch_size=1, real="float64"))
    trace = run.stepper.forward()
    (explained,) = trace.instruction.explanations
    moment = trace.moment("y", (0, 1, 2))
    assert explained.words is not None
    assert explained.words(moment) == ("The table has rows for the whole numbers from 0 to 4, but x is 7: training stops at this node.")
    assert explained.formula(moment) == r"y_{23} = \mathrm{NaN}"
    assert explained.words(trace.moment("y", (0, 0, 2))) == "x is 1: y is row 1 of the table, counted from 0."
