from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.studies.learning_rate import find_learning_rate
from nnlab.training.learning_rate_finder import rate_curve


def ended(qtbot: QtBot, panel: object) -> None:
    qtbot.waitUntil(lambda: panel.job is None, timeout=20_000)  # type: ignore[attr-defined]


def test_the_suggestion_is_the_finders_and_is_taken_over_as_one_edit(studio: Callable, qtbot: QtBot) -> None:
    s = studio(DataSettings("gaussians"))
    panel = s.panel("rate_finder")
    assert panel.curve is None and panel.use_button.isHidden() and panel.table() is None
    s.train(30)
    snapshot, project = s.session.snapshot(), s.document.project
    panel.find_button.setFocus()
    panel.find_rate()
    assert panel.cancel_button.hasFocus(), "hiding the button with the keyboard would send it to another panel"
    assert panel.job is not None and panel.find_button.isHidden() and panel.cancel_button.isVisible()
    ended(qtbot, panel)
    expected = find_learning_rate(project, s.session.data, snapshot)
    assert panel.curve.suggestion == expected.suggestion and np.array_equal(panel.curve.losses, expected.losses)
    assert panel.table().names[0] == "learning rate" and len(panel.table().columns[0]) == len(expected.rates)
    after = s.session.snapshot()
    assert all(np.array_equal(after.parameters[name], values) for name, values in snapshot.parameters.items())
    panel.use()
    assert s.document.project.training.learning_rate == expected.suggestion and s.document.undo_stack.count() == 1
    assert not panel.use_button.isEnabled()
    s.document.undo()
    assert s.document.project.training.learning_rate == 0.01 and panel.use_button.isEnabled()
    # The arrow keys read the curve; what the test depended on has changed, which is said.
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    assert f"{expected.rates[panel.plot.read]:.3g}" in panel.plot.accessibleDescription()
    s.document.edit("Batch", project.with_training(replace(project.training, batch_size=8)))
    assert "test again" in panel.words.text()
    panel.clear()
    assert panel.curve is None and panel.picture_widget() is None


def test_a_test_that_is_cancelled_leaves_nothing(studio: Callable, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnlab.studies.learning_rate.rate_curve", lambda run, steps, *rest: rate_curve(run, 100_000, 1e-12, 1e-9, rest[-1]))
    s = studio()
    panel = s.panel("rate_finder")
    panel.find_rate()
    qtbot.waitUntil(lambda: panel.job.job.progress is not None)
    panel.cancel_button.click()
    ended(qtbot, panel)
    assert panel.curve is None and panel.find_button.isVisible()


def test_where_nothing_can_be_trained_the_reason_is_said(studio: Callable) -> None:
    s = studio()
    panel = s.panel("rate_finder")
    s.document.apply("Empty", s.document.graph.__class__())
    s.session.synchronise()
    panel.find_rate()
    assert panel.job is None and not panel.find_button.isEnabled() and panel.words.text() == s.session.reason
