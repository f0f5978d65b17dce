"""Regions: the parts of the window in reading order, for a keyboard that wants to go from one to the next.

F6 and Shift+F6 leap from region to region: top bar, panels at the left, canvas, panels at the right and below, transport. One that is come
back to has the focus where it had it before. Tab walks through every control in the same order. Qt's own Tab follows the order in which
widgets were made, and walks through panels that lie behind another's tab, which it counts as visible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDockWidget, QScrollArea, QTabBar, QWidget
from shiboken6 import isValid

from nnlab.ui.widgets.focus import holds, shown_within, widgets_within
from nnlab.ui.widgets.required import application
from nnlab.ui.widgets.segmented import Segmented

TAB = Qt.FocusPolicy.TabFocus
_REASONS = {True: Qt.FocusReason.TabFocusReason, False: Qt.FocusReason.BacktabFocusReason}


class Regions(QObject):
    """`parts()` gives the window's regions in their order, as they are now."""

    def __init__(self, window: QWidget, parts: Callable[[], Sequence[QWidget]]) -> None:
        super().__init__(window)
        self._window, self._parts = window, parts
        self._last: dict[QWidget, QWidget] = {}  # where the focus was, by region
        application().focusChanged.connect(self._on_focus)

    def begin(self, part: QWidget) -> None:
        """Gives a region that is seen the keyboard, or the first control in it.

        From what is hidden Qt passes it to whatever comes next: who began on the welcome page and went to build would type the names of
        operators into the time of the run.
        """
        stops = [part] if part.focusPolicy() & TAB or part.focusProxy() is not None else focusable(part)
        if stops:
            stops[0].setFocus()

    def go(self, step: int) -> None:
        """Gives the next region (step 1) or the one before (-1) the keyboard. A row of tabs is no region of its own."""
        parts = [part for part in self._parts() if not isinstance(part, QTabBar) and focusable(part)]
        if not parts:
            return
        focused = QApplication.focusWidget()
        here = next((i for i, part in enumerate(parts) if focused is not None and holds(part, focused)), -1 if step > 0 else 0)
        part = parts[(here + step) % len(parts)]
        stops, last = focusable(part), self._last.get(part)
        _focus(last if last is not None and isValid(last) and last in stops else stops[0], True)

    def tab(self, forward: bool) -> bool:
        """Gives the next control, or the one before, the keyboard; False when there is none."""
        parts = self._parts()
        stops = [widget for part in parts for widget in focusable(part)]
        if not stops:
            return False
        focused = QApplication.focusWidget()
        place = stops.index(focused) if focused in stops else _place_between(focused, parts, stops, forward)
        _focus(stops[(place + (1 if forward else -1)) % len(stops)], forward)
        return True

    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        part = next((part for part in self._parts() if holds(part, now)), None) if now is not None else None
        if now is not None and part is not None:
            _scroll_to(now)
            self._last[part] = now


def beside(area: QWidget) -> list[QWidget]:
    """What stands left of the panels: a lesson's column, which is read before what it speaks of."""
    body = area.parentWidget()
    holder = body.parentWidget() if body is not None else None
    if isinstance(holder, QScrollArea):  # the place in which it is scrolled
        area, body = holder, holder.parentWidget()
    children = body.children() if body is not None else []
    left = [child for child in children if isinstance(child, QWidget) and child.isVisible() and child.geometry().right() < area.x()]
    return [child for child in left if child.y() == area.y()]


def focusable(part: QWidget) -> list[QWidget]:
    """What Tab stops at within a region, in its order."""
    if not part.isVisible() or _is_behind(part):
        return []
    return [widget for widget in shown_within(part) if _is_stop(widget)]


def _focus(widget: QWidget, forward: bool) -> None:
    widget.setFocus(_REASONS[forward])
    if not widget.isActiveWindow():  # a panel that floats is a window of its own
        widget.window().activateWindow()


def _is_stop(widget: QWidget) -> bool:
    if isinstance(widget, QAbstractButton) and isinstance(widget.parentWidget(), Segmented):
        # Qt takes the others' Tab away from the one that had the focus last.
        return widget.isChecked() and widget.isVisible() and widget.isEnabled()
    return bool(widget.focusPolicy() & TAB) and widget.focusProxy() is None and widget.isEnabled() and widget.isVisible()


def _place_between(focused: QWidget | None, parts: Sequence[QWidget], stops: Sequence[QWidget], forward: bool) -> int:
    """The place among the stops of the one before (or after, backwards) a widget that Tab does not stop at."""
    order = [widget for part in parts for widget in widgets_within(part)]
    if focused not in order:
        return -1 if forward else 0
    here = order.index(focused)
    around = reversed(order[:here]) if forward else iter(order[here:])
    nearest = next((widget for widget in around if widget in stops), None)
    return stops.index(nearest) if nearest is not None else (-1 if forward else 0)


def _is_behind(widget: QWidget) -> bool:
    """Whether a widget belongs to a panel that lies behind another's tab: visible for Qt, but with no region to paint."""
    above: QWidget | None = widget
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    return above is not None and above.visibleRegion().isEmpty()


def _scroll_to(widget: QWidget) -> None:
    """Scrolls every area a widget lies in so that it is seen."""
    above = widget.parentWidget()
    while above is not None:
        inside = above.widget() if isinstance(above, QScrollArea) else None
        if isinstance(above, QScrollArea) and inside is not None and inside.isAncestorOf(widget):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()
