"""The light around a control goes on when the control is gone."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.learn.spotlight import Spotlight
from nnlab.ui.look.theme import Theme


def test_a_control_that_goes_with_its_form_is_left_for_another(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    form, other = QWidget(), QPushButton("other")
    field = QPushButton("field")
    QVBoxLayout(form).addWidget(field)
    column = QVBoxLayout(window)
    column.addWidget(form)
    column.addWidget(other)
    window.show()
    spotlight = Spotlight(theme, window)
    spotlight.light(field)
    assert spotlight.isVisible() and spotlight.target is field
    form.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    spotlight.light(other)
    assert spotlight.isVisible() and spotlight.target is other
    spotlight.light(None)
    assert not spotlight.isVisible()
