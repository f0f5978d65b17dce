"""Whatever the window shows, training computes the same bits as without one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import prepare
from nnlab.training.complete_run import prepare_run
from nnlab.ui.window.main_window import MainWindow


@pytest.mark.parametrize(("example", "steps"), [("spiral", 1500), ("digits", 300)])
def test_the_same_bits_with_every_panel_open(fresh: Callable[..., MainWindow], qtbot: QtBot, example: str, steps: int) -> None:
    window = fresh(example)
    window.show_workspace("train")
    for dock in window.area.docks.values():
        dock.show()
    session, project = window.session, window.document.project
    qtbot.waitUntil(lambda: session.frame is not None, timeout=20_000)
    session.run_iterations(steps)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.iteration == steps and not session.is_playing, timeout=60_000)
    run = prepare_run(project.graph, prepare(project.data), project.training, None, project.initial)
    run.train(steps)
    assert session.frame is not None
    np.testing.assert_array_equal(session.frame.parameters, run.state.arena[: run.program.parameters_end])
