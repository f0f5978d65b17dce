"""Which widget has the keyboard, and what lies within a widget, asked without confusing PySide's record of who owns what.

`nextInFocusChain`, `focusWidget` and `findChildren` of a widget record what they return as owned by the widget that was asked. When that
widget is deleted, say a settings form, PySide marks everything it "owns" as deleted too, for example the canvas. The next event that
reaches it fails inside PySide and ends the process. `children` records real children only; the application's focus records nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QWidget

_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)

# Named before one of Qt's widgets, whose methods it calls; Qt allows no class of its own as a second base.
if TYPE_CHECKING:
    _Widget = QWidget
else:
    _Widget = object


class ShowsKeyboardFocus(_Widget):
    """An outline tells where the keyboard is only if keys brought it there: somebody with the hand on the mouse knows."""

    _has_focus_from_keys = False

    @property
    def shows_focus(self) -> bool:
        return self._has_focus_from_keys and self.hasFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._has_focus_from_keys = event.reason() in _KEYS
        super().focusInEvent(event)


def holds(widget: QWidget, other: QWidget) -> bool:
    """Whether `other` is the widget or lies within it."""
    return widget is other or widget.isAncestorOf(other)


def focused_within(widget: QWidget) -> QWidget | None:
    """The widget with the keyboard, if it is this one or lies within it."""
    focused = QApplication.focusWidget()
    return focused if focused is not None and holds(widget, focused) else None


def widgets_within(widget: QWidget) -> Iterator[QWidget]:
    """The widget and all that lie within it, each before its own parts, in the order in which they were made."""
    yield widget
    for child in widget.children():
        if isinstance(child, QWidget) and not child.isWindow():
            yield from widgets_within(child)


def shown_within(widget: QWidget) -> Iterator[QWidget]:
    """The same without what is hidden and all that lies in it: most of a window stands behind something else."""
    yield widget
    for child in widget.children():
        if isinstance(child, QWidget) and not child.isHidden() and not child.isWindow():
            yield from shown_within(child)
