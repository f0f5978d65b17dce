"""Regions: the parts of the window in reading order, for a keyboard that wants to go from one to the next (F6, Shift+F6).

Tab walks through every control; F6 leaps over them: top bar, panels at the left, canvas, panels at the right and below, transport.
A region that is come back to has the focus where it had it before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

TAB = Qt.FocusPolicy.TabFocus


class Regions(QObject):
    """`parts()` gives the window's regions in their order, as they are now."""

    def __init__(self, window: QWidget, parts: Callable[[], Sequence[QWidget]]) -> None:
        super().__init__(window)
        self._window, self._parts = window, parts
        self._last: dict[QWidget, QWidget] = {}  # where the focus was, by region
        QApplication.instance().focusChanged.connect(self._remember)

    def go(self, step: int) -> None:
        """Gives the next region (step 1) or the one before (-1) the keyboard."""
        parts = [part for part in self._parts() if _is_seen(part) and _first(part) is not None]
        if not parts:
            return
        focused = self._window.focusWidget()
        here = next((i for i, part in enumerate(parts) if focused is not None and _holds(part, focused)), -1 if step > 0 else 0)
        part = parts[(here + step) % len(parts)]
        last = self._last.get(part)
        target = last if last is not None and isValid(last) and _is_seen(last) and last.isEnabled() else _first(part)
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)

    def _remember(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._window.isAncestorOf(now):
            part = next((part for part in self._parts() if _holds(part, now)), None)
            if part is not None:
                self._last[part] = now


def _holds(part: QWidget, widget: QWidget) -> bool:
    return part is widget or part.isAncestorOf(widget)


def _is_seen(widget: QWidget) -> bool:
    """Whether any of it can be seen: what lies behind another tab is visible for Qt, but has no region to paint."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def focusable(part: QWidget) -> list[QWidget]:
    """What Tab stops at within a region, in that order."""
    found: list[QWidget] = []
    widget = part
    while True:
        if _holds(part, widget) and widget.focusPolicy() & TAB and widget.isEnabled() and _is_seen(widget) and widget.focusProxy() is None:
            found.append(widget)
        widget = widget.nextInFocusChain()
        if widget is part:
            return found


def _first(part: QWidget) -> QWidget | None:
    return next(iter(focusable(part)), None)
