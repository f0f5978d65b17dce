"""The table of an iteration: the textbook's numbers, the same bits as training, both ways of writing it."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

import nnlab
from nnlab.core.preparation import prepare
from nnlab.engine.moments import MomentRow, as_csv, as_markdown, moments_of_iteration
from nnlab.files.examples import open_any
from nnlab.training.complete_run import prepare_run


@pytest.fixture(scope="module")
def table() -> tuple[MomentRow, ...]:
    """Of M. Mazur's "A Step by Step Backpropagation Example", see tests/e2e/test_worked_examples.py."""
    project = open_any("textbook")[0].project
    run, other = (prepare_run(project.graph, prepare(project.data), project.training, None, project.initial) for _ in range(2))
    found = moments_of_iteration(run.stepper, project.graph)
    other.train(1)
    assert run.state.parameters().keys() == other.state.parameters().keys()
    assert all(values.tobytes() == other.state.parameters()[name].tobytes() for name, values in run.state.parameters().items())
    return found


def test_every_moment_of_the_textbook_is_a_row(table: tuple[MomentRow, ...]) -> None:
    assert sorted({m.number for m in table}) == list(range(1, max(m.number for m in table) + 1))
    loss = next(m for m in table if m.tensor == "mse_1.loss")
    assert loss.result == pytest.approx(0.298371109, abs=1e-7)
    hidden = next(m for m in table if m.operation == "sigmoid in dense_1" and m.phase == "forward")
    assert (hidden.element, round(hidden.result, 6)) == ((1, 2), 0.596884)
    update = next(m for m in table if m.operation == "weight of dense_2")
    assert update.element == (1, 2)
    assert update.result == pytest.approx(0.408666186, abs=1e-7)
    assert all(m.words for m in table)


def test_csv_keeps_every_digit_and_markdown_is_one_line_a_moment(table: tuple[MomentRow, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(table))))
    assert [float(row["result"]) for row in rows] == [m.result for m in table]
    assert rows[0]["shape"] == "1 × 2"
    lines = as_markdown(table).splitlines()
    assert len(lines) == len(table) + 2
    assert {line.count("|") for line in lines} == {8}


def test_a_session_gives_the_same_table_and_has_made_the_step() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.tanh(b.dense(b.input(features=2), units=1)))
    x, y = np.array([[0.5, -1.0]]), np.array([[0.25]])
    one, other = (nnlab.Session(b.build(), learning_rate=0.1, dtype="float64") for _ in range(2))
    found = one.moments(x, y)
    loss = other.step(x, y)
    assert next(m for m in found if m.tensor == "mse_1.loss").result == loss
    assert all((other.parameters[name] == values).all() for name, values in one.parameters.items())
    weight = next(m for m in found if m.operation == "weight of dense_1")
    assert weight.result == one.parameters["dense_1.weight"][tuple(k - 1 for k in weight.element)]
