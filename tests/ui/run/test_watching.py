"""Frames hold what somebody visible reads, and asking for it disturbs nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import prepare
from nnlab.engine.frame import GRADIENTS, OUTPUTS
from nnlab.graph import edits
from nnlab.training.complete_run import prepare_run
from nnlab.ui.run.live_view import LiveView
from tests.support.worlds import World, spiral_project, world


@pytest.fixture
def spiral(qtbot: QtBot) -> Iterator[World]:
    with world(spiral_project(), qtbot) as made:
        yield made


@pytest.fixture
def views(spiral: World) -> list[LiveView]:
    found: list[LiveView] = []
    spiral.session.ticked.connect(found.append)
    return found


def test_a_frame_holds_what_any_owner_reads(spiral: World, views: list[LiveView], qtbot: QtBot) -> None:
    spiral.train(5)
    assert views[-1].tensor("dense_1.weight") is not None and views[-1].tensor("dense_1.y") is None
    spiral.session.watch("one", ("dense_1.y",))
    spiral.session.watch("other", (GRADIENTS, "dense_1.y"))
    qtbot.waitUntil(lambda: views[-1].tensor("dense_1.y") is not None and views[-1].tensor("dense_2.d_weight") is not None)
    spiral.session.watch("other", ())
    qtbot.waitUntil(lambda: views[-1].tensor("dense_2.d_weight") is None)
    assert views[-1].tensor("dense_1.y") is not None
    assert {view.frame.iteration for view in views[-3:]} == {5}  # at rest all the while


def test_what_is_read_stays_so_when_the_network_changes(spiral: World, views: list[LiveView], qtbot: QtBot) -> None:
    spiral.session.watch("one", (OUTPUTS,))
    spiral.train(2)
    spiral.document.attempt("Units", lambda graph: edits.configure(graph, "dense_1", units=5))
    qtbot.waitUntil(lambda: views[-1].project.graph["dense_1"].settings["units"] == 5)
    spiral.train(1)
    assert views[-1].tensor("dense_1.y").shape == (8, 5)  # type: ignore[union-attr]


def test_changing_what_is_watched_changes_no_bit_and_loses_no_frame(spiral: World, views: list[LiveView], qtbot: QtBot) -> None:
    session = spiral.session
    session.play()
    for k in range(30):
        seen = len(views)
        session.watch("one", ((GRADIENTS,), (OUTPUTS,), ("dense_2.y",), ())[k % 4])
        qtbot.waitUntil(lambda seen=seen: len(views) > seen)
    session.pause()
    qtbot.waitUntil(lambda: not session.is_playing and views[-1].frame.iteration == session.iteration)
    iterations = [view.frame.iteration for view in views]
    assert iterations == sorted(iterations)
    sequences = [view.frame.sequence for view in views]
    assert sequences == sorted(sequences) and sequences[0] < sequences[-1]
    project = spiral.document.project
    twin = prepare_run(project.graph, prepare(project.data), project.training)
    twin.train(session.iteration)
    for name, values in twin.state.stored().items():
        np.testing.assert_array_equal(session.parameters([name])[name], values)
