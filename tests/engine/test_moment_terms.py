"""The terms of an iteration as a table: the textbook's sums, what a session gives, both ways of writing them."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

import nnlab
from nnlab.core.preparation import prepare
from nnlab.engine.moment_terms import TermRow, terms_as_csv, terms_as_markdown, terms_of_iteration
from nnlab.files.examples import open_any
from nnlab.training.complete_run import prepare_run


@pytest.fixture(scope="module")
def terms() -> tuple[TermRow, ...]:
    """Of M. Mazur's "A Step by Step Backpropagation Example": net h2 = 0.25 · 0.05 + 0.30 · 0.10 + 0.35, its larger hidden unit."""
    project = open_any("textbook")[0].project
    run = prepare_run(project.graph, prepare(project.data), project.training, None, project.initial)
    return terms_of_iteration(run.stepper, project.graph)


def test_the_textbook_net_input_is_three_terms(terms: tuple[TermRow, ...]) -> None:
    net = [t for t in terms if t.tensor == "dense_1.y"]
    assert [t.names for t in net] == [
        ("dense_1.weight[2, 1]", "input_1.y[1, 1]"), ("dense_1.weight[2, 2]", "input_1.y[1, 2]"), ("dense_1.bias[2]",),
    ]  # fmt: skip
    assert [t.adds for t in net] == pytest.approx([0.0125, 0.03, 0.35])
    assert [t.so_far for t in net] == pytest.approx([0.0125, 0.0425, 0.3925])
    assert net[-1].result == pytest.approx(0.3925) and net[-1].then == ""


def test_tables(terms: tuple[TermRow, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(terms_as_csv(terms))))
    assert [float(row["adds"]) for row in rows] == [t.adds for t in terms]
    lines = terms_as_markdown(terms).splitlines()
    assert len(lines) == 2 + len(terms) + len({(t.number, t.tensor) for t in terms})
    assert {line.count("|") for line in lines} == {8}


def test_a_session_takes_softmax_apart_and_has_made_the_step() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.softmax(b.dense(b.input(features=2), units=3)))
    x, y = np.array([[0.5, -1.0], [1.5, 0.25]]), np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    one, other = (nnlab.Session(b.build(), learning_rate=0.1, dtype="float64") for _ in range(2))
    scores = x @ one.parameters["dense_1.weight"].T + one.parameters["dense_1.bias"]
    found = one.terms(x, y)
    other.step(x, y)
    assert all((other.parameters[name] == values).all() for name, values in one.parameters.items())
    share = [t for t in found if t.tensor == "softmax_1.y"]
    sample = share[0].element[0] - 1
    assert [t.adds for t in share] == pytest.approx(np.exp(scores[sample]))
    assert share[-1].result == pytest.approx(np.exp(scores[sample, share[0].element[1] - 1]) / share[-1].so_far)
    slope = [t for t in found if t.phase == "backward" and t.tensor == "dense_1.d_y"]
    assert sum(t.adds for t in slope) == pytest.approx(slope[0].result)


ROWS = (
    TermRow(3, "loss", "mse_1", "mse_1.loss", (), 1, ("a[1]", "b"), (0.5, 3.0), 1.5, 1.5, "", 2.5),
    TermRow(3, "loss", "mse_1", "mse_1.loss", (), 2, ("c",), (1.0,), 1.0, 2.5, "", 2.5),
    TermRow(4, "backward", "dense_1", "dense_1.d_x", (2, 1), 1, ("d",), (1 / 3,), 1 / 3, 1 / 3, "divided by 2", 1 / 6),
)


def test_every_line_of_the_tables() -> None:
    """A scalar has no element; the result of a sum stands below its last term."""
    assert terms_as_markdown(ROWS).splitlines()[2:] == [
        "| 3 | mse_1 | mse_1.loss | 1 | a[1] = 0.5 × b = 3 | 1.5 | 1.5 |",
        "| 3 | mse_1 | mse_1.loss | 2 | c = 1 | 1 | 2.5 |",
        "| 3 | mse_1 | | |  | written | 2.5 |",
        "| 4 | dense_1 | dense_1.d_x[2, 1] | 1 | d = 0.3333 | 0.3333 | 0.3333 |",
        "| 4 | dense_1 | | | divided by 2 | written | 0.1667 |",
    ]
    assert len(terms_as_markdown(()).splitlines()) == 2 and terms_as_markdown(()).endswith("|\n")
    rows = list(csv.reader(io.StringIO(terms_as_csv(ROWS))))
    assert rows[1] == ["3", "loss", "mse_1", "mse_1.loss", "", "1", "a[1] × b", "0.5 × 3.0", "1.5", "1.5", "", "2.5"]
    assert rows[3][4:] == ["2, 1", "1", "d", repr(1 / 3), repr(1 / 3), repr(1 / 3), "divided by 2", repr(1 / 6)]


def test_of_a_long_sum_so_many_terms_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    from nnlab.engine import moment_terms

    monkeypatch.setattr(moment_terms, "MOST_TERMS", 2)
    project = open_any("textbook")[0].project
    run = prepare_run(project.graph, prepare(project.data), project.training, None, project.initial)
    found = [t.term for t in terms_of_iteration(run.stepper, project.graph) if t.tensor == "dense_1.y"]
    assert found == [1, 2]
