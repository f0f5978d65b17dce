"""Going back in a run whose data file is gone, and stepping while another network is on its way to the training thread."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from worlds import World, spiral_project, world

from nnlab.files.starting_network import project_for_table
from nnlab.graph import edits


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    x = np.random.default_rng(0).normal(size=(120, 3))
    lines = [f"{a:.4f},{b:.4f},{c:.4f},{2 * a - b:.4f}" for a, b, c in x]
    path.write_text("a,b,c,t\n" + "\n".join(lines) + "\n")
    return path


def weights(found: World) -> bytes:
    return found.session.parameters(["dense_1.weight"])["dense_1.weight"].tobytes()


def go_back(found: World, iteration: int) -> None:
    found.session.back_to(iteration)
    found.qtbot.waitUntil(lambda: found.session.past.reach.iteration == iteration, timeout=20_000)


def test_every_iteration_is_reached_after_the_data_file_is_gone(table: Path, qtbot: QtBot) -> None:
    """Also before another rate: the samples are those in memory. What needs the file again is refused with a sentence."""
    with world(project_for_table(table), qtbot) as found:
        document, session = found.document, found.session
        found.train(20)
        then = weights(found)
        project = document.project
        document.edit("Rate", replace(project, training=replace(project.training, learning_rate=0.02)))
        found.train(20)
        last = weights(found)
        table.unlink()
        go_back(found, 20)
        assert weights(found) == then and not session.reason
        go_back(found, 10)
        go_back(found, 40)
        assert weights(found) == last
        data = document.project.data
        document.edit("Split", replace(document.project, data=replace(data, validation_share=0.35)))
        assert "own.csv" in session.reason, session.reason
        document.undo()
        qtbot.waitUntil(lambda: not session.reason)
        go_back(found, 20)
        assert weights(found) == then


def test_a_step_right_behind_an_edit_runs_the_new_network(qtbot: QtBot) -> None:
    with world(spiral_project(), qtbot) as found:
        document, session = found.document, found.session
        found.train(5)
        for units in (5, 6, 7):
            document.apply("Units", edits.configure(document.graph, "dense_1", units=units))
            with qtbot.waitSignal(session.stepped, timeout=20_000, check_params_cb=lambda event: event.trace is not None):
                session.step_forward()
            assert session.last_step is not None and session.last_step.trace is not None
            assert session.last_step.trace.after["weight"].shape == (units, 2)
