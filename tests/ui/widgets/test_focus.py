"""Asking for the focus, or for what lies within a widget, leaves PySide's idea of who belongs to whom as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QGraphicsView, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

import nnlab
from nnlab.ui.widgets.focus import focused_within, widgets_within


class Page(QWidget):
    """PySide tells only classes of ours when they are deleted."""


@pytest.fixture
def window(qtbot: QtBot) -> Page:
    made = Page()
    made.page, made.view = Page(made), QGraphicsView(made)
    made.field = QLineEdit(Page(made.page))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.field.setFocus()
    return made


def delete(widget: QWidget) -> None:
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def chain(window: Page) -> None:
    widget = window.page
    for _ in range(40):
        widget = widget.nextInFocusChain()


@pytest.mark.parametrize("ask", [lambda window: list(widgets_within(window)), focused_within], ids=["within", "focus"])
def test_what_is_not_deleted_stays_valid(window: Page, ask: Callable[[Page], object]) -> None:
    viewport = window.view.viewport()
    ask(window)
    delete(window.page)
    assert isValid(viewport)
    assert isValid(window.view)
    assert not isValid(window.field)


def test_the_focus_chain_is_why_these_exist(window: Page) -> None:
    viewport = window.view.viewport()
    chain(window)
    delete(window.page)
    assert not isValid(viewport), "PySide has fixed this: nnlab.ui.widgets.focus can go"


def test_each_before_its_parts(window: Page) -> None:
    found = list(widgets_within(window))
    assert found[:3] == [window, window.page, window.field.parentWidget()]
    assert len(found) == len(set(found)) == 1 + len(window.findChildren(QWidget))


def test_nothing_asks_in_the_other_ways() -> None:
    root = Path(nnlab.__file__).parent
    wrong = [
        f"{path.relative_to(root)}:{number}"
        for path in root.rglob("*.py")
        if path.name != "focus.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "InFocusChain(" in line or ".findChildren(" in line or (".focusWidget(" in line and "QApplication" not in line)
    ]
    assert wrong == []
