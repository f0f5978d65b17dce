from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from nnlab.core.preparation import DataSettings
from nnlab.ui.run.own_activations import OwnActivations


def test_a_drawing_is_answered_at_once_and_a_sample_can_be_taken(studio: Callable) -> None:
    s = studio(DataSettings("digits"))
    panel = s.panel("own_input", 520, 260)
    s.train(20)
    square = panel.pad.square
    places = [QPointF(square.left() + square.width() * share, square.center().y()).toPoint() for share in (0.3, 0.7)]
    before = panel.found.shares
    QTest.mousePress(panel.pad, Qt.MouseButton.LeftButton, pos=places[0])
    QTest.mouseMove(panel.pad, places[1])
    QTest.mouseRelease(panel.pad, Qt.MouseButton.LeftButton, pos=places[1])
    assert panel.pad.drawing.image().any() and not np.array_equal(panel.found.shares, before)
    np.testing.assert_array_equal(panel.bars.shares, panel.found.shares)
    panel.next_button.click()
    assert panel.found.distance == pytest.approx(0.0) and panel.found.nearest == 0
    panel.clear_button.click()
    assert not panel.pad.drawing.image().any() and not panel._raw.any()


def test_a_point_is_dragged_within_the_plane_and_a_row_can_be_typed(studio: Callable) -> None:
    s = studio()
    panel = s.panel("own_input", 520, 260)
    s.train(5)
    s.view("decision")
    panel.point.move_to(1e9, 0.5)
    assert panel.point.point == (panel.point.x_range[1], 0.5), "a point outside the plane stays at its edge"
    expected = s.session.frame
    assert panel.found.layers["input_1"] == pytest.approx(s.session.data.transform(np.array([panel.point.point]))[0], rel=1e-6)
    assert expected is not None
    panel.row.setFocus()
    panel.row.setText("")
    QTest.keyClicks(panel.row, "1.5, -2")
    QTest.keyClick(panel.row, Qt.Key.Key_Return)
    assert panel._raw.tolist() == [1.5, -2.0] and panel.point.point == (1.5, -2.0)
    for text, sentence in (("1", "2 features, and 1"), ("a b", "“a” is not a number")):
        panel.row.setText("")
        QTest.keyClicks(panel.row, text)
        QTest.keyClick(panel.row, Qt.Key.Key_Return)
        assert sentence in panel.words.text() and panel._raw.tolist() == [1.5, -2.0]


def test_the_canvas_is_given_its_activations_while_it_is_wanted_there(studio: Callable) -> None:
    s = studio()
    panel = s.panel("own_input", 520, 260)
    s.train(5)
    own = s.services.shared(OwnActivations)
    told: list[bool] = []
    own.changed.connect(lambda: told.append(bool(own)))
    batch = np.ones((8, 3))
    assert own.before(lambda name: batch)("input_1.y") is batch, "nobody has touched the input yet"
    panel.set_input(np.array([0.5, -0.25]))
    shown = own.before(lambda name: batch)
    expected = s.session.data.transform(np.array([[0.5, -0.25]]))
    np.testing.assert_allclose(shown("input_1.y"), expected, rtol=1e-6)
    assert shown("dense_1.weight") is batch and told == [True]
    s.train(5)
    assert told[-1], "it follows the weights"
    panel.on_canvas.setChecked(False)
    assert own.before(lambda name: batch)("input_1.y") is batch
    panel.set_input(np.array([0.1, 0.2]))
    panel.hide()
    assert not own
