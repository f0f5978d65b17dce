"""Where a control that a lesson names stands in the window now. Names are those of `nnlab.lessons.controls`."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QScrollArea, QWidget

from nnlab.graph import docking
from nnlab.ui.learn.host import LessonHost, as_widget
from nnlab.ui.widgets.focus import shown_within, widgets_within


@dataclass(frozen=True)
class FoundControl:
    """A widget, or a part of it in its own coordinates."""

    widget: QWidget
    part: QRect | None = None


def find_control(host: LessonHost, control: str) -> FoundControl | None:
    """None where it cannot be seen now."""
    kind, _, name = control.partition(":")
    match kind:
        case "action":
            return _of_action(host, name)
        case "tab":
            return _of_tab(host, name)
        case "node":
            return _of_node(host, name)
        case "canvas":
            return _seen(host.canvas.view)
        case "panel":
            panel, slash, field = name.partition("/")
            return find_field(host, panel, field) if slash else _seen(panel_widget(host, panel))
    return None


def action_of(host: LessonHost, name: str) -> QAction | None:
    for action in (*host.actions_by_id.values(), *host.workspace_actions()):
        if action.objectName() == name:
            return action
    return None


def panel_widget(host: LessonHost, name: str) -> QWidget | None:
    """A panel in the middle, or the content of a dock."""
    dock = host.area.docks.get(name)
    if isinstance(dock, QDockWidget):
        return dock.widget()
    return host.panels[name] if name in tuple(host.panels) and host.panels.is_made(name) else None


def find_field(host: LessonHost, panel: str, field: str) -> FoundControl | None:
    """The field of a panel by its accessible name, which may go on with what it shows."""
    dock = host.area.docks.get(panel)
    widget = dock if isinstance(dock, QDockWidget) else panel_widget(host, panel)  # a dock's title has fields, too
    if widget is None:
        return None
    named = [child for child in widgets_within(widget) if _is_called(child, field) and child.isVisibleTo(widget)]
    # A number has a slider and a field of one name: what is typed into is lit.
    named.sort(key=lambda child: (child.accessibleName() != field, "Slider" in type(child).__name__))
    return _seen(named[0]) if named else None


def _is_called(widget: QWidget, name: str) -> bool:
    label = widget.text() if isinstance(widget, QAbstractButton) else getattr(widget, "label", None)
    return name in (widget.accessibleName(), label) or widget.accessibleName().startswith(f"{name} ")


def bring_into_view(host: LessonHost, control: str) -> None:
    """A panel behind another's tab comes to the front; a field that is scrolled away is scrolled to."""
    kind, _, name = control.partition(":")
    if kind != "panel":
        return
    panel = name.partition("/")[0]
    if panel in host.area.docks and not host.area.is_shown(panel):
        host.area.reveal(panel)
    found = find_control(host, control)
    above = found.widget.parentWidget() if found is not None else None
    while found is not None and above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(found.widget)
        above = above.parentWidget()


def _of_action(host: LessonHost, name: str) -> FoundControl | None:
    """The button that shows an action: in the transport bar, else wherever one is seen."""
    action = action_of(host, name)
    if action is None:
        return None
    if name.startswith("workspace."):
        return _of_tab(host, name.removeprefix("workspace."))
    for button in (w for w in shown_within(as_widget(host)) if isinstance(w, QAbstractButton)):
        shown = getattr(button, "defaultAction", None)
        if callable(shown) and shown() is action and button.isVisible():
            return _seen(button)
    return None


def _of_node(host: LessonHost, node: str) -> FoundControl | None:
    graph, view = host.document.graph, host.canvas.view
    card = host.canvas.scene.items_by_card.get((docking.host(graph, node) or node) if node in graph else node)
    if card is None or not view.isVisible():
        return None
    return FoundControl(view.viewport(), view.mapFromScene(card.outline).boundingRect())


def _of_tab(host: LessonHost, name: str) -> FoundControl | None:
    place = host.top_bar.tab_rect(name)
    return FoundControl(host.top_bar.tabs, place) if place is not None and host.top_bar.isVisible() else None


def _seen(widget: QWidget | None) -> FoundControl | None:
    return FoundControl(widget) if widget is not None and widget.isVisible() else None
