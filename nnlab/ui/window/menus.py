"""The menu behind the button at the left of the top bar: every action by its group, recent files, examples."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from nnlab.files.examples import examples
from nnlab.ui.canvas.actions import fill_menu
from nnlab.ui.window.actions import ACTIONS
from nnlab.ui.window.main_window import MainWindow

GROUPS = ("File", "Edit", "Node", "Run", "Step", "Learn", "View", "Help")


def build_menu(window: MainWindow) -> QMenu:
    """One menu with a submenu per group; lists that change are filled when they are opened."""
    root = QMenu("Menu", window)
    canvas = {action.objectName(): action for action in window.canvas.actions()}
    for group in GROUPS:
        menu = root.addMenu(group)
        for declared in ACTIONS:
            if declared.menu == group:
                menu.addAction(window.actions_by_id[declared.id])
        fill_menu(menu, (action for name, action in canvas.items() if name.startswith(f"{group.lower()}.")))
        if group == "File":
            first = window.actions_by_id["file.save"]
            menu.insertMenu(first, _recent_menu(window))
            menu.insertMenu(first, examples_menu(window))
        if group == "View":
            menu.addSeparator()
            for action in window.workspace_actions():
                menu.addAction(action)
            menu.addMenu(_panels_menu(window))
    return root


def _panels_menu(window: MainWindow) -> QMenu:
    """Shows and hides panels; filled when it is first opened, which asks for every panel's title."""
    menu = QMenu("Panels", window)
    menu.aboutToShow.connect(lambda: menu.addActions(window.dock_actions()) if menu.isEmpty() else None)
    return menu


def _opens(window: MainWindow, source: str) -> Callable[[], object]:
    return lambda: window.files.open_source(source)


def _recent_menu(window: MainWindow) -> QMenu:
    menu = QMenu("Open recent", window)

    def fill() -> None:
        menu.clear()
        recent = window.files.recent
        names = [path.name for path in recent]
        for path in recent:
            text = f"{path.name}  ({path.parent.name})" if names.count(path.name) > 1 else path.name
            menu.addAction(text.replace("&", "&&"), _opens(window, str(path))).setToolTip(str(path))
        if not recent:
            menu.addAction("Nothing opened yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction(window.actions_by_id["file.clear_recent"])

    menu.setToolTipsVisible(True)
    menu.aboutToShow.connect(fill)
    return menu


def examples_menu(window: MainWindow) -> QMenu:
    menu = QMenu("Examples", window)
    menu.setToolTipsVisible(True)
    for example in examples():
        action = menu.addAction(example.title, _opens(window, example.name))
        action.setToolTip(example.description)
        action.setObjectName(f"example.{example.name}")
    return menu
