"""Ctrl+Z in a field undoes what was typed there; where nothing was, it undoes the last change of the network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.inspector.parts import NameField
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.window.main_window import MainWindow

KEY, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def building(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_workspace("build")
    window.canvas.view.setFocus()
    return window


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def undo() -> None:
    QTest.keyClick(focused(), KEY.Key_Z, CTRL)


def test_a_new_group_is_undone_from_its_name_field(building: MainWindow) -> None:
    before = building.document.graph
    building.selection.set(["dense_1", "tanh_1"])
    building.canvas.arranging.group()
    assert len(building.document.graph.groups) == 1 and isinstance(focused(), QLineEdit)
    undo()
    assert building.document.graph == before and building.canvas.renaming.editor.field is None
    QTest.keyClick(focused(), KEY.Key_Z, CTRL | SHIFT)
    assert len(building.document.graph.groups) == 1


def test_what_was_typed_as_a_title_is_undone_first(building: MainWindow) -> None:
    building.selection.set(["dense_1", "tanh_1"])
    building.canvas.arranging.group()
    field = focused()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "Encoder")
    undo()
    assert field.text() == "Group 1" and len(building.document.graph.groups) == 1
    undo()
    assert building.document.graph.groups == ()


def units(window: MainWindow) -> QLineEdit:
    window.selection.set(["dense_1"])
    return next(f for f in window.inspector.findChildren(NumberField) if f.accessibleName() == "Units" and f.isVisible())


def name(window: MainWindow) -> QLineEdit:
    window.selection.set(["dense_1"])
    return next(f for f in window.inspector.findChildren(NameField) if f.isVisible())


def palette(window: MainWindow) -> QLineEdit:
    return window.palette_list.findChild(QLineEdit)


@pytest.mark.parametrize("find", [units, name, palette])
def test_every_field_undoes_its_own_text_and_then_the_network(building: MainWindow, find: Callable[[MainWindow], QLineEdit]) -> None:
    before = building.document.graph
    building.canvas.commands.add("dense", (400.0, 300.0))
    field = find(building)
    field.setFocus()
    shown = field.text()
    QTest.keyClicks(field, "1")
    assert field.text() != shown
    undo()
    assert field.text() == shown and building.document.graph != before
    undo()
    assert building.document.graph == before


def test_a_number_that_was_taken_is_undone_as_a_change(building: MainWindow, qtbot: QtBot) -> None:
    field = units(building)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "5")
    QTest.keyClick(field, KEY.Key_Return)
    assert building.document.graph["dense_1"].settings["units"] == 5
    undo()
    assert building.document.graph["dense_1"].settings["units"] == 8
    qtbot.waitUntil(lambda: units(building).text() == "8")
