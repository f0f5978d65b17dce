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
from nnlab.training.branch import MOST_BRANCHES


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


def test_beyond_ten_branches_nothing_is_refused_or_lost_and_one_to_remove_is_offered(qtbot: QtBot) -> None:
    """By playing on and by editing in the past alike."""
    with world(spiral_project(), qtbot) as found:
        session, document, offers = found.session, found.document, []
        session.past.offers.made.connect(lambda *offer: offers.append(offer))
        found.train(12)
        end = weights(found)
        for k in range(MOST_BRANCHES):
            go_back(found, 10 - (k == 4))
            found.train(2 + (k != 4))  # each by itself as a branch, the fifth comes least far: to 11, from 9
        reach = session.past.reach
        assert len(reach.branches) == MOST_BRANCHES and not offers
        go_back(found, 5)
        found.train(1)
        assert len(session.past.reach.branches) == MOST_BRANCHES + 1
        ((sentence, words, remove),) = offers
        assert sentence.startswith("11 branches are kept") and words == "Remove branch 5", (sentence, words)
        go_back(found, 3)
        document.edit("Rate", replace(document.project, training=replace(document.project.training, learning_rate=0.02)))
        found.train(1)
        assert len(session.past.reach.branches) == MOST_BRANCHES + 2 and len(offers) == 2
        remove()
        qtbot.waitUntil(lambda: len(session.past.reach.branches) == MOST_BRANCHES + 1, timeout=20_000)
        assert 5 not in [branch.number for branch in session.past.reach.branches]
        session.past.return_to(0)
        qtbot.waitUntil(lambda: session.past.reach.branch == 0, timeout=20_000)
        go_back(found, 12)
        assert weights(found) == end
