"""Better weights without training are one undoable edit each, and nothing is set in a network that was changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.files.examples import load_example
from nnlab.graph import edits
from nnlab.ui.approximation.solver import CONSTRUCTED, Solver
from tests.support.worlds import World, spiral_project, world

OUTPUT = ["dense_2.weight", "dense_2.bias"]


@pytest.fixture
def ripple(qtbot: QtBot) -> Iterator[World]:
    with world(load_example("ripple"), qtbot) as made:
        yield made


def solver_of(made: World) -> tuple[Solver, list[str]]:
    solver, said = Solver(made.document, made.session), []
    solver.said.connect(said.append)
    return solver, said


def weights(made: World) -> dict[str, np.ndarray]:
    return made.session.parameters(["dense_1.weight", "dense_1.bias", *OUTPUT])


def test_the_output_layer_is_the_least_squares_one_and_undo_brings_every_bit_back(ripple: World, qtbot: QtBot) -> None:
    solver, said = solver_of(ripple)
    before = weights(ripple)
    solver.solve()
    assert solver.is_busy
    solver.polish()  # one at a time
    qtbot.waitUntil(lambda: bool(said) and not solver.is_busy, timeout=30_000)
    assert len(said) == 1 and said[0].startswith("solved: RMS ") and "ridge" in said[0] and "largest weight" in said[0]
    after = weights(ripple)
    assert all(after[name].tobytes() == before[name].tobytes() for name in ("dense_1.weight", "dense_1.bias"))
    data = ripple.session.data
    assert data is not None
    x, y = data.x.astype(float), data.y.astype(float).reshape(-1)
    hidden = 1 / (1 + np.exp(-(x @ before["dense_1.weight"].astype(float).T + before["dense_1.bias"].astype(float))))
    columns = np.column_stack([hidden, np.ones(len(x))])

    def rms(v: np.ndarray) -> float:
        return float(np.sqrt(np.mean((columns @ v - y) ** 2)))

    best = np.linalg.lstsq(columns, y, rcond=None)[0]
    found = np.append(after["dense_2.weight"].reshape(-1), after["dense_2.bias"]).astype(float)
    assert rms(found) <= 1.05 * rms(best) + 1e-4 and rms(found) < rms(np.append(before["dense_2.weight"], before["dense_2.bias"]))
    ripple.document.undo()
    qtbot.waitUntil(lambda: all(weights(ripple)[name].tobytes() == before[name].tobytes() for name in before), timeout=10_000)


def test_polishing_lowers_the_loss_and_is_one_step(ripple: World, qtbot: QtBot) -> None:
    solver, said = solver_of(ripple)
    count = ripple.document.undo_stack.count()
    solver.polish()
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    assert said[0].startswith("polished: loss ") and ripple.document.undo_stack.count() == count + 1
    assert ripple.document.undo_stack.undoText() == "Polish"


def test_constructed_weights_are_what_the_project_begins_with(ripple: World, qtbot: QtBot) -> None:
    solver, said = solver_of(ripple)
    ripple.document.edit("ReLU", replace(ripple.document.project, graph=edits.replace_operator(ripple.document.graph, "sigmoid_1", "relu")))
    solver.construct()
    qtbot.waitUntil(lambda: bool(said), timeout=30_000)
    assert said[0].startswith("constructed, not trained: sup ") and said[0].endswith(" by theory")
    initial = ripple.document.project.initial
    assert initial is not None and initial.name == CONSTRUCTED
    ripple.document.undo()
    assert ripple.document.project.initial is None


def test_nothing_is_set_in_a_project_that_was_changed_meanwhile(ripple: World, qtbot: QtBot) -> None:
    solver, said = solver_of(ripple)
    for begin, words in ((solver.solve, "The network was changed meanwhile"), (solver.construct, "The project was changed meanwhile")):
        said.clear()
        begin()
        units = int(ripple.document.graph["dense_1"].settings["units"]) + 1
        changed = replace(ripple.document.project, graph=edits.configure(ripple.document.graph, "dense_1", units=units))
        ripple.document.edit("Another width", changed)
        qtbot.waitUntil(lambda: bool(said) and not solver.is_busy, timeout=30_000)
        assert said[0].startswith(words) and ripple.document.project == changed


def test_a_network_that_is_no_sum_of_units_is_told_why(qtbot: QtBot) -> None:
    with world(spiral_project(), qtbot) as spiral:
        solver, said = solver_of(spiral)
        solver.construct()
        qtbot.waitUntil(lambda: bool(said), timeout=30_000)
        assert said[0].endswith(".") and spiral.document.project.initial is None and not solver.is_busy
