"""Asking a number of the window where it comes from, and having it worked out once more."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from nnlab.training.provenance import Provenance
from nnlab.ui.widgets.traced import supplier_of
from nnlab.ui.window.main_window import MainWindow

EQUAL = "Worked out again by the engine: equal, bit for bit."


def ask(widget: QWidget, place: QPointF | None = None) -> Provenance:
    supplier = supplier_of(widget)
    assert supplier is not None
    found = supplier(place)
    assert isinstance(found, Provenance)
    return found


def checked(found: Provenance) -> str:
    assert found.recompute is not None, found
    return found.verdict(found.recompute())


def panel(window: MainWindow, name: str) -> QWidget:
    made: list[QWidget] = []
    window.panels.when_made(name, made.append)
    assert made, name
    return made[0]
