"""Error: the cut through a surface is computed by the engine at every point of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.engine.evaluator import Evaluator
from nnlab.ui.approximation.fine_cut import cut_at


def test_the_panel_shows_the_fine_cut_of_the_frame(studio: Callable, qtbot: QtBot) -> None:
    s = studio(DataSettings("plane", {"samples": 60}))
    panel = s.panel("approximation_error", 340, 500)
    view = s.train(20)
    ends = (-1.0, 0.0), (1.5, 0.4)
    panel.cut.place(*ends)
    evaluator = Evaluator(view.frame.program.graph)
    evaluator.load(view.frame.parameters)
    expected = cut_at(evaluator, view.data, *ends).fit
    qtbot.waitUntil(lambda: panel.cut_plot.shown is not None and np.array_equal(panel.cut_plot.shown.fit, expected), timeout=10_000)
