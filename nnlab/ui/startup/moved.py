"""Tells in the window that the application's folder was moved while it ran, as soon as somebody comes back to the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from nnlab.core.own_folder import MOVED, guard_imports, own_folder, was_moved
from nnlab.ui.widgets.message_bar import MessageBar


class MovedFolderNotice(QObject):
    """For the built application alone: whoever moves a folder does so in another program, whose window is in front meanwhile."""

    def __init__(self, app: QApplication, bar: MessageBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._folder: Path | None = own_folder()
        if self._folder is not None:
            guard_imports(self._folder)
            app.applicationStateChanged.connect(self.look)

    def look(self) -> None:
        if was_moved(self._folder):
            self._bar.show_error(MOVED, key="moved")
