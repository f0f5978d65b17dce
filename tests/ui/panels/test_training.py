from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from nnlab.core.optimizer import optimizers
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.slider import NumberSlider


def test_it_shows_the_documents_settings(studio: Callable) -> None:
    s = studio(seed=7)
    panel = s.panel("training")
    assert panel.common.values | {"optimizer": "adam"} == panel.common.values
    assert (panel.common.values["batch_size"], panel.common.values["learning_rate"], panel.common.values["seed"]) == (16, 0.01, 7)
    assert panel.own.names == tuple(setting.name for setting in optimizers["adam"].all_settings)


@pytest.mark.parametrize(("name", "value"), [("learning_rate", 0.5), ("batch_size", 64), ("seed", 3), ("shuffle", False), ("epochs", 7)])
def test_each_change_is_one_undoable_edit(studio: Callable, name: str, value: object) -> None:
    s = studio()
    panel = s.panel("training")
    before = getattr(s.document.project.training, name)
    panel.common.committed.emit(name, value)
    assert getattr(s.document.project.training, name) == value
    assert s.document.undo_stack.count() == 1
    s.document.undo()
    assert getattr(s.document.project.training, name) == before == panel.common.values[name]


def test_another_optimiser_brings_its_own_settings(studio: Callable) -> None:
    s = studio()
    panel = s.panel("training")
    panel.own.committed.emit("beta1", 0.5)
    assert s.document.project.training.optimizer_settings["beta1"] == 0.5
    panel.common.committed.emit("optimizer", "sgd")
    assert s.document.project.training.optimizer == "sgd" and not s.document.project.training.optimizer_settings
    assert panel.own.names == tuple(setting.name for setting in optimizers["sgd"].all_settings)
    s.train(5)
    s.document.undo()
    assert panel.own.values["beta1"] == 0.5


def test_a_number_typed_while_training_counts_when_it_is_finished(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("training")
    s.train(20)
    field = panel.common.editor("batch_size").focusProxy()
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "32")
    assert s.document.project.training.batch_size == 16
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert s.document.project.training.batch_size == 32
    view = s.train(20)
    assert [mark.text for mark in view.marks] == ["batch 16 → 32"]


@pytest.mark.parametrize("scale", [1.0, 1.6])
def test_it_follows_theme_and_scale(qtbot: QtBot, studio: Callable, scale: float) -> None:
    s = studio()
    panel = s.panel("training")
    s.services.theme.set_mode("light")
    s.services.theme.set_scale(scale)

    def steps() -> list[int]:
        names = ("batch_size", "accumulate", "zero_gradients", "shuffle")
        return np.diff([panel.common.editor(name).mapTo(panel.common, QPoint()).y() for name in names]).tolist()

    qtbot.waitUntil(lambda: steps() == [round(32 * scale)] * 3)  # a row of a form is 32 pixels high
    assert panel.grab().toImage().pixelColor(2, panel.height() - 2) == s.services.theme.tokens.panel


def test_a_schedule_brings_its_own_settings(studio: Callable) -> None:
    s = studio()
    panel = s.panel("training")
    assert not panel.parts["schedule"].isVisibleTo(panel)
    panel.common.committed.emit("schedule", "cosine")
    form = panel.parts["schedule"].form
    assert form is not None and form.names == ("t_max", "eta_min")
    form.committed.emit("t_max", 500)
    training = s.document.project.training
    assert (training.schedule, training.schedule_settings["t_max"]) == ("cosine", 500)
    s.document.undo()
    s.document.undo()
    assert s.document.project.training.schedule == "constant"
    assert not panel.parts["schedule"].isVisibleTo(panel)


def test_a_slider_is_followed_while_it_is_dragged_and_leaves_one_step_and_one_mark(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("training")
    s.train(20)
    slider = panel.common.editor("learning_rate").findChild(NumberSlider)
    field = panel.common.editor("learning_rate").findChild(NumberField)
    seen = []
    s.document.training_changed.connect(lambda: seen.append(s.document.project.training.learning_rate))
    slider.setSliderDown(True)
    for position in (600, 650, 700):
        slider.setSliderPosition(position)
    assert len(seen) == 3
    slider.setSliderDown(False)
    assert not field.is_busy
    assert s.document.undo_stack.count() == 1
    assert s.document.undo_stack.undoText() == "Change learning rate"
    rate = s.document.project.training.learning_rate
    assert [mark.text for mark in s.train(20).marks] == [f"rate 0.01 → {rate:g}"]
    s.document.undo()
    assert s.document.project.training.learning_rate == 0.01


def test_choices_are_written_with_their_titles(studio: Callable) -> None:
    panel = studio().panel("training")
    box = panel.common.editor("optimizer").findChild(QComboBox)
    titles = [box.itemText(k) for k in range(box.count())]
    assert {"RMSprop", "AdamW", "SGD"} <= set(titles) and titles == sorted(titles, key=str.lower)
    assert {box.itemData(k) for k in range(box.count())} == {kind.name for kind in optimizers}


def test_a_batch_size_above_the_samples_is_said_under_its_field_and_set_by_a_button(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel, problems = s.panel("training"), s.panel("problems", 900, 160)
    rows = len(s.session.data.x)
    panel.common.committed.emit("batch_size", rows + 1)
    sentence = f"The batch size is {rows + 1}, but there are only {rows} training samples: every batch holds all of them."
    qtbot.waitUntil(lambda: panel.common.problem("batch_size") == sentence)
    assert s.session.can_run and [row.problem.message for row in problems.rows] == [sentence]
    assert problems.rows[0].button.text() == f"Set batch size to {rows}"
    qtbot.mouseClick(problems.rows[0].button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.common.problem("batch_size") == "")
    assert panel.common.values["batch_size"] == rows == s.document.project.training.batch_size and not problems.rows
    s.document.undo()
    qtbot.waitUntil(lambda: panel.common.problem("batch_size") == sentence)


def test_a_learning_rate_of_zero_is_said_at_once(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("training")
    panel.common.committed.emit("learning_rate", 0.0)
    qtbot.waitUntil(lambda: panel.common.problem("learning_rate") == "The learning rate is 0: training changes nothing.")
    panel.common.committed.emit("learning_rate", 0.1)
    qtbot.waitUntil(lambda: panel.common.problem("learning_rate") == "")


def test_batches_per_update_and_zeroing_are_settings_with_remarks(studio: Callable) -> None:
    s = studio()
    panel = s.panel("training")
    panel.common.committed.emit("accumulate", 4)
    panel.common.committed.emit("zero_gradients", False)
    training = s.document.project.training
    assert (training.accumulate, training.zero_gradients) == (4, False)
    s.document.undo_stack.undo()
    s.document.undo_stack.undo()
    assert (s.document.project.training.accumulate, s.document.project.training.zero_gradients) == (1, True)
