"""The table of an iteration: the textbook's numbers, the same bits as training, both ways of writing it."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import numpy as np
import pytest

import nnlab
from nnlab.core.preparation import prepare
from nnlab.engine.moments import MomentRow, as_csv, as_markdown, moments_of_iteration, share, title_of
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


ROWS = (
    MomentRow(7, "loss", "mse_1", "mse_1.loss", (), (), "L", "1 + |x|", 0.5, 0.5, "of |x|"),
    MomentRow(9, "backward", "tanh in dense_1", "tanh_1.d_x", (8, 4), (3, 1), "d", "2", 1 / 3, 2 / 3, ""),
)


def test_every_line_of_the_tables() -> None:
    assert as_markdown(ROWS).splitlines()[2:] == [
        r"| 7 | loss | mse_1 | mse_1.loss  |  | $L = 1 + \vert x\vert  = 0.5$ | of ∣x∣ |",
        "| 9 | backward | tanh in dense_1 | tanh_1.d_x 8 × 4 | [3, 1] | $d = 2 = 0.3333$ |  |",
    ]
    rows = list(csv.reader(io.StringIO(as_csv(ROWS))))
    assert rows[2] == ["9", "backward", "tanh in dense_1", "tanh_1.d_x", "8 × 4", "3, 1", "d", "2", repr(1 / 3), repr(2 / 3), ""]
    assert rows[1][4:6] == ["", ""] and as_csv(ROWS).endswith("\n") and "\r" not in as_csv(ROWS)


def test_the_share_of_an_element_is_its_size_or_what_was_added_and_nan_is_most() -> None:
    assert share(np.array([1.0, -5.0]), np.array([-2.0, 1.0]), False).tolist() == [2.0, 1.0]
    assert share(np.array([1.0, -5.0]), np.array([-2.0, 1.0]), True).tolist() == [3.0, 6.0]
    assert share(0.0, np.array([np.nan, 1.0]), False).tolist() == [np.inf, 1.0]


@pytest.mark.parametrize(
    ("node", "parameter", "title", "words"),
    [
        ("tanh_1", None, "", "tanh in dense_1"), ("dense_1", None, "", "dense_1"),
        ("dense_1", "dense_1.lora_A.task", "", "lora_A.task of dense_1"),
        ("schedule", None, "", "schedule"), ("mse_1", None, "Learning rate", "Learning rate"),
    ],
)  # fmt: skip
def test_a_moment_in_words(node: str, parameter: str | None, title: str, words: str) -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=2)), units=1))
    instruction = SimpleNamespace(node_id=node, parameter=parameter, title=title)
    assert title_of(b.build(), instruction) == words  # type: ignore[arg-type]
