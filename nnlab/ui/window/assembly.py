"""A window ready for use: its parts, what its actions do, and its menu.

The window knows its parts; actions and menus know the window. They meet here, so that neither needs the other.
"""

from __future__ import annotations

from nnlab.files.project import Project
from nnlab.ui.files.store import Store
from nnlab.ui.look.theme import Theme
from nnlab.ui.window.lessons import connect_lessons
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.menus import build_menu
from nnlab.ui.window.provenance import NumberSources
from nnlab.ui.window.sample_link import SampleLink
from nnlab.ui.window.wiring import connect_actions, connect_messages


def assemble(theme: Theme, store: Store, project: Project | None = None, name: str = "untitled") -> MainWindow:
    """One project in one window, not yet shown; it begins in no workspace yet."""
    with theme.building():
        window = MainWindow(theme, store, project, name)
        window.actions_by_id["view.provenance"].triggered.connect(NumberSources(window).popover.ask_by_key)
        connect_actions(window)
        connect_messages(window)
        SampleLink(window)
        connect_lessons(window, theme, store)
        window.set_menu(build_menu(window))
    return window
