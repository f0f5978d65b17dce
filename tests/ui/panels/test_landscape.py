from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from pytestqt.qtbot import QtBot

from nnlab.engine.evaluator import Evaluator
from nnlab.ui.landscape.heights import levels_between


def computed(qtbot: QtBot, panel: object) -> None:
    qtbot.waitUntil(lambda: panel.computing.job is None, timeout=20_000)  # type: ignore[attr-defined]


def test_the_landscape_of_the_run_its_path_and_what_becomes_of_it(studio: Callable, qtbot: QtBot) -> None:
    s = studio()
    panel = s.panel("landscape", 520, 260)
    view = s.train(40)
    panel.compute()
    computed(qtbot, panel)
    found = panel.map.shown.found
    evaluator = Evaluator(view.frame.program.graph)
    evaluator.load(view.frame.parameters)
    assert found.path_losses[found.now] == pytest.approx(evaluator.loss(s.session.data.x, s.session.data.y)[0])
    assert int(found.iterations[found.now]) == 40 and found.is_complete
    # The crosshair follows the pointer along the path, and the figures follow the crosshair.
    place = QPointF(*panel.map.pixels(found.path.places)[0])
    none = Qt.MouseButton.NoButton
    panel.map.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier))
    assert s.services.crosshair.iteration == 0
    assert float(panel.figures["off"].text) == pytest.approx(found.path.distances[0], rel=1e-3)
    table = panel.table()
    assert table.names == ("a", "b", "loss") and len(table.columns[2]) == found.losses.size
    # It stays while training goes on; the place where the run stands by now moves over it.
    s.train(10)
    assert panel.map.shown.found is found and panel.map._live is not None
    panel.look.button("surface").click()
    assert panel.surface.shown is not None and panel.picture_widget() is panel.surface
    s.session.rewind()
    panel.plane.button("random").click()
    panel.compute()
    computed(qtbot, panel)
    assert panel.map.shown.found.plane.kind == "random"
    panel.clear()
    assert panel.map.shown is None and panel.table() is None


def test_what_takes_long_is_asked_about_first_and_less_is_offered(
    studio: Callable, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr("nnlab.studies.landscape.study.AT_ONCE", 0.0)
    s = studio()
    panel = s.panel("landscape", 520, 260)
    s.train(20)
    panel.compute()
    computed(qtbot, panel)
    assert panel.map.shown is None and not panel.less_button.isHidden() and "points of" in panel.words.text()
    panel.less_button.click()
    computed(qtbot, panel)
    assert panel.map.shown.found.size.points < 100 and panel.less_button.isHidden()


def test_what_cannot_be_computed_is_said(studio: Callable, qtbot: QtBot) -> None:
    s = studio()
    panel = s.panel("landscape", 520, 260)
    s.train(1)
    panel.compute()
    computed(qtbot, panel)
    assert "at least 2 iterations" in panel.words.text() and panel.words.isVisible()


@pytest.mark.parametrize(("low", "high", "is_logarithmic"), [(-1.0, 0.3, True), (-4.0, 3.0, True), (0.0, 1e-4, True), (-2.0, 7.0, False)])
def test_contours_lie_within_at_losses_one_would_say(low: float, high: float, is_logarithmic: bool) -> None:
    levels = np.array(levels_between(low, high, is_logarithmic))
    heights = np.log10(levels) if is_logarithmic else levels
    assert 3 <= len(levels) <= 13 and (heights >= low).all() and (heights <= high).all() and (np.diff(levels) > 0).all()
