"""Numbers that say where they come from: any widget can be given a supplier, and one popover of the window asks it.

    trace(counter, lambda place: provenance or None)

`place` is where the mouse is in the widget, None when the keyboard asks. A click, not a drag, asks; so does the key of the window's action.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from nnlab.ui.widgets.focus import widgets_within
from nnlab.ui.widgets.seen import is_seen

Supplier = Callable[[QPointF | None], Any]


class _Tracer(QObject):
    """Belongs to a widget and looks at its clicks, after which the widget itself has them, too."""

    def __init__(self, widget: QWidget, supplier: Supplier) -> None:
        super().__init__(widget)
        self.supplier = supplier
        self._pressed: QPointF | None = None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton and isinstance(watched, QWidget):
            if event.type() == QEvent.Type.MouseButtonPress:
                self._pressed = event.globalPosition()
            elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
                moved, self._pressed = (event.globalPosition() - self._pressed).manhattanLength(), None
                asked = getattr(watched.window(), _ASKED, None)
                if moved < QApplication.startDragDistance() and asked is not None and not event.modifiers():
                    asked(watched, event.position())
        return False


_TRACER, _ASKED = "nnlab_tracer", "nnlab_asked_for_provenance"


def trace(widget: QWidget, supplier: Supplier, *, cursor: bool = True) -> None:
    """From now on the widget's number can be asked where it comes from. A widget that lets clicks through has to take them.

    `cursor`: whether the mouse says so over all of it; not where most of it is a picture.
    """
    if cursor:
        widget.setCursor(Qt.CursorShape.WhatsThisCursor)
    setattr(widget, _TRACER, _Tracer(widget, supplier))


def answer_clicks(window: QWidget, ask: Callable[[QWidget, QPointF | None], object]) -> None:
    """Who is told of a click on a traced number of this window."""
    setattr(window, _ASKED, ask)


def supplier_of(widget: QWidget | None) -> Supplier | None:
    """What a widget was given; None for one that was given nothing."""
    tracer = getattr(widget, _TRACER, None)
    if tracer is None and isinstance(widget, QAbstractScrollArea):  # has the keyboard, where its viewport has the mouse
        tracer = getattr(widget.viewport(), _TRACER, None)
    return tracer.supplier if isinstance(tracer, _Tracer) else None


def traced_within(window: QWidget) -> list[QWidget]:
    """Every widget on the screen whose number can be asked, from top to bottom and left to right."""
    traced = [w for w in widgets_within(window) if getattr(w, _TRACER, None) is not None]
    found = [w for w in traced if is_seen(w)]
    places = {id(w): w.mapTo(window, w.rect().topLeft()) for w in found}
    return sorted(found, key=lambda w: (places[id(w)].y() // 24, places[id(w)].x()))
